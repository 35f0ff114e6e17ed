//! An interrupt ends the command at once and leaves no trace of the unfinished output.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::Desk;

#[test]
fn in_the_middle_of_a_table() {
    for signal in ["INT", "TERM"] {
        let desk = Desk::new();
        desk.put("b.txt", "+16502530000\n");
        desk.put("o.csv", "what was there\n");
        let before = desk.names();
        let mut child = desk
            .command("filter - --input-format csv -o o.csv --blocked b.txt --quiet")
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // More than a batch, and the pipe stays open: the command waits for more.
        let rows: String = (0..200_000).map(|i| format!("{i},+4930{i:07}\n")).collect();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(format!("id,phone\n{rows}").as_bytes()).unwrap();
        let start = Instant::now();
        while desk.names() == before {
            assert!(start.elapsed() < Duration::from_secs(20), "no temporary file was made");
            std::thread::sleep(Duration::from_millis(5));
        }
        let id = child.id().to_string();
        assert!(
            std::process::Command::new("kill")
                .args(["-s", signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        assert_eq!(output.status.code(), Some(130), "{signal}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, "stoplist: interrupted; unfinished outputs were removed\n", "{signal}");
        assert_eq!(desk.names(), before, "{signal}");
        assert_eq!(desk.read("o.csv"), "what was there\n", "{signal}");
    }
}

#[test]
fn together_with_the_end_of_the_pipe_one_outcome_is_told() {
    let mut interrupted = 0;
    for _ in 0..30 {
        let desk = Desk::new();
        desk.put("b.txt", "+16502530000\n");
        let before = desk.names();
        let mut child = desk
            .command("filter - -o o.csv --blocked b.txt --json")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(50));
        let id = child.id().to_string();
        let kill = std::process::Command::new("kill").args(["-s", "INT", &id]).status();
        drop(child.stdin.take());
        assert!(kill.unwrap().success());
        let output = child.wait_with_output().unwrap();
        if output.status.code().is_none() {
            // On a busy machine it had not begun to watch for signals yet.
            continue;
        }
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        // An empty stream is bad data, if that is seen first.
        let expected = match output.status.code() {
            Some(130) => "interrupted",
            Some(3) => "malformed",
            other => panic!("{other:?}"),
        };
        assert_eq!(said["error"]["code"], expected);
        assert_eq!(output.stderr.iter().filter(|&&byte| byte == b'\n').count(), 1);
        assert_eq!(desk.names(), before);
        interrupted += u32::from(expected == "interrupted");
    }
    assert!(interrupted > 0);
}
