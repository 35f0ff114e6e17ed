//! The screen of blocked contacts, walked from end to end.

use serde_json::{Value, json};

use super::{ADA, BEA, CYD, DAN, Shelf, ids};

/// Four contacts, of whom the second is made blocked.
fn shelf() -> Shelf {
    let shelf = Shelf::new();
    let made = shelf.json(&format!(
        "contact add --name 'Ada Lovelace' --email ada@example.org --category Lead \
         --primary {ADA} --secondary +442079460002 --group vip --group news --attribute lang=en"
    ));
    let at = made["created_at"].clone();
    assert!(at.as_str().unwrap().ends_with('Z'));
    assert_eq!(
        made,
        json!({
            "id": "c1", "name": "Ada Lovelace", "email": "ada@example.org", "category": "Lead",
            "primary": ADA, "secondary": "+442079460002", "groups": ["news", "vip"],
            "status": "active", "created_at": at, "attributes": {"lang": "en"}, "block": null
        })
    );
    let blocked = shelf.json(&format!(
        "contact add --name 'Bea Smith' --email bea@example.org --category Customer \
         --primary {BEA} --blocked --reason spam --note 'see the case' --reference C-17 \
         --source desk"
    ));
    assert_eq!((&blocked["status"], &blocked["secondary"]), (&json!("blocked"), &Value::Null));
    let block = &blocked["block"];
    assert_eq!(
        *block,
        json!({
            "reason": "spam", "note": "see the case", "reference": "C-17", "source": "desk",
            "traffic": ["inbound", "outbound", "automated", "broadcast"], "until": null,
            "at": block["at"], "actor": "ana"
        })
    );
    shelf.json(&format!("contact add --name Cyd --category lead --primary {CYD} --group news"));
    shelf.json("contact add --name Dan --primary '044 668 18 00' --region CH");
    assert_eq!(shelf.verified(), 5);
    shelf
}

#[test]
fn a_contact_that_is_made_blocked_is_never_let_through() {
    let shelf = shelf();
    assert_eq!(shelf.verdict(BEA), "block");
    assert_eq!(shelf.events("c2"), ["contact_created"]);
    let event = &shelf.json("history c2")["events"][0];
    assert_eq!((&event["reason"], &event["note"]), (&json!("spam"), &json!("see the case")));
}

#[test]
fn a_blocked_contact_is_edited_and_grouped_and_stays_blocked() {
    let shelf = shelf();
    let edited = shelf.json(
        "contact edit c2 --name 'Bea King' --email '' --category Lead --secondary +12025550199 \
         --add-group vip --add-group west --attribute lang=fr --attribute tier=2",
    );
    assert_eq!(edited["status"], "blocked");
    assert_eq!((&edited["name"], &edited["email"]), (&json!("Bea King"), &json!("")));
    assert_eq!(edited["groups"], json!(["vip", "west"]));
    assert_eq!(edited["attributes"], json!({"lang": "fr", "tier": "2"}));
    assert_eq!(shelf.verdict("+12025550199"), "block", "the block has the new number too");

    let edited = shelf.json(
        "contact edit c2 --secondary '' --remove-group west --attribute tier= --primary \
         +12025550100",
    );
    assert_eq!((&edited["secondary"], &edited["groups"]), (&Value::Null, &json!(["vip"])));
    assert_eq!(edited["attributes"], json!({"lang": "fr"}));
    assert_eq!(shelf.verdict("+12025550100"), "block", "it moves with the number");
    assert_eq!(shelf.verdict(BEA), "allow");
    assert_eq!(shelf.verdict("+12025550199"), "allow");
    assert_eq!(edited["block"]["note"], "see the case");
    assert_eq!(shelf.json("contact show c2"), edited);
    assert_eq!(shelf.json("contact show +12025550100"), edited);
    assert_eq!(shelf.verified(), 7);
}

#[test]
fn contacts_are_put_away_and_brought_back() {
    let shelf = shelf();
    assert_eq!(shelf.json("contact archive c3")["status"], "archived");
    assert_eq!(shelf.json("contact archive c2")["status"], "blocked", "it stays blocked");
    assert_eq!(shelf.verdict(BEA), "block");
    assert_eq!(ids(&shelf.json("contacts --status archived")), ["c3"]);
    assert_eq!(shelf.json(&format!("contact restore {CYD}"))["status"], "active");
    assert_eq!(shelf.events("c3"), ["contact_created", "contact_archived", "contact_restored"]);
}

#[test]
fn every_field_is_searched_and_filtered() {
    let shelf = shelf();
    for (line, expected) in [
        ("", &["c1", "c2", "c3", "c4"][..]),
        ("--search lovelace", &["c1"]),
        ("--search BEA@EXAMPLE", &["c2"]),
        ("--search 3090", &["c3"]),
        ("--search '+44 20 7946 0002'", &["c1"]),
        ("--search nobody", &[]),
        ("--status blocked", &["c2"]),
        ("--status active", &["c1", "c3", "c4"]),
        ("--status blocked --status archived", &["c2"]),
        ("--status active,blocked", &["c1", "c2", "c3", "c4"]),
        ("--category LEAD", &["c1", "c3"]),
        ("--category ''", &["c4"]),
        ("--group news", &["c1", "c3"]),
        ("--group news --group vip", &["c1"]),
        ("--group news --category lead --search cyd", &["c3"]),
        ("--created-from 1h", &["c1", "c2", "c3", "c4"]),
        ("--created-from 2100-01-01", &[]),
        ("--created-to 1h", &[]),
        ("--created-to 2100-01-01", &["c1", "c2", "c3", "c4"]),
        ("--blocked-from 1h", &["c2"]),
        ("--blocked-to 2100-01-01T00:00:00+01:00", &["c2"]),
        ("--blocked-to 1h", &[]),
    ] {
        let page = shelf.json(&format!("contacts {line}"));
        assert_eq!(ids(&page), expected, "{line}");
        assert_eq!(page["total"], json!(expected.len()), "{line}");
    }
    // A date as the end of a time has its day in it.
    let today = shelf.json("contact show c1")["created_at"].as_str().unwrap()[..10].to_owned();
    let page = shelf.json(&format!("contacts --created-from {today} --created-to {today}"));
    assert!(page["total"] == json!(4) || page["total"] == json!(0), "midnight came between");
    assert_ne!(page["total"], json!(0));
}

#[test]
fn pages_follow_each_other_by_number_and_by_cursor() {
    let shelf = shelf();
    let line = "contacts --sort name:desc --per-page 3";
    let first = shelf.json(line);
    assert_eq!(ids(&first), ["c4", "c3", "c2"]);
    assert_eq!(
        (&first["total"], &first["page"], &first["per_page"]),
        (&json!(4), &json!(1), &json!(3))
    );
    let second = shelf.json(&format!("{line} --page 2"));
    assert_eq!(
        (ids(&second), &second["page"], &second["next"]),
        (vec!["c1"], &json!(2), &Value::Null)
    );
    // Somebody new in front does not move the page after a cursor.
    shelf.json("contact add --name Zoe --primary +4930901899");
    let next = first["next"].as_str().unwrap();
    let after = shelf.json(&format!("{line} --after {next}"));
    assert_eq!((ids(&after), &after["page"]), (vec!["c1"], &Value::Null));
    assert_eq!(ids(&shelf.json(&format!("{line} --page 2"))), ["c2", "c1"]);
    shelf.refused(&format!("contacts --after {next}"), 2, "query", &["cursor", "name:desc"]);
}

#[test]
fn a_person_gets_a_table_that_fits() {
    let shelf = shelf();
    let text = shelf.text("contacts --per-page 3");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    for name in ["id", "name", "category", "primary", "secondary", "groups", "status", "created at"]
    {
        assert!(lines[0].contains(name), "{text}");
    }
    assert!(lines[1].contains("Ada Lovelace") && lines[1].contains("news, vip"), "{text}");
    assert!(lines[4].starts_with("3 of 4 contacts, page 1 of 2; next: --after "), "{text}");
    let narrow = |columns: &str| {
        let run = shelf.command("contacts").env("COLUMNS", columns).output().unwrap();
        assert_eq!(run.status.code(), Some(0));
        let text = String::from_utf8(run.stdout).unwrap();
        assert_eq!(text.lines().count(), 6, "a line each: {text}");
        text
    };
    let text = narrow("80");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains('…') && text.contains("+442079460002"), "numbers stay whole: {text}");
    for columns in ["0", "1", "20", "65535"] {
        narrow(columns);
    }
}

#[test]
fn unblocking_is_documented_and_the_history_has_it_all() {
    let shelf = shelf();
    let block = shelf.json(&format!("block c1 {DAN} {BEA} --reason opt_out --note 'wrote STOP'"));
    assert_eq!(block, json!({"generation": 6, "changed": ["c1", "c4"], "unchanged": ["c2"]}));
    let rows = shelf.ends(&format!("check {ADA} {BEA} {CYD}"), 1);
    let row = |input: &str, verdict: &str, list: Value, reason: Value| {
        json!({
            "input": input, "number": input, "verdict": verdict, "list": list, "reason": reason,
            "until": null
        })
    };
    assert_eq!(
        rows,
        json!([
            row(ADA, "block", json!("blocked"), json!("opt_out")),
            row(BEA, "block", json!("blocked"), json!("opt_out")),
            row(CYD, "allow", Value::Null, Value::Null),
        ])
    );
    let unblock = shelf.json("unblock c1 c3 --reason requested --note 'by phone'");
    assert_eq!(
        unblock,
        json!({"generation": 7, "changed": ["c1"], "unchanged": ["c3"], "still_stopped": []})
    );
    assert_eq!(shelf.verdict(ADA), "allow");
    assert_eq!(shelf.events("c1"), ["contact_created", "blocked", "unblocked"]);
    let history = shelf.json("history c1");
    let [_, blocked, unblocked] = history["events"].as_array().unwrap().as_slice() else {
        panic!("{history}")
    };
    assert_eq!(blocked["targets"], json!(["c1"]), "only the part that is its own");
    for (event, generation, reason, note) in
        [(blocked, 6, "opt_out", "wrote STOP"), (unblocked, 7, "requested", "by phone")]
    {
        assert_eq!(event["generation"], generation);
        assert_eq!(event["actor"], "ana");
        assert_eq!((&event["reason"], &event["note"]), (&json!(reason), &json!(note)));
    }
    let text = shelf.text("history c1");
    assert!(text.contains("unblocked") && text.contains("by phone"), "{text}");
    assert_eq!(shelf.verified(), 7);
}

#[test]
fn bulk_is_tried_guarded_done_and_undone() {
    let shelf = shelf();
    let line = "bulk block --where category=Lead status!=blocked --reason compliance";
    let dry = shelf.json(&format!("{line} --dry-run"));
    assert_eq!(
        dry,
        json!({
            "matched": 2, "changed": 2, "unchanged": 0, "failed": [], "dry_run": true,
            "needs_confirmation": true, "generation": 5
        })
    );
    assert_eq!(shelf.verdict(ADA), "allow");
    shelf.refused(line, 2, "too_many_contacts", &["2 of 4", "--yes"]);
    assert_eq!(shelf.verified(), 5, "neither is in the journal");
    let done = shelf.json(&format!("{line} --yes"));
    assert_eq!((&done["changed"], &done["generation"]), (&json!(2), &json!(6)));
    assert_eq!((shelf.verdict(ADA), shelf.verdict(CYD)), ("block".into(), "block".into()));
    assert_eq!(shelf.json("undo 6"), json!({"generation": 7, "undone": 6, "changed": 2}));
    assert_eq!((shelf.verdict(ADA), shelf.verdict(BEA)), ("allow".into(), "block".into()));
    shelf.refused("undo 2", 2, "not_undoable", &["2"]);

    let selected =
        shelf.json("bulk block --select c4 c99 +12025550198 --reason other --max-share 25");
    assert_eq!(
        (&selected["matched"], &selected["changed"], &selected["failed"]),
        (&json!(2), &json!(2), &json!(["c99"]))
    );
    shelf.desk.put("list.csv", "phone\n+41446681800\n+12025550198\n+12025550197\n");
    let lifted = shelf.json("bulk unblock --file list.csv --reason requested --max-share 25");
    assert_eq!((&lifted["matched"], &lifted["changed"]), (&json!(3), &json!(2)));
    assert_eq!(shelf.verdict("+12025550198"), "allow");
    let event = &shelf.json("history +12025550198")["events"][1];
    assert_eq!(event["bulk"], json!({"file": "list.csv"}));
    assert_eq!(shelf.verified(), 9);
}

#[test]
fn counts_and_sizes() {
    let shelf = shelf();
    shelf.json("contact archive c4");
    let info = shelf.json("info");
    assert_eq!(info["generation"], 6);
    assert_eq!(info["contacts"], json!({"active": 2, "blocked": 1, "archived": 1}));
    let list = &info["lists"][0];
    assert_eq!((&list["name"], &list["numbers"]), (&json!("blocked"), &json!(1)));
    assert_eq!((&list["as_of"], &list["stale"]), (&Value::Null, &json!(false)));
    assert!(info["bytes"]["journal"].as_u64().unwrap() > 0);
    assert!(info["open_ms"].as_f64().unwrap() > 0.0);
    let text = shelf.text("info");
    assert!(text.contains("blocked contacts") && text.contains("built in"), "{text}");
}
