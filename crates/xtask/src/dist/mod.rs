//! `cargo xtask dist`: a tree that programs in C and C++ link, to be copied anywhere.
//!
//! Libraries, headers, what pkg-config and CMake ask for, licences. Nothing in it knows where it is.
//! The libraries are checked before they are called finished: they have every function of the header,
//! and nothing else for others.

mod archive;
mod build;
mod symbols;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::header::HEADER;
use build::Built;
pub(crate) use build::Profile;

const TEMPLATES: &str = "crates/stoplist-ffi/dist";
/// Templates, and where what is made of them goes.
const FILLED: [(&str, &str); 5] = [
    ("stoplist.pc.in", "lib/pkgconfig"),
    ("stoplist-static.pc.in", "lib/pkgconfig"),
    ("stoplistConfig.cmake.in", "lib/cmake/stoplist"),
    ("stoplistConfigVersion.cmake.in", "lib/cmake/stoplist"),
    ("stoplistTargets.cmake.in", "lib/cmake/stoplist"),
];
/// Files that are copied, and where to.
const COPIED: [(&str, &str); 4] = [
    (HEADER, "include"),
    ("bindings/cpp/stoplist.hpp", "include"),
    ("LICENSE-APACHE", "share/stoplist"),
    ("LICENSE-MIT", "share/stoplist"),
];
/// All packages of the workspace have one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What a program that was linked with the shared library asks the system for: build.rs of the C ABI
/// names the library so.
const SONAME: &str = "libstoplist.so.0";

/// A tree that was made.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    /// What a program that takes the static library is linked with too.
    pub(crate) native: String,
}

pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let (profile, out) = options(args)?;
    let tree = make(profile, &out)?;
    println!("   {} made", tree.root.display());
    Ok(())
}

fn options(args: &[String]) -> Result<(Profile, PathBuf), Failure> {
    let (mut profile, mut out) = (Profile::Release, PathBuf::from("target/dist"));
    let mut args = args.iter().map(String::as_str);
    while let Some(option) = args.next() {
        match (option, args.next()) {
            ("--profile", Some("release")) => profile = Profile::Release,
            ("--profile", Some("dev")) => profile = Profile::Dev,
            ("--out", Some(directory)) if !directory.is_empty() => out = directory.into(),
            _ => {
                return Err("this verb takes --profile release|dev, --out DIR, nothing else".into());
            }
        }
    }
    Ok((profile, out))
}

/// Builds the libraries and lays out a tree, which takes the place of an earlier one when it is whole.
pub(crate) fn make(profile: Profile, out: &Path) -> Result<Tree, Failure> {
    if !cfg!(target_os = "linux") {
        return Err(
            "the tree is made of ELF libraries, with the tools of Linux: run this there".into()
        );
    }
    refuse_others(out)?;
    let built = build::build(profile)?;
    let mut name = out.as_os_str().to_owned();
    name.push(".new");
    let new = Path::new(&name);
    remove(new)?;
    lay_libraries(new, profile, &built)?;
    lay_files(new, &built.native)?;
    remove(out)?;
    fs::rename(new, out).map_err(|error| format!("{}: {error}", out.display()))?;
    Ok(Tree { root: out.to_owned(), native: built.native })
}

fn lay_libraries(tree: &Path, profile: Profile, built: &Built) -> Result<(), Failure> {
    let header = read(Path::new(HEADER))?;
    let declared = symbols::declared(&header);
    let shared = tree.join(format!("lib/libstoplist.so.{VERSION}"));
    copy(&built.shared, &shared)?;
    if profile == Profile::Release {
        archive::without_debug(&shared)?;
    }
    link(&format!("libstoplist.so.{VERSION}"), &tree.join("lib").join(SONAME))?;
    link(SONAME, &tree.join("lib/libstoplist.so"))?;
    symbols::check_name(&shared, SONAME)?;
    let exported = symbols::of_shared(&shared)?;
    symbols::compare(&shared, &exported, &declared)?;
    write(&tree.join("share/stoplist/symbols.txt"), &(exported.join("\n") + "\n"))?;
    let archive = tree.join("lib/libstoplist.a");
    archive::closed(&built.archive, &archive, &declared)?;
    symbols::compare(&archive, &symbols::of_archive(&archive)?, &declared)
}

fn lay_files(tree: &Path, native: &str) -> Result<(), Failure> {
    for (from, directory) in COPIED {
        let from = Path::new(from);
        copy(from, &tree.join(directory).join(from.file_name().unwrap_or_default()))?;
    }
    let list = native.split_whitespace().collect::<Vec<_>>().join(";");
    let values = [
        ("@VERSION@", VERSION),
        ("@SONAME@", SONAME),
        ("@NATIVE@", native),
        ("@NATIVE_LIST@", list.as_str()),
    ];
    for (template, directory) in FILLED {
        let mut text = read(&Path::new(TEMPLATES).join(template))?;
        for (mark, value) in values {
            text = text.replace(mark, value);
        }
        let name = template.strip_suffix(".in").unwrap_or(template);
        write(&tree.join(directory).join(name), &text)?;
    }
    Ok(())
}

/// Only an earlier tree is replaced, and nothing that somebody may miss.
fn refuse_others(out: &Path) -> Result<(), Failure> {
    let is_tree = out.join("share/stoplist/symbols.txt").exists();
    let is_empty = || fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_none());
    if is_tree || !out.exists() || is_empty() {
        return Ok(());
    }
    Err(format!("{} is no earlier tree: empty it, or say another", out.display()).into())
}

fn remove(tree: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(tree) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("{} cannot be removed: {error}", tree.display()).into())
        }
        _ => Ok(()),
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    Ok(fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    parent(path)?;
    Ok(fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?)
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    parent(to)?;
    let copied = fs::copy(from, to);
    copied.map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))?;
    Ok(())
}

fn parent(path: &Path) -> Result<(), Failure> {
    let Some(directory) = path.parent() else { return Ok(()) };
    fs::create_dir_all(directory)
        .map_err(|error| format!("{}: {error}", directory.display()).into())
}

#[cfg(unix)]
fn link(target: &str, link: &Path) -> Result<(), Failure> {
    std::os::unix::fs::symlink(target, link)
        .map_err(|error| format!("{}: {error}", link.display()).into())
}

#[cfg(not(unix))]
fn link(_target: &str, link: &Path) -> Result<(), Failure> {
    Err(format!("{}: no symbolic links here", link.display()).into())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{Failure, Profile, options, refuse_others, remove};

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn takes_a_profile_and_a_directory() -> Result<(), Failure> {
        assert_eq!(options(&[])?, (Profile::Release, PathBuf::from("target/dist")));
        let both = options(&words("--profile dev --out a"))?;
        assert_eq!(both, (Profile::Dev, PathBuf::from("a")));
        for refused in ["--dev", "--profile", "--profile fast", "--out", "a", "--out a b"] {
            assert!(options(&words(refused)).is_err(), "{refused}");
        }
        Ok(())
    }

    #[test]
    fn replaces_what_it_made_and_nothing_else() -> Result<(), Failure> {
        let out = std::env::temp_dir().join(format!("stoplist-dist-{}", std::process::id()));
        remove(&out)?;
        refuse_others(&out)?;
        fs::create_dir_all(&out)?;
        refuse_others(&out)?;
        fs::create_dir_all(out.join("share/stoplist"))?;
        assert!(refuse_others(&out).is_err());
        fs::write(out.join("share/stoplist/symbols.txt"), "")?;
        refuse_others(&out)?;
        remove(&out)?;
        assert!(!out.exists());
        Ok(())
    }
}
