"""How is a peer asked to filter?

    peer.py serve SYSTEM --data DIR --column phone|num --threads N
    peer.py cold  SYSTEM --data DIR --column phone|num --threads N --out FILE
    peer.py check FILE

`serve` loads the two files of DIR, says that it is ready, and then does one task for each line of
standard input. Every line that it writes is a JSON object. Only the task is timed; how many rows
it kept and the sum of their numbers are taken from its answer afterwards. `cold` reads the files,
writes the rows that stay and ends. `check` counts what `cold` wrote.

A system is a module `with_SYSTEM`. It has `VERSION`, `cold(files, column, threads, out)`, and a
class `Peer(files, column, threads)` with `tasks`, functions by name, and `batches(answer)`.

    full   the rows that stay, all three columns, in memory
    keys   the same, but only the column that the tables are joined by
    build  as `full`, for the first recipient alone: what it takes to make the hash table of the
           blocked numbers
"""

import argparse
import importlib
import json
import os
import sys
import time
from typing import NamedTuple

SYSTEMS = ("polars", "duckdb", "datafusion", "pyarrow")


class Files(NamedTuple):
    recipients: str
    blocked: str


def main():
    args = arguments()
    if args.work == "check":
        say(checked(args.file))
        return
    limit_threads(args.threads)
    system = importlib.import_module(f"with_{args.system}")
    files = Files(
        os.path.join(args.data, "recipients.parquet"), os.path.join(args.data, "blocked.parquet")
    )
    if args.work == "cold":
        system.cold(files, args.column, args.threads, args.out)
    else:
        peer = system.Peer(files, args.column, args.threads)
        say({"ready": True, "system": args.system, "version": system.VERSION})
        serve(peer)


def arguments():
    parser = argparse.ArgumentParser(description="a peer of stoplist that filters")
    works = parser.add_subparsers(dest="work", required=True)
    for name in ("serve", "cold"):
        work = works.add_parser(name)
        work.add_argument("system", choices=SYSTEMS)
        work.add_argument("--data", required=True)
        work.add_argument("--column", choices=("phone", "num"), required=True)
        work.add_argument("--threads", type=int, required=True)
        if name == "cold":
            work.add_argument("--out", required=True)
    works.add_parser("check").add_argument("file")
    return parser.parse_args()


def limit_threads(threads):
    """What is read from the environment is read when a library is loaded."""
    for name in ("POLARS_MAX_THREADS", "TOKIO_WORKER_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = str(threads)


def serve(peer):
    for line in sys.stdin:
        task = line.strip()
        if task not in peer.tasks:
            say({"error": f"no task {task!r}; there are {', '.join(peer.tasks)}"})
            continue
        run = peer.tasks[task]
        start = time.perf_counter_ns()
        answer = run()
        elapsed = time.perf_counter_ns() - start
        kept, total = digest(peer.batches(answer))
        # Freed before the next task begins.
        del answer
        say({"ns": elapsed, "kept": kept, "sum_num": total})


def digest(batches):
    """How many rows there are, and the sum of their numbers modulo 2^64.

    An answer of the key alone has its numbers in `phone`, as text.
    """
    import pyarrow
    import pyarrow.compute as compute

    kept, total = 0, 0
    for batch in batches:
        kept += batch.num_rows
        if "num" in batch.schema.names:
            numbers = batch.column("num")
        else:
            digits = compute.utf8_slice_codeunits(batch.column("phone").cast(pyarrow.string()), 1)
            numbers = digits.cast(pyarrow.int64())
        total += compute.sum(numbers).as_py() or 0
    return kept, total % 2**64


def checked(file):
    import pyarrow.parquet as parquet

    with parquet.ParquetFile(file) as written:
        if written.schema_arrow.names != ["phone", "num", "name"]:
            sys.exit(f"{file} has the columns {written.schema_arrow.names}")
        kept, total = digest(written.iter_batches(columns=["num"]))
    return {"kept": kept, "sum_num": total}


def say(message):
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
