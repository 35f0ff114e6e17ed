//! Is the text of a file in order?
//!
//! What is looked for is put together here from parts, so that this file does not find itself.

use super::Finding;

/// Kinds of file in which white space has a form to keep.
const FORMED: [&str; 6] = ["rs", "toml", "md", "c", "h", "py"];
/// A file of Rust with this many lines is two.
const MAX_RUST_LINES: usize = 600;
/// The map of the code is read in one go.
const MAX_MAP_LINES: usize = 120;
/// Directories at the root of somebody's machine.
const ROOTS: [&str; 4] = ["home/", "root/", "work/", "tmp/bash"];
/// Macros that mark unfinished work.
const UNFINISHED: [&str; 3] = ["todo", "unimplemented", "dbg"];

pub(super) fn check(path: &str, text: &str, found: &mut Vec<Finding>) {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    // Test data comes as it comes: bad line ends may be what it tests.
    if path.split('/').any(|part| part == "tests" || part == "corpus") && extension != "rs" {
        return;
    }
    if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
        found.push(Finding::new(path, 0, "must end with one newline"));
    }
    for (number, line) in (1..).zip(text.lines()) {
        let mut report = |what: String| found.push(Finding::new(path, number, what));
        if FORMED.contains(&extension) {
            form(line, &mut report);
        }
        for root in ROOTS {
            if begins(line, &format!("/{root}")) {
                report(format!("a path of one machine: /{root}"));
            }
        }
        for name in UNFINISHED.iter().filter(|_| extension == "rs") {
            if begins(line, &format!("{name}!")) {
                report(format!("unfinished: {name}!"));
            }
        }
    }
    let lines = text.lines().count();
    let generated = text.lines().next().is_some_and(|line| line.contains("generated"));
    if extension == "rs" && !generated && lines >= MAX_RUST_LINES {
        found.push(Finding::new(path, 0, format!("{lines} lines; keep under {MAX_RUST_LINES}")));
    }
    if path == "ARCHITECTURE.md" && lines >= MAX_MAP_LINES {
        found.push(Finding::new(path, 0, format!("{lines} lines; keep under {MAX_MAP_LINES}")));
    }
}

fn form(line: &str, report: &mut impl FnMut(String)) {
    if line.contains('\t') {
        report("a tab".to_owned());
    }
    if line.ends_with(char::is_whitespace) {
        report("white space at the end of the line".to_owned());
    }
}

/// Whether the needle begins a word or a path in the line: `x/home/` is another path.
fn begins(line: &str, needle: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || "_-.~}".contains(c);
    line.match_indices(needle).any(|(at, _)| !line.get(..at).is_some_and(|s| s.ends_with(inner)))
}

#[cfg(test)]
mod tests {
    use super::{MAX_RUST_LINES, ROOTS, UNFINISHED, check};

    const NONE: [usize; 0] = [];

    fn findings(path: &str, text: &str) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        check(path, text, &mut found);
        found.into_iter().map(|finding| (finding.line, finding.what)).collect()
    }

    fn lines_found(path: &str, text: &str) -> Vec<usize> {
        findings(path, text).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn finds_tabs_and_trailing_white_space_where_form_matters() {
        let text = "a\n\tb\nc \n";
        assert_eq!(lines_found("src/a.rs", text), [2, 3]);
        assert_eq!(lines_found("README.md", text), [2, 3]);
        assert_eq!(lines_found("list.tsv", text), NONE);
    }

    #[test]
    fn wants_one_newline_at_the_end() {
        for text in ["a", "a\n\n"] {
            assert_eq!(findings("a.txt", text), [(0, "must end with one newline".to_owned())]);
        }
        assert!(findings("a.txt", "a\n").is_empty());
        assert!(findings("a.txt", "").is_empty());
    }

    #[test]
    fn takes_test_data_as_it_is() {
        assert!(findings("crates/a/tests/fixtures/no_newline.csv", "a\t ").is_empty());
        assert_eq!(lines_found("crates/a/tests/it/main.rs", "a\tb"), [0, 1]);
    }

    #[test]
    fn finds_paths_of_one_machine() {
        for root in ROOTS {
            assert_eq!(lines_found("a.txt", &format!("x\nin \"/{root}y\"\n")), [2], "{root}");
            assert_eq!(lines_found("a.txt", &format!("in target/{root}y\n")), NONE, "{root}");
            assert_eq!(
                lines_found("a.txt", &format!("$DIR}}/{root}y or ../{root}y\n")),
                NONE,
                "{root}"
            );
        }
    }

    #[test]
    fn finds_unfinished_work_in_rust_only() {
        for name in UNFINISHED {
            let text = format!("fn f() {{\n    {name}!()\n}}\n");
            assert_eq!(lines_found("src/a.rs", &text), [2], "{name}");
            assert_eq!(lines_found("a.md", &text), NONE, "{name}");
            assert_eq!(lines_found("src/a.rs", &format!("not_{name}!()\n")), NONE, "{name}");
        }
    }

    #[test]
    fn long_rust_is_found_unless_generated() {
        let long = "//\n".repeat(MAX_RUST_LINES);
        assert_eq!(lines_found("src/a.rs", &long), [0]);
        assert_eq!(lines_found("src/a.rs", &format!("// generated\n{long}")), NONE);
        assert_eq!(lines_found("a.md", &long), NONE);
        assert_eq!(lines_found("ARCHITECTURE.md", &long), [0]);
    }
}
