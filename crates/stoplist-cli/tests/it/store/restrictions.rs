//! Blocks that end by themselves, that stop some traffic only, and numbers that several share.

use std::time::Duration;

use serde_json::json;

use super::{ADA, BEA, CYD, Shelf};

#[test]
fn a_temporary_block_lapses_by_itself() {
    let shelf = Shelf::new();
    shelf.json(&format!("contact add --name Ada --primary {ADA}"));
    let block = shelf.json(&format!("block {ADA} {BEA} --reason investigation --until 2s"));
    assert_eq!(block["changed"], json!(["c1", BEA]));
    let row = &shelf.ends(&format!("check {ADA}"), 1)[0];
    assert!(row["until"].as_str().unwrap().ends_with('Z'), "{row}");
    std::thread::sleep(Duration::from_millis(2100));
    // Opening lifts what has ended meanwhile.
    assert_eq!(shelf.verdict(ADA), "allow");
    assert_eq!(shelf.verdict(BEA), "allow");
    assert_eq!(shelf.events("c1"), ["contact_created", "blocked", "lapsed"]);
    assert_eq!(shelf.events(BEA), ["blocked", "lapsed"]);
    shelf.verified();
    shelf.refused("block c1 --reason spam --until 2020-01-01", 2, "past", &["2020", "later"]);
}

#[test]
fn a_block_of_some_traffic_stops_that_only() {
    let shelf = Shelf::new();
    shelf.json(&format!("contact add --name Ada --primary {ADA}"));
    shelf.json("block c1 --reason opt_out --traffic broadcast,automated");
    for (traffic, verdict) in [
        ("broadcast", "block"),
        ("automated", "block"),
        ("outbound", "allow"),
        ("inbound", "allow"),
        ("inbound,broadcast", "block"),
    ] {
        assert_eq!(shelf.verdict(&format!("{ADA} --traffic {traffic}")), verdict, "{traffic}");
        let line = format!("{ADA} --traffic {traffic} --list blocked");
        assert_eq!(shelf.verdict(&line), verdict, "{traffic} by name");
    }
    assert_eq!(shelf.verdict(ADA), "block", "any traffic, unless told otherwise");
    let row = &shelf.ends(&format!("check {ADA}"), 1)[0];
    assert_eq!((&row["list"], &row["reason"]), (&json!("blocked"), &json!("opt_out")));
    let shown = shelf.json("contact show c1");
    assert_eq!(shown["block"]["traffic"], json!(["automated", "broadcast"]));
}

#[test]
fn a_shared_number_is_stopped_while_anybody_who_has_it_is_blocked() {
    let shelf = Shelf::new();
    shelf.json(&format!("contact add --name Ada --primary {ADA} --secondary {CYD}"));
    shelf.json(&format!("contact add --name Bea --primary {BEA} --secondary {CYD}"));
    shelf.refused(&format!("contact show {CYD}"), 2, "usage", &["c1 (Ada)", "c2 (Bea)"]);
    assert_eq!(shelf.json(&format!("contact show {BEA}"))["id"], "c2");
    let block = shelf.json(&format!("block {CYD} --reason spam"));
    assert_eq!(block["changed"], json!(["c1", "c2"]));
    let run = shelf.run("unblock c1 --reason requested");
    assert_eq!(run.exit, 0);
    assert!(run.stderr.contains(CYD) && run.stderr.contains("still stopped"), "{}", run.stderr);
    assert_eq!(shelf.verdict(ADA), "allow");
    assert_eq!(shelf.verdict(CYD), "block");
    let last = shelf.json("unblock c2 --reason requested");
    assert_eq!(last["still_stopped"], json!([]));
    assert_eq!(shelf.verdict(CYD), "allow");
}

#[test]
fn messages_of_the_host_are_in_the_history() {
    let shelf = Shelf::new();
    shelf.json(&format!("contact add --name Ada --primary {ADA}"));
    let done = shelf.json(&format!(
        "message {ADA} --direction outbound --outcome 'held back' --at 2026-01-02T03:04:05+01:00"
    ));
    assert_eq!(done, json!({"generation": 3, "number": ADA}));
    shelf.json(&format!("message {ADA} --direction inbound --outcome delivered"));
    assert_eq!(shelf.events("c1"), ["contact_created", "message", "message"]);
    let event = &shelf.json(&format!("history {ADA}"))["events"][1];
    assert_eq!(
        (&event["number"], &event["direction"], &event["outcome"], &event["message_at"]),
        (&json!(ADA), &json!("outbound"), &json!("held back"), &json!("2026-01-02T02:04:05Z"))
    );
    assert_eq!(event["reason"], json!(null));
}
