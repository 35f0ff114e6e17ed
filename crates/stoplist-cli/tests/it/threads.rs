//! Where the system gives no more threads, fewer do the work, and it comes to the same.

use std::process::{Command, Stdio};

use super::{Desk, Run};

fn desk() -> Desk {
    let desk = Desk::new();
    let rows = (0..300_000).map(|i| format!("{i},+1650{:07},x\n", i * 37 % 10_000_000));
    desk.put("in.csv", format!("id,phone,note\n{}", rows.collect::<String>()));
    desk.put("b.txt", (0..50_000).map(|i| format!("+1650{:07}\n", i * 91)).collect::<String>());
    desk
}

/// A shell in which no program may have more than so many KiB of memory at addresses of its own.
fn limited(desk: &Desk, kib: u32, line: &str) -> Run {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -v {kib} && exec \"$0\" \"$@\"")]);
    shell.arg(env!("CARGO_BIN_EXE_stoplist")).args(line.split_whitespace());
    shell.current_dir(&desk.directory).stdin(Stdio::null());
    shell.env_remove("STOPLIST_STORE").env_remove("STOPLIST_ACTOR");
    shell.output().unwrap().into()
}

#[test]
fn the_same_comes_out_with_threads_and_without() {
    let desk = desk();
    let line =
        |out: &str| format!("filter in.csv -o {out}.csv --excluded {out}-why.csv --blocked b.txt");
    desk.json(&line("free"));
    let kept = desk.read("free.csv");
    assert!(kept.lines().count() > 200_000);
    // 200 threads would have 400 MiB of stacks alone.
    for kib in [380_000, 280_000, 220_000] {
        let run = limited(&desk, kib, &format!("{} --threads 200 --quiet", line("limited")));
        assert_eq!((run.exit, run.stderr.as_str()), (0, ""), "with {kib} KiB");
        assert!(desk.read("limited.csv") == kept, "with {kib} KiB");
        assert!(desk.read("limited-why.csv") == desk.read("free-why.csv"), "with {kib} KiB");
    }
}

#[test]
fn what_rayon_is_told_changes_nothing() {
    let desk = desk();
    desk.json("filter in.csv -o free.csv --blocked b.txt");
    let mut command = desk.command("filter in.csv -o one.csv --blocked b.txt --quiet");
    let run: Run = command.env("RAYON_NUM_THREADS", "1").output().unwrap().into();
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    assert!(desk.read("one.csv") == desk.read("free.csv"));
}
