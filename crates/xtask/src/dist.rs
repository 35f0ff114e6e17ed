//! `cargo xtask dist`: a tree that a C or C++ program links, to be copied anywhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::process::{cargo, output, run as run_program};

const TEMPLATES: &str = "crates/stoplist-ffi/dist";

/// What rustc says that a static library is linked with, from when it was built.
const NATIVE: &str = "target/native-static-libs";

/// How the libraries are built, and where the tree goes.
pub(crate) struct Dist {
    pub(crate) is_release: bool,
    pub(crate) out: PathBuf,
}

/// `--dev` builds quickly; `--out DIR` puts the tree there.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let mut dist = Dist { is_release: true, out: PathBuf::from("target/dist") };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match (arg.as_str(), args.as_slice().first()) {
            ("--dev", _) => dist.is_release = false,
            ("--out", Some(out)) => {
                dist.out = out.into();
                args.next();
            }
            _ => return Err("this verb takes --dev and --out DIR".into()),
        }
    }
    dist.make()?;
    println!("{}: made", dist.out.display());
    Ok(())
}

impl Dist {
    /// Builds, lays out, checks.
    pub(crate) fn make(&self) -> Result<(), Failure> {
        let (built, private) = self.build()?;
        let version = env!("CARGO_PKG_VERSION");
        drop(fs::remove_dir_all(&self.out));
        let at = |name: &str| self.out.join(name);
        for directory in ["lib/pkgconfig", "lib/cmake/stoplist", "include", "share/stoplist"] {
            fs::create_dir_all(at(directory))?;
        }
        let shared = at(&format!("lib/libstoplist.so.{version}"));
        fs::copy(built.join("libstoplist_ffi.so"), &shared)?;
        symlink(format!("libstoplist.so.{version}"), at("lib/libstoplist.so.0"))?;
        symlink("libstoplist.so.0", at("lib/libstoplist.so"))?;
        closed_archive(&built.join("libstoplist_ffi.a"), &at("lib/libstoplist.a"))?;
        fs::copy("include/stoplist.h", at("include/stoplist.h"))?;
        fs::copy("bindings/cpp/stoplist.hpp", at("include/stoplist.hpp"))?;
        for (template, to) in [
            ("stoplist.pc.in", "lib/pkgconfig/stoplist.pc"),
            ("stoplistConfig.cmake.in", "lib/cmake/stoplist/stoplistConfig.cmake"),
            ("stoplistConfigVersion.cmake.in", "lib/cmake/stoplist/stoplistConfigVersion.cmake"),
        ] {
            let text = fs::read_to_string(Path::new(TEMPLATES).join(template))?;
            let text = text.replace("@VERSION@", version).replace("@PRIVATE@", &private);
            fs::write(at(to), text)?;
        }
        for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
            fs::copy(license, at("share/stoplist").join(license))?;
        }
        let symbols = exported(&shared, true)?;
        check_symbols(&symbols, &shared)?;
        check_symbols(&exported(&at("lib/libstoplist.a"), false)?, &at("lib/libstoplist.a"))?;
        fs::write(at("share/stoplist/symbols.txt"), symbols.join("\n") + "\n")?;
        Ok(())
    }

    /// Where the libraries are, and what a static one is linked with.
    fn build(&self) -> Result<(PathBuf, String), Failure> {
        let profile = if self.is_release { "release" } else { "dev" };
        let print = format!("native-static-libs={NATIVE}");
        cargo(&[
            "rustc",
            "--locked",
            "-p",
            "stoplist-ffi",
            "--lib",
            "--profile",
            profile,
            "--crate-type",
            "cdylib,staticlib",
            "--",
            "--print",
            &print,
        ])?;
        let private = fs::read_to_string(NATIVE).map_err(|error| {
            format!("{NATIVE}: {error}; `touch crates/stoplist-ffi/src/lib.rs` and run this again")
        })?;
        let directory = if self.is_release { "target/release" } else { "target/debug" };
        Ok((directory.into(), private.trim().to_owned()))
    }
}

/// An archive of one object whose only symbols for others are ours: two libraries written in Rust, each
/// with its own standard library, can be linked into one program then.
fn closed_archive(from: &Path, to: &Path) -> Result<(), Failure> {
    let object = to.with_extension("o");
    drop(fs::remove_file(to));
    let [from, object, to] = [from, &object, to].map(|path| path.to_string_lossy().into_owned());
    run_program("ld", &["-r", "--whole-archive", &from, "-o", &object], &[])?;
    // The standard library comes with LLVM's bitcode, on which linkers with another LLVM choke.
    let bitcode = ["--remove-section=.llvmbc", "--remove-section=.llvmcmd", "--strip-debug"];
    let keep = "--keep-global-symbol=stoplist_*";
    let [first, second, third] = bitcode;
    run_program("objcopy", &["--wildcard", keep, first, second, third, &object], &[])?;
    run_program("ar", &["crs", &to, &object], &[])?;
    Ok(fs::remove_file(object)?)
}

/// The names of what a library has for others, sorted.
fn exported(library: &Path, is_shared: bool) -> Result<Vec<String>, Failure> {
    let path = library.to_string_lossy();
    let mut args = vec!["--defined-only", "--extern-only", "--format=posix"];
    if is_shared {
        args.push("--dynamic");
    }
    args.push(&path);
    let said = output("nm", &args)?;
    let name = |line: &str| line.split(' ').next().map(str::to_owned);
    let mut names: Vec<String> =
        said.lines().filter(|line| line.contains(' ')).filter_map(name).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Every function of the header, and nothing else.
fn check_symbols(symbols: &[String], library: &Path) -> Result<(), Failure> {
    let header = fs::read_to_string("include/stoplist.h")?;
    let declared: Vec<&str> = declared(&header);
    let missing: Vec<&&str> =
        declared.iter().filter(|name| !symbols.iter().any(|symbol| symbol == **name)).collect();
    let foreign: Vec<&String> =
        symbols.iter().filter(|symbol| !declared.contains(&symbol.as_str())).collect();
    if missing.is_empty() && foreign.is_empty() {
        return Ok(());
    }
    let library = library.display();
    Err(format!("{library}: missing {missing:?}; more than the header has: {foreign:?}").into())
}

/// The names of the functions of the header.
fn declared(header: &str) -> Vec<&str> {
    let is_declaration = |line: &&str| {
        ["int32_t ", "void ", "const char *", "size_t ", "uint32_t "]
            .iter()
            .any(|start| line.starts_with(start))
    };
    let name = |line: &'_ str| -> Option<(usize, usize)> {
        let start = line.find("stoplist_")?;
        Some((start, line.find('(')?))
    };
    let lines = header.lines().filter(is_declaration);
    lines.filter_map(|line| name(line).and_then(|(start, end)| line.get(start..end))).collect()
}
