//! Which programs are there, and in which ways is each built and run?

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::compile::Compiler;
use crate::Failure;

/// Where programs come from. Sources that begin with `header_` are one program; `vectors` tests another
/// tree.
const DIRECTORIES: [(&str, Language); 4] = [
    ("bindings/c/examples", Language::C),
    ("bindings/c/tests", Language::C),
    ("bindings/cpp/examples", Language::Cpp),
    ("bindings/cpp/tests", Language::Cpp),
];
/// In which standards of each language the header has to be good.
const STANDARDS: [(&str, Language); 5] = [
    ("c99", Language::C),
    ("c11", Language::C),
    ("c17", Language::C),
    ("c++17", Language::Cpp),
    ("c++20", Language::Cpp),
];
/// What opens the library by itself and closes it. A sanitizer forgets what it knew of a library that is
/// closed, and there is nothing to link statically.
const OPENERS: [&str; 1] = ["dlopen"];

/// Two parts of a program, in both languages: a header that defines something collides with itself.
const PART: &str = "#include <stoplist.h>\n#include <stoplist.h>\n\n\
                    uint32_t part(void);\nuint32_t part(void) { return stoplist_abi_version(); }\n";
const MAIN: &str = "#include <stoplist.h>\n\nuint32_t part(void);\n\
                    int main(void) { return part() == STOPLIST_ABI_VERSION ? 0 : 1; }\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    C,
    Cpp,
}

impl Language {
    fn extension(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Cpp => "cpp",
        }
    }
}

/// How a program is built and run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Plain,
    Sanitized,
    Static,
    Valgrind,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Sanitized => "sanitized",
            Self::Static => "static",
            Self::Valgrind => "valgrind",
        })
    }
}

#[derive(Debug)]
pub(super) struct Program {
    pub(super) name: String,
    pub(super) language: Language,
    /// As a compiler calls it.
    pub(super) standard: &'static str,
    pub(super) sources: Vec<PathBuf>,
    /// Archives that are linked before and behind the library.
    pub(super) beside: [Vec<PathBuf>; 2],
    /// Whether it is about how things are linked, and not about what they do.
    is_of_linking: bool,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Program {
    /// Those that are found, and those that are made here.
    pub(super) fn all(compiler: &Compiler) -> Result<Vec<Self>, Failure> {
        let mut all = Vec::new();
        for (directory, language) in DIRECTORIES {
            all.extend(found(Path::new(directory), language)?);
        }
        for (standard, language) in STANDARDS {
            let source = |name: &str, text| {
                let name = format!("{name}.{}", language.extension());
                compiler.source(&format!("header {standard}"), &name, text)
            };
            let sources = vec![source("part", PART)?, source("main", MAIN)?];
            let name = format!("header {standard}");
            all.push(Self { standard, is_of_linking: true, ..Self::new(name, language, sources) });
        }
        all.extend(beside_others(compiler)?);
        Ok(all)
    }

    fn new(name: String, language: Language, sources: Vec<PathBuf>) -> Self {
        let standard = match language {
            Language::C => "c11",
            Language::Cpp => "c++17",
        };
        let beside = [Vec::new(), Vec::new()];
        Self { name, language, standard, sources, beside, is_of_linking: false }
    }

    pub(super) fn ways(&self, long: bool) -> Vec<Way> {
        let is = |name: &&str| self.name.ends_with(&format!("/{name}"));
        if self.beside.iter().any(|beside| !beside.is_empty()) {
            vec![Way::Static]
        } else if self.is_of_linking || OPENERS.iter().any(is) {
            vec![Way::Plain]
        } else if long {
            vec![Way::Plain, Way::Sanitized, Way::Static, Way::Valgrind]
        } else {
            vec![Way::Plain, Way::Sanitized]
        }
    }
}

/// Programs of a directory, by name.
fn found(directory: &Path, language: Language) -> Result<Vec<Program>, Failure> {
    let shown = directory.display();
    let entries = fs::read_dir(directory).map_err(|error| format!("{shown}: {error}"))?;
    let mut sources = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|found| found == language.extension()) && stem != "vectors"
        {
            sources.push((stem, path));
        }
    }
    sources.sort_unstable();
    let (headers, others): (Vec<_>, Vec<_>) =
        sources.into_iter().partition(|(stem, _)| stem.starts_with("header_"));
    let mut programs = Vec::new();
    for (stem, path) in others {
        programs.push(Program::new(format!("{shown}/{stem}"), language, vec![path]));
    }
    if !headers.is_empty() {
        let sources = headers.into_iter().map(|(_, path)| path).collect();
        programs.push(Program::new(format!("{shown}/header"), language, sources));
    }
    Ok(programs)
}

/// A program that links the static library and another one that is written in Rust: either may be first.
fn beside_others(compiler: &Compiler) -> Result<[Program; 2], Failure> {
    let other = compiler.rust_archive("other", include_str!("../../fixtures/abi/other.rs"))?;
    let text = include_str!("../../fixtures/abi/beside.c");
    let source = compiler.source("beside", "beside.c", text)?;
    let program = |name: &str, beside| {
        let name = format!("beside another Rust library, which is {name}");
        Program { beside, ..Program::new(name, Language::C, vec![source.clone()]) }
    };
    let (first, last) = ([vec![other.clone()], Vec::new()], [Vec::new(), vec![other]]);
    Ok([program("first", first), program("last", last)])
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{Failure, Language, Program, Way, found};

    fn program(name: &str) -> Program {
        Program::new(name.to_owned(), Language::C, Vec::new())
    }

    #[test]
    fn sources_become_programs() -> Result<(), Failure> {
        let directory = std::env::temp_dir().join(format!("stoplist-abi-{}", std::process::id()));
        fs::create_dir_all(&directory)?;
        for name in ["b.c", "a.c", "header_1.c", "header_2.c", "vectors.c", "check.h", "c.cpp"] {
            fs::write(directory.join(name), "")?;
        }
        let programs = found(&directory, Language::C)?;
        let sources: Vec<usize> = programs.iter().map(|program| program.sources.len()).collect();
        let ends = ["/a", "/b", "/header"];
        assert_eq!(sources, [1, 1, 2]);
        assert!(programs.iter().zip(ends).all(|(program, end)| program.name.ends_with(end)));
        fs::remove_dir_all(&directory)?;
        assert!(found(&directory, Language::C).is_err(), "not there");
        Ok(())
    }

    #[test]
    fn what_closes_the_library_runs_plain_only() {
        assert_eq!(program("c/tests/dlopen").ways(true), [Way::Plain]);
        assert_eq!(program("c/tests/fork").ways(false), [Way::Plain, Way::Sanitized]);
        assert_eq!(program("c/tests/fork").ways(true).len(), 4);
    }

    #[test]
    fn what_has_archives_beside_it_is_linked_statically() {
        let beside = [Vec::new(), vec![PathBuf::from("a.a")]];
        assert_eq!(Program { beside, ..program("a") }.ways(false), [Way::Static]);
    }
}
