"""Do pyarrow and the C ABI understand each other's Arrow structures?

    through_ctypes.py LIBRARY SCRATCH

Batches with a column of every type go through `stoplist_filter_batch` and `stoplist_filter_stream`,
each with a number column of every type that is read. What comes back has to be what a set of numbers
says, value by value, and every structure and buffer has to be released. SCRATCH is an empty
directory. Needs pyarrow; ends with 0 when all is well.
"""

import gc
import os
import sys

import pyarrow as pa

import columns
from library import EXCLUDED, Filter, Library, Refused, Store

USAGE = 7
ARROW = 17
ROWS = 211

# Nine digits, which even 32 bits hold: Andorra has six behind its calling code.
NUMBERS = [376312000 + row for row in range(ROWS)]
BLOCKED = set(NUMBERS[::7])


def rows():
    """The numbers of a broadcast list; None where there is none, 5 where it is no number."""
    for row, number in enumerate(NUMBERS):
        yield None if row % 11 == 3 else 5 if row % 13 == 5 else number


def verdict(number):
    """What the model says."""
    if number is None:
        return "null"
    if number == 5:
        return "invalid"
    return "block" if number in BLOCKED else None


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: through_ctypes.py LIBRARY SCRATCH")
    library = Library(sys.argv[1])
    store = Store(library, os.path.join(sys.argv[2], "store"), sorted(BLOCKED))
    checked = 0
    for name, make in columns.NUMBER_COLUMNS:
        whole = batch(make(list(rows())))
        # Also arrays that begin in the middle of their buffers, and none at all.
        for part in (whole, whole.slice(3, ROWS - 20), whole.slice(9, 0)):
            for threads in (1, 2):
                balanced(name, check_batch, store, part, threads)
                balanced(name, check_stream, store, part, threads)
                balanced(name, check_exported, store, part, threads)
                checked += 3
    for name, array in columns.others(ROWS):
        balanced(name, check_refused, store, array)
        checked += 1
    balanced("a number column", check_broken_stream, store)
    store.close()
    print(f"{len(columns.NUMBER_COLUMNS)} types of number columns, {checked} checks: all agree")


def balanced(name, check, *args):
    """Runs a check, after which no more memory of pyarrow is in use than before."""
    gc.collect()
    before = pa.total_allocated_bytes()
    try:
        check(*args)
    except Exception as error:
        error.add_note(f"in {check.__name__}, {name} as the number column")
        raise
    gc.collect()
    after = pa.total_allocated_bytes()
    same(after - before, 0, f"bytes that {check.__name__} leaves, {name} as the number column")


def batch(numbers):
    """A broadcast list: the numbers, and a column of every type that is not one of numbers."""
    count = len(numbers)
    others = columns.others(count)
    # These could be numbers, but nobody said so.
    others += [("nothing", pa.nulls(count)), ("small", pa.array([7] * count, pa.int8()))]
    fields = [pa.field("who", numbers.type, metadata={"about": "whom to send to"})]
    fields += [pa.field(name, array.type) for name, array in others]
    schema = pa.schema(fields, metadata={"made": "by pyarrow", "empty": ""})
    return pa.RecordBatch.from_arrays([numbers, *(array for _, array in others)], schema=schema)


def check_batch(store, given, threads):
    with Filter(store, "who", threads) as chosen:
        kept, excluded, counts = chosen.batch(given)
    compare(given, kept, excluded)
    check_counts(given, counts)


def check_stream(store, given, threads):
    """Several batches, one of them empty, taken one by one."""
    parts = [given.slice(0, 50), given.slice(50, 0), given.slice(50)]
    with Filter(store, "who", threads) as chosen:
        divided, counts = chosen.stream(given.schema, parts)
    same(len(divided), len(parts), "batches that come out")
    for part, (kept, excluded) in zip(parts, divided):
        compare(part, kept, excluded)
    check_counts(given, counts)


def check_exported(store, given, threads):
    """The kept rows as a stream of their own."""
    parts = [given.slice(0, 80), given.slice(80)]
    with Filter(store, "who", threads) as chosen:
        kept = chosen.exported(given.schema, parts)
    kept.validate(full=True)
    same(kept.schema.equals(given.schema, check_metadata=True), True, "the schema is the same")
    rows = [row for row in given.to_pylist() if verdict(number_of(row)) is None]
    same(repr(kept.to_pylist()), repr(rows), "rows of the stream")


def check_refused(store, array):
    """A column that holds no numbers: the call fails, and takes the structures all the same."""
    given = pa.RecordBatch.from_arrays([array], names=["who"])
    with Filter(store, "who", 1) as chosen:
        for work in (
            lambda: chosen.batch(given),
            lambda: chosen.stream(given.schema, [given]),
        ):
            try:
                work()
            except Refused as refused:
                same(refused.status, USAGE, f"status of {array.type} as the number column")
            else:
                raise AssertionError(f"{array.type} is taken as the number column")


def check_broken_stream(store):
    """A stream that fails in the middle ends the pass with what it says."""
    schema = pa.schema([("who", pa.int64())])

    def parts():
        yield pa.RecordBatch.from_arrays([pa.array(NUMBERS)], schema=schema)
        raise ValueError("the well has run dry")

    with Filter(store, "who", 1) as chosen:
        try:
            chosen.stream(schema, parts())
        except Refused as refused:
            same(refused.status, ARROW, "status of a stream that breaks")
            same("the well has run dry" in str(refused), True, f"its own words in: {refused}")
        else:
            raise AssertionError("a stream that breaks is taken for whole")


def number_of(row):
    """The number that a cell means, whatever its type."""
    value = row["who"]
    if value is None:
        return None
    text = value.decode() if isinstance(value, bytes) else str(value)
    return int(text) if text.isdigit() else 5


def compare(given, kept, excluded):
    """Both parts against the model, value by value."""
    rows = given.to_pylist()
    verdicts = [verdict(number_of(row)) for row in rows]
    for part, wanted in ((kept, False), (excluded, True)):
        part.validate(full=True)
        expected = [row for row, said in zip(rows, verdicts) if (said is not None) == wanted]
        found = part.select(given.schema.names).to_pylist()
        same(repr(found), repr(expected), "excluded rows" if wanted else "kept rows")
    same(kept.schema.equals(given.schema, check_metadata=True), True, "the schema is the same")
    same(excluded.schema.names, given.schema.names + EXCLUDED, "columns of excluded rows")
    said = [said for said in verdicts if said is not None]
    same(excluded.column("stoplist_verdict").to_pylist(), said, "verdicts")
    lists = ["blocked" if one == "block" else None for one in said]
    same(excluded.column("stoplist_list").to_pylist(), lists, "lists")
    reasons = excluded.column("stoplist_reason").to_pylist()
    wanted = {"block": "opt_out", "null": None}
    for one, reason in zip(said, reasons):
        if one in wanted:
            same(reason, wanted[one], f"reason of {one}")
        else:
            same(isinstance(reason, str) and reason != "", True, "an invalid row has a reason")


def check_counts(given, counts):
    verdicts = [verdict(number_of(row)) for row in given.to_pylist()]
    for name, said in (("kept", None), ("blocked", "block"), ("invalid", "invalid"), ("null", "null")):
        same(getattr(counts, name), verdicts.count(said), f"the count {name}")
    same(counts.rows, len(verdicts), "the count rows")


def same(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: found {found}, expected {expected}")


if __name__ == "__main__":
    main()
