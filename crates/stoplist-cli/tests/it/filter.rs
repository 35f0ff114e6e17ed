//! `stoplist filter` keeps what may be sent to, whole and in order, and says why the rest may not.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use serde_json::json;

use super::Desk;

const RECIPIENTS: &str = "\
id,phone,note\r\n\
1,+4930901820,\"a, b\"\r\n\
2,0160 5550100,\"said \"\"hi\"\"\"\r\n\
3,+16502530000,\r\n\
4,nobody,x\r\n\
5,,x\r\n\
6,004930901820,two\r\n\
7,+49 160 5550199,ends\r\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("in.csv", RECIPIENTS);
    desk.put("first.txt", "+16502530000\n");
    desk.put("second.txt", "030 901820 # said stop\n+16502530000\n");
    desk
}

#[test]
fn csv_keeps_its_columns_order_quotes_and_line_ends() {
    let desk = desk();
    let report = desk.json(
        "filter in.csv -o out.csv --blocked first.txt second.txt --region DE --excluded why.csv",
    );
    assert_eq!(
        desk.read("out.csv"),
        "id,phone,note\r\n2,0160 5550100,\"said \"\"hi\"\"\"\r\n7,+49 160 5550199,ends\r\n"
    );
    assert_eq!(
        desk.read("why.csv"),
        "id,phone,note,stoplist_verdict,stoplist_list,stoplist_reason\r\n\
         1,+4930901820,\"a, b\",block,second.txt,\r\n\
         3,+16502530000,,block,first.txt,\r\n\
         4,nobody,x,invalid,,not_a_number\r\n\
         5,,x,invalid,,empty\r\n\
         6,004930901820,two,block,second.txt,\r\n"
    );
    assert!(report["seconds"].as_f64().unwrap() >= 0.0);
    let mut report = report;
    report["seconds"] = json!(0);
    assert_eq!(
        report,
        json!({
            "rows": 7, "kept": 2, "blocked": 3, "invalid": 2, "null": 0, "emptied": 0,
            "blocked_by_list": {"first.txt": 1, "second.txt": 2},
            "invalid_by_reason": {"empty": 1, "not_a_number": 1},
            "generation": null, "scrub": null, "seconds": 0
        })
    );
}

#[test]
fn rows_without_a_number_are_kept_or_refused_when_asked() {
    let desk = desk();
    let line = "filter in.csv -o out.csv --blocked first.txt --region DE";
    let report = desk.json(&format!("{line} --on-invalid keep"));
    assert_eq!((&report["kept"], &report["invalid"]), (&json!(6), &json!(2)));
    std::fs::remove_file(desk.path("out.csv")).unwrap();
    desk.refused(&format!("{line} --on-invalid error"), 3, &["row 4", "phone", "nobody"]);
}

#[test]
fn every_format_becomes_every_other() {
    let desk = desk();
    let names = ["a.csv", "a.tsv", "a.parquet", "a.arrow", "a.feather", "a.arrows"];
    for name in names {
        desk.json(&format!("filter in.csv -o {name} --blocked first.txt --region DE"));
        for other in names {
            let report = desk
                .json(&format!("filter {name} -o again-{other} --blocked second.txt --region DE"));
            assert_eq!(
                (&report["rows"], &report["kept"]),
                (&json!(4), &json!(2)),
                "{name} {other}"
            );
        }
    }
    for name in names {
        let report =
            desk.json(&format!("filter again-{name} -o end.csv --blocked first.txt --region DE"));
        assert_eq!(report["kept"], json!(2));
        // Line ends are those of the input where that is text.
        let expected =
            "id,phone,note\n2,0160 5550100,\"said \"\"hi\"\"\"\n7,+49 160 5550199,ends\n";
        assert_eq!(desk.read("end.csv").replace("\r\n", "\n"), expected, "{name}");
    }
}

#[test]
fn a_stream_goes_in_and_out_of_a_pipe() {
    let desk = desk();
    desk.json("filter in.csv -o a.arrows --blocked first.txt --region DE");
    let stream = std::fs::read(desk.path("a.arrows")).unwrap();
    let run = desk.pipe("filter - -o - --blocked second.txt --region DE", &stream);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    assert!(run.stderr.contains("kept"), "the report goes where the table does not");
    let again =
        desk.pipe("filter - -o end.csv --blocked first.txt --region DE --quiet", &run.stdout);
    assert_eq!((again.exit, again.stderr.as_str()), (0, ""));
    assert_eq!(desk.read("end.csv").lines().count(), 3);
    let csv = desk.pipe(
        "filter - --input-format csv -o - --output-format csv --blocked second.txt --region DE --quiet",
        RECIPIENTS.as_bytes(),
    );
    assert_eq!(String::from_utf8(csv.stdout).unwrap().lines().count(), 3);
}

#[test]
fn nulls_and_integers_of_parquet_are_what_they_are() {
    let desk = desk();
    let numbers: ArrayRef =
        Arc::new(Int64Array::from(vec![Some(4_930_901_820), None, Some(16_502_530_000)]));
    let names: ArrayRef = Arc::new(StringArray::from(vec!["C-1", "C-2", "C-3"]));
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("msisdn", numbers, true),
        ("name", names, true),
    ])
    .unwrap();
    let file = std::fs::File::create(desk.path("in.parquet")).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let report = desk.json("filter in.parquet -o out.csv --excluded why.csv --blocked first.txt");
    assert_eq!((&report["null"], &report["blocked"]), (&json!(1), &json!(1)));
    assert_eq!(desk.read("out.csv"), "msisdn,name\n4930901820,C-1\n");
    assert!(desk.read("why.csv").contains(",C-2,null,,\n"));
    let report = desk.json("filter in.parquet -o out.csv --blocked first.txt --on-null keep");
    assert_eq!(report["kept"], json!(2));
    std::fs::remove_file(desk.path("out.csv")).unwrap();
    std::fs::remove_file(desk.path("why.csv")).unwrap();
    desk.refused(
        "filter in.parquet -o out.csv --blocked first.txt --on-null error",
        3,
        &["row 2", "msisdn"],
    );
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let desk = desk();
    let rows = (0..200_000).map(|i| format!("{i},+1650{:07},x\n", i * 37 % 10_000_000));
    desk.put("big.csv", format!("id,phone,note\n{}", rows.collect::<String>()));
    desk.put(
        "blocked.txt",
        (0..100_000).map(|i| format!("+1650{:07}\n", i * 91)).collect::<String>(),
    );
    let mut outcomes = Vec::new();
    for threads in [1, 2, 7, 100_000] {
        let mut report = desk.json(&format!(
            "filter big.csv -o out.csv --blocked blocked.txt --excluded why.csv --threads {threads}"
        ));
        report["seconds"] = json!(0);
        outcomes.push((report, desk.read("out.csv"), desk.read("why.csv")));
    }
    assert!(outcomes[0].0["blocked"].as_u64().unwrap() > 1000);
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn what_a_list_leaves_out_is_said() {
    let desk = desk();
    desk.put("dirty.txt", "+16502530000\nnobody\n");
    let run = desk.run("filter in.csv -o out.csv --blocked dirty.txt --region DE");
    assert_eq!(run.exit, 0);
    assert!(run.stderr.contains("dirty.txt: 1 of 2 rows") && run.stderr.contains("not_a_number 1"));
    desk.put("no-number.txt", "0301234\nnobody\n");
    let line = "filter in.csv -o other.csv --blocked first.txt no-number.txt";
    desk.refused(line, 3, &["no-number.txt: 2 of 2 rows", "needs_region 1", "no number is left"]);
    desk.put("none.txt", "");
    let run = desk.run("filter in.csv -o out.csv --blocked none.txt --region DE");
    assert!(run.stderr.contains("nobody is blocked"), "{}", run.stderr);
    let run = desk.run("filter in.csv -o out.csv --blocked dirty.txt --region DE --quiet");
    assert_eq!((run.stderr.as_str(), run.stdout.len()), ("", 0));
}

#[test]
fn lists_of_the_same_name_are_told_apart() {
    let desk = desk();
    std::fs::create_dir(desk.path("a")).unwrap();
    desk.put("a/first.txt", "+4930901820\n");
    let report = desk.json("filter in.csv -o out.csv --blocked first.txt a/first.txt --region DE");
    assert_eq!(report["blocked_by_list"], json!({"first.txt": 1, "a/first.txt": 2}));
}
