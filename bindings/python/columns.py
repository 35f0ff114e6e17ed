"""Which types can a column have?"""

import datetime
import decimal

import pyarrow as pa


def texts(numbers):
    """As text; what is no number in words."""
    return [None if n is None else "no number" if n == 5 else str(n) for n in numbers]


def of_texts(kind):
    return lambda numbers: pa.array(texts(numbers), kind)


def of_bytes(kind):
    return lambda numbers: pa.array([t and t.encode() for t in texts(numbers)], kind)


def of_integers(kind):
    return lambda numbers: pa.array(numbers, kind)


def of_decimals(kind):
    return lambda numbers: pa.array([n and decimal.Decimal(n) for n in numbers], kind)


def in_dictionary(keys, values):
    """Encoded by a dictionary in which more stands than is used, and a null."""

    def make(numbers):
        distinct = values([None, *sorted({n for n in numbers if n is not None}), 376999999])
        places = {n: at for at, n in enumerate(sorted({n for n in numbers if n is not None}), 1)}
        codes = [None if n is None else places[n] for n in numbers]
        # A null may be one of the keys or one of the values.
        codes = [0 if code is None and at % 2 else code for at, code in enumerate(codes)]
        return pa.DictionaryArray.from_arrays(pa.array(codes, keys), distinct)

    return make


def few(make):
    """The same with so few different numbers that eight bits count them."""
    return lambda numbers: make([n and (n if n == 5 else 376312000 + n % 60) for n in numbers])


def in_runs(ends, values):
    """Encoded by runs, of one to three rows."""

    def make(numbers):
        bounds = []
        while not bounds or bounds[-1] < len(numbers):
            bounds.append(min(len(numbers), (bounds[-1] if bounds else 0) + 1 + len(bounds) % 3))
        array = values([numbers[bound - 1] for bound in bounds])
        return pa.RunEndEncodedArray.from_arrays(pa.array(bounds, ends), array)

    return make


STRINGS = of_texts(pa.string())
INT64 = of_integers(pa.int64())

# A name, and a function that makes an array of numbers.
NUMBER_COLUMNS = [
    ("string", STRINGS),
    ("large_string", of_texts(pa.large_string())),
    ("string_view", of_texts(pa.string_view())),
    ("binary", of_bytes(pa.binary())),
    ("large_binary", of_bytes(pa.large_binary())),
    ("binary_view", of_bytes(pa.binary_view())),
    ("fixed_size_binary(9)", of_bytes(pa.binary(9))),
    ("int64", INT64),
    ("uint64", of_integers(pa.uint64())),
    ("int32", of_integers(pa.int32())),
    ("uint32", of_integers(pa.uint32())),
    ("decimal32(9, 0)", of_decimals(pa.decimal32(9, 0))),
    ("decimal64(15, 0)", of_decimals(pa.decimal64(15, 0))),
    ("decimal128(15, 0)", of_decimals(pa.decimal128(15, 0))),
    ("decimal256(40, 0)", of_decimals(pa.decimal256(40, 0))),
    ("dictionary(int8, string)", few(in_dictionary(pa.int8(), STRINGS))),
    ("dictionary(uint8, int64)", few(in_dictionary(pa.uint8(), INT64))),
    ("dictionary(int16, string_view)", in_dictionary(pa.int16(), of_texts(pa.string_view()))),
    ("dictionary(uint16, string)", in_dictionary(pa.uint16(), STRINGS)),
    ("dictionary(int32, large_string)", in_dictionary(pa.int32(), of_texts(pa.large_string()))),
    ("dictionary(uint32, uint64)", in_dictionary(pa.uint32(), of_integers(pa.uint64()))),
    ("dictionary(int64, int64)", in_dictionary(pa.int64(), INT64)),
    ("dictionary(uint64, binary)", in_dictionary(pa.uint64(), of_bytes(pa.binary()))),
    ("null", lambda numbers: pa.nulls(len(numbers))),
    ("run_end_encoded(int16, string)", in_runs(pa.int16(), STRINGS)),
    ("run_end_encoded(int32, int64)", in_runs(pa.int32(), INT64)),
    ("run_end_encoded(int64, string_view)", in_runs(pa.int64(), of_texts(pa.string_view()))),
]


def others(rows):
    """An array of every type that holds no numbers, with its name."""
    moment = datetime.datetime(2024, 2, 29, 12, 30)

    def every(kind, value, gap=5):
        return pa.array([None if row % gap == 1 else value(row) for row in range(rows)], kind)

    def listed(row):
        return [None if at == 1 else at for at in range(row % 4)]

    def day(row):
        return (moment + datetime.timedelta(days=row)).date()

    pair = pa.struct([("a", pa.int32()), ("b", pa.list_(pa.string()))])
    unions = pa.UnionArray.from_sparse(
        pa.array([row % 2 for row in range(rows)], pa.int8()),
        [pa.array(range(rows), pa.int64()), pa.array([str(row) for row in range(rows)])],
    )
    dense = pa.UnionArray.from_dense(
        pa.array([row % 2 for row in range(rows)], pa.int8()),
        pa.array([row // 2 for row in range(rows)], pa.int32()),
        [pa.array(range(rows), pa.int64()), pa.array([str(row) for row in range(rows)])],
    )
    # Texts of which none is left: the offsets of what was cut away are still there.
    hollow = pa.ListArray.from_arrays([0] * (rows + 1), pa.array(["one", "two"]).slice(1, 0))
    made = [
        every(pa.bool_(), lambda row: row % 3 == 0),
        every(pa.float16(), lambda row: row / 4),
        every(pa.float32(), lambda row: row / 4),
        every(pa.float64(), lambda row: row / 3),
        every(pa.decimal128(12, 2), lambda row: decimal.Decimal(row) / 4),
        every(pa.date32(), day),
        every(pa.date64(), day),
        every(pa.time32("s"), lambda row: datetime.time(row % 24, 5)),
        every(pa.time64("us"), lambda row: datetime.time(row % 24, 5, 1, 7)),
        every(pa.timestamp("ms"), lambda row: moment + datetime.timedelta(hours=row)),
        every(pa.timestamp("us", "UTC"), lambda row: moment + datetime.timedelta(hours=row)),
        every(pa.duration("ms"), lambda row: datetime.timedelta(seconds=row)),
        every(pa.month_day_nano_interval(), lambda row: pa.MonthDayNano([row, 2, 3])),
        every(pa.list_(pa.int32()), listed),
        every(pa.large_list(pa.int32()), listed),
        every(pa.list_view(pa.int32()), listed),
        every(pa.large_list_view(pa.int32()), listed),
        every(pa.list_(pa.int32(), 2), lambda row: [row, None]),
        every(pair, lambda row: {"a": row, "b": [str(row), None]}),
        every(pa.map_(pa.string(), pa.int32()), lambda row: [(str(row), row), ("x", None)]),
        hollow,
        unions,
        dense,
    ]
    return [(str(array.type), array) for array in made]
