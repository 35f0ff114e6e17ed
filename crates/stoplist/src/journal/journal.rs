//! What can be asked of a journal that is open?

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::disk::Disk;
use super::entries::Entries;
use super::error::{Fault, JournalError};
use super::frame::MAX_HEAD_BYTES;
use super::page::Page;
use super::pen::Pen;
use super::recovery::{Recovered, recover};
use super::scan::{Scan, Verified};
use super::shared::{Shared, State};
use super::sync::Thread;
use super::torn::Repair;
use super::{Durability, Mark, Options, segment, syncer};
use crate::private;
use crate::seeded::{self, Bug};

/// A journal that is open for appending, by any number of threads. Only one may be open for a
/// directory; that is for the caller to see to.
pub(crate) struct Journal {
    shared: Arc<Shared>,
    syncer: Option<Thread>,
}

impl Journal {
    /// Makes a journal without records, and its directory. Syncs both, and the directory above.
    ///
    /// # Errors
    ///
    /// When there is a journal already, or the file system refuses.
    pub(crate) fn create(directory: &Path, options: Options) -> Result<Self, JournalError> {
        Self::create_on(directory, options, Disk::default())
    }

    /// Opens a journal. `from` says that everything up to there has been read before: reading goes
    /// on there. Without it all is read. What a power cut has left is put right, and told.
    ///
    /// # Errors
    ///
    /// [`Damaged`](JournalError::Damaged) when the journal is not what was written, and
    /// [`Unfit`](JournalError::Unfit) when `from` is not of this journal: open it without, and with
    /// [`Options::acknowledged`]. Nothing was changed then.
    pub(crate) fn open(
        directory: &Path,
        from: Option<Mark>,
        options: Options,
    ) -> Result<(Self, Vec<Repair>), JournalError> {
        Self::open_on(directory, from, options, Disk::default())
    }

    pub(super) fn create_on(
        directory: &Path,
        options: Options,
        disk: Disk,
    ) -> Result<Self, JournalError> {
        match private::directory(directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(JournalError::io(directory, "make the directory", error));
            }
            _ => {}
        }
        if !segment::list(directory)?.is_empty() {
            return Err(JournalError::AlreadyThere { path: directory.to_owned() });
        }
        let file = segment::create(directory, 1, &disk)?;
        let above = directory.parent().filter(|above| !above.as_os_str().is_empty());
        let above = if seeded::is_made(Bug::DirectoryName) { Some(directory) } else { above };
        disk.sync_directory(above.unwrap_or(Path::new(".")))
            .map_err(|source| JournalError::io(directory, "sync the directory above", source))?;
        let pen = Pen::new(directory.to_owned(), disk.clone(), file, 1);
        Self::start(directory, options, disk, State::new(Mark::EMPTY, 1, Mark::EMPTY.end, pen))
    }

    pub(super) fn open_on(
        directory: &Path,
        from: Option<Mark>,
        options: Options,
        disk: Disk,
    ) -> Result<(Self, Vec<Repair>), JournalError> {
        let recovered = recover(directory, from, &options, &disk)?;
        let Recovered { last, segment, end, file, repairs } = recovered;
        let pen = Pen::new(directory.to_owned(), disk.clone(), file, segment);
        let mut state = State::new(last, segment, end, pen);
        for first in segment::list(directory)? {
            if first != segment {
                let path = segment::path(directory, first);
                // One that was archived to a disk that is not there counts what its link does.
                let metadata = path.metadata().or_else(|_| path.symlink_metadata());
                let metadata = metadata
                    .map_err(|source| JournalError::io(&path, "look at the segment", source))?;
                state.closed_bytes += metadata.len();
                state.segments += 1;
            }
        }
        Ok((Self::start(directory, options, disk, state)?, repairs))
    }

    fn start(
        directory: &Path,
        options: Options,
        disk: Disk,
        state: State,
    ) -> Result<Self, JournalError> {
        let shared = Arc::new(Shared::new(directory.to_owned(), options, disk, state));
        let syncer = match options.durability {
            Durability::Always => None,
            Durability::Interval(interval) => {
                let started = syncer::start(Arc::clone(&shared), interval);
                Some(started.map_err(|source| {
                    JournalError::io(directory, "start the thread that syncs", source)
                })?)
            }
        };
        Ok(Self { shared, syncer })
    }

    /// Gives a record its number and its hash. It is in memory only, until it is
    /// [committed](Self::commit); what is never committed may be lost or not.
    ///
    /// # Errors
    ///
    /// When the head is too large or the journal is poisoned.
    pub(crate) fn stage(&self, at_us: i64, head: &[u8]) -> Result<Mark, JournalError> {
        let head_bytes = head_bytes(head)?;
        // Without the lock: only the header depends on what others stage.
        let checksum = crc32c::crc32c(head);
        let mut hasher = blake3::Hasher::new();
        hasher.update(head);
        let mut state = self.shared.lock();
        while state.streaming {
            state = self.shared.wait_turn(state);
        }
        state.check()?;
        let header = state.next_header(at_us, head_bytes, &self.shared.options);
        hasher.update(&header.body());
        state.push(&header, head, checksum);
        Ok(state.advance(&header, hasher.finalize().into()))
    }

    /// Stages a record with pages, of any number: they go into the file one by one. Other records
    /// wait meanwhile. Takes about a MiB of memory, and a page.
    ///
    /// # Errors
    ///
    /// When the head or a page is too large, which leaves nothing of the record; when the journal is
    /// poisoned. A panic of the iterator poisons it.
    pub(crate) fn stage_pages(
        &self,
        at_us: i64,
        head: &[u8],
        pages: &mut dyn Iterator<Item = Page>,
    ) -> Result<Mark, JournalError> {
        self.shared.stream(at_us, head, head_bytes(head)?, pages)
    }

    /// Returns when the records up to `seq` are durable. Those who call at the same time share a
    /// write and a sync.
    ///
    /// One of them calls `landed` for all of them: once for a shared write, in the order of the
    /// journal, with the mark of the last record, and before any of them returns. Only then does
    /// [`durable`](Self::durable) say so, and followers are told. `landed` must not write to the
    /// journal, which would wait for itself; a panic in it poisons the journal.
    ///
    /// # Errors
    ///
    /// When the journal is or becomes poisoned, unless the records had been durable before; when
    /// nobody has staged the record.
    pub(crate) fn commit(&self, seq: u64, landed: &dyn Fn(Mark)) -> Result<(), JournalError> {
        let mut state = self.shared.lock();
        self.shared.call(&state, seq);
        loop {
            if state.durable.seq >= seq {
                return Ok(());
            }
            state.check()?;
            let last = state.head.seq;
            match state.pen.take_if(|_| last >= seq) {
                Some(pen) => return self.shared.lead(state, pen, landed),
                None if last < seq => return Err(JournalError::NotStaged { seq, last }),
                None => state = self.shared.wait_turn(state),
            }
        }
    }

    /// The record that was staged last.
    pub(crate) fn head(&self) -> Mark {
        self.shared.lock().head
    }

    /// The last durable record.
    pub(crate) fn durable(&self) -> Mark {
        self.shared.lock().durable
    }

    /// Whether a write or a sync has failed, so that nothing is written any more.
    #[cfg(test)]
    pub(crate) fn is_poisoned(&self) -> bool {
        self.shared.lock().is_poisoned()
    }

    pub(super) fn directory(&self) -> &Path {
        &self.shared.directory
    }

    /// Whether records can still be written.
    ///
    /// # Errors
    ///
    /// What poisoned the journal.
    pub(crate) fn check(&self) -> Result<(), JournalError> {
        self.shared.lock().check()
    }

    /// Poisons the journal, as a failed write does: what its records came to could not be shown.
    pub(crate) fn give_up(&self, why: String) {
        let (path, source) = (self.shared.directory.clone(), Arc::new(io::Error::other(why)));
        self.shared.poison(JournalError::Poisoned { path, doing: "show a change", source });
    }

    /// Waits until a record behind `seq` is durable or the time is over. The number of the last
    /// durable record.
    ///
    /// # Errors
    ///
    /// When the journal is poisoned: no record is going to come.
    pub(crate) fn wait_past(
        &self,
        seq: u64,
        timeout: Option<Duration>,
    ) -> Result<u64, JournalError> {
        let since = Instant::now();
        let mut state = self.shared.lock();
        while state.durable.seq <= seq {
            state.check()?;
            let left = timeout.map(|timeout| timeout.saturating_sub(since.elapsed()));
            if left.is_some_and(|left| left.is_zero()) {
                break;
            }
            state = self.shared.wait_news(state, left);
        }
        Ok(state.durable.seq)
    }

    /// The records behind `after` that are durable now, in order. Walks over the records before it
    /// in its segment; [`entries_from`](Self::entries_from) does not.
    ///
    /// # Errors
    ///
    /// When the segment cannot be read.
    pub(crate) fn entries(&self, after: u64) -> Result<Entries, JournalError> {
        Entries::after(&self.shared.directory, after, self.durable())
    }

    /// The records behind a mark that are durable now, in order.
    ///
    /// # Errors
    ///
    /// When the segment cannot be read, or the mark is not of this journal.
    pub(crate) fn entries_from(&self, mark: Mark) -> Result<Entries, JournalError> {
        Entries::from(&self.shared.directory, mark, self.durable())
    }

    /// Reads every byte up to the last durable record, and recomputes the whole chain.
    ///
    /// # Errors
    ///
    /// The first damage.
    pub(crate) fn verify(&self) -> Result<Verified, JournalError> {
        let (directory, durable) = (&self.shared.directory, self.durable());
        let mut scan = Scan::from(Mark::EMPTY);
        scan.run(directory, &segment::list(directory)?, Some(durable))?;
        if scan.last == durable {
            return Ok(Verified { records: scan.last.seq, last: scan.last });
        }
        let path = segment::path(directory, scan.segment);
        let fault = if scan.last.seq == durable.seq {
            Fault::Chain
        } else {
            Fault::Ends { last: scan.last.seq, acknowledged: durable.seq }
        };
        Err(JournalError::damaged(&path, scan.end, fault))
    }

    /// The lock, as a thread has it that is not there in a forked child.
    #[cfg(test)]
    pub(crate) fn hold(&self) -> impl Sized + '_ {
        self.shared.lock()
    }

    #[cfg(test)]
    pub(super) fn is_streaming(&self) -> bool {
        self.shared.lock().streaming
    }

    /// Does what the thread that syncs does when its interval is over; whether nothing has failed.
    #[cfg(test)]
    pub(super) fn sync_now(&self) -> bool {
        self.shared.sync_after(Duration::ZERO)
    }

    /// How many files the journal has.
    #[cfg(test)]
    pub(crate) fn segments(&self) -> u64 {
        self.shared.lock().segments
    }

    /// Bytes of all of them, with what is staged.
    pub(crate) fn bytes(&self) -> u64 {
        let state = self.shared.lock();
        state.closed_bytes + state.end
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let durable = self.durable().seq;
        let directory = &self.shared.directory;
        f.debug_struct("Journal").field("directory", directory).field("durable", &durable).finish()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(syncer) = self.syncer.take() {
            // It does not panic; if it did, there is nobody to tell.
            drop(syncer.join());
        }
    }
}

fn head_bytes(head: &[u8]) -> Result<u32, JournalError> {
    let (bytes, limit) = (head.len(), MAX_HEAD_BYTES);
    match u32::try_from(bytes) {
        Ok(short) if bytes <= limit => Ok(short),
        _ => Err(JournalError::TooLarge { what: "head", bytes, limit }),
    }
}
