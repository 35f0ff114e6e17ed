//! One process has a store open at a time; another is told so at once.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{ADA, Shelf};

#[test]
fn a_second_process_is_refused_at_once() {
    let shelf = Shelf::new();
    let mut child = shelf.command("follow").stdout(Stdio::piped()).spawn().unwrap();
    // With its first line it has the store open.
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    for command in [
        "info",
        &format!("check {ADA}"),
        &format!("block {ADA} --reason spam"),
        "audit verify",
        "rebuild",
    ] {
        let start = Instant::now();
        shelf.refused(command, 5, "locked", &["locked", "another process"]);
        assert!(start.elapsed() < Duration::from_secs(10), "{command}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(shelf.verified(), 1, "also after a kill");
}
