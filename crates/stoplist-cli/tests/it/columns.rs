//! A row may have several numbers, in columns that are named.

use serde_json::json;

use super::Desk;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put(
        "in.csv",
        "id,primary,secondary\n\
         1,+4930901820,+41446681800\n\
         2,+41446681800,+4930901820\n\
         3,+41446681800,\n\
         4,,+4930901820\n\
         5,+4930901820,+4930901820\n\
         6,+41446681800,nobody\n",
    );
    desk.put("b.txt", "+4930901820\n");
    desk
}

#[test]
fn they_are_parted_by_commas_or_given_again() {
    let desk = desk();
    let mut outcomes = Vec::new();
    for columns in [
        "--column primary,secondary",
        "--column primary --column secondary",
        "--column PRIMARY,Secondary",
    ] {
        let line = format!("filter in.csv -o out.csv --blocked b.txt --excluded why.csv {columns}");
        let mut report = desk.json(&line);
        report["seconds"] = json!(0);
        outcomes.push((report, desk.read("out.csv"), desk.read("why.csv")));
    }
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "{outcomes:?}");
    let (report, kept, _) = &outcomes[0];
    assert_eq!(kept, "id,primary,secondary\n");
    assert_eq!((&report["blocked"], &report["invalid"]), (&json!(4), &json!(2)), "{report}");
    let report = desk.json("filter in.csv -o out.csv --blocked b.txt --column secondary");
    assert_eq!((&report["blocked"], &report["kept"]), (&json!(3), &json!(1)), "{report}");
    desk.refused(
        "filter in.csv -o o.csv --blocked b.txt --column primary,fax",
        3,
        &["fax", "id, primary, secondary", "in.csv", "--column"],
    );
}

#[test]
fn a_name_that_has_the_comma_is_that_column() {
    let desk = desk();
    desk.put("odd.csv", "\"a,b\",a,b\n+4930901820,+41446681800,+41446681800\n");
    let blocked = |columns: &str| {
        let report = desk.json(&format!("filter odd.csv -o out.csv --blocked b.txt {columns}"));
        report["blocked"].as_u64().unwrap()
    };
    assert_eq!(blocked("--column a,b"), 1);
    assert_eq!(blocked("--column b,a"), 0);
    assert_eq!(blocked("--column b --column a,b"), 1);
}

#[test]
fn only_blocked_cells_are_emptied_while_a_number_is_left() {
    let desk = desk();
    let line = "filter in.csv -o out.csv --blocked b.txt --excluded why.csv \
                --column primary,secondary --empty-blocked";
    let report = desk.json(line);
    assert_eq!(
        desk.read("out.csv"),
        "id,primary,secondary\n\
         1,,+41446681800\n\
         2,+41446681800,\n\
         3,+41446681800,\n\
         6,+41446681800,\n"
    );
    assert_eq!(
        desk.read("why.csv"),
        "id,primary,secondary,stoplist_verdict,stoplist_list,stoplist_reason\n\
         4,,+4930901820,block,b.txt,\n\
         5,+4930901820,+4930901820,block,b.txt,\n"
    );
    assert_eq!((&report["kept"], &report["rows"]), (&json!(4), &json!(6)));
    assert!(report["emptied"].as_u64().unwrap() >= 2, "{report}");
    // A table whose columns are not nullable becomes one whose number columns are.
    for format in ["parquet", "arrow", "arrows"] {
        let again = line.replace("out.csv", &format!("out.{format}"));
        assert_eq!(desk.json(&again)["kept"], json!(4), "{format}");
        let back = format!("filter out.{format} -o back.csv --blocked b.txt --column secondary");
        let report = desk.json(&format!("{back} --on-null keep"));
        assert_eq!((&report["kept"], &report["null"]), (&json!(4), &json!(3)), "{format} {report}");
    }
    let text = desk.run(line);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("with emptied cells"), "{text}");
}
