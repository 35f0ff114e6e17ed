//! How often is each structure released?
//!
//! Makes structures of plans, and memory of exactly the size that they plan, so that an address
//! sanitizer sees who reads beyond. A release callback counts, and releases what its structure was made
//! with, whatever its pointers say by then.

#![expect(unsafe_code, reason = "structures of C, their memory and their callbacks")]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

use super::plan::{Below, MOST_POINTERS, Node, Schema, Values};
use super::structure::{ArrowArray, ArrowArrayStream, ArrowSchema, Structure};

/// What a stream is to do other than give what it has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manners {
    pub(super) has_no_schema_callback: bool,
    pub(super) has_no_next_callback: bool,
    pub(super) says_nothing: bool,
    pub(super) is_released: bool,
    pub(super) fails_for_schema: bool,
    pub(super) fails_for_next: bool,
}

/// Of a structure that was made.
struct Record<T> {
    releases: AtomicU32,
    below: Vec<*mut T>,
}

struct StreamRecord {
    schema: *mut ArrowSchema,
    arrays: Vec<*mut ArrowArray>,
    given: usize,
    manners: Manners,
    releases: u32,
}

/// All structures of an input.
#[derive(Default)]
pub(super) struct Heap {
    memory: Vec<(*mut u8, Layout)>,
    schemas: Vec<*mut Record<ArrowSchema>>,
    arrays: Vec<*mut Record<ArrowArray>>,
    streams: Vec<*mut StreamRecord>,
    /// What may be handed over.
    tops: (Vec<*mut ArrowSchema>, Vec<*mut ArrowArray>),
}

impl Heap {
    /// Zeros, so many bytes behind an aligned address.
    fn space(&mut self, size: usize, skew: usize) -> *mut u8 {
        let Ok(layout) = Layout::from_size_align((size + skew).max(1), 16) else {
            return ptr::null_mut();
        };
        // SAFETY: the size is not 0.
        let made = unsafe { alloc_zeroed(layout) };
        if made.is_null() {
            handle_alloc_error(layout);
        }
        self.memory.push((made, layout));
        // SAFETY: inside.
        unsafe { made.add(skew) }
    }

    fn bytes(&mut self, bytes: &[u8], skew: usize) -> *mut u8 {
        let made = self.space(bytes.len(), skew);
        // SAFETY: as many were made.
        unsafe { made.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        made
    }

    fn text(&mut self, text: Option<&[u8]>) -> *const c_char {
        let Some(text) = text else { return ptr::null() };
        let made = self.space(text.len() + 1, 0);
        // SAFETY: as many were made, and one more.
        unsafe { made.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
        made.cast()
    }

    fn pointers<T>(&mut self, pointers: &[*mut T], skew: usize) -> *mut *mut T {
        let made = self.space(size_of_val(pointers), skew).cast::<*mut T>();
        for (at, &pointer) in pointers.iter().enumerate() {
            // SAFETY: as many were made; maybe not aligned.
            unsafe { made.add(at).write_unaligned(pointer) };
        }
        made
    }

    fn structure<T>(&mut self, value: T, skew: usize) -> *mut T {
        let made = self.space(size_of::<T>(), skew).cast::<T>();
        // SAFETY: made for it; maybe not aligned.
        unsafe { made.write_unaligned(value) };
        made
    }

    /// The array of pointers that a structure says it has, as long as it says if it may be read.
    fn children<T, N>(&mut self, below: &Below<N>, nodes: &[*mut T]) -> *mut *mut T {
        if below.is_null {
            return ptr::null_mut();
        }
        let is_read = (0..=MOST_POINTERS).contains(&below.count);
        let count = if is_read { below.count as usize } else { nodes.len() };
        let is_null = |at: usize| below.nulls >> (at % 32) & 1 == 1;
        let node = |at| nodes.get(at).copied().filter(|_| !is_null(at));
        let pointers: Vec<_> = (0..count).map(|at| node(at).unwrap_or(ptr::null_mut())).collect();
        self.pointers(&pointers, below.skew)
    }

    fn schema_tree(&mut self, plan: &Schema) -> *mut ArrowSchema {
        let mut below: Vec<_> =
            plan.below().nodes.iter().map(|child| self.schema_tree(child)).collect();
        let children = self.children(&plan.below, &below);
        let dictionary = plan.below.dictionary.as_deref().map(|one| self.schema_tree(one));
        below.extend(dictionary);
        let record = Box::into_raw(Box::new(Record { releases: AtomicU32::new(0), below }));
        self.schemas.push(record);
        let schema = ArrowSchema {
            format: self.text(plan.format.as_deref()),
            name: self.text(plan.name.as_deref()),
            metadata: match &plan.metadata {
                Some(metadata) => self.bytes(metadata, 0).cast(),
                None => ptr::null(),
            },
            flags: plan.flags,
            n_children: plan.below.count,
            children,
            dictionary: dictionary.unwrap_or(ptr::null_mut()),
            release: Some(release),
            private_data: record.cast(),
        };
        let made = self.structure(schema, plan.skew);
        if plan.is_released {
            let_go(made);
        }
        made
    }

    fn array_tree(&mut self, plan: &Values) -> *mut ArrowArray {
        let mut below: Vec<_> =
            plan.below().nodes.iter().map(|child| self.array_tree(child)).collect();
        let children = self.children(&plan.below, &below);
        let dictionary = plan.below.dictionary.as_deref().map(|one| self.array_tree(one));
        below.extend(dictionary);
        let record = Box::into_raw(Box::new(Record { releases: AtomicU32::new(0), below }));
        self.arrays.push(record);
        let buffers: Vec<*mut u8> = plan
            .buffers
            .iter()
            .map(|buffer| match buffer.is_null {
                true => ptr::null_mut(),
                false => self.bytes(&buffer.bytes, buffer.skew),
            })
            .collect();
        let is_read = (0..=MOST_POINTERS).contains(&plan.n_buffers);
        let count = if is_read { plan.n_buffers as usize } else { buffers.len() };
        let array = ArrowArray {
            length: plan.length,
            null_count: plan.null_count,
            offset: plan.offset,
            n_buffers: plan.n_buffers,
            n_children: plan.below.count,
            buffers: match plan.has_null_buffers {
                true => ptr::null_mut(),
                false => self.pointers(buffers.get(..count).unwrap_or(&buffers), plan.buffers_skew),
            },
            children,
            dictionary: dictionary.unwrap_or(ptr::null_mut()),
            release: Some(release),
            private_data: record.cast(),
        };
        let made = self.structure(array, plan.skew);
        if plan.is_released {
            let_go(made);
        }
        made
    }

    /// A schema to hand over.
    pub(super) fn schema(&mut self, plan: &Schema) -> *mut ArrowSchema {
        let made = self.schema_tree(plan);
        self.tops.0.push(made);
        made
    }

    /// An array to hand over.
    pub(super) fn array(&mut self, plan: &Values) -> *mut ArrowArray {
        let made = self.array_tree(plan);
        self.tops.1.push(made);
        made
    }

    /// A stream of arrays to hand over.
    pub(super) fn stream(
        &mut self,
        schema: *mut ArrowSchema,
        arrays: Vec<*mut ArrowArray>,
        manners: Manners,
    ) -> *mut ArrowArrayStream {
        let releases = u32::from(manners.is_released);
        let record = StreamRecord { schema, arrays, given: 0, manners, releases };
        let record = Box::into_raw(Box::new(record));
        self.streams.push(record);
        let stream = ArrowArrayStream {
            get_schema: (!manners.has_no_schema_callback).then_some(get_schema),
            get_next: (!manners.has_no_next_callback).then_some(get_next),
            get_last_error: (!manners.says_nothing).then_some(get_last_error),
            release: (!manners.is_released).then_some(release_stream),
            private_data: record.cast(),
        };
        self.structure(stream, 0)
    }

    /// Releases what was not handed over, and looks how often each was released.
    ///
    /// # Panics
    ///
    /// When one was not released once.
    pub(super) fn finish(self) {
        self.tops.0.iter().for_each(|&top| let_go(top));
        self.tops.1.iter().for_each(|&top| let_go(top));
        // SAFETY: the heap made and keeps them.
        let schemas =
            self.schemas.iter().map(|&one| unsafe { (*one).releases.load(Ordering::SeqCst) });
        // SAFETY: as above.
        let arrays =
            self.arrays.iter().map(|&one| unsafe { (*one).releases.load(Ordering::SeqCst) });
        // SAFETY: as above.
        let streams = self.streams.iter().map(|&one| unsafe { (*one).releases });
        for (what, releases) in [("schemas", schemas.collect::<Vec<_>>())]
            .into_iter()
            .chain([("arrays", arrays.collect()), ("streams", streams.collect())])
        {
            assert!(
                releases.iter().all(|&times| times == 1),
                "{what} are released {releases:?} times"
            );
        }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        for &(memory, layout) in &self.memory {
            // SAFETY: made with this layout, and not used any more.
            unsafe { dealloc(memory, layout) };
        }
        // SAFETY: of boxes; not used any more.
        self.schemas.iter().for_each(|&one| drop(unsafe { Box::from_raw(one) }));
        // SAFETY: as above.
        self.arrays.iter().for_each(|&one| drop(unsafe { Box::from_raw(one) }));
        // SAFETY: as above.
        self.streams.iter().for_each(|&one| drop(unsafe { Box::from_raw(one) }));
    }
}

/// Whether it was taken, or released before.
pub(super) fn is_released<T: Structure>(of: *const T) -> bool {
    // SAFETY: of a heap that is there.
    unsafe { of.read_unaligned() }.release().is_none()
}

/// Whether a stream was taken.
pub(super) fn is_stream_released(stream: *const ArrowArrayStream) -> bool {
    // SAFETY: as above.
    unsafe { stream.read_unaligned() }.release.is_none()
}

/// Releases it, unless it is released.
fn let_go<T: Structure>(of: *mut T) {
    // SAFETY: of a heap that is there.
    let callback = unsafe { of.read_unaligned() }.release();
    if let Some(callback) = callback {
        // SAFETY: its own callback.
        unsafe { callback(of) };
    }
}

/// The callback of schemas and arrays: what is released may have been moved.
unsafe extern "C" fn release<T: Structure>(of: *mut T) {
    // SAFETY: a structure of a heap that is there, or its copy.
    let mut one = unsafe { of.read_unaligned() };
    // SAFETY: the record that it was made with.
    let record = unsafe { &*one.private_data().cast::<Record<T>>() };
    record.releases.fetch_add(1, Ordering::SeqCst);
    record.below.iter().for_each(|&below| let_go(below));
    one.forget_release();
    // SAFETY: as above.
    unsafe { of.write_unaligned(one) };
}

/// Moves a structure, which then belongs to whoever has `out`.
///
/// # Safety
///
/// Both lead to a structure.
unsafe fn hand_over<T: Structure>(from: *mut T, out: *mut T) {
    // SAFETY: by the caller.
    let mut one = unsafe { from.read_unaligned() };
    // SAFETY: as above.
    unsafe { out.write_unaligned(one) };
    one.forget_release();
    // SAFETY: as above.
    unsafe { from.write_unaligned(one) };
}

unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: the record that it was made with; no other reference to it is there.
    let record = unsafe { &mut *(*stream).private_data.cast::<StreamRecord>() };
    if record.manners.fails_for_schema {
        return 5;
    }
    // SAFETY: of the heap, and of the caller.
    unsafe { hand_over(record.schema, out) };
    0
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    // SAFETY: as in `get_schema`.
    let record = unsafe { &mut *(*stream).private_data.cast::<StreamRecord>() };
    if record.manners.fails_for_next && record.given > 0 {
        return 5;
    }
    if let Some(&array) = record.arrays.get(record.given) {
        record.given += 1;
        // SAFETY: of the heap, and of the caller.
        unsafe { hand_over(array, out) };
    } else {
        // SAFETY: zeros are a structure that is released.
        unsafe { out.write_bytes(0, 1) };
    }
    0
}

unsafe extern "C" fn get_last_error(_: *mut ArrowArrayStream) -> *const c_char {
    c"no more".as_ptr()
}

unsafe extern "C" fn release_stream(stream: *mut ArrowArrayStream) {
    // SAFETY: as in `get_schema`.
    let record = unsafe { &mut *(*stream).private_data.cast::<StreamRecord>() };
    record.releases += 1;
    // SAFETY: of the caller.
    unsafe { (*stream).release = None };
}
