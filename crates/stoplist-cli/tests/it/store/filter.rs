//! A broadcast list against the lists of a store.

use serde_json::json;

use super::{ADA, BEA, CYD, DAN, Shelf};

fn shelf() -> Shelf {
    let shelf = Shelf::new();
    shelf.desk.put("in.csv", format!("id,phone\n1,{ADA}\n2,{BEA}\n3,{CYD}\n4,{DAN}\n"));
    shelf.desk.put("dnc.txt", format!("{ADA}\n{BEA}\n"));
    shelf.json("list create dnc --traffic broadcast --source registry");
    shelf.json("import dnc dnc.txt");
    shelf.json(&format!("contact add --name Ada --primary {ADA} --blocked --reason opt_out"));
    shelf.json(&format!("block {CYD} --reason spam --traffic outbound"));
    shelf
}

#[test]
fn all_lists_that_stop_the_traffic_are_asked() {
    let shelf = shelf();
    let mut report = shelf.json("filter in.csv -o out.csv --excluded why.csv");
    report["seconds"] = json!(0);
    assert_eq!(
        report,
        json!({
            "rows": 4, "kept": 2, "blocked": 2, "invalid": 0, "null": 0, "emptied": 0,
            "blocked_by_list": {"blocked": 1, "dnc": 1}, "invalid_by_reason": {},
            "generation": 5, "scrub": 6, "stale_lists": [], "seconds": 0
        })
    );
    assert_eq!(shelf.desk.read("out.csv"), format!("id,phone\n3,{CYD}\n4,{DAN}\n"));
    let why = shelf.desk.read("why.csv");
    assert!(why.contains(&format!("1,{ADA},block,blocked,opt_out\n")), "{why}");
    assert!(why.contains(&format!("2,{BEA},block,dnc,registry\n")), "{why}");
    let report = shelf.json("filter in.csv -o out.csv --traffic outbound");
    assert_eq!(report["blocked_by_list"], json!({"blocked": 2}), "{CYD} is stopped for it");
    let report = shelf.json("filter in.csv -o out.csv --list dnc");
    assert_eq!(report["blocked_by_list"], json!({"dnc": 2}));
    let report = shelf.json("filter in.csv -o out.csv --list dnc blocked");
    assert_eq!(report["blocked_by_list"], json!({"blocked": 1, "dnc": 1}));
    shelf.refused("filter in.csv -o out.csv --list nosuch", 2, "unknown_list", &["nosuch"]);
}

#[test]
fn files_and_a_store_are_alternatives() {
    let shelf = shelf();
    let report = shelf.json("filter in.csv -o out.csv --blocked dnc.txt");
    assert_eq!(report["generation"], json!(null), "files go before the environment");
    assert_eq!(report["blocked_by_list"], json!({"dnc.txt": 2}));
    let both = "filter in.csv -o out.csv --blocked dnc.txt --store s";
    shelf.refused(both, 2, "usage", &["--blocked", "--store"]);
    let line = "filter in.csv -o out.csv --blocked dnc.txt --list dnc";
    shelf.refused(line, 2, "usage", &["--list", "--blocked"]);
    let run = shelf.command("filter in.csv -o out.csv").env_remove("STOPLIST_STORE").output();
    let run = super::Run::from(run.unwrap());
    assert_eq!(run.exit, 2);
    for part in ["--blocked", "--store", "STOPLIST_STORE"] {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
}

#[test]
fn filtering_needs_no_permission() {
    let shelf = shelf();
    for line in ["filter in.csv -o out.csv --actor nobody", "check +41446681800 --actor nobody"] {
        assert_eq!(shelf.run(line).exit, 0, "{line}");
    }
    assert_eq!(shelf.verified(), 6, "and only the filter leaves a record");
}

#[test]
fn old_lists_are_told_or_refused() {
    let shelf = shelf();
    shelf.json("import dnc dnc.txt --as-of 2020-01-02T00:00:00Z --replace");
    let text = shelf.text("filter in.csv -o out.csv");
    assert!(!text.contains("stale") && text.contains(" 1  as of 2020-01-02\n"), "{text}");
    shelf.json("list set dnc --max-age-days 30");
    let run = shelf.run("filter in.csv -o out.csv");
    assert_eq!(run.stderr, "stoplist: the list \"dnc\" is stale; import it anew\n");
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.contains("as of 2020-01-02, stale\n"), "{text}");
    let report = shelf.json("filter in.csv -o out.csv");
    assert_eq!(report["stale_lists"], json!(["dnc"]));
    shelf.json("list set dnc --when-stale fail");
    let before = (shelf.desk.names(), shelf.verified());
    shelf.refused("filter in.csv -o other.csv", 3, "stale", &["dnc", "2020-01-02"]);
    assert_eq!((shelf.desk.names(), shelf.verified()), before);
}
