//! Every error has its exit code, and one line that says what to do.

use super::{ADA, Shelf};

#[test]
fn of_the_command_line() {
    let shelf = Shelf::new();
    for (line, parts) in [
        (format!("block {ADA}"), &["--reason"][..]),
        (format!("block {ADA} --reason because"), &["because", "opt_out"]),
        ("block --reason spam".to_owned(), &["WHO"]),
        (format!("block {ADA} --reason spam --traffic letters"), &["letters", "broadcast"]),
        (format!("block {ADA} --reason spam --until someday"), &["someday", "30d"]),
        ("contact add --name Ada".to_owned(), &["--primary"]),
        (format!("contact add --primary {ADA} --blocked"), &["--reason"]),
        (format!("contact add --primary {ADA} --reason spam"), &["--blocked"]),
        (format!("contact add --primary {ADA} --until 3d"), &["--blocked"]),
        (format!("contact add --primary {ADA} --attribute lang"), &["KEY=VALUE"]),
        ("contact edit c1".to_owned(), &["nothing", "--name"]),
        ("contact edit c1 --add-group a --remove-group a".to_owned(), &["both"]),
        ("contacts --status asleep".to_owned(), &["asleep", "archived"]),
        ("contacts --sort shoe".to_owned(), &["shoe", "created"]),
        ("contacts --page 1 --after x".to_owned(), &["--after"]),
        ("bulk block --reason spam".to_owned(), &["--where"]),
        ("bulk block --reason spam --where a=b --select c1".to_owned(), &["--where", "--select"]),
        ("bulk block --reason spam --select c1 --max-share 200".to_owned(), &["200"]),
        ("actor add bo".to_owned(), &["--permissions"]),
        ("list create dnc --max-age-days soon".to_owned(), &["never"]),
        ("message +442079460001 --direction up --outcome x".to_owned(), &["inbound"]),
        ("undo last".to_owned(), &["last"]),
    ] {
        shelf.refused(&line, 2, "usage", parts);
    }
    let run = shelf.run("contact add --frob");
    assert!(run.stderr.contains("see `stoplist contact add --help`"), "{}", run.stderr);
}

#[test]
fn of_what_there_is_not() {
    let shelf = Shelf::new();
    shelf.refused("contact show c1", 2, "unknown_contact", &["c1"]);
    shelf.refused(&format!("contact show {ADA}"), 2, "unknown_contact", &[ADA]);
    shelf.refused("block c7 --reason spam", 2, "unknown_contact", &["c7"]);
    shelf.refused("history c7", 2, "unknown_contact", &["c7"]);
    shelf.refused(&format!("check {ADA} --list nosuch"), 2, "unknown_list", &["nosuch"]);
    shelf.refused("undo 99", 2, "not_undoable", &["99"]);
    shelf.refused("contacts --per-page 0", 2, "query", &["0"]);
    shelf.refused("contacts --page 0", 2, "query", &["0"]);
    shelf.refused("contacts --after xyz", 2, "query", &["cursor"]);
    let line = "bulk block --where shoe=42 --reason spam";
    shelf.refused(line, 2, "query", &["shoe", "category"]);
    shelf.refused("bulk block --where '' --reason spam", 2, "query", &["condition"]);
}

#[test]
fn of_what_is_no_number() {
    let shelf = Shelf::new();
    for line in [
        "block nobody --reason spam",
        "contact add --primary '030 901820'",
        "contact show c0",
        "history 12",
        "message x --direction inbound --outcome y",
    ] {
        shelf.refused(line, 3, "invalid_number", &["number"]);
    }
    let rows = shelf.ends("check '030 901820' 'x y'", 3);
    assert_eq!(
        (&rows[0]["verdict"], &rows[0]["reason"]),
        (&"invalid".into(), &"needs_region".into())
    );
    assert_eq!((&rows[1]["input"], rows[1]["number"].is_null()), (&"x y".into(), true));
    assert_eq!(shelf.ends("check '030 901820' --region DE", 0)[0]["number"], "+4930901820");
    shelf.json(&format!("block {ADA} --reason spam"));
    shelf.ends(&format!("check nobody {ADA}"), 1);
    shelf.ends(&format!("check {ADA} nobody"), 1);
}

#[test]
fn of_a_place_that_holds_no_store() {
    let shelf = Shelf::new();
    shelf.refused("info --store nowhere", 2, "not_a_store", &["nowhere", "stoplist init"]);
    assert!(!shelf.desk.path("nowhere").exists());
    shelf.refused("init", 2, "occupied", &["s"]);
    std::fs::create_dir(shelf.desk.path("full")).unwrap();
    shelf.desk.put("full/x.txt", "mine");
    shelf.refused("init --store full", 2, "occupied", &["full"]);
    assert_eq!(shelf.desk.read("full/x.txt"), "mine");
    std::fs::create_dir(shelf.desk.path("empty")).unwrap();
    shelf.json("init --store empty");
    let run = shelf.command("info").env_remove("STOPLIST_STORE").output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(said.contains("--store") && said.contains("STOPLIST_STORE"), "{said}");
}
