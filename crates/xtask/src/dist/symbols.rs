//! Does a library have the functions of the header, and nothing else, for others?

use std::path::Path;

use crate::Failure;
use crate::process::output;

/// The functions that a header declares, sorted. The header is one that `cargo xtask header` wrote.
pub(super) fn declared(header: &str) -> Vec<&str> {
    // Code begins at the left, and neither comments nor fields nor further lines do.
    let is_code = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
    let lines = header.lines().filter(is_code).filter(|line| !line.starts_with("typedef "));
    let mut names: Vec<&str> = lines.filter_map(function).collect();
    names.sort_unstable();
    names
}

/// The name before the first parameter.
fn function(line: &str) -> Option<&str> {
    let (head, _) = line.split_once('(')?;
    let name = head.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
    name.starts_with("stoplist_").then_some(name)
}

/// What a shared library has for others, sorted.
pub(super) fn of_shared(library: &Path) -> Result<Vec<String>, Failure> {
    named(&["--dynamic", "--defined-only", "--format=posix", &library.to_string_lossy()])
}

/// What an archive has for others, sorted.
pub(super) fn of_archive(library: &Path) -> Result<Vec<String>, Failure> {
    named(&["--extern-only", "--defined-only", "--format=posix", &library.to_string_lossy()])
}

fn named(args: &[&str]) -> Result<Vec<String>, Failure> {
    Ok(names(&output("nm", args)?))
}

/// The names in what nm says. A line without a kind names a member of an archive.
fn names(said: &str) -> Vec<String> {
    let name = |line: &str| {
        let mut words = line.split(' ');
        words.next().filter(|_| words.next().is_some()).map(str::to_owned)
    };
    let mut names: Vec<String> = said.lines().filter_map(name).collect();
    names.sort_unstable();
    names
}

/// Fails when the two are not the same.
pub(super) fn compare(library: &Path, has: &[String], declared: &[&str]) -> Result<(), Failure> {
    let missing: Vec<&str> =
        declared.iter().filter(|name| !has.iter().any(|has| has == *name)).copied().collect();
    let foreign: Vec<&str> =
        has.iter().map(String::as_str).filter(|name| !declared.contains(name)).collect();
    if !declared.is_empty() && missing.is_empty() && foreign.is_empty() {
        return Ok(());
    }
    let list = |names: &[&str]| match names {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    };
    Err(format!(
        "{} and the header do not agree. In the header only: {}. In the library only: {}. Is the \
         header current (`cargo xtask header`), and every function of it `no_mangle`?",
        library.display(),
        list(&missing),
        list(&foreign)
    )
    .into())
}

/// Whether the shared library has the name by which programs ask for it, and stays mapped.
pub(super) fn check_name(library: &Path, soname: &str) -> Result<(), Failure> {
    let said = output("readelf", &["--dynamic", "--wide", &library.to_string_lossy()])?;
    for (needed, what) in [(format!("soname: [{soname}]"), "name"), ("NODELETE".into(), "flag")] {
        if !said.contains(&needed) {
            let library = library.display();
            return Err(format!(
                "{library} lacks the {what} {needed}; build.rs of stoplist-ffi sets it"
            )
            .into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{compare, declared, names};

    const HEADER: &str = "\
/* stoplist_prose(a); */
 * stoplist_comment(a);
typedef int32_t (*stoplist_progress)(void *user);
typedef struct stoplist_gate {
  int (*stoplist_field)(int);
} stoplist_gate;
int32_t stoplist_gate_open(
    const stoplist_gate *stoplist_parameter(int));
const char *stoplist_error_code(const stoplist_error *error);
void stoplist_gate_free(stoplist_gate *gate);
";

    #[test]
    fn finds_the_functions_of_a_header() {
        let functions = ["stoplist_error_code", "stoplist_gate_free", "stoplist_gate_open"];
        assert_eq!(declared(HEADER), functions);
    }

    #[test]
    fn finds_the_names_that_nm_lists() {
        let said = "\nlibstoplist.a[stoplist.o]:\nb T 0 1\na T 5 2\n";
        assert_eq!(names(said), ["a", "b"]);
    }

    #[test]
    fn any_difference_is_refused_by_name() {
        let library = Path::new("l.so");
        let told = |has: &[&str], declared: &[&str]| {
            let has: Vec<String> = has.iter().map(ToString::to_string).collect();
            compare(library, &has, declared).err().map(|failure| failure.to_string())
        };
        assert_eq!(told(&["a", "b"], &["a", "b"]), None);
        assert!(told(&["a"], &["a", "b"]).is_some_and(|text| text.contains("header only: b.")));
        assert!(told(&["a", "b"], &["a"]).is_some_and(|text| text.contains("library only: b.")));
        // A header in which nothing is found is none.
        assert!(told(&[], &[]).is_some());
    }
}
