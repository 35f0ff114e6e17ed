//! What a person at a terminal sees, and a program does not.

use std::process::{Command, Stdio};

use super::{Desk, println_skipped};

fn desk() -> Desk {
    let desk = Desk::new();
    let rows = (0..40).map(|i| format!("{i},+4930{:06}\n", 901_800 + i));
    desk.put("in.csv", format!("id,phone\n{}", rows.collect::<String>()));
    desk.put("b.txt", (0..10).map(|i| format!("+4930{}\n", 901_800 + i)).collect::<String>());
    desk
}

/// What the command writes to a terminal with this locale; `None` where `script` is missing.
fn on_a_terminal(desk: &Desk, locale: &str) -> Option<String> {
    let line = format!(
        "{} filter in.csv -o out.csv --blocked b.txt",
        env!("CARGO_BIN_EXE_stoplist").replace(' ', "\\ ")
    );
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(&desk.directory).stdin(Stdio::null());
    script.env("LC_ALL", locale).env("TERM", "xterm").env_remove("STOPLIST_STORE");
    let Ok(output) = script.output() else {
        println_skipped("there is no `script` to make a terminal with");
        return None;
    };
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap().replace('\r', ""))
}

#[test]
fn counts_have_bars_on_a_terminal_only() {
    let desk = desk();
    let run = desk.run("filter in.csv -o out.csv --blocked b.txt");
    let plain = String::from_utf8(run.stdout).unwrap();
    let start = "rows        40\nkept        30\nblocked     10\n  b.txt     10\ninvalid      0\n";
    assert!(plain.starts_with(start), "{plain}");
    assert!(plain.is_ascii() && !plain.contains('%'), "{plain}");
    for (locale, full, quarter) in [("C.UTF-8", '█', "█████\n"), ("C", '#', "#####\n")]
    {
        let Some(shown) = on_a_terminal(&desk, locale) else { return };
        let kept = shown.lines().find(|line| line.contains("kept ")).unwrap();
        assert!(kept.contains("75.0 %") && kept.matches(full).count() == 15, "{locale}: {shown}");
        assert_eq!(shown.matches(&format!("25.0 %  {quarter}")).count(), 2, "{locale}: {shown}");
        let report = &shown[shown.find("rows ").unwrap()..];
        assert_eq!(report.is_ascii(), locale == "C", "{shown}");
    }
}
