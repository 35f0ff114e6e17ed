//! Which file does a text of C mean?

use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::pointers::Chars;

/// The longest path, in bytes: that of Linux.
const MOST_PATH_BYTES: usize = 4096;

/// A path: any bytes but NUL on Unix, UTF-8 elsewhere.
pub(crate) fn path(text: &Chars, len: usize) -> Result<PathBuf, Fault> {
    let bytes = text.bytes(len, "path")?;
    if bytes.is_empty() || bytes.contains(&0) || bytes.len() > MOST_PATH_BYTES {
        return Err(Fault::argument(
            "`path` is empty, has a NUL in it or is over 4,096 bytes long",
        ));
    }
    of_bytes(bytes)
}

#[cfg(unix)]
fn of_bytes(bytes: &[u8]) -> Result<PathBuf, Fault> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(Path::new(std::ffi::OsStr::from_bytes(bytes)).to_owned())
}

#[cfg(not(unix))]
fn of_bytes(bytes: &[u8]) -> Result<PathBuf, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| Fault::not_utf8("path", error))?;
    Ok(Path::new(text).to_owned())
}
