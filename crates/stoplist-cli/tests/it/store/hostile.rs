//! Whatever a text holds, it is kept as it is, and steers no terminal.

use serde_json::json;

use super::{ADA, Shelf};

#[test]
fn texts_are_kept_byte_for_byte_and_shown_escaped() {
    let shelf = Shelf::new();
    let texts = [
        "\u{1b}[2J\u{1b}]0;owned\u{7}",
        "two\nlines\r\nand\ta tab",
        "\u{202e}drowssap \u{2066}x\u{2069}",
        "\u{9b}31mred \u{85}next \u{7f}",
        "=HYPERLINK(\"http://x\",\"y\")",
        "+1-1, @SUM(A1), -2+3",
        "quotes \" and \\ and ; \u{0}no".trim_end_matches("\u{0}no"),
        "日本語 emoji 👩‍👩‍👧 Ünï",
        "",
    ];
    for (place, text) in texts.iter().enumerate() {
        let number = format!("+4930901{place:03}");
        let mut command = shelf.command(&format!("contact add --primary {number} --json"));
        command.args(["--name", text, "--email", text, "--category", text]);
        command.args(["--group", &format!("g{text}"), "--attribute", &format!("k={text}")]);
        command.args(["--blocked", "--reason", "other", "--note", text]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{text:?}");
        let contact = shelf.json(&format!("contact show c{}", place + 1));
        let said = std::str::from_utf8(&output.stdout).unwrap();
        assert!(!said.trim_end().contains(steers), "{said:?}");
        assert_eq!(contact["name"], *text);
        assert_eq!(contact["email"], *text);
        assert_eq!(contact["category"], *text);
        assert_eq!(contact["groups"], json!([format!("g{text}")]));
        assert_eq!(contact["attributes"]["k"], *text);
        assert_eq!(contact["block"]["note"], *text);
    }
    for line in [
        "contacts",
        "contact show c1",
        "contact show c2",
        "history c1",
        "history c3",
        "audit export",
        "contacts --json",
        "history c4 --json",
    ] {
        let text = shelf.text(line);
        assert!(!text.replace('\n', "").contains(steers), "{line}: {text:?}");
    }
    assert_eq!(shelf.text("contacts").lines().count(), texts.len() + 2, "a line each");
    assert_eq!(shelf.json("contacts --search =HYPERLINK")["total"], 1);
    shelf.verified();
}

/// Whether a terminal would do something else with it than show it.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn texts_that_are_too_long_are_refused() {
    let shelf = Shelf::new();
    let long = "x".repeat(100_000);
    for option in ["name", "email", "category", "group"] {
        let line = format!("contact add --primary {ADA} --{option} {long}");
        shelf.refused(&line, 3, "too_long", &["100000 bytes", "at most"]);
    }
    let line = format!("block {ADA} --reason spam --note {long}");
    shelf.refused(&line, 3, "too_long", &["note", "1000"]);
    let line = format!("message {ADA} --direction inbound --outcome {long}");
    shelf.refused(&line, 3, "too_long", &["outcome"]);
    assert_eq!(shelf.run(&format!("list create dnc --source {long}")).exit, 3);
    shelf.refused(&format!("actor add {long} --permissions view"), 3, "too_long", &["actor"]);
    let run = shelf.run(&format!("check {long}"));
    assert_eq!(run.exit, 3);
    let run = shelf.run(&format!("history {long}"));
    assert!(run.exit == 3 && run.stderr.len() < 300, "{}", run.stderr);
    assert_eq!(shelf.verified(), 1);
}

#[test]
fn names_in_errors_are_escaped() {
    let shelf = Shelf::new();
    for line in [
        "import '\u{1b}[2J' nothing.txt",
        "list show '\u{1b}[2J\n'",
        "actor show '\u{202e}x'",
        "block '\u{1b}]0;x' --reason spam",
        "contact add --primary '\u{9b}1'",
        "info --store '\u{1b}[2J'",
        "contacts --created-from '\u{1b}[2J'",
        "bulk block --where '\u{1b}[2J=1' --reason spam",
        "info --actor '\u{1b}[2J'",
    ] {
        let run = shelf.run(line);
        assert!(run.exit > 1, "{line:?}");
        assert!(!run.stderr.trim_end().contains(steers), "{line:?}: {:?}", run.stderr);
    }
}
