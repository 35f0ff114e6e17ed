//! Where do the bytes of rows go?
//!
//! Into one piece of memory for all columns of a batch, parts of which can be written at the same
//! time. To have the system clear and map new memory costs as much as to copy what goes there
//! (`benches/record`, "The filter"). So large rooms ask for huge pages, and come back when the batch
//! is dropped, to be used again.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError, Weak};

use arrow::alloc::ALIGNMENT;
use arrow::buffer::{Buffer, MutableBuffer};
use bytes::Bytes;
use memmap2::MmapMut;

/// From here on a room has pages of its own.
const OWN_PAGES_FROM: usize = 1 << 20;
/// Of a huge page.
const PAGE: usize = 2 << 20;

/// Pages that came back, up to so many bytes.
#[derive(Clone, Debug)]
pub(crate) struct Rooms(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    /// Those that came back last are the last.
    pages: Mutex<Vec<MmapMut>>,
    at_most: usize,
}

/// Memory that will be a buffer. What is in it at first is anything.
pub(super) enum Room {
    Heap(MutableBuffer),
    Pages(Pages),
}

pub(super) struct Pages {
    /// None once they have come back.
    pages: Option<MmapMut>,
    len: usize,
    /// None once the filter is gone.
    kept: Weak<Kept>,
}

impl Rooms {
    /// Keeps at most so many bytes for later.
    pub(crate) fn new(at_most: usize) -> Self {
        Self(Arc::new(Kept { pages: Mutex::default(), at_most }))
    }

    /// Room for so many bytes.
    pub(super) fn room(&self, len: usize) -> Room {
        if len >= OWN_PAGES_FROM
            && let Some(pages) = self.0.take(len).or_else(|| map(len))
        {
            return Room::Pages(Pages { pages: Some(pages), len, kept: Arc::downgrade(&self.0) });
        }
        Room::Heap(MutableBuffer::from_len_zeroed(len))
    }
}

impl Kept {
    /// Of the pages that came back the fewest that are enough, if they are not far too many.
    fn take(&self, len: usize) -> Option<MmapMut> {
        let mut kept = self.lock()?;
        let fits = |pages: &MmapMut| (len..=2 * len.next_multiple_of(PAGE)).contains(&pages.len());
        let fitting = kept.iter().enumerate().filter(|(_, pages)| fits(pages));
        let (at, _) = fitting.min_by_key(|(_, pages)| pages.len())?;
        Some(kept.remove(at))
    }

    /// Makes room for what came back by what came back long ago.
    fn keep(&self, pages: MmapMut) {
        let Some(mut kept) = self.lock().filter(|_| pages.len() <= self.at_most) else { return };
        let mut all: usize = kept.iter().map(|pages| pages.len()).sum();
        while all + pages.len() > self.at_most && !kept.is_empty() {
            all -= kept.remove(0).len();
        }
        kept.push(pages);
    }

    /// Waits for nobody: in a forked child, whoever has the lock may never give it back.
    fn lock(&self) -> Option<MutexGuard<'_, Vec<MmapMut>>> {
        match self.pages.try_lock() {
            Ok(kept) => Some(kept),
            Err(TryLockError::Poisoned(kept)) => Some(kept.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// New pages; none when the system has none.
fn map(len: usize) -> Option<MmapMut> {
    let pages = MmapMut::map_anon(len.next_multiple_of(PAGE)).ok()?;
    // Where huge pages cannot be had, small ones do.
    #[cfg(target_os = "linux")]
    let _ = pages.advise(memmap2::Advice::HugePage);
    Some(pages)
}

impl Room {
    pub(super) fn bytes(&mut self) -> &mut [u8] {
        match self {
            Self::Heap(bytes) => bytes.as_slice_mut(),
            Self::Pages(Pages { pages, len, .. }) => {
                let bytes = pages.as_deref_mut().unwrap_or_default();
                bytes.get_mut(..*len).unwrap_or_default()
            }
        }
    }

    pub(super) fn into_buffer(self) -> Buffer {
        match self {
            Self::Heap(bytes) => bytes.into(),
            Self::Pages(pages) => Bytes::from_owner(pages).into(),
        }
    }
}

impl AsRef<[u8]> for Pages {
    fn as_ref(&self) -> &[u8] {
        self.pages.as_deref().and_then(|bytes| bytes.get(..self.len)).unwrap_or_default()
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        if let (Some(pages), Some(kept)) = (self.pages.take(), self.kept.upgrade()) {
            kept.keep(pages);
        }
    }
}

/// So that whatever stands behind `bytes` is where any processor likes it.
pub(super) fn padded(bytes: usize) -> usize {
    bytes.next_multiple_of(ALIGNMENT)
}

/// The first bytes of what is left; all of it, when it is not so many.
pub(super) fn take<'a>(left: &mut &'a mut [u8], bytes: usize) -> &'a mut [u8] {
    let all = mem::take(left);
    let (taken, rest) = all.split_at_mut(bytes.min(all.len()));
    *left = rest;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(rooms: &Rooms) -> Vec<usize> {
        rooms.0.lock().unwrap().iter().map(|pages| pages.len()).collect()
    }

    #[test]
    fn small_rooms_have_no_pages_of_their_own() {
        let rooms = Rooms::new(64 << 20);
        assert!(matches!(rooms.room(OWN_PAGES_FROM - 1), Room::Heap(_)));
        assert!(kept(&rooms).is_empty());
    }

    #[test]
    fn pages_come_back_when_the_last_slice_is_dropped_and_are_used_again() {
        let rooms = Rooms::new(64 << 20);
        let mut room = rooms.room(3 << 20);
        assert_eq!(room.bytes().len(), 3 << 20);
        room.bytes().fill(7);
        let slice = {
            let buffer = room.into_buffer();
            assert_eq!(buffer.len(), 3 << 20);
            buffer.slice_with_length(1 << 20, 10)
        };
        assert!(kept(&rooms).is_empty());
        assert_eq!(slice.as_slice(), [7; 10]);
        drop(slice);
        assert_eq!(kept(&rooms), [4 << 20]);
        // Of another length within the same pages, with what was in them.
        let mut again = rooms.room(4 << 20);
        assert!(kept(&rooms).is_empty());
        assert_eq!((again.bytes().len(), again.bytes()[(3 << 20) - 1]), (4 << 20, 7));
        drop(again.into_buffer());
        assert_eq!(kept(&rooms), [4 << 20]);
    }

    #[test]
    fn pages_that_are_too_small_or_far_too_large_are_left_to_others() {
        let rooms = Rooms::new(64 << 20);
        drop(rooms.room(10 << 20));
        drop(rooms.room(11 << 20));
        assert_eq!(kept(&rooms), [10 << 20, 12 << 20]);
        drop(rooms.room(1 << 20));
        assert_eq!(kept(&rooms), [10 << 20, 12 << 20, 2 << 20]);
    }

    #[test]
    fn no_more_than_so_much_is_kept_and_the_newest_of_it() {
        let rooms = Rooms::new(64 << 20);
        drop([22, 24, 26, 28].map(|size| rooms.room(size << 20)));
        assert_eq!(kept(&rooms), [26 << 20, 28 << 20]);
        drop(rooms.room((64 << 20) + 1));
        assert_eq!(kept(&rooms), [26 << 20, 28 << 20]);
        drop(Rooms::new(0).room(4 << 20));
    }

    #[test]
    fn pages_outlive_the_filter() {
        let rooms = Rooms::new(64 << 20);
        let mut room = rooms.room(OWN_PAGES_FROM);
        room.bytes().fill(3);
        let buffer = room.into_buffer();
        drop(rooms);
        assert!(buffer.iter().all(|&byte| byte == 3));
    }
}
