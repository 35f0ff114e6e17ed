//! With a store, that a table was filtered is on record, or nothing has appeared.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{ADA, BEA, CYD, DAN, Run, Shelf};

fn shelf() -> Shelf {
    let shelf = Shelf::new();
    shelf.desk.put("in.csv", format!("id,phone\n1,{ADA}\n2,{BEA}\n3,nobody\n4,{DAN}\n"));
    shelf.desk.put("dnc.txt", format!("{ADA}\n{CYD}\n"));
    shelf.json("list create dnc --traffic broadcast");
    shelf.json("import dnc dnc.txt");
    shelf
}

/// The record with this generation.
fn record(shelf: &Shelf, generation: &Value) -> Value {
    let text = shelf.text("audit export");
    let mut records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.find(|record| record["generation"] == *generation).unwrap()
}

#[test]
fn a_run_is_on_record_when_its_output_is_there() {
    let shelf = shelf();
    let report = shelf.json("filter in.csv -o out.csv --excluded why.csv --actor night-run");
    assert_eq!((&report["generation"], &report["scrub"]), (&json!(3), &json!(4)));
    let said = record(&shelf, &report["scrub"]);
    let expected = [
        ("event", json!("scrubbed")),
        ("actor", json!("night-run")),
        ("input", json!("in.csv")),
        ("columns", json!(["phone"])),
        ("traffic", json!(["broadcast"])),
        ("gate_generation", json!(3)),
        ("rows", json!(4)),
        ("kept", json!(2)),
        ("blocked", json!(1)),
        ("invalid", json!(1)),
        ("invalid_by_reason", json!({"not_a_number": 1})),
    ];
    for (field, value) in expected {
        assert_eq!(said[field], value, "{field}: {said}");
    }
    let dnc = &said["lists"][1];
    assert_eq!(
        (&dnc["name"], &dnc["numbers"], &dnc["blocked"]),
        (&json!("dnc"), &json!(2), &json!(1))
    );
    let text = shelf.text("filter in.csv -o out.csv");
    assert!(text.contains("on record as        5\n"), "{text}");
    assert_eq!(shelf.verified(), 5);
}

#[test]
fn the_digest_is_that_of_the_bytes_of_the_input() {
    let shelf = shelf();
    shelf.desk.put("abc.csv", "abc");
    let report = shelf.json("filter abc.csv -o out.csv --column abc");
    let said = record(&shelf, &report["scrub"]);
    // What is published for these three bytes.
    let known = "blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
    assert_eq!(said["digest"], known);
    // A file of several pieces, and the same bytes from a pipe; in turn, too.
    let rows: String = (0..400_000).map(|i| format!("{i},+4930{i:07}\n")).collect();
    let long = format!("id,phone\n{rows}");
    assert!(long.len() > 5 << 20);
    shelf.desk.put("long.csv", &long);
    let mut digests = Vec::new();
    for threads in ["", "--threads 1"] {
        let report = shelf.json(&format!("filter long.csv -o out.csv {threads}"));
        digests.push(record(&shelf, &report["scrub"])["digest"].clone());
    }
    let line = "filter - --input-format csv -o out.csv --json --store s --actor ana";
    let run = shelf.desk.pipe(line, long.as_bytes());
    assert_eq!(run.exit, 0, "{}", run.stderr);
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    let said = record(&shelf, &report["scrub"]);
    assert_eq!((&said["input"], &said["rows"]), (&json!("-"), &json!(400_000)));
    digests.push(said["digest"].clone());
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "{digests:?}");
    assert!(digests[0] != *known && digests[0].as_str().unwrap().len() == known.len());
}

#[test]
fn long_names_are_cut_for_the_record() {
    let shelf = shelf();
    let column = format!("phone {}", "ä".repeat(400));
    shelf.desk.put("in.csv", format!("id,{column}\n1,{ADA}\n"));
    let path = format!("{}in.csv", "./".repeat(400));
    let report = shelf.json(&format!("filter {path} -o out.csv --column '{column}'"));
    let said = record(&shelf, &report["scrub"]);
    assert_eq!(said["input"], path[..512]);
    let expected = format!("phone {}", "ä".repeat(253));
    assert_eq!(said["columns"], json!([expected]));
}

/// Begins to filter `in.csv` to a pipe, and waits until the command waits for somebody to read.
fn begin(shelf: &Shelf, line: &str) -> Child {
    let pipe = shelf.desk.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let line = format!("filter in.csv -o pipe --output-format csv {line}");
    let mut command = shelf.command(&line);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let input = fs::canonicalize(shelf.desk.path("in.csv")).unwrap();
    let open = format!("/proc/{}/fd", child.id());
    let start = Instant::now();
    loop {
        let files = fs::read_dir(&open).into_iter().flatten().flatten();
        if files.filter_map(|file| fs::read_link(file.path()).ok()).any(|file| file == input) {
            return child;
        }
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
        assert!(start.elapsed() < Duration::from_secs(20), "it does not open its input");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Reads what it writes, and waits for its end.
fn end(shelf: &Shelf, child: Child) -> (Run, String) {
    let mut kept = String::new();
    fs::File::open(shelf.desk.path("pipe")).unwrap().read_to_string(&mut kept).unwrap();
    (child.wait_with_output().unwrap().into(), kept)
}

#[test]
fn a_file_that_changes_meanwhile_is_an_error_and_no_record() {
    let shelf = shelf();
    let child = begin(&shelf, "--excluded why.csv");
    let mut file = OpenOptions::new().append(true).open(shelf.desk.path("in.csv")).unwrap();
    file.write_all(b"5,+41446681801\n").unwrap();
    drop(file);
    let (run, _) = end(&shelf, child);
    assert_eq!(run.exit, 7, "{}", run.stderr);
    assert!(run.stderr.contains("in.csv: it was changed while it was read"), "{}", run.stderr);
    assert!(!shelf.desk.path("why.csv").exists());
    assert_eq!(shelf.verified(), 3);
    fs::remove_file(shelf.desk.path("pipe")).unwrap();
    let (run, kept) = end(&shelf, begin(&shelf, "--excluded why.csv"));
    assert_eq!((run.exit, kept.lines().count()), (0, 4), "undisturbed it goes: {}", run.stderr);
    assert_eq!(shelf.verified(), 4);
}

#[test]
fn the_store_stays_open_until_the_end() {
    let shelf = shelf();
    let pipe = shelf.desk.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let line = "filter pipe --input-format csv -o out.csv";
    let child = shelf.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = OpenOptions::new().write(true).open(&pipe).unwrap();
    input.write_all(format!("id,phone\n1,{ADA}\n2,{BEA}\n").as_bytes()).unwrap();
    let start = Instant::now();
    while shelf.run("info").exit != 5 {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not open the store");
        std::thread::sleep(Duration::from_millis(5));
    }
    shelf.refused("info", 5, "locked", &["another process"]);
    drop(input);
    let run: Run = child.wait_with_output().unwrap().into();
    assert_eq!(run.exit, 0, "{}", run.stderr);
    assert_eq!(shelf.desk.read("out.csv"), format!("id,phone\n2,{BEA}\n"));
    assert_eq!(shelf.verified(), 4);
}

#[test]
fn without_its_record_no_output_appears() {
    let shelf = shelf();
    // Nobody can be called so.
    let line = "filter in.csv -o out.csv --excluded why.csv --actor stoplist";
    let before = shelf.desk.names();
    shelf.refused(line, 2, "actor_name", &["stoplist"]);
    assert_eq!(shelf.desk.names(), before);
    assert_eq!(shelf.verified(), 3);
}

#[test]
fn a_disk_that_is_full_for_the_record_is_an_error() {
    let shelf = shelf();
    let before = shelf.desk.names();
    // Each run adds a record to the journal, which outgrows the limit before any other file does.
    // Ignored, the signal becomes an error of the write.
    let script = "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\"";
    for _ in 0..20 {
        let mut shell = Command::new("sh");
        shell.args(["-c", script, env!("CARGO_BIN_EXE_stoplist")]);
        shell.args(["filter", "in.csv", "-o", "out.csv", "--store", "s", "--actor", "ana"]);
        let run: Run = shell.current_dir(&shelf.desk.directory).output().unwrap().into();
        if run.exit == 0 {
            fs::remove_file(shelf.desk.path("out.csv")).unwrap();
            continue;
        }
        assert_eq!(run.exit, 6, "{}", run.stderr);
        assert!(run.stderr.contains("a write has failed"), "{}", run.stderr);
        assert_eq!(shelf.desk.names(), before, "and nothing has appeared");
        return;
    }
    panic!("the journal has outgrown no limit");
}
