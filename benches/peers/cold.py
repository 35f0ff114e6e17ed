"""How long does a program take from its start to its end, and how much memory at most?

    cold.py PROGRAM [ARGUMENT…]

Prints {"ns": …, "max_rss_kb": …}; ends as the program ends when that fails. What the program
writes to its standard output goes to standard error.
"""

import json
import os
import sys
import time


def main():
    argv = sys.argv[1:]
    if not argv:
        sys.exit(__doc__)
    to_standard_error = [(os.POSIX_SPAWN_DUP2, 2, 1)]
    start = time.perf_counter_ns()
    child = os.posix_spawnp(argv[0], argv, os.environ, file_actions=to_standard_error)
    _, status, usage = os.wait4(child, 0)
    elapsed = time.perf_counter_ns() - start
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        print(f"{argv[0]} ended with {code}", file=sys.stderr)
        sys.exit(code if code > 0 else 1)
    # Bytes on macOS, KiB elsewhere.
    kib = usage.ru_maxrss // 1024 if sys.platform == "darwin" else usage.ru_maxrss
    print(json.dumps({"ns": elapsed, "max_rss_kb": kib}))


if __name__ == "__main__":
    main()
