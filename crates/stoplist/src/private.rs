//! How are files made that nobody but their owner may read?
//!
//! A store is full of numbers and names. So its directories are made for their owner alone (0700), and
//! its files too (0600), whatever the umask. Systems without such modes do as they do.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

use crate::seeded::{self, Bug};

/// Makes a directory.
pub(crate) fn directory(path: &Path) -> io::Result<()> {
    builder().create(path)
}

/// Makes a directory and those above it that are not there.
pub(crate) fn directories(path: &Path) -> io::Result<()> {
    builder().recursive(true).create(path)
}

#[cfg(unix)]
fn builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    if !seeded::is_made(Bug::PrivateFiles) {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    builder
}

#[cfg(not(unix))]
fn builder() -> DirBuilder {
    DirBuilder::new()
}

/// For a file to be made and written.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    if !seeded::is_made(Bug::PrivateFiles) {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options
}

/// Takes the rights of others from a file that somebody else has made in one of our directories.
#[cfg(unix)]
pub(crate) fn close_off(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = fs::metadata(path)?;
    let wanted = if found.is_dir() { 0o700 } else { 0o600 };
    let is_open = found.permissions().mode() & 0o077 != 0;
    if is_open && !seeded::is_made(Bug::PrivateFiles) {
        fs::set_permissions(path, fs::Permissions::from_mode(wanted))?;
    }
    Ok(())
}

/// Does nothing here.
#[cfg(not(unix))]
pub(crate) fn close_off(path: &Path) -> io::Result<()> {
    fs::metadata(path).map(drop)
}
