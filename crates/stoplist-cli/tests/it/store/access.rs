//! Who may do what, and what is kept of those who tried.

use serde_json::json;

use super::{ADA, Shelf};

#[test]
fn whoever_makes_a_store_is_its_admin() {
    let shelf = Shelf::new();
    assert_eq!(
        shelf.json("actor show"),
        json!({"actors": [{
            "name": "ana",
            "permissions": ["view", "edit", "block", "bulk", "lists", "audit", "admin"]
        }]})
    );
    shelf.refused("actor remove ana", 2, "last_admin", &["ana"]);
    shelf.refused("actor set ana --permissions view", 2, "last_admin", &["ana"]);
}

#[test]
fn what_an_actor_may_not_is_refused_and_journaled() {
    let shelf = Shelf::new();
    shelf.json(&format!("contact add --name Ada --primary {ADA}"));
    let made = shelf.json("actor add bo --permissions view");
    assert_eq!(made, json!({"generation": 3, "name": "bo", "permissions": ["view"]}));
    shelf.json("contact show c1 --actor bo");
    shelf.desk.put("l.txt", format!("{ADA}\n"));
    shelf.json("list create dnc");
    let tries = [
        ("block c1 --reason spam", "block"),
        ("unblock c1 --reason requested", "block"),
        ("contact edit c1 --name Eve", "edit"),
        ("contact add --primary +12025550142", "edit"),
        ("contact archive c1", "edit"),
        ("message +12025550142 --direction inbound --outcome x", "edit"),
        ("import dnc l.txt", "lists"),
        ("list create other", "lists"),
        ("export dnc -o out.txt", "lists"),
        ("actor add eve --permissions admin", "admin"),
        ("actor show", "admin"),
        ("audit verify", "audit"),
        ("audit export -o out.jsonl", "audit"),
        ("follow --once", "audit"),
        ("backup copy", "admin"),
        ("archive old", "admin"),
    ];
    let before = shelf.desk.names();
    for (line, needs) in tries {
        shelf.refused(&format!("{line} --actor bo"), 4, "denied", &["bo", needs]);
    }
    shelf.refused("contacts --actor nobody", 4, "denied", &["nobody", "view"]);
    assert_eq!(shelf.desk.names(), before, "nothing is left behind");
    let lines = shelf.text("follow --once --since 4");
    let refused: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Each was tried twice.
    assert_eq!(refused.len(), 2 * (tries.len() + 1));
    assert!(refused.iter().all(|change| change["event"] == "refused"));
    assert_eq!((&refused[0]["actor"], &refused[0]["needs"]), (&json!("bo"), &json!("block")));
    assert_eq!(shelf.verdict(ADA), "allow");
    shelf.refused("rebuild --actor bo", 4, "denied", &["bo", "admin"]);
    shelf.verified();

    shelf.json("actor set bo --permissions view,block");
    shelf.json("block c1 --reason spam --actor bo");
    assert_eq!(shelf.json("contact show c1")["block"]["actor"], "bo");
    shelf.json("actor remove bo");
    shelf.refused("contact show c1 --actor bo", 4, "denied", &["bo"]);
    assert_eq!(shelf.events("c1"), ["contact_created", "blocked"], "what it did stays");
    shelf.refused("actor show bo", 2, "unknown_actor", &["bo"]);
    shelf.refused("actor set bo --permissions view", 2, "unknown_actor", &["bo"]);
    shelf.refused("actor add ana --permissions view", 2, "actor_exists", &["ana"]);
    shelf.refused("actor add eve --permissions root", 2, "usage", &["root", "admin"]);
}

#[test]
fn the_actor_is_the_login_name_unless_told() {
    let shelf = Shelf::new();
    let admin = |directory: &str, name: Option<&str>, other: Option<&str>| {
        let mut command = shelf.command(&format!("init --json --store {directory}"));
        command.env_remove("STOPLIST_ACTOR").env_remove("USER").env_remove("LOGNAME");
        name.map(|name| command.env("USER", name));
        other.map(|name| command.env("LOGNAME", name));
        let output = command.output().unwrap();
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        said["admin"].as_str().unwrap().to_owned()
    };
    assert_eq!(admin("t1", Some("eve"), Some("mallory")), "eve");
    assert_eq!(admin("t2", Some(""), Some("mallory")), "mallory");
    let output = std::process::Command::new("id").arg("-un").output().unwrap();
    let system = String::from_utf8(output.stdout).unwrap();
    assert_eq!(admin("t3", None, None), system.trim());
}
