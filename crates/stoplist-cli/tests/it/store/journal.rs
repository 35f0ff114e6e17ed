//! The journal is verified, exported, followed, copied, and the state made from it again.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use jiff::Timestamp;
use serde_json::{Value, json};
use stoplist::{ImportOptions, NumberSet, PhoneNumber, Scrub, Store, StoreOptions, Traffic};

use super::{ADA, BEA, Shelf};

fn shelf() -> Shelf {
    let shelf = Shelf::new();
    shelf.json(&format!("contact add --name Ada --primary {ADA}"));
    shelf.json(&format!("block c1 {BEA} --reason opt_out --note 'wrote STOP'"));
    shelf
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// All files of the journal.
fn files(shelf: &Shelf) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut directories = vec![shelf.desk.path("s")];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.parent().unwrap().ends_with("journal") {
                all.push(path);
            }
        }
    }
    assert!(!all.is_empty());
    all
}

#[test]
fn an_export_has_every_field_and_the_chain() {
    let shelf = shelf();
    let head = shelf.json("audit verify")["head"].as_str().unwrap().to_owned();
    assert_eq!(head.len(), 64);
    let changes = lines(&shelf.text("audit export"));
    let events: Vec<&Value> = changes.iter().map(|change| &change["event"]).collect();
    assert_eq!(events, ["initialised", "contact_created", "blocked"]);
    let blocked = &changes[2];
    assert_eq!(
        *blocked,
        json!({
            "generation": 3, "at": blocked["at"], "actor": "ana", "event": "blocked",
            "reason": "opt_out", "note": "wrote STOP", "reference": "", "source": "",
            "targets": ["c1", BEA],
            "traffic": ["inbound", "outbound", "automated", "broadcast"], "until": null,
            "bulk": null,
            "effects": [{
                "traffic": ["inbound", "outbound", "automated", "broadcast"],
                "added": [BEA, ADA], "removed": []
            }],
            "previous": blocked["previous"]
        })
    );
    assert_eq!(blocked["previous"].as_str().unwrap().len(), 64);
    assert_eq!(changes[1]["details"]["name"], "Ada");
    let report = shelf.json("audit export -o journal.jsonl");
    assert_eq!(report, json!({"records": 3, "generation": 3}));
    assert_eq!(lines(&shelf.desk.read("journal.jsonl")), changes);
    // The hash that a record has of the one before is the head before it.
    shelf.json("unblock c1 --reason requested");
    let changes = lines(&shelf.text("follow --once --since 3"));
    assert_eq!((changes.len(), &changes[0]["previous"]), (1, &json!(head)));
}

#[test]
fn an_export_has_the_scrubs() {
    let shelf = shelf();
    shelf.json("list create dnc --traffic broadcast --max-age-days 0");
    let as_of = Timestamp::UNIX_EPOCH;
    {
        let store = Store::open(shelf.desk.path("s"), StoreOptions::default()).unwrap();
        let numbers = NumberSet::from([PhoneNumber::new(4_930_901_820).unwrap()]);
        let import = ImportOptions { as_of: Some(as_of), ..ImportOptions::add("x") };
        store.acting_as("ana").import("dnc", numbers, &import).unwrap();
        let (generation, lists) = store.lists_asked(&[], Traffic::BROADCAST).unwrap();
        let scrub = Scrub::new("spring.csv", Traffic::BROADCAST, generation)
            .digest("xxh64:0123456789abcdef")
            .column("phone")
            .lists(lists)
            .rows(10)
            .kept(6)
            .null(1)
            .blocked_by("dnc", 1)
            .invalid_for("letters", 2);
        store.acting_as("night run").record_scrub(&scrub).unwrap();
        let scrub = Scrub::new("-", Traffic::BROADCAST, 1);
        store.acting_as("night run").record_scrub(&scrub).unwrap();
    }
    let changes = lines(&shelf.text("audit export"));
    let full = &changes[5];
    assert_eq!(
        *full,
        json!({
            "generation": 6, "at": full["at"], "actor": "night run", "event": "scrubbed",
            "reason": null, "note": null, "reference": null, "source": null,
            "input": "spring.csv", "digest": "xxh64:0123456789abcdef", "columns": ["phone"],
            "traffic": ["broadcast"], "gate_generation": 5,
            "lists": [
                {"name": "blocked", "numbers": 2, "as_of": null, "stale": false, "blocked": 0},
                {
                    "name": "dnc", "numbers": 1, "as_of": "1970-01-01T00:00:00Z", "stale": true,
                    "blocked": 1
                },
            ],
            "rows": 10, "kept": 6, "blocked": 1, "invalid": 2, "null": 1,
            "invalid_by_reason": {"letters": 2},
            "effects": [], "previous": full["previous"]
        })
    );
    let bare = &changes[6];
    for (field, value) in [
        ("generation", json!(7)),
        ("gate_generation", json!(1)),
        ("digest", Value::Null),
        ("columns", json!([])),
        ("lists", json!([])),
        ("invalid_by_reason", json!({})),
    ] {
        assert_eq!(bare.get(field), Some(&value), "{field}");
    }
    assert_eq!(lines(&shelf.text("follow --once --since 5")), changes[5..]);
    assert_eq!(shelf.verified(), 7);
    assert!(!shelf.events(ADA).contains(&"scrubbed".to_owned()));
}

#[test]
fn a_changed_byte_is_found() {
    let shelf = shelf();
    let file = files(&shelf).into_iter().max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    let needle = b"wrote STOP";
    let place = bytes.windows(needle.len()).position(|window| window == needle).unwrap();
    bytes[place] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let run = shelf.run("audit verify --json");
    let said: Value = serde_json::from_slice(&run.stdout).unwrap();
    // Whether the store opens or not.
    assert_eq!((run.exit, &said["ok"]), (1, &Value::Bool(false)), "{said}");
    assert!(said["message"].as_str().unwrap().contains("journal"), "{said}");
}

#[test]
fn a_damaged_mark_is_a_damaged_store() {
    let shelf = shelf();
    let file = files(&shelf).into_iter().min().unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    for byte in &mut bytes {
        *byte = !*byte;
    }
    std::fs::write(&file, bytes).unwrap();
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    let run = shelf.run("info");
    assert_eq!(run.exit, 6, "{}", run.stderr);
    assert!(run.stderr.contains(&name), "{}", run.stderr);
}

#[test]
fn the_state_comes_out_of_the_journal_again() {
    let shelf = shelf();
    let rebuilt = shelf.json("rebuild");
    assert_eq!((&rebuilt["equal"], &rebuilt["kept"]), (&json!(true), &rebuilt["replayed"]));
    assert_eq!(shelf.verdict(ADA), "block");
    assert_eq!(shelf.verified(), 3);
    // Without a state, opening makes it, and says so.
    let state = std::fs::read_dir(shelf.desk.path("s")).unwrap().map(|entry| entry.unwrap().path());
    let state = state.filter(|path| path.is_dir() && !path.ends_with("journal"));
    state.for_each(|path| std::fs::remove_dir_all(path).unwrap());
    let run = shelf.run("info --json");
    assert_eq!(run.exit, 0, "{}", run.stderr);
    assert!(run.stderr.contains("made anew"), "{}", run.stderr);
    assert_eq!(shelf.verdict(BEA), "block");
    std::fs::remove_dir_all(shelf.desk.path("s/state")).unwrap();
    let rebuilt = shelf.json("rebuild");
    assert_eq!((&rebuilt["equal"], &rebuilt["kept"]), (&json!(false), &Value::Null));
    std::fs::remove_dir_all(shelf.desk.path("s/state")).unwrap();
    assert_eq!(shelf.run("info --quiet").stderr, "");
}

#[test]
fn what_opening_has_mended_is_said() {
    let shelf = shelf();
    let file = files(&shelf).into_iter().max().unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    // The beginning of a record, as a power cut leaves it.
    let beginning = bytes[bytes.len() - 90..bytes.len() - 40].to_vec();
    bytes.extend(beginning);
    std::fs::write(&file, bytes).unwrap();
    let run = shelf.run("info --json");
    assert_eq!(run.exit, 0, "{}", run.stderr);
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(run.stderr.contains(name) && run.stderr.contains("cut off"), "{}", run.stderr);
    assert_eq!(shelf.text("audit verify").lines().count(), 4, "once");
    assert_eq!(shelf.verified(), 3);
}

#[test]
fn a_backup_answers_as_the_store_does() {
    let shelf = shelf();
    let backup = shelf.json("backup copy");
    assert_eq!(backup["generation"], 3);
    assert!(backup["digest"].as_str().unwrap().len() >= 32);
    shelf.json("unblock c1 --reason requested");
    assert_eq!(shelf.verdict(&format!("{ADA} --store copy")), "block", "it is of its moment");
    assert_eq!(shelf.verdict(ADA), "allow");
    let audit = shelf.json("audit verify --store copy");
    assert_eq!((&audit["ok"], &audit["records"]), (&json!(true), &json!(3)));
    assert_eq!(shelf.events("c1 --store copy"), ["contact_created", "blocked"]);
    shelf.refused("backup copy", 2, "occupied", &["copy"]);
}

#[test]
#[cfg(unix)]
fn an_archive_has_what_is_old_and_a_young_store_has_nothing_for_it() {
    let shelf = shelf();
    let archive = shelf.json("archive old");
    assert_eq!((&archive["segments"], &archive["bytes"]), (&json!(0), &json!(0)));
    assert!(archive["path"].as_str().unwrap().ends_with("old"));
    let told = shelf.run("archive old");
    assert!(told.exit == 0 && told.stderr.contains("old enough"), "{}", told.stderr);
}

#[test]
fn changes_are_followed_until_an_interrupt() {
    let shelf = shelf();
    shelf.json("block +4930901820 --reason investigation --until 3s");
    let mut child = shelf
        .command("follow --since 2")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut next = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        serde_json::from_str::<Value>(&line).unwrap()
    };
    assert_eq!(next()["generation"], 3);
    assert_eq!(next()["generation"], 4);
    // This one is made while it waits: the store ends the block by itself.
    let lapsed = next();
    assert_eq!((&lapsed["event"], &lapsed["targets"]), (&json!("lapsed"), &json!(["+4930901820"])));
    let id = child.id().to_string();
    let kill = std::process::Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(shelf.verified(), 5);
}
