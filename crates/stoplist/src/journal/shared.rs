//! How do threads share one write and one sync?
//!
//! ```text
//! stage    under the lock      give the record its number and its hash; append it to `pending`
//! commit   under the lock      take the pen and all that is pending
//!          without it          write, sync, tell what has landed
//!          under the lock      say that it is durable; give the pen back; wake the others
//! ```
//!
//! Whoever finds the pen taken waits: either its records are in what is being written, or they are
//! pending and one of those who wait takes the pen next.
//!
//! Left to themselves, callers fall into two halves, one of which waits for the disk while the other
//! is written. So whoever takes the pen lets those come who were there the last time, for a small
//! part of the time that a sync takes. A caller that is alone never waits.

use std::fs::File;
use std::io;
use std::mem;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::disk::Disk;
use super::error::JournalError;
use super::frame::{CHECKSUM_BYTES, Header};
use super::pen::Pen;
use super::sync::{AtomicUsize, Condvar, Mutex, MutexGuard, elapsed};
use super::{Durability, Mark, Options, segment};
use crate::seeded::{self, Bug};

/// A buffer that has grown larger is not kept.
const KEPT_BYTES: usize = 1 << 20;

/// Of the time that the last sync took, the part that others are waited for.
const PATIENCE: u32 = 4;
/// At most: nobody should turn round for long.
const MAX_PATIENCE: Duration = Duration::from_micros(200);

/// What the threads of a journal have in common.
pub(super) struct Shared {
    pub(super) directory: PathBuf,
    pub(super) options: Options,
    pub(super) disk: Disk,
    state: Mutex<State>,
    /// Calls of `commit` whose records are pending. Changed under the lock.
    callers: AtomicUsize,
    /// For those who wait for the pen, or for their records to be durable.
    turn: Condvar,
    /// For those who wait for records of others.
    news: Condvar,
    /// For the thread that syncs.
    close: Condvar,
}

pub(super) struct State {
    /// Staged last.
    pub(super) head: Mark,
    pub(super) durable: Mark,
    /// Where the next record belongs.
    pub(super) segment: u64,
    pub(super) end: u64,
    /// Bytes of the segments before that one.
    pub(super) closed_bytes: u64,
    pub(super) segments: u64,
    /// The first record that had perhaps not been synced when the next one is written.
    pub(super) first_unsynced: u64,
    pending: Pending,
    /// An empty buffer with room.
    spare: Vec<u8>,
    /// Unless somebody writes.
    pub(super) pen: Option<Pen>,
    /// The last segment, for whoever syncs beside the one who writes.
    pub(super) file: Arc<File>,
    /// A record is being written whose hash is not known yet.
    pub(super) streaming: bool,
    pub(super) closing: bool,
    waiting: usize,
    following: usize,
    poison: Option<JournalError>,
    /// What the one who writes has taken goes to here.
    taken: u64,
    /// Calls of `commit` that there were the last time.
    crowd: usize,
    sync_time: Duration,
}

/// Records that are staged and not written.
#[derive(Default)]
pub(super) struct Pending {
    bytes: Vec<u8>,
    /// They begin a new segment.
    roll: Option<u64>,
}

impl Pending {
    /// Writes all of it.
    pub(super) fn write(&self, pen: &mut Pen) -> Result<(), JournalError> {
        if let Some(first_seq) = self.roll {
            pen.roll(first_seq)?;
        }
        if self.bytes.is_empty() { Ok(()) } else { pen.write(&self.bytes) }
    }
}

impl State {
    pub(super) fn new(last: Mark, segment: u64, end: u64, pen: Pen) -> Self {
        Self {
            head: last,
            durable: last,
            segment,
            end,
            closed_bytes: 0,
            segments: 1,
            first_unsynced: last.seq + 1,
            pending: Pending::default(),
            spare: Vec::new(),
            file: Arc::clone(pen.file()),
            pen: Some(pen),
            streaming: false,
            closing: false,
            waiting: 0,
            following: 0,
            poison: None,
            taken: last.seq,
            crowd: 1,
            sync_time: Duration::ZERO,
        }
    }

    pub(super) fn check(&self) -> Result<(), JournalError> {
        self.poison.clone().map_or(Ok(()), Err)
    }

    pub(super) fn is_poisoned(&self) -> bool {
        self.poison.is_some()
    }

    /// The header of the next record, which belongs into a new segment when this one is full and
    /// nothing is pending for it.
    pub(super) fn next_header(&mut self, at_us: i64, head_bytes: u32, options: &Options) -> Header {
        let seq = self.head.seq + 1;
        let has_records = self.end > segment::HEADER_BYTES;
        let mut previous = self.head.hash;
        if self.pending.bytes.is_empty() && self.end >= options.segment_bytes && has_records {
            self.pending.roll = Some(seq);
            self.closed_bytes += self.end;
            self.segments += 1;
            (self.segment, self.end) = (seq, segment::HEADER_BYTES);
            if seeded::is_made(Bug::RollHash) {
                previous = Mark::EMPTY.hash;
            }
        }
        let place = u32::try_from(seq - self.first_unsynced).unwrap_or(u32::MAX);
        Header { seq, at_us, place, head_bytes, pages_bytes: 0, previous }
    }

    /// The next record is this one.
    pub(super) fn advance(&mut self, header: &Header, hash: [u8; 32]) -> Mark {
        self.end += header.frame_bytes().unwrap_or_default();
        self.head = Mark { seq: header.seq, hash, segment: self.segment, end: self.end };
        self.head
    }

    /// Appends a record to what is pending.
    pub(super) fn push(&mut self, header: &Header, head: &[u8], head_checksum: u32) {
        let bytes = &mut self.pending.bytes;
        bytes.reserve(Header::BYTES + head.len() + CHECKSUM_BYTES as usize);
        bytes.extend_from_slice(&header.to_bytes());
        bytes.extend_from_slice(head);
        bytes.extend_from_slice(&head_checksum.to_le_bytes());
    }

    /// Takes what is pending, to write it.
    pub(super) fn take_pending(&mut self) -> Pending {
        let bytes = mem::replace(&mut self.pending.bytes, mem::take(&mut self.spare));
        Pending { bytes, roll: self.pending.roll.take() }
    }

    /// Keeps the room of what was pending.
    pub(super) fn recycle(&mut self, mut pending: Pending) {
        if pending.bytes.capacity() <= KEPT_BYTES {
            pending.bytes.clear();
            self.spare = pending.bytes;
        }
    }
}

impl Shared {
    pub(super) fn new(directory: PathBuf, options: Options, disk: Disk, state: State) -> Self {
        let [turn, news, close] = [(); 3].map(|()| Condvar::new());
        Self {
            directory,
            options,
            disk,
            state: Mutex::new(state),
            callers: AtomicUsize::new(0),
            turn,
            news,
            close,
        }
    }

    /// A thread that panicked with the lock has changed nothing by halves: what can fail is done
    /// before the first change.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until the pen is given back.
    pub(super) fn wait_turn<'a>(&self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        state.waiting += 1;
        let mut state = self.turn.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    /// Until something becomes durable, the journal is poisoned, or the time is over.
    pub(super) fn wait_news<'a>(
        &self,
        mut state: MutexGuard<'a, State>,
        timeout: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        state.following += 1;
        let mut state = match timeout {
            Some(timeout) => {
                let woken = self.news.wait_timeout(state, timeout);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.news.wait(state).unwrap_or_else(PoisonError::into_inner),
        };
        state.following -= 1;
        state
    }

    /// Until the journal closes or is poisoned, or the time is over.
    pub(super) fn wait_close<'a>(
        &self,
        state: MutexGuard<'a, State>,
        timeout: Duration,
    ) -> MutexGuard<'a, State> {
        self.close.wait_timeout(state, timeout).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Lets the thread that syncs end.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.close.notify_all();
    }

    /// Wakes those who have something to look at.
    pub(super) fn wake(&self, state: MutexGuard<'_, State>) {
        let (waiting, following) = (state.waiting > 0, state.following > 0);
        drop(state);
        if waiting {
            self.turn.notify_all();
        }
        if following {
            self.news.notify_all();
        }
    }

    /// Nothing is written from now on. The error that everybody gets.
    pub(super) fn poison(&self, error: JournalError) -> JournalError {
        let poisoned = match error {
            JournalError::Io { path, doing, source } => {
                JournalError::Poisoned { path, doing, source }
            }
            other => other,
        };
        let mut state = self.lock();
        // The first one counts.
        let poison = state.poison.get_or_insert(poisoned).clone();
        state.streaming = false;
        self.wake(state);
        self.close.notify_all();
        poison
    }

    /// Somebody waits for this record to be durable.
    pub(super) fn call(&self, state: &State, seq: u64) {
        if seq > state.taken {
            self.callers.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes and syncs all that is pending, by the pen that was taken from the state.
    pub(super) fn lead(
        &self,
        state: MutexGuard<'_, State>,
        pen: Pen,
        landed: &dyn Fn(Mark),
    ) -> Result<(), JournalError> {
        let mut held = Held { shared: self, pen: Some(pen) };
        let mut state = self.gather(state);
        let pending = state.take_pending();
        let mark = state.head;
        state.taken = mark.seq;
        let callers = self.callers.swap(0, Ordering::Relaxed);
        let always = self.options.durability == Durability::Always;
        if always || seeded::is_made(Bug::Place) {
            // What is staged from now on is written when this is synced.
            state.first_unsynced = mark.seq + 1;
        }
        drop(state);
        if seeded::is_made(Bug::LandedEarly) {
            landed(mark);
        }
        let mut sync_time = Duration::ZERO;
        held.write(|pen| {
            pending.write(pen)?;
            if always {
                let since = Instant::now();
                pen.sync()?;
                sync_time = elapsed(since);
            }
            Ok(())
        })?;
        if !seeded::is_made(Bug::LandedEarly) {
            landed(mark);
        }
        let mut state = self.lock();
        if let Err(error) = state.check() {
            // It was given up meanwhile: what nobody can see is not acknowledged.
            held.give_back(&mut state);
            self.wake(state);
            return Err(error);
        }
        state.durable = mark;
        state.crowd = callers + self.callers.load(Ordering::Relaxed);
        state.sync_time = sync_time;
        state.recycle(pending);
        held.give_back(&mut state);
        self.wake(state);
        Ok(())
    }

    /// Lets those come who were there the last time.
    fn gather<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let (crowd, patience) = (state.crowd, (state.sync_time / PATIENCE).min(MAX_PATIENCE));
        if crowd <= self.callers.load(Ordering::Relaxed) || patience.is_zero() {
            return state;
        }
        drop(state);
        let since = Instant::now();
        while self.callers.load(Ordering::Relaxed) < crowd && since.elapsed() < patience {
            thread::yield_now();
        }
        self.lock()
    }
}

/// A pen in use.
pub(super) struct Held<'a> {
    shared: &'a Shared,
    pen: Option<Pen>,
}

impl<'a> Held<'a> {
    pub(super) fn new(shared: &'a Shared, pen: Pen) -> Self {
        Self { shared, pen: Some(pen) }
    }

    /// Lets the pen write; the first failure is the last.
    pub(super) fn write(
        &mut self,
        write: impl FnOnce(&mut Pen) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let Some(pen) = &mut self.pen else { return self.shared.lock().check() };
        write(pen).map_err(|error| {
            let pen = self.pen.take();
            if seeded::is_made(Bug::Poison) {
                self.shared.lock().pen = pen;
                return error;
            }
            self.shared.poison(error)
        })
    }

    pub(super) fn give_back(mut self, state: &mut State) {
        if let Some(pen) = self.pen.take() {
            if !Arc::ptr_eq(&state.file, pen.file()) {
                state.file = Arc::clone(pen.file());
            }
            state.pen = Some(pen);
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.pen.is_some() {
            let panicked = io::Error::other("a thread panicked in the middle");
            self.shared.poison(JournalError::io(&self.shared.directory, "finish it", panicked));
        }
    }
}
