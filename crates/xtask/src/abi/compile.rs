//! How does a user of the library compile and link?

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::program::{Language, Program, Way};
use super::run::empty;
use crate::Failure;
use crate::dist::Tree;
use crate::process::{output, shown_of};

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
const SANITIZERS: [&str; 2] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// Compiles programs that link a tree.
pub(super) struct Compiler {
    tree: PathBuf,
    /// What the static library is linked with.
    native: String,
    /// A directory for each program and way.
    out: PathBuf,
}

/// A program that is ready to run.
pub(super) struct Compiled {
    pub(super) program: PathBuf,
    /// Where it was put, for what it leaves.
    pub(super) directory: PathBuf,
}

impl Compiler {
    /// Everything that is made goes to `out`, which is emptied.
    pub(super) fn new(tree: &Tree, out: PathBuf) -> Result<Self, Failure> {
        let out = empty(&out)?;
        Ok(Self { tree: fs::canonicalize(&tree.root)?, native: tree.native.clone(), out })
    }

    pub(super) fn shared(&self) -> PathBuf {
        self.tree.join("lib/libstoplist.so")
    }

    /// Writes a source into the directory of what it is for.
    pub(super) fn source(&self, of: &str, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let directory = self.directory(of);
        fs::create_dir_all(&directory)?;
        let path = directory.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// A static library with a standard library of its own.
    pub(super) fn rust_archive(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let source = self.source(name, &format!("{name}.rs"), text)?;
        let archive = source.with_extension("a");
        let [from, to] = [&source, &archive].map(|path| path.to_string_lossy());
        output("rustc", &["--edition", "2024", "--crate-type", "staticlib", "-o", &to, &from])?;
        Ok(archive)
    }

    pub(super) fn compile(&self, program: &Program, way: Way) -> Result<Compiled, Failure> {
        let directory = self.directory(&format!("{program} {way}"));
        fs::create_dir_all(&directory)?;
        let built = Compiled { program: directory.join("program"), directory };
        let mut command = Command::new(match program.language {
            Language::C => "cc",
            Language::Cpp => "c++",
        });
        command.arg(format!("-std={}", program.standard)).args(WARNINGS);
        command.args(["-D_POSIX_C_SOURCE=200809L", "-g", "-O1", "-pthread"]);
        if way == Way::Sanitized {
            command.args(SANITIZERS);
        }
        command.arg("-I").arg(self.tree.join("include"));
        command.arg("-o").arg(&built.program).args(&program.sources);
        self.link(&mut command, program, way);
        let done = command.stdin(Stdio::null()).output().map_err(|error| {
            format!("{} does not start: {error} (build-essential of Debian)", shown_of(&command))
        })?;
        if done.status.success() {
            return Ok(built);
        }
        let said = String::from_utf8_lossy(&done.stderr);
        Err(format!("`{}` ended with {}:\n{said}", shown_of(&command), done.status).into())
    }

    fn link(&self, command: &mut Command, program: &Program, way: Way) {
        let lib = self.tree.join("lib");
        match way {
            Way::Static => {
                let [before, behind] = &program.beside;
                command.args(before).arg(lib.join("libstoplist.a")).args(behind);
                command.args(self.native.split_whitespace());
            }
            Way::Plain | Way::Sanitized | Way::Valgrind => {
                let path = [OsStr::new("-Wl,-rpath,"), lib.as_os_str()];
                command.arg("-L").arg(&lib).arg(path.join(OsStr::new("")));
                // A program that only opens the library does not have it otherwise, and can close it.
                command.args(["-Wl,--as-needed", "-lstoplist"]);
            }
        }
    }

    fn directory(&self, of: &str) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        self.out.join(Path::new(&of.chars().map(plain).collect::<String>()))
    }
}
