//! Do pkg-config and CMake find the library, wherever the tree was copied to?

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::run::empty;
use crate::Failure;
use crate::process::shown_of;

const FIXTURES: &str = "crates/xtask/fixtures/abi/found";

/// Builds and runs a program with each, shared and static, in `out`.
pub(super) fn check(tree: &Path, python: &Path, out: &Path) -> Result<(), Failure> {
    let out = empty(out)?;
    // Another place than the one that it was made in.
    let moved = out.join("moved");
    done(Command::new("cp").arg("-R").arg("-P").arg(tree).arg(&moved), "")?;
    let lib = moved.join("lib");
    let sources = fs::canonicalize(FIXTURES)?;
    for package in ["stoplist", "stoplist-static"] {
        let mut find = Command::new("pkg-config");
        find.env("PKG_CONFIG_PATH", lib.join("pkgconfig")).args(["--cflags", "--libs", package]);
        let flags = done(&mut find, "the package pkg-config of Debian")?;
        let program = out.join(package);
        let mut compile = Command::new("cc");
        compile.arg("-o").arg(&program).arg(sources.join("main.c")).args(flags.split_whitespace());
        done(&mut compile, "")?;
        done(Command::new(&program).env("LD_LIBRARY_PATH", &lib), "")?;
        println!("   pkg-config finds {package}");
    }
    let cmake = fs::canonicalize(python.with_file_name("cmake"))?;
    let build = out.join("build");
    let mut configure = Command::new(&cmake);
    configure.arg("-S").arg(&sources).arg("-B").arg(&build).args(["-G", "Unix Makefiles"]);
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", moved.display()));
    done(&mut configure, "CMake needs make (build-essential of Debian)")?;
    done(Command::new(&cmake).arg("--build").arg(&build), "")?;
    for target in ["shared", "static"] {
        done(&mut Command::new(build.join(target)), "")?;
        println!("   CMake finds stoplist::{target}");
    }
    Ok(())
}

/// What a program says, when it ends well.
fn done(command: &mut Command, remedy: &str) -> Result<String, Failure> {
    let shown = shown_of(command);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("`{shown}` does not start: {error}; {remedy}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{shown}` ended with {}:\n{said}{complaint}{remedy}", output.status).into())
}
