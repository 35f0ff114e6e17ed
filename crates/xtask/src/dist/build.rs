//! Where are the libraries, and what is the static one linked with?
//!
//! cargo builds them and says both, also when nothing had to be built.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Failure;

/// How the libraries are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Release,
    /// In little time, to be tested.
    Dev,
}

/// What cargo made.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Built {
    pub(super) shared: PathBuf,
    pub(super) archive: PathBuf,
    /// Words for the linker.
    pub(super) native: String,
}

pub(super) fn build(profile: Profile) -> Result<Built, Failure> {
    let profile = match profile {
        Profile::Release => "release",
        Profile::Dev => "dev",
    };
    let mut cargo = Command::new("cargo");
    cargo.args(["rustc", "--locked", "--package", "stoplist-ffi", "--lib", "--profile", profile]);
    cargo.args(["--crate-type", "cdylib,staticlib", "--message-format", "json"]);
    cargo.args(["--", "--print", "native-static-libs"]);
    let words: Vec<_> = cargo.get_args().map(|word| word.to_string_lossy()).collect();
    let shown = format!("cargo {}", words.join(" "));
    println!("   $ {shown}");
    let mut child = cargo.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut built = Built::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            built.learn(&serde_json::from_str(&line?)?);
        }
    }
    let status = child.wait()?;
    if !status.success() {
        return Err(format!("`{shown}` ended with {status}").into());
    }
    built.complete()
}

impl Built {
    /// Takes from a message of cargo what it says of the libraries; shows what it says to people.
    fn learn(&mut self, message: &Value) {
        let said = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
        let text = said("/message/message").unwrap_or_default();
        if let Some(native) = text.strip_prefix("native-static-libs:") {
            self.native = native.trim().to_owned();
        } else if let Some(rendered) = said("/message/rendered")
            && said("/message/level") != Some("note")
        {
            eprint!("{rendered}");
        }
        if said("/target/name") != Some("stoplist_ffi") {
            return;
        }
        for name in message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str)
        {
            match Path::new(name).extension().and_then(|extension| extension.to_str()) {
                Some("so") => self.shared = name.into(),
                Some("a") => self.archive = name.into(),
                _ => {}
            }
        }
    }

    fn complete(self) -> Result<Self, Failure> {
        let parts = [self.shared.as_os_str(), self.archive.as_os_str(), OsStr::new(&self.native)];
        match parts.iter().any(|part| part.is_empty()) {
            true => Err(format!("cargo told of some of the libraries only: {self:?}").into()),
            false => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Built, Failure};

    #[test]
    fn learns_of_both_libraries_and_what_they_are_linked_with() -> Result<(), Failure> {
        let mut built = Built::default();
        let files =
            |name: &str, files: &[&str]| json!({ "target": { "name": name }, "filenames": files });
        built.learn(&files("other", &["a/libother.a"]));
        built.learn(&json!({ "message": { "message": "native-static-libs: -lgcc_s -lc" } }));
        let whole = ["b/libstoplist_ffi.so", "b/libstoplist_ffi.a", "b/libstoplist_ffi.rlib"];
        built.learn(&files("stoplist_ffi", &whole));
        let built = built.complete()?;
        assert_eq!(built.native, "-lgcc_s -lc");
        assert_eq!(built.archive.to_str(), Some(whole[1]));
        assert_eq!(built.shared.to_str(), Some(whole[0]));
        Ok(())
    }

    #[test]
    fn half_an_answer_is_none() {
        let mut built = Built::default();
        built.learn(&json!({ "target": { "name": "stoplist_ffi" }, "filenames": ["a.so", "a.a"] }));
        assert!(built.complete().is_err());
    }
}
