//! Does a package take from the workspace what must be the same everywhere?

use super::Finding;

/// What every member's manifest says: section, line without white space, and how to write it.
const NEEDED: [(&str, &str, &str); 3] = [
    ("[package]", "version.workspace=true", "`version.workspace = true` under [package]"),
    ("[package]", "rust-version.workspace=true", "`rust-version.workspace = true` under [package]"),
    ("[lints]", "workspace=true", "`workspace = true` under [lints]"),
];

pub(super) fn check(path: &str, text: &str, found: &mut Vec<Finding>) {
    let is_manifest = path == "Cargo.toml" || path.ends_with("/Cargo.toml");
    let has = |section: &str| text.lines().any(|line| line.trim() == section);
    // A package that is its own workspace, as the fuzz targets are, has nothing to take from.
    if !is_manifest || !has("[package]") || has("[workspace]") {
        return;
    }
    let mut section = "";
    let mut said = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        }
        said.push((section, line.replace(' ', "")));
    }
    for (section, line, remedy) in NEEDED {
        if !said.iter().any(|(s, l)| *s == section && l == line) {
            found.push(Finding::new(path, 0, format!("write {remedy}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        check(path, text, &mut found);
        found.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn accepts_a_member_that_takes_all_from_the_workspace() {
        let text = "[package]\nname = \"a\"\nversion.workspace = true\n\
                    rust-version.workspace = true\n\n[lints]\nworkspace = true\n";
        assert_eq!(findings("crates/a/Cargo.toml", text), Vec::<String>::new());
    }

    #[test]
    fn finds_what_a_member_keeps_for_itself() {
        let text = "[package]\nversion = \"0.1.0\"\nrust-version.workspace = true\n\
                    [lints.rust]\nworkspace = true\n";
        assert_eq!(
            findings("crates/a/Cargo.toml", text),
            [
                "write `version.workspace = true` under [package]",
                "write `workspace = true` under [lints]"
            ]
        );
    }

    #[test]
    fn leaves_other_workspaces_and_other_files_alone() {
        assert!(findings("fuzz/Cargo.toml", "[package]\n[workspace]\n").is_empty());
        assert!(findings("Cargo.toml", "[workspace]\n").is_empty());
        assert!(findings("notes.toml", "[package]\n").is_empty());
    }
}
