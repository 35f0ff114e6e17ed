//! Which files are on the disk, and what happens to them when the power is cut?

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Chance;
use super::plate::{Fate, Plate};

/// What is in each file of a directory.
pub(super) type Contents = BTreeMap<String, Vec<u8>>;

/// What happens at some operation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Strike {
    /// Nothing is done from there on.
    Off,
    /// The operation fails with an error of the system.
    Refused(i32),
}

/// What comes of an operation.
pub(super) enum Verdict {
    Done,
    /// It is the one at which all ends, and may be done or not.
    Last,
    Refused(io::Error),
    /// All has ended before.
    Off,
}

enum Named {
    Made(String, u64),
    Renamed(String, String),
}

/// A disk with one directory of files. Whatever is done to it is done to real files too.
pub(super) struct Platter {
    directory: PathBuf,
    /// By the number of their inode.
    files: BTreeMap<u64, Plate>,
    /// The names on the disk.
    names: BTreeMap<String, u64>,
    names_since: Vec<Named>,
    /// Whether the name of the directory is on the disk.
    pub(super) has_directory: bool,
    pub(super) chance: Chance,
    pub(super) operations: u64,
    pub(super) strike: Option<(u64, Strike)>,
    pub(super) struck: bool,
    pub(super) off: bool,
    /// A failed sync has taken from memory what was not synced.
    pub(super) forgot: bool,
    /// Done by another thread during the next operation, so to speak.
    pub(super) meanwhile: Option<Box<dyn FnOnce() + Send>>,
}

impl Platter {
    pub(super) fn new(directory: PathBuf, chance: Chance) -> Self {
        Self {
            directory,
            files: BTreeMap::new(),
            names: BTreeMap::new(),
            names_since: Vec::new(),
            has_directory: false,
            chance,
            operations: 0,
            strike: None,
            struck: false,
            off: false,
            forgot: false,
            meanwhile: None,
        }
    }

    /// The power is on; the next operations are those of another process.
    pub(super) fn begin(&mut self, strike: Option<(u64, Strike)>) {
        (self.strike, self.operations) = (strike, 0);
        (self.struck, self.off, self.forgot) = (false, false, false);
        for file in self.files.values_mut() {
            file.written.clone_from(&file.memory);
        }
    }

    pub(super) fn step(&mut self) -> Verdict {
        self.operations += 1;
        if self.off {
            return Verdict::Off;
        }
        match self.strike {
            Some((at, strike)) if at == self.operations => {
                self.struck = true;
                match strike {
                    Strike::Off => {
                        self.off = true;
                        Verdict::Last
                    }
                    Strike::Refused(code) => Verdict::Refused(io::Error::from_raw_os_error(code)),
                }
            }
            _ => Verdict::Done,
        }
    }

    pub(super) fn file(&mut self, file: &File) -> &mut Plate {
        let inode = file.metadata().unwrap().ino();
        self.files.get_mut(&inode).expect("a file that was made through the disk")
    }

    pub(super) fn fail_to_sync(&mut self, file: &File) {
        let (forgets, sector) = (self.chance.one_in(2), self.sector());
        let inode = file.metadata().unwrap().ino();
        let plate = self.files.get_mut(&inode).expect("a file that was made through the disk");
        plate.fail_to_sync(forgets, sector, &mut self.chance);
        if forgets {
            self.forgot = true;
            let names = self.names_now();
            let name = names.iter().find(|(_, of)| **of == inode).map(|(name, _)| name);
            let path = self.directory.join(name.expect("a file with a name"));
            overwrite(&path, &self.files[&inode].memory);
        }
    }

    pub(super) fn made(&mut self, path: &Path, file: &File) {
        let inode = file.metadata().unwrap().ino();
        self.files.insert(inode, Plate::default());
        self.names_since.push(Named::Made(name(path), inode));
    }

    pub(super) fn renamed(&mut self, from: &Path, to: &Path) {
        self.names_since.push(Named::Renamed(name(from), name(to)));
    }

    pub(super) fn sync_directory(&mut self, directory: &Path) {
        if directory == self.directory {
            self.names = self.names_now();
            self.names_since.clear();
        } else {
            self.has_directory = true;
        }
    }

    /// Whether all that was done to segments would survive a power cut.
    pub(super) fn is_safe(&self) -> bool {
        self.is_safe_with(|name| name.ends_with(".journal"))
    }

    /// Whether all that was done to some files would.
    pub(super) fn is_safe_with(&self, is_asked_for: impl Fn(&str) -> bool) -> bool {
        let mut names = self.names.iter();
        self.names_since.is_empty()
            && names.all(|(name, inode)| !is_asked_for(name) || self.files[inode].is_safe())
    }

    /// What whoever reads the files gets.
    pub(super) fn memory(&self) -> Contents {
        let names = self.names_now().into_iter();
        names.map(|(name, inode)| (name, self.files[&inode].memory.clone())).collect()
    }

    /// What was written, whether the system has kept it or not.
    pub(super) fn written(&self) -> Contents {
        let names = self.names_now().into_iter();
        names.map(|(name, inode)| (name, self.files[&inode].written.clone())).collect()
    }

    fn names_now(&self) -> BTreeMap<String, u64> {
        self.names_after(|_| true)
    }

    fn names_after(&self, mut is_there: impl FnMut(usize) -> bool) -> BTreeMap<String, u64> {
        let mut names = self.names.clone();
        for (at, since) in self.names_since.iter().enumerate() {
            if !is_there(at) {
                continue;
            }
            match since {
                Named::Made(name, inode) => {
                    names.insert(name.clone(), *inode);
                }
                Named::Renamed(from, to) => {
                    let inode = names.remove(from);
                    names.extend(inode.map(|inode| (to.clone(), inode)));
                }
            }
        }
        names
    }

    fn sector(&mut self) -> usize {
        // Smaller ones than any disk has: so more of what is torn is torn within a record.
        self.chance.of(&[64, 512, 512, 4096])
    }

    /// Cuts the power and turns it on again.
    pub(super) fn cut(&mut self) {
        if !self.has_directory && self.chance.one_in(2) {
            let _ = fs::remove_dir_all(&self.directory);
            (self.files, self.names, self.names_since) = Default::default();
            return;
        }
        let sector = self.sector();
        let fate = self.chance.of(&[Fate::Lost, Fate::Kept, Fate::Mixed(sector)]);
        let fates: Vec<bool> = match (fate, self.chance.below(self.names_since.len() + 1)) {
            (Fate::Lost, _) => self.names_since.iter().map(|_| false).collect(),
            (Fate::Kept, _) => self.names_since.iter().map(|_| true).collect(),
            (_, first) if self.chance.one_in(2) => {
                (0..self.names_since.len()).map(|at| at < first).collect()
            }
            _ => self.names_since.iter().map(|_| self.chance.one_in(2)).collect(),
        };
        let (before, after) = (self.names_now(), self.names_after(|at| fates[at]));
        for name in before.keys().filter(|name| !after.contains_key(*name)) {
            fs::remove_file(self.directory.join(name)).unwrap();
        }
        let mut files = BTreeMap::new();
        let mut names = BTreeMap::new();
        for (name, inode) in after {
            let bytes = self.files[&inode].after_cut(fate, &mut self.chance);
            let path = self.directory.join(&name);
            let is_same = before.get(&name) == Some(&inode) && self.files[&inode].memory == bytes;
            let inode = if is_same { inode } else { overwrite(&path, &bytes) };
            files.insert(inode, Plate::safe(bytes));
            names.insert(name, inode);
        }
        (self.files, self.names) = (files, names);
        self.names_since.clear();
    }
}

/// Makes a file have these bytes. The number of its inode.
pub(super) fn overwrite(path: &Path, bytes: &[u8]) -> u64 {
    let mut file = File::options().write(true).create(true).truncate(false).open(path).unwrap();
    file.write_all(bytes).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
    file.metadata().unwrap().ino()
}

pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// What is in the files of a real directory; nothing when it is not there.
pub(super) fn contents(directory: &Path) -> Contents {
    let Ok(entries) = fs::read_dir(directory) else { return Contents::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| (name(&path), fs::read(path).unwrap())).collect()
}
