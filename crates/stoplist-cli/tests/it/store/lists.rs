//! Lists of bare numbers: made, imported, replaced, exported, and how old they are.

use serde_json::{Value, json};

use super::{ADA, BEA, CYD, Shelf};

fn shelf() -> Shelf {
    let shelf = Shelf::new();
    shelf.desk.put("one.txt", format!("{ADA}\n{BEA}\nnobody\n"));
    shelf.desk.put("two.csv", format!("id,phone\n1,{BEA}\n2,{CYD}\n"));
    shelf.json("list create dnc --traffic outbound,broadcast --source registry --max-age-days 31");
    shelf
}

#[test]
fn an_import_adds_or_makes_equal_and_is_undone() {
    let shelf = shelf();
    let line = "import dnc one.txt --rejects rejects.csv";
    let expected = |generation: u64, dry_run: bool| {
        json!({
            "rows": 3, "accepted_rows": 2, "unique": 2, "rejected_rows": 1,
            "rejected_by_reason": {"not_a_number": 1}, "min": BEA, "max": ADA,
            "sum64": (442_079_460_001_u64 + 12_025_550_142).to_string(),
            "added": 2, "removed": 0, "already": 0, "dry_run": dry_run, "generation": generation
        })
    };
    let mut letters = shelf.json(&format!("{line} --dry-run"));
    letters["rejected_by_reason"] = json!({"not_a_number": 1});
    assert_eq!(letters, expected(2, true));
    assert_eq!(shelf.verdict(ADA), "allow");
    let mut first = shelf.json(line);
    first["rejected_by_reason"] = json!({"not_a_number": 1});
    assert_eq!(first, expected(3, false));
    assert!(shelf.desk.read("rejects.csv").contains("3,nobody,"));
    assert_eq!(shelf.verdict(ADA), "block");
    assert_eq!(shelf.verdict(&format!("{ADA} --traffic inbound")), "allow");
    let row = &shelf.ends(&format!("check {ADA} --list dnc"), 1)[0];
    assert_eq!((&row["list"], &row["reason"]), (&json!("dnc"), &json!("registry")));

    let second = shelf.json("import dnc two.csv --replace");
    assert_eq!(
        (&second["added"], &second["removed"], &second["already"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!((shelf.verdict(ADA), shelf.verdict(CYD)), ("allow".into(), "block".into()));
    let history = shelf.json(&format!("history {ADA}"));
    let listed: Vec<&Value> =
        history["events"].as_array().unwrap().iter().map(|event| &event["listed"]).collect();
    assert_eq!(listed, [&json!("added"), &json!("removed")]);
    assert_eq!(history["events"][1]["from"], "two.csv");

    assert_eq!(shelf.json("undo 4"), json!({"generation": 5, "undone": 4, "changed": 2}));
    assert_eq!((shelf.verdict(ADA), shelf.verdict(CYD)), ("block".into(), "allow".into()));
    assert_eq!(shelf.verified(), 5);
}

#[test]
fn what_would_leave_nobody_on_a_list_is_refused() {
    let shelf = shelf();
    shelf.json("import dnc one.txt");
    shelf.desk.put("none.txt", "0301234\nnobody\n");
    shelf.desk.put("empty.txt", "");
    shelf.refused("import dnc none.txt --replace", 3, "no_number", &["none.txt", "2 of 2"]);
    shelf.refused("import dnc none.txt", 3, "no_number", &["none.txt"]);
    shelf.refused("bulk block --file none.txt --reason spam", 3, "no_number", &["none.txt"]);
    shelf.refused("import dnc empty.txt --replace", 3, "no_number", &["empty.txt", "--yes"]);
    assert_eq!(shelf.json("list show dnc")["numbers"], 2);
    assert_eq!(shelf.json("import dnc empty.txt --replace --yes")["removed"], 2);
    assert_eq!(shelf.json("import dnc empty.txt")["added"], 0);
    shelf.refused("import nosuch one.txt", 2, "unknown_list", &["nosuch", "list show"]);
    shelf.refused("import blocked one.txt", 2, "built_in_list", &["blocked"]);
    shelf.refused("import dnc missing.txt", 7, "io", &["missing.txt"]);
    assert!(!shelf.desk.path("rejects.csv").exists());
}

#[test]
fn lists_are_shown_changed_and_dropped() {
    let shelf = shelf();
    shelf.json("import dnc one.txt");
    let list = shelf.json("list show dnc");
    assert_eq!((&list["name"], &list["numbers"]), (&json!("dnc"), &json!(2)));
    assert_eq!(list["traffic"], json!(["outbound", "broadcast"]));
    assert_eq!((&list["max_age_days"], &list["when_stale"]), (&json!(31), &json!("warn")));
    shelf.json("list set dnc --when-stale fail --traffic broadcast");
    let list = shelf.json("list show dnc");
    assert_eq!((&list["source"], &list["when_stale"]), (&json!("registry"), &json!("fail")));
    assert_eq!(shelf.verdict(&format!("{ADA} --traffic outbound")), "allow");
    assert_eq!(shelf.verdict(&format!("{ADA} --traffic broadcast")), "block");
    shelf.json("list set dnc --max-age-days never");
    assert_eq!(shelf.json("list show dnc")["max_age_days"], Value::Null);
    shelf.refused("list create dnc", 2, "list_exists", &["dnc"]);
    shelf.refused("list create 'a b'", 2, "list", &["a b"]);
    shelf.refused("list create blocked", 2, "built_in_list", &["blocked"]);
    shelf.json("block +4930901899 --reason spam");
    let all = shelf.json("list show");
    let names: Vec<&Value> =
        all["lists"].as_array().unwrap().iter().map(|list| &list["name"]).collect();
    assert_eq!(names, [&json!("blocked"), &json!("dnc")]);
    assert_eq!(shelf.json("list show blocked")["numbers"], 1);
    shelf.json("list drop dnc");
    assert_eq!(shelf.verdict(ADA), "allow");
    shelf.refused("list show dnc", 2, "unknown_list", &["dnc"]);
    shelf.refused("list set dnc --source x", 2, "unknown_list", &["dnc"]);
}

#[test]
fn what_is_exported_reads_back_the_same() {
    let shelf = shelf();
    shelf.json("import dnc one.txt");
    shelf.json(&format!("block {CYD} --reason spam --traffic inbound"));
    for name in ["a.txt", "a.csv", "a.jsonl", "a.parquet", "a.arrow", "a.r64"] {
        let report = shelf.json(&format!("export dnc -o {name}"));
        assert_eq!(report, json!({"list": "dnc", "numbers": 2, "generation": 4}));
        let set = shelf.json(&format!("set {name}"));
        assert_eq!((&set["min"], &set["max"]), (&json!(BEA), &json!(ADA)), "{name}");
    }
    shelf.json("export blocked -o b.txt");
    assert_eq!(shelf.desk.read("b.txt"), format!("{CYD}\n"));
    let before = shelf.desk.names();
    shelf.refused("export nosuch -o c.txt", 2, "unknown_list", &["nosuch"]);
    shelf.refused("export dnc -o c.xlsx", 2, "unknown_extension", &["c.xlsx"]);
    assert_eq!(shelf.desk.names(), before);
}

#[test]
fn a_stale_list_is_told_of_or_stops_the_filter() {
    let shelf = shelf();
    shelf.desk.put("in.csv", format!("phone\n{ADA}\n+41446681800\n"));
    shelf.json("import dnc one.txt --as-of 30d");
    assert_eq!(shelf.json("filter in.csv -o out.csv")["stale_lists"], json!([]));
    shelf.json("import dnc one.txt --as-of 32d");
    assert_eq!(shelf.json("list show dnc")["stale"], true);
    let info = shelf.run("info --json");
    assert!(info.stderr.contains("dnc") && info.stderr.contains("stale"), "{}", info.stderr);
    let report = shelf.json("filter in.csv -o out.csv");
    assert_eq!((&report["stale_lists"], &report["kept"]), (&json!(["dnc"]), &json!(1)));
    let run = shelf.run("filter in.csv -o out.csv");
    assert!(run.exit == 0 && run.stderr.contains("dnc"), "{}", run.stderr);
    shelf.json("list set dnc --when-stale fail");
    std::fs::remove_file(shelf.desk.path("out.csv")).unwrap();
    shelf.refused("filter in.csv -o out.csv", 3, "stale", &["dnc", "31"]);
    assert!(!shelf.desk.path("out.csv").exists());
    shelf.json("filter in.csv -o out.csv --list blocked");
}
