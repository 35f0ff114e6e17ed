//! `cargo xtask vectors`: does every door give the answers that `bindings/vectors.json` expects?
//!
//! The doors are C, C++, the command line and Rust. Each is asked the same requests, in the same order,
//! as `bindings/vectors.md` has them; what one of them answers otherwise is printed.

mod case;
mod command;
mod program;
mod request;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::dist::{self, Profile};
use crate::process::cargo;

use case::Case;
use command::CommandLine;
use program::Program;

const VECTORS: &str = "bindings/vectors.json";
/// Where programs are built, and where they work.
const PLACE: &str = "target/vectors";
/// Doors that are compiled, and of what.
const SOURCES: [(&str, &str); 2] =
    [("c", "bindings/c/tests/vectors.c"), ("c++", "bindings/cpp/tests/vectors.cpp")];

/// Asks every door: with no argument, C and C++ of a tree that is made for it.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let tree = match args {
        [] => dist::make(Profile::Dev, &Path::new(PLACE).join("tree"))?.root,
        [tree] if !tree.starts_with('-') => tree.into(),
        _ => return Err("this verb takes a tree that `cargo xtask dist` made, or nothing".into()),
    };
    let cases = case::read(&fs::read_to_string(VECTORS)?)?;
    let mut failed = Vec::new();
    for (door, answers) in answers(&tree, &cases)? {
        let wrong = compare(door, &cases, &answers)?;
        println!("   {door}: {}, {wrong} wrong", counted(&cases));
        if wrong > 0 {
            failed.push(door);
        }
    }
    match failed.as_slice() {
        [] => Ok(()),
        doors => Err(format!("wrong answers of {}, above", doors.join(", ")).into()),
    }
}

/// What each door answers to each case.
fn answers(tree: &Path, cases: &[Case]) -> Result<Vec<(&'static str, Vec<String>)>, Failure> {
    let mut all = Vec::new();
    for (door, source) in SOURCES {
        let program = Program::compiled(door, Path::new(source), tree)?;
        all.push((door, program.answers(cases)?));
    }
    cargo(&["build", "--locked", "-p", "stoplist", "--example", "vectors"])?;
    cargo(&["build", "--locked", "-p", "stoplist-cli"])?;
    let program = Program::built("rust", built("examples/vectors"))?;
    all.push(("rust", program.answers(cases)?));
    let scratch = program::fresh(&Path::new(PLACE).join("command line"))?;
    all.push(("command line", CommandLine::new(built("stoplist"), scratch).answers(cases)?));
    Ok(all)
}

/// Where cargo puts what it builds.
fn built(name: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    target.join("debug").join(name)
}

/// Prints the cases that were answered otherwise, and says how many they are.
fn compare(door: &str, cases: &[Case], answers: &[String]) -> Result<usize, Failure> {
    if answers.len() != cases.len() {
        let (given, asked) = (answers.len(), cases.len());
        return Err(format!("{door}: {given} answers to {asked} requests").into());
    }
    let wrong = cases.iter().zip(answers).filter(|(case, answer)| !case.is_answered_by(answer));
    let mut count = 0;
    for (case, answer) in wrong {
        count += 1;
        println!("   {door}: {}", case.name);
        println!("      asked    {}", shown(&case.request.line()));
        println!("      expected {}", shown(&case.expected.join("\t")));
        println!("      came     {}", shown(answer));
    }
    Ok(count)
}

fn shown(line: &str) -> String {
    line.split('\t').map(|field| format!("[{field}]")).collect()
}

fn counted(cases: &[Case]) -> String {
    let mut sections = BTreeMap::<&str, usize>::new();
    for case in cases.iter().filter(|case| !case.is_preparation()) {
        *sections.entry(case.section).or_default() += 1;
    }
    let sections: Vec<String> =
        sections.iter().map(|(section, count)| format!("{section} {count}")).collect();
    sections.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{VECTORS, case};
    use std::fs;
    use std::path::Path;

    #[test]
    fn the_cases_are_many_and_make_sense() -> Result<(), super::Failure> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let cases = case::read(&fs::read_to_string(root.join(VECTORS))?)?;
        let numbers = cases.iter().filter(|case| case.section == "numbers").count();
        let stores = cases.iter().filter(|case| case.is_preparation()).count();
        assert!(numbers >= 80 && stores >= 12, "{numbers} {stores}");
        Ok(())
    }
}
