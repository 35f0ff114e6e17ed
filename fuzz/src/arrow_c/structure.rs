//! How do the structures of the C data interface lie in memory?

use std::ffi::{c_char, c_int, c_void};

/// What ends a structure, once.
pub(super) type Release<T> = Option<unsafe extern "C" fn(*mut T)>;

/// The type of a column.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct ArrowSchema {
    pub(super) format: *const c_char,
    pub(super) name: *const c_char,
    pub(super) metadata: *const c_char,
    pub(super) flags: i64,
    pub(super) n_children: i64,
    pub(super) children: *mut *mut ArrowSchema,
    pub(super) dictionary: *mut ArrowSchema,
    pub(super) release: Release<ArrowSchema>,
    pub(super) private_data: *mut c_void,
}

/// A column.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct ArrowArray {
    pub(super) length: i64,
    pub(super) null_count: i64,
    pub(super) offset: i64,
    pub(super) n_buffers: i64,
    pub(super) n_children: i64,
    pub(super) buffers: *mut *mut u8,
    pub(super) children: *mut *mut ArrowArray,
    pub(super) dictionary: *mut ArrowArray,
    pub(super) release: Release<ArrowArray>,
    pub(super) private_data: *mut c_void,
}

/// A stream of batches.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct ArrowArrayStream {
    pub(super) get_schema: Option<unsafe extern "C" fn(*mut Self, *mut ArrowSchema) -> c_int>,
    pub(super) get_next: Option<unsafe extern "C" fn(*mut Self, *mut ArrowArray) -> c_int>,
    pub(super) get_last_error: Option<unsafe extern "C" fn(*mut Self) -> *const c_char>,
    pub(super) release: Release<Self>,
    pub(super) private_data: *mut c_void,
}

/// What both trees of structures have.
pub(super) trait Structure: Copy {
    fn release(&self) -> Release<Self>;
    fn forget_release(&mut self);
    fn private_data(&self) -> *mut c_void;
}

impl Structure for ArrowSchema {
    fn release(&self) -> Release<Self> {
        self.release
    }

    fn forget_release(&mut self) {
        self.release = None;
    }

    fn private_data(&self) -> *mut c_void {
        self.private_data
    }
}

impl Structure for ArrowArray {
    fn release(&self) -> Release<Self> {
        self.release
    }

    fn forget_release(&mut self) {
        self.release = None;
    }

    fn private_data(&self) -> *mut c_void {
        self.private_data
    }
}
