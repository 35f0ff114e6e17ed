//! How does a batch go through the C ABI, and what comes back?

#![expect(unsafe_code, reason = "the functions of the C ABI, called as C calls them")]

use std::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;
use std::path::Path;
use std::ptr::{self, null, null_mut};

use arrow::array::{ArrayData, RecordBatch, StructArray};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
// For what it exports.
use stoplist_ffi as _;

use super::structure::{ArrowArray, ArrowArrayStream, ArrowSchema};

/// Statuses, as the header numbers them.
pub(super) const OK: i32 = 0;
const INVALID_ARGUMENT: i32 = 1;
const USAGE: i32 = 7;
const DATA: i32 = 10;
const ARROW: i32 = 17;

/// What is in memory that nobody wrote to.
const PATTERN: u8 = 0xa5;

/// `stoplist_filter_options`.
#[repr(C)]
struct Options {
    size: usize,
    columns: *const *const c_char,
    column_lens: *const usize,
    columns_count: usize,
    on_invalid: i32,
    on_null: i32,
    on_blocked: i32,
    threads: u32,
    excluded: u32,
    reserved: u32,
}

unsafe extern "C" {
    fn stoplist_gate_open_index(
        path: *const c_char,
        path_len: usize,
        list: *const c_char,
        list_len: usize,
        generation: u64,
        region: *const c_char,
        region_len: usize,
        gate: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn stoplist_gate_free(gate: *mut c_void);
    fn stoplist_filter_of_gate(
        gate: *const c_void,
        options: *const Options,
        filter: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn stoplist_filter_batch(
        filter: *const c_void,
        array: *mut ArrowArray,
        schema: *mut ArrowSchema,
        kept: *mut FFI_ArrowArray,
        kept_schema: *mut FFI_ArrowSchema,
        excluded: *mut FFI_ArrowArray,
        excluded_schema: *mut FFI_ArrowSchema,
        report: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn stoplist_filter_recheck(
        filter: *const c_void,
        array: *mut ArrowArray,
        schema: *mut ArrowSchema,
        report: *const c_void,
        kept: *mut FFI_ArrowArray,
        kept_schema: *mut FFI_ArrowSchema,
        blocked: *mut FFI_ArrowArray,
        blocked_schema: *mut FFI_ArrowSchema,
        generation: *mut u64,
        error: *mut *mut c_void,
    ) -> i32;
    fn stoplist_filter_stream(
        filter: *const c_void,
        stream: *mut ArrowArrayStream,
        pass: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn stoplist_pass_schema(
        pass: *const c_void,
        kept: *mut FFI_ArrowSchema,
        excluded: *mut FFI_ArrowSchema,
        error: *mut *mut c_void,
    ) -> i32;
    fn stoplist_pass_next(
        pass: *const c_void,
        kept: *mut FFI_ArrowArray,
        excluded: *mut FFI_ArrowArray,
        error: *mut *mut c_void,
    ) -> i32;
    fn stoplist_pass_free(pass: *mut c_void);
    fn stoplist_report_free(report: *mut c_void);
    fn stoplist_error_status(error: *const c_void) -> i32;
    fn stoplist_error_code(error: *const c_void) -> *const c_char;
    fn stoplist_error_message(error: *const c_void) -> *const c_char;
    fn stoplist_error_free(error: *mut c_void);
}

/// How a filter judges, in the numbers of the header.
#[derive(Clone, Copy)]
pub(super) struct Judging {
    pub(super) columns: &'static [&'static str],
    pub(super) on_invalid: i32,
    pub(super) on_null: i32,
    pub(super) on_blocked: i32,
}

/// A filter of the C ABI, for ever.
pub(super) struct Filter(*const c_void);

// SAFETY: may be used by many threads at once, by the header.
unsafe impl Send for Filter {}
// SAFETY: as above.
unsafe impl Sync for Filter {}

/// A batch that came out: the rows that may be sent to, and the others.
pub(super) type Divided = [RecordBatch; 2];

/// Where results go, and nothing is written without success.
struct Place<T>(MaybeUninit<T>);

impl<T> Place<T> {
    fn new() -> Self {
        let mut place = MaybeUninit::uninit();
        // SAFETY: as many bytes as it has.
        unsafe { ptr::write_bytes(place.as_mut_ptr(), PATTERN, 1) };
        Self(place)
    }

    fn out(&mut self) -> *mut T {
        self.0.as_mut_ptr()
    }

    fn expect_untouched(&self) {
        // SAFETY: all bytes were written in `new`; the structures of C have none between their fields.
        let bytes =
            unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast::<u8>(), size_of::<T>()) };
        assert!(bytes.iter().all(|&byte| byte == PATTERN), "an output was written with an error");
    }

    /// What is there after success.
    fn taken(self) -> T {
        assert!(size_of::<T>() > 0);
        // SAFETY: written, by the header; if not, the pattern is the address of nothing, and seen.
        unsafe { self.0.assume_init() }
    }
}

/// An error is one that the header says there may be, and told in full; the status.
fn expect_error(status: i32, error: *mut c_void) -> i32 {
    assert!(!error.is_null(), "{status} without an error");
    // SAFETY: an error of the library, which is there until it is freed.
    let told = unsafe { [stoplist_error_code(error), stoplist_error_message(error)] };
    // SAFETY: as above; texts that end with NUL.
    let told = told.map(|text| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned());
    // SAFETY: as above.
    assert_eq!(unsafe { stoplist_error_status(error) }, status);
    // SAFETY: as above; not used any more.
    unsafe { stoplist_error_free(error) };
    assert!(matches!(status, INVALID_ARGUMENT | USAGE | DATA | ARROW), "{status}: {told:?}");
    assert!(told.iter().all(|text| !text.is_empty()), "{told:?}");
    status
}

/// Takes in what came out, and checks all of it.
fn imported(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> RecordBatch {
    let batch = DataType::try_from(schema).and_then(|data_type| {
        // SAFETY: from the library, which vouches for it.
        let data = unsafe { from_ffi_and_data_type(array, data_type) }?;
        let data = without_empty(data)?;
        // Without rows, nothing of the types was looked at.
        if !data.is_empty() {
            data.validate_full()?;
        }
        Ok(RecordBatch::from(StructArray::from(data)))
    });
    let refused = batch.as_ref().err().map(ToString::to_string);
    assert!(refused.is_none(), "what comes out is unsound: {refused:?}");
    batch.unwrap_or_else(|_| RecordBatch::new_empty(arrow::datatypes::Schema::empty().into()))
}

/// With arrays that are empty made anew: one that was cut out of another has offsets that point into
/// bytes, of which Arrow takes in none.
fn without_empty(data: ArrayData) -> Result<ArrayData, ArrowError> {
    if data.is_empty() {
        return Ok(ArrayData::new_empty(data.data_type()));
    }
    let children = data.child_data().iter().cloned().map(without_empty);
    let children = children.collect::<Result<Vec<_>, _>>()?;
    // SAFETY: as sound as before; checked in full behind.
    Ok(unsafe { data.into_builder().child_data(children).build_unchecked() })
}

impl Filter {
    /// One of an index file, whose list is called `list`.
    ///
    /// # Panics
    ///
    /// When it cannot be made.
    pub(super) fn new(index: &Path, list: &str, judging: Judging) -> Self {
        let path = index.to_string_lossy();
        let (mut gate, mut filter) = (null_mut(), null_mut());
        let names: Vec<*const c_char> =
            judging.columns.iter().map(|name| name.as_ptr().cast()).collect();
        let lens: Vec<usize> = judging.columns.iter().map(|name| name.len()).collect();
        let options = Options {
            size: size_of::<Options>(),
            columns: names.as_ptr(),
            column_lens: lens.as_ptr(),
            columns_count: names.len(),
            on_invalid: judging.on_invalid,
            on_null: judging.on_null,
            on_blocked: judging.on_blocked,
            threads: 1,
            excluded: 1,
            reserved: 0,
        };
        // SAFETY: as the header says.
        let statuses = unsafe {
            let opened = stoplist_gate_open_index(
                path.as_ptr().cast(),
                path.len(),
                list.as_ptr().cast(),
                list.len(),
                0,
                null(),
                0,
                &raw mut gate,
                null_mut(),
            );
            let made =
                stoplist_filter_of_gate(gate, &raw const options, &raw mut filter, null_mut());
            stoplist_gate_free(gate);
            [opened, made]
        };
        assert_eq!(statuses, [OK, OK]);
        Self(filter)
    }

    /// A batch, at once. Nothing for an error, as below.
    pub(super) fn batch(
        &self,
        array: *mut ArrowArray,
        schema: *mut ArrowSchema,
    ) -> Result<Divided, i32> {
        let (mut kept, mut kept_schema) = (Place::new(), Place::new());
        let (mut excluded, mut excluded_schema) = (Place::new(), Place::new());
        let (mut report, mut error) = (Place::<*mut c_void>::new(), null_mut());
        // SAFETY: as the header says, but for what is wrong with the batch on purpose.
        let status = unsafe {
            stoplist_filter_batch(
                self.0,
                array,
                schema,
                kept.out(),
                kept_schema.out(),
                excluded.out(),
                excluded_schema.out(),
                report.out(),
                &raw mut error,
            )
        };
        if status != OK {
            report.expect_untouched();
            return Err(refused(status, error, (kept, kept_schema), (excluded, excluded_schema)));
        }
        // SAFETY: of the library, and not used any more.
        unsafe { stoplist_report_free(report.taken()) };
        Ok(divided((kept, kept_schema), (excluded, excluded_schema)))
    }

    /// A batch once more, just before sending.
    pub(super) fn recheck(
        &self,
        array: *mut ArrowArray,
        schema: *mut ArrowSchema,
    ) -> Result<Divided, i32> {
        let (mut kept, mut kept_schema) = (Place::new(), Place::new());
        let (mut blocked, mut blocked_schema) = (Place::new(), Place::new());
        let (mut generation, mut error) = (Place::<u64>::new(), null_mut());
        // SAFETY: as in `batch`.
        let status = unsafe {
            stoplist_filter_recheck(
                self.0,
                array,
                schema,
                null(),
                kept.out(),
                kept_schema.out(),
                blocked.out(),
                blocked_schema.out(),
                generation.out(),
                &raw mut error,
            )
        };
        if status != OK {
            generation.expect_untouched();
            return Err(refused(status, error, (kept, kept_schema), (blocked, blocked_schema)));
        }
        Ok(divided((kept, kept_schema), (blocked, blocked_schema)))
    }

    /// All batches of a stream up to its end.
    pub(super) fn stream(&self, stream: *mut ArrowArrayStream) -> Result<Vec<Divided>, i32> {
        let (mut pass, mut error) = (Place::<*mut c_void>::new(), null_mut());
        // SAFETY: as in `batch`.
        let status = unsafe { stoplist_filter_stream(self.0, stream, pass.out(), &raw mut error) };
        if status != OK {
            pass.expect_untouched();
            return Err(expect_error(status, error));
        }
        let pass = pass.taken();
        let mut all = Vec::new();
        let outcome = loop {
            match next(pass) {
                Ok(Some(divided)) => all.push(divided),
                Ok(None) => break Ok(all),
                Err(status) => break Err(status),
            }
        };
        if outcome.is_err() {
            assert!(matches!(next(pass), Ok(None)), "a stream goes on behind an error");
        }
        // SAFETY: of the library, and not used any more.
        unsafe { stoplist_pass_free(pass) };
        outcome
    }
}

/// The next batch of a pass; nothing at the end.
fn next(pass: *const c_void) -> Result<Option<Divided>, i32> {
    let (mut kept, mut kept_schema) = (Place::new(), Place::new());
    let (mut excluded, mut excluded_schema) = (Place::new(), Place::new());
    let mut error = null_mut();
    // SAFETY: as the header says.
    let status = unsafe { stoplist_pass_next(pass, kept.out(), excluded.out(), &raw mut error) };
    if status != OK {
        return Err(refused(status, error, (kept, kept_schema), (excluded, excluded_schema)));
    }
    // SAFETY: as the header says.
    let of_schema =
        unsafe { stoplist_pass_schema(pass, kept_schema.out(), excluded_schema.out(), null_mut()) };
    assert_eq!(of_schema, OK, "a pass has a schema");
    let (kept, excluded): (FFI_ArrowArray, FFI_ArrowArray) = (kept.taken(), excluded.taken());
    let schemas = [kept_schema.taken(), excluded_schema.taken()];
    if kept.is_released() {
        assert!(excluded.is_released(), "both are at their end");
        return Ok(None);
    }
    let [of_kept, of_excluded] = &schemas;
    Ok(Some([imported(kept, of_kept), imported(excluded, of_excluded)]))
}

type Places = (Place<FFI_ArrowArray>, Place<FFI_ArrowSchema>);

fn refused(status: i32, error: *mut c_void, one: Places, other: Places) -> i32 {
    for (array, schema) in [one, other] {
        array.expect_untouched();
        schema.expect_untouched();
    }
    expect_error(status, error)
}

fn divided(one: Places, other: Places) -> Divided {
    [one, other].map(|(array, schema)| imported(array.taken(), &schema.taken()))
}
