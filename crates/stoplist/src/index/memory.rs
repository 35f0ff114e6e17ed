//! Where do the lines of an index live?
//!
//! In the heap, in pages of their own, or in a mapped file: behind one face, so that a look-up does
//! not ask. One of the three files of this crate with `unsafe` code: a map and its lines have no
//! safe face, and pages of their own are worth a fifth of a batch (`benches/record`, "huge pages").

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::ptr::NonNull;
use std::slice;
use std::sync::Arc;

use memmap2::{Mmap, MmapMut};

use super::line::Line;

/// From here on lines get pages of their own, for which huge ones are asked: with small pages a
/// look-up in a large index waits for the page table too (`benches/record`, "huge pages").
const OWN_PAGES_FROM: usize = 4 << 20;

/// Lines that nobody changes any more.
#[derive(Clone)]
pub(super) struct Memory {
    /// Of the first line; `lines` of them are initialised and live as long as `owner`.
    start: NonNull<Line>,
    lines: usize,
    /// Kept for its `Drop`.
    owner: Arc<Owner>,
}

#[expect(dead_code, reason = "each variant holds what a `Memory` points to")]
enum Owner {
    Heap(Box<[Line]>),
    Pages(MmapMut),
    File(Mmap),
}

// SAFETY: the lines are never written to once a `Memory` exists, whatever thread reads them, and
// `Owner` may be dropped by any thread.
#[expect(unsafe_code, reason = "a pointer is not `Send` by itself")]
unsafe impl Send for Memory {}
// SAFETY: as above; `&Memory` only gives `&[Line]`.
#[expect(unsafe_code, reason = "a pointer is not `Sync` by itself")]
unsafe impl Sync for Memory {}

impl Memory {
    /// The lines of all chunks, one chunk after the other. Each chunk is freed once it is copied.
    pub(super) fn of_chunks(chunks: Vec<Vec<Line>>) -> Self {
        let lines = chunks.iter().map(Vec::len).sum::<usize>();
        let bytes = lines * Line::BYTES;
        if bytes >= OWN_PAGES_FROM
            && let Ok(mut pages) = MmapMut::map_anon(bytes)
        {
            // Where huge pages cannot be had, small ones do.
            #[cfg(target_os = "linux")]
            let _ = pages.advise(memmap2::Advice::HugePage);
            let places = pages.as_chunks_mut().0.iter_mut();
            places.zip(chunks.into_iter().flatten()).for_each(|(place, line)| *place = line.0);
            return Self::of_pages(NonNull::from(&*pages), Owner::Pages(pages));
        }
        let heap: Box<[Line]> = chunks.into_iter().flatten().collect();
        let (start, lines) = (NonNull::from(&*heap).cast(), heap.len());
        Self { start, lines, owner: Arc::new(Owner::Heap(heap)) }
    }

    /// Maps a whole file, read-only. What is left of it after the last whole line is not seen.
    pub(super) fn map(file: &File) -> io::Result<Self> {
        // SAFETY: the bytes of the map are only read, as integers, for which every value is
        // valid. That nobody changes or truncates the file meanwhile is what `Index::open` asks of
        // its caller.
        #[expect(unsafe_code, reason = "no safe way to map a file")]
        let map = unsafe { Mmap::map(file)? };
        Ok(Self::of_pages(NonNull::from(&*map), Owner::File(map)))
    }

    /// Pages do not move when `owner`, which has them, does.
    fn of_pages(pages: NonNull<[u8]>, owner: Owner) -> Self {
        let start = pages.cast::<Line>();
        // Pages are aligned to more than a line.
        debug_assert!(start.is_aligned());
        Self { start, lines: pages.len() / Line::BYTES, owner: Arc::new(owner) }
    }

    /// Some of the lines, sharing the memory; `None` when there are not so many.
    pub(super) fn part(&self, from: usize, lines: usize) -> Option<Self> {
        let part = self.get(from..from.checked_add(lines)?)?;
        Some(Self { start: NonNull::from(part).cast(), lines, owner: Arc::clone(&self.owner) })
    }

    /// The lines as bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: `Line` is 64 bytes without padding, so `lines` of them are that many bytes.
        #[expect(unsafe_code, reason = "no safe cast from lines to bytes")]
        unsafe {
            slice::from_raw_parts(self.start.as_ptr().cast(), self.lines * Line::BYTES)
        }
    }
}

impl Deref for Memory {
    type Target = [Line];

    #[inline]
    fn deref(&self) -> &[Line] {
        // SAFETY: `start` is aligned, and `lines` lines behind it are initialised, unchanging and
        // kept by `owner` as long as `self` lives.
        #[expect(unsafe_code, reason = "the owner does not tell its address at no cost")]
        unsafe {
            slice::from_raw_parts(self.start.as_ptr(), self.lines)
        }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("lines", &self.lines).finish_non_exhaustive()
    }
}
