"""How is the C ABI called from Python?

Only what `through_ctypes.py` needs. Structures of Arrow are handed over by their addresses, as pyarrow
does with `_export_to_c` and `_import_from_c`.
"""

import ctypes as c

import pyarrow as pa

EXCLUDED = ["stoplist_verdict", "stoplist_list", "stoplist_reason"]


class Schema(c.Structure):
    """struct ArrowSchema"""

    _fields_ = [
        ("format", c.c_char_p),
        ("name", c.c_char_p),
        ("metadata", c.c_void_p),
        ("flags", c.c_int64),
        ("n_children", c.c_int64),
        ("children", c.c_void_p),
        ("dictionary", c.c_void_p),
        ("release", c.c_void_p),
        ("private_data", c.c_void_p),
    ]


class Array(c.Structure):
    """struct ArrowArray"""

    _fields_ = [
        ("length", c.c_int64),
        ("null_count", c.c_int64),
        ("offset", c.c_int64),
        ("n_buffers", c.c_int64),
        ("n_children", c.c_int64),
        ("buffers", c.c_void_p),
        ("children", c.c_void_p),
        ("dictionary", c.c_void_p),
        ("release", c.c_void_p),
        ("private_data", c.c_void_p),
    ]


class Stream(c.Structure):
    """struct ArrowArrayStream"""

    _fields_ = [
        ("get_schema", c.c_void_p),
        ("get_next", c.c_void_p),
        ("get_last_error", c.c_void_p),
        ("release", c.c_void_p),
        ("private_data", c.c_void_p),
    ]


class Documentation(c.Structure):
    """stoplist_documentation"""

    _fields_ = [("size", c.c_size_t)] + [
        field
        for name in ("reason", "note", "reference", "source")
        for field in ((name, c.c_char_p), (f"{name}_len", c.c_size_t))
    ]


class FilterOptions(c.Structure):
    """stoplist_filter_options"""

    _fields_ = [
        ("size", c.c_size_t),
        ("columns", c.POINTER(c.c_char_p)),
        ("column_lens", c.POINTER(c.c_size_t)),
        ("columns_count", c.c_size_t),
        ("on_invalid", c.c_int32),
        ("on_null", c.c_int32),
        ("on_blocked", c.c_int32),
        ("threads", c.c_uint32),
        ("excluded", c.c_uint32),
        ("reserved", c.c_uint32),
    ]


class Counts(c.Structure):
    """stoplist_counts"""

    _fields_ = [
        (name, c.c_uint64)
        for name in ("rows", "kept", "blocked", "invalid", "null", "emptied", "generation")
    ]


class Refused(Exception):
    """A call that failed."""

    def __init__(self, status, code, message):
        super().__init__(f"status {status}, {code}: {message}")
        self.status = status


class Library:
    def __init__(self, path):
        self.functions = c.CDLL(path)
        for name in ("stoplist_error_code", "stoplist_error_message"):
            getattr(self.functions, name).restype = c.c_char_p

    def call(self, name, *args):
        """Calls a function whose last parameter is an error."""
        error = c.c_void_p()
        function = getattr(self.functions, name)
        function.restype = c.c_int32
        status = function(*args, c.byref(error))
        if status == 0:
            return
        code = self.functions.stoplist_error_code(error).decode()
        message = self.functions.stoplist_error_message(error).decode()
        self.functions.stoplist_error_free(error)
        raise Refused(status, code, message)

    def free(self, name, handle):
        function = getattr(self.functions, name)
        function.restype = None
        function(handle)


def text(value):
    """A text as the two arguments that it takes."""
    value = value.encode()
    return c.c_char_p(value), c.c_size_t(len(value))


def array_of(values):
    """Texts as the three arguments that an array of them takes."""
    values = [value.encode() for value in values]
    count = len(values)
    lens = (c.c_size_t * count)(*map(len, values))
    return (c.c_char_p * count)(*values), lens, c.c_size_t(count)


class Store:
    """A store in which some numbers are blocked."""

    def __init__(self, library, path, blocked):
        self.library = library
        self.handle = c.c_void_p()
        library.call("stoplist_store_create", *text(path), *text("ana"), None, c.byref(self.handle))
        why = Documentation(size=c.sizeof(Documentation), reason=b"opt_out", reason_len=7)
        who = array_of(f"+{number}" for number in blocked)
        actor = text("ana")
        library.call("stoplist_store_block", self.handle, *actor, *who, c.byref(why), None, None)

    def close(self):
        self.library.call("stoplist_store_close", self.handle)


class Filter:
    """A filter of all lists of a store, by a column."""

    def __init__(self, store, column, threads):
        self.library = store.library
        names, lens, count = array_of([column])
        options = FilterOptions(c.sizeof(FilterOptions), names, lens, count)
        options.threads, options.excluded = threads, 1
        self.handle = c.c_void_p()
        self.library.call(
            "stoplist_filter_open", store.handle, None, c.byref(options), c.byref(self.handle)
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.free("stoplist_filter_free", self.handle)

    def batch(self, given):
        """The kept rows, the excluded rows, the counts."""
        array, schema = Array(), Schema()
        given._export_to_c(c.addressof(array), c.addressof(schema))
        outputs = [Array(), Schema(), Array(), Schema()]
        report = c.c_void_p()
        inputs = [c.byref(one) for one in (array, schema)]
        places = [c.byref(one) for one in (*outputs, report)]
        try:
            self.library.call("stoplist_filter_batch", self.handle, *inputs, *places)
        finally:
            # Taken in every case.
            assert not array.release and not schema.release
        kept, excluded = imported(*outputs[:2]), imported(*outputs[2:])
        return kept, excluded, self.counts(report)

    def stream(self, schema, parts):
        """Each batch as kept and excluded rows; the counts."""
        flow = self.begun(schema, parts)
        try:
            kept, excluded = Schema(), Schema()
            places = [c.byref(one) for one in (kept, excluded)]
            self.library.call("stoplist_pass_schema", flow, *places)
            schemas = [pa.Schema._import_from_c(c.addressof(one)) for one in (kept, excluded)]
            divided = []
            while True:
                arrays = [Array(), Array()]
                places = [c.byref(one) for one in arrays]
                self.library.call("stoplist_pass_next", flow, *places)
                if not arrays[0].release:
                    break
                divided.append(
                    tuple(
                        pa.RecordBatch._import_from_c(c.addressof(one), schema)
                        for one, schema in zip(arrays, schemas)
                    )
                )
            report = c.c_void_p()
            self.library.call("stoplist_pass_report", flow, c.byref(report))
            return divided, self.counts(report)
        finally:
            self.library.free("stoplist_pass_free", flow)

    def exported(self, schema, parts):
        """The kept rows of all batches, read from a stream that outlives the pass."""
        flow = self.begun(schema, parts)
        stream = Stream()
        try:
            self.library.call("stoplist_pass_export", flow, c.byref(stream))
        finally:
            self.library.free("stoplist_pass_free", flow)
        return pa.RecordBatchReader._import_from_c(c.addressof(stream)).read_all()

    def begun(self, schema, parts):
        stream, flow = Stream(), c.c_void_p()
        reader = pa.RecordBatchReader.from_batches(schema, parts)
        reader._export_to_c(c.addressof(stream))
        places = [c.byref(one) for one in (stream, flow)]
        try:
            self.library.call("stoplist_filter_stream", self.handle, *places)
        finally:
            assert not stream.release
        return flow

    def counts(self, report):
        counts = Counts()
        try:
            self.library.call("stoplist_report_counts", report, c.byref(counts))
        finally:
            self.library.free("stoplist_report_free", report)
        return counts


def imported(array, schema):
    return pa.RecordBatch._import_from_c(c.addressof(array), c.addressof(schema))
