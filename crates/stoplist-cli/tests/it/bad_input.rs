//! Whatever is wrong gets one line that names it, the right exit code, and leaves nothing behind.

use std::os::unix::fs::PermissionsExt as _;

use super::Desk;

const USAGE: i32 = 2;
const DATA: i32 = 3;
const IO: i32 = 7;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("in.csv", "id,phone\n1,+4930901820\n");
    desk.put("b.txt", "+16502530000\n");
    desk
}

#[test]
fn on_the_command_line() {
    let desk = desk();
    desk.refused("filter in.csv -o out.csv", USAGE, &["--blocked"]);
    desk.refused("filter in.csv --blocked b.txt", USAGE, &["--output"]);
    desk.refused(
        "filter in.csv -o out.csv --blocked b.txt --region XX",
        USAGE,
        &["XX", "ISO 3166"],
    );
    desk.refused("filter in.csv -o out.csv --blocked b.txt --threads 0", USAGE, &["0"]);
    desk.refused("filter in.csv -o out.csv --blocked b.txt --on-invalid drop", USAGE, &["drop"]);
    desk.refused("filter in.csv -o out.csv --blocked b.txt --output-format xlsx", USAGE, &["xlsx"]);
    desk.refused("filter in.csv -o out.xlsx --blocked b.txt", USAGE, &["out.xlsx", ".csv"]);
    desk.refused("set b.txt -o out.xlsx", USAGE, &["out.xlsx", ".txt"]);
    desk.refused("set", USAGE, &["FILE"]);
    desk.refused("frobnicate", USAGE, &["frobnicate"]);
}

#[test]
fn an_output_that_is_an_input() {
    let desk = desk();
    desk.refused("filter in.csv -o in.csv --blocked b.txt", USAGE, &["in.csv", "overwrite"]);
    desk.refused("filter in.csv -o ./in.csv --blocked b.txt", USAGE, &["overwrite"]);
    desk.refused("filter in.csv -o b.txt --output-format csv --blocked b.txt", USAGE, &["b.txt"]);
    desk.refused("filter in.csv -o o.csv --excluded in.csv --blocked b.txt", USAGE, &["in.csv"]);
    desk.refused("filter in.csv -o o.csv --excluded o.csv --blocked b.txt", USAGE, &["same file"]);
    desk.refused(
        "filter in.csv -o o.csv --excluded ./o.csv --blocked b.txt",
        USAGE,
        &["same file"],
    );
    desk.refused("set b.txt -o o.txt --rejects ./o.txt", USAGE, &["same file"]);
    desk.refused("set b.txt -o b.txt", USAGE, &["b.txt", "overwrite"]);
    std::os::unix::fs::symlink(desk.path("in.csv"), desk.path("link.csv")).unwrap();
    desk.refused("filter in.csv -o link.csv --blocked b.txt", USAGE, &["link.csv", "in.csv"]);
    assert_eq!(desk.read("in.csv"), "id,phone\n1,+4930901820\n");
}

#[test]
fn a_standard_stream_that_is_named_twice() {
    let desk = desk();
    desk.refused("filter - -o o.csv --blocked -", USAGE, &["standard input"]);
    desk.refused("filter - -o o.csv --blocked /dev/stdin", USAGE, &["standard input"]);
    desk.refused("set - -", USAGE, &["standard input"]);
    desk.refused("set - --minus -", USAGE, &["standard input"]);
    desk.refused("filter in.csv -o - --excluded - --blocked b.txt", USAGE, &["standard output"]);
    for line in
        ["set b.txt --rejects - --json", "filter in.csv -o /dev/stdout --json --blocked b.txt"]
    {
        let run = desk.run(line);
        assert_eq!(run.exit, USAGE, "{line}");
        let said: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        assert_eq!(said["error"]["code"], "usage", "{line}");
    }
}

#[test]
fn a_failure_waits_for_nobody() {
    let desk = desk();
    // The pipe stays open; the error is in its first batch.
    let mut child = desk
        .command("filter - --input-format csv -o o.csv --blocked b.txt --on-invalid error")
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let rows = "1,nobody\n".repeat(200_000);
    std::io::Write::write_all(&mut stdin, format!("id,phone\n{rows}").as_bytes()).ok();
    let start = std::time::Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed().as_secs() < 20, "it waits");
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    drop(stdin);
    assert_eq!(status.code(), Some(DATA));
    assert!(!desk.path("o.csv").exists());
}

#[test]
fn closed_and_full_streams() {
    let desk = desk();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = |line: &str| {
        let mut command = desk.command(line);
        command.stdin(std::process::Stdio::null());
        command
    };
    for (line, exit) in [("--help", IO), ("set b.txt", IO), ("set b.txt --json", IO)] {
        let status = run(line).stdout(full()).stderr(std::process::Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(exit), "{line}");
    }
    for (line, exit) in [("set missing.txt", IO), ("frobnicate --json", USAGE), ("", USAGE)] {
        let status = run(line).stderr(full()).stdout(full()).status().unwrap();
        assert_eq!(status.code(), Some(exit), "{line}");
    }
}

#[test]
fn a_column_that_cannot_be_told() {
    let desk = desk();
    desk.refused(
        "filter in.csv -o o.csv --blocked b.txt --column fax",
        DATA,
        &["fax", "id, phone"],
    );
    desk.put("two.csv", "phone,mobile\n+4930901820,+4930901821\n");
    desk.refused("filter two.csv -o o.csv --blocked b.txt", DATA, &["phone, mobile", "--column"]);
    desk.put("none.csv", "id,fax\n1,+4930901820\n");
    desk.refused("filter none.csv -o o.csv --blocked b.txt", DATA, &["id, fax", "--column"]);
    desk.refused("set two.csv", DATA, &["two.csv", "phone, mobile"]);
    desk.refused("filter in.csv -o o.csv --blocked two.csv", DATA, &["two.csv", "stoplist set"]);
    desk.put("taken.csv", "phone,stoplist_list\n+4930901820,x\n");
    desk.refused(
        "filter taken.csv -o o.csv --excluded e.csv --blocked b.txt",
        DATA,
        &["stoplist_list"],
    );
}

#[test]
fn files_that_are_not_what_they_should_be() {
    let desk = desk();
    desk.refused(
        "filter missing.csv -o o.csv --blocked b.txt",
        IO,
        &["missing.csv", "No such file"],
    );
    desk.refused("filter in.csv -o o.csv --blocked missing.txt", IO, &["missing.txt"]);
    desk.refused("set missing.txt", IO, &["missing.txt"]);
    std::fs::create_dir(desk.path("dir.csv")).unwrap();
    desk.refused("filter dir.csv -o o.csv --blocked b.txt", IO, &["dir.csv", "directory"]);
    desk.refused("filter in.csv -o dir.csv --blocked b.txt", IO, &["dir.csv", "directory"]);
    desk.refused("set dir.csv", IO, &["dir.csv", "directory"]);
    desk.put("empty.csv", "");
    desk.refused("filter empty.csv -o o.csv --blocked b.txt", DATA, &["empty.csv", "empty"]);
    desk.put("ragged.csv", "id,phone\n1,+4930901820\n2\n");
    desk.refused("filter ragged.csv -o o.csv --blocked b.txt", DATA, &["ragged.csv:3", "1 cell"]);
    desk.refused("set ragged.csv", DATA, &["ragged.csv:3"]);
    desk.put("latin.csv", b"id,phone,name\n1,+4930901820,x\n2,+4930901821,M\xfcller\n");
    desk.refused(
        "filter latin.csv -o o.csv --blocked b.txt",
        DATA,
        &["latin.csv:3", "name", "UTF-8"],
    );
    desk.refused("set latin.csv", DATA, &["latin.csv:3", "UTF-8"]);
    desk.put("utf16.csv", b"\xff\xfei\0d\0\n\0");
    desk.refused("filter utf16.csv -o o.csv --blocked b.txt", DATA, &["utf16.csv", "UTF-16"]);
    desk.put("not.parquet", "PAR1 but no more");
    desk.refused("filter not.parquet -o o.csv --blocked b.txt", DATA, &["not.parquet"]);
    desk.put("not.r64", [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    desk.refused("set not.r64 --format r64", DATA, &["not.r64", "byte 12"]);
}

#[test]
fn a_row_of_ten_megabytes() {
    let desk = desk();
    desk.put("long.csv", format!("id,phone\n1,{}\n", "9".repeat(10 << 20)));
    desk.refused("filter long.csv -o o.csv --blocked b.txt", DATA, &["long.csv:2", "1048576"]);
    desk.refused("set long.csv", DATA, &["long.csv:2"]);
    desk.put("long.txt", "9".repeat(10 << 20));
    desk.refused("set long.txt", DATA, &["long.txt:1"]);
    desk.put("open.csv", format!("id,phone\n1,\"{}\n", "9\n".repeat(5 << 20)));
    desk.refused("filter open.csv -o o.csv --blocked b.txt", DATA, &["open.csv:2"]);
}

#[test]
fn a_file_cut_in_half() {
    let desk = desk();
    for name in ["cut.parquet", "cut.arrow", "cut.arrows"] {
        let rows = (0..5_000).map(|i| format!("{i},+49309{i:05}\n"));
        desk.put("whole.csv", format!("id,phone\n{}", rows.collect::<String>()));
        desk.json(&format!("filter whole.csv -o {name} --blocked b.txt"));
        let whole = std::fs::read(desk.path(name)).unwrap();
        desk.put(name, &whole[..whole.len() / 2]);
        desk.refused(&format!("filter {name} -o o.csv --blocked b.txt"), DATA, &[name]);
        desk.refused(&format!("set {name}"), DATA, &[name]);
    }
}

#[test]
fn an_output_that_cannot_be_written() {
    let desk = desk();
    desk.refused("filter in.csv -o none/o.csv --blocked b.txt", IO, &["none/o.csv", "directory"]);
    for format in ["csv", "parquet", "arrow", "arrows"] {
        let line = format!("filter in.csv -o /dev/full --output-format {format} --blocked b.txt");
        desk.refused(&line, IO, &["/dev/full", "No space left"]);
    }
    desk.refused(
        "filter in.csv -o o.csv --excluded /dev/full --blocked b.txt",
        USAGE,
        &["/dev/full"],
    );
    desk.put("kept.csv", "what was there\n");
    let mut rights = std::fs::metadata(desk.path("kept.csv")).unwrap().permissions();
    rights.set_mode(0o640);
    std::fs::set_permissions(desk.path("kept.csv"), rights).unwrap();
    desk.put("bad.csv", "id,phone\n1,+4930901820\n2,nobody\n");
    desk.refused("filter bad.csv -o kept.csv --blocked b.txt --on-invalid error", DATA, &["row 2"]);
    assert_eq!(desk.read("kept.csv"), "what was there\n");
    desk.json("filter in.csv -o kept.csv --blocked b.txt");
    assert_eq!(desk.read("kept.csv"), "id,phone\n1,+4930901820\n");
    let mode = std::fs::metadata(desk.path("kept.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640, "the permissions stay");
}

#[test]
fn names_and_data_cannot_steer_a_terminal() {
    let desk = desk();
    let file = "\u{1b}[31mred\u{7}.csv";
    desk.put(file, "id,phone\n1,\u{1b}]0;title\u{7}\n");
    let run = desk.run(&format!("filter {file} -o o.csv --blocked b.txt --on-invalid error"));
    assert_eq!(run.exit, DATA);
    assert!(!run.stderr.trim_end().contains(char::is_control), "{:?}", run.stderr);
    let run = desk.run(&format!("filter in.csv -o {file} --blocked {file}"));
    assert!(!run.stderr.trim_end().contains(char::is_control), "{:?}", run.stderr);
}
