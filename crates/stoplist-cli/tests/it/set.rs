//! `stoplist set` reads every kind of blocklist to the same set.

use serde_json::json;

use super::{Desk, shared};

#[test]
fn the_lists_of_others_come_to_what_was_counted_independently() {
    let Some(data) = shared() else { return };
    let expected = std::fs::read(data.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let desk = Desk::new();
    for (name, list) in expected["lists"].as_object().unwrap() {
        let (file, region) = (list["file"].as_str().unwrap(), list["region"].as_str().unwrap());
        let report = desk.json(&format!("set {} --region {region}", data.join(file).display()));
        assert_eq!(report["unique"], list["n"], "{name}");
        assert_eq!(report["rows"], list["rows"], "{name}");
        assert_eq!(report["accepted_rows"], list["accepted_rows"], "{name}");
        assert_eq!(report["sum64"], json!(list["sum64"].to_string()), "{name}");
        assert_eq!(report["min"], json!(format!("+{}", list["min"])), "{name}");
        assert_eq!(report["max"], json!(format!("+{}", list["max"])), "{name}");
    }
}

#[test]
fn what_is_written_in_any_format_reads_back_the_same() {
    let desk = Desk::new();
    desk.put("list.txt", "030 901820\n+1 650-253-0000, +41446681800\n+4930901820\nnobody\n");
    let first = desk.json("set list.txt --region DE -o all.txt --rejects rejects.csv");
    assert_eq!(
        first,
        json!({
            "rows": 5, "accepted_rows": 4, "unique": 3, "rejected_rows": 1,
            "rejected_by_reason": {"not_a_number": 1},
            "min": "+4930901820", "max": "+41446681800",
            "sum64": (4_930_901_820_u64 + 16_502_530_000 + 41_446_681_800).to_string()
        })
    );
    assert_eq!(desk.read("all.txt"), "+4930901820\n+16502530000\n+41446681800\n");
    assert_eq!(desk.read("rejects.csv"), "line,text,reason\n4,nobody,not_a_number\n");
    for name in ["a.txt", "a.csv", "a.jsonl", "a.parquet", "a.arrow", "a.r64"] {
        desk.json(&format!("set list.txt --region DE -o {name}"));
        let again = desk.json(&format!("set {name}"));
        assert_eq!(
            (&again["unique"], &again["sum64"]),
            (&first["unique"], &first["sum64"]),
            "{name}"
        );
        assert_eq!(again["rejected_rows"], json!(0), "{name}");
        // A region is for what has no calling code: what we wrote means the same with any.
        for region in ["DE", "US", "FR", "IT"] {
            let again = desk.json(&format!("set {name} --region {region}"));
            assert_eq!(again["sum64"], first["sum64"], "{name} {region}");
        }
    }
    let bytes = std::fs::read(desk.path("a.r64")).unwrap();
    let theirs = croaring::Treemap::try_deserialize::<croaring::Portable>(&bytes).unwrap();
    assert_eq!(theirs.iter().collect::<Vec<_>>(), [4_930_901_820, 16_502_530_000, 41_446_681_800]);
}

#[test]
fn sets_are_united_cut_and_reduced() {
    let desk = Desk::new();
    desk.put("a.txt", "+4930901820 +16502530000".replace(' ', "\n"));
    desk.put("b.txt", "+41446681800");
    desk.put("c.txt", "+16502530000, +41446681800");
    desk.put("d.txt", "+41446681800");
    let unique = |line: &str| desk.json(line)["unique"].as_u64().unwrap();
    assert_eq!(unique("set a.txt b.txt"), 3);
    assert_eq!(unique("set a.txt b.txt --and c.txt"), 2);
    assert_eq!(unique("set a.txt b.txt --minus c.txt"), 1);
    assert_eq!(unique("set a.txt b.txt --and c.txt --minus d.txt"), 1);
    assert_eq!(unique("set a.txt --minus a.txt"), 0);
    desk.put("none.txt", "0301234\nnobody\n");
    desk.refused("set a.txt --and none.txt", 3, &["none.txt: 2 of 2 rows"]);
    desk.refused("set a.txt --minus none.txt", 3, &["none.txt: 2 of 2 rows"]);
    let empty = desk.json("set a.txt --minus a.txt");
    assert_eq!(
        (&empty["min"], &empty["max"], &empty["sum64"]),
        (&json!(null), &json!(null), &json!("0"))
    );
}

#[test]
fn the_standard_input_is_a_list_too() {
    let desk = Desk::new();
    let run = desk.pipe("set - --json --region DE", b"[\"030 901820\", 16502530000]");
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(report["max"], json!("+4916502530000"), "an integer is its digits: {report}");
    let run = desk.pipe("set - --json", b"[\"+4930901820\", 16502530000]");
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(report["unique"], json!(2), "{report}");
}

#[test]
fn a_person_gets_a_table() {
    let desk = Desk::new();
    desk.put("a.txt", "+4930901820\nnobody\n");
    let run = desk.run("set a.txt");
    let text = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.stderr, "");
    assert!(text.contains("unique numbers") && text.contains("  not_a_number"), "{text}");
    let widths: Vec<_> = text.lines().map(str::len).collect();
    assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
}
