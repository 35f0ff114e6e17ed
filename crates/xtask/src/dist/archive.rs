//! How can two static libraries that are written in Rust be linked into one program?
//!
//! As cargo makes it, each has the whole standard library, and where the compilers differ the linker
//! finds its symbols twice.
//! Here all is made one object in which only the functions of the header are for others, and what they
//! do not reach is left out. Sections stay apart, so that a program can leave out more.

use std::fs;
use std::path::Path;

use crate::Failure;
use crate::process::output;

/// The linker whose options these are: another may be called `ld`.
const LINKER: &str = "ld.bfd";
const NEEDED: &str = "the libraries are made with binutils (the package binutils of Debian)";

/// Makes an archive of one object, which has those functions for others.
pub(super) fn closed(from: &Path, to: &Path, functions: &[&str]) -> Result<(), Failure> {
    let object = to.with_extension("o");
    let [from, object_path, to] = [from, &object, to].map(|path| path.to_string_lossy());
    let mut link = vec!["--relocatable", "--gc-sections"];
    // Sections that linkers merge by name would be merged with those of the other library, which mean
    // the other's functions: `DW.ref.rust_eh_personality`.
    link.push("--force-group-allocation");
    link.extend(functions.iter().flat_map(|function| ["--undefined", *function]));
    link.extend(["--output", &object_path, &from]);
    tool(LINKER, &link)?;
    let keep: Vec<String> =
        functions.iter().map(|function| format!("--keep-global-symbol={function}")).collect();
    let mut hide: Vec<&str> = keep.iter().map(String::as_str).collect();
    // The standard library brings bitcode of its LLVM, at which linkers with another one stop.
    hide.extend(["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]);
    // What only the parts left out asked the system for stays in the table of symbols, no longer as
    // something that need not be there: another library's question for it would fail.
    hide.push("--strip-unneeded");
    hide.push(&object_path);
    tool("objcopy", &hide)?;
    tool("ar", &["crsD", &to, &object_path])?;
    fs::remove_file(&object).map_err(|error| format!("{}: {error}", object.display()).into())
}

/// Takes away what only debuggers read. Names of functions stay, for traces.
pub(super) fn without_debug(library: &Path) -> Result<(), Failure> {
    tool("objcopy", &["--strip-debug", &library.to_string_lossy()])
}

fn tool(program: &str, args: &[&str]) -> Result<(), Failure> {
    println!("   $ {program} … {}", args.last().unwrap_or(&""));
    output(program, args).map(drop).map_err(|failure| format!("{failure}; {NEEDED}").into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::tool;

    #[test]
    fn a_tool_that_is_not_there_is_named_with_its_package() {
        let failure = tool("no-such-linker", &["a"]).expect_err("it is not there").to_string();
        assert!(failure.contains("`no-such-linker` does not start"), "{failure}");
        assert!(failure.contains("binutils"), "{failure}");
    }
}
