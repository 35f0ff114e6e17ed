//! When the disk takes no more, changes fail, checks go on, and reopening clears that.
//!
//! A shell limits how large a file may get: a write beyond that fails as on a full disk.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::Command;

use stoplist::{BlockRequest, Documentation, Reason, Store, StoreErrorKind, StoreOptions, Traffic};

use crate::store_desk::{Desk, child, is_stopped, number, open_soon, said, say};

const DIRECTORY: &str = "STOPLIST_FULL_DIR";

fn options() -> StoreOptions {
    StoreOptions::default().state_in_memory()
}

fn request() -> BlockRequest {
    BlockRequest::new(Documentation::new(Reason::Spam).note("n".repeat(900)))
}

#[test]
fn child_whose_disk_is_full() {
    let Ok(directory) = env::var(DIRECTORY) else { return };
    let store = Store::open(directory, options()).unwrap();
    let ana = store.acting_as("ana");
    let block = |place: u64| ana.block(&[number(place).into()], &request());
    let mut place = 0;
    let error = loop {
        match block(place) {
            Ok(_) => place += 1,
            Err(error) => break error,
        }
    };
    let kept = store.generation();
    say(&format!("kept {place} {kept} {:?} {}", error.kind(), error.code()));
    for again in 0..20 {
        // Also what would fit.
        let refused = block(place + again).unwrap_err();
        assert_eq!((refused.code(), refused.kind()), ("poisoned", StoreErrorKind::Damaged));
        ana.unblock(&[number(again).into()], &Reason::Other.into()).unwrap_err();
    }
    for asked in 0..place + 20 {
        assert_eq!(is_stopped(&store, number(asked), Traffic::INBOUND), asked < place, "{asked}");
    }
    assert_eq!(store.generation(), kept);
    say("checked");
}

#[test]
fn a_full_disk_ends_writing_and_nothing_else() {
    let mut desk = Desk::with(options());
    desk.close();
    let mut shell = Command::new("sh");
    // Ignored, the signal becomes an error of the write.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\" \"$@\""]);
    shell.arg(env::current_exe().unwrap());
    let test = "store_stops_at_the_first_failed_write::child_whose_disk_is_full";
    let mut child = child(shell, test, DIRECTORY, &desk.path());
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let lines: Vec<String> = lines.filter_map(|line| said(&line).map(str::to_owned)).collect();
    let status = child.wait().unwrap();
    assert!(status.success() && lines.len() == 2, "{lines:?}");
    let words: Vec<&str> = lines[0].split(' ').collect();
    let (kept, generation): (u64, u64) = (words[1].parse().unwrap(), words[2].parse().unwrap());
    assert!(kept > 20, "{lines:?}");

    let store = open_soon(&desk.path(), &options()).unwrap();
    // The one that failed may have reached the file; none after it did.
    assert!((generation..=generation + 1).contains(&store.generation()), "{lines:?}");
    for asked in 0..kept {
        assert!(is_stopped(&store, number(asked), Traffic::INBOUND), "{asked}");
    }
    store.acting_as("ana").block(&[number(kept + 1).into()], &request()).unwrap();
    store.acting_as("ana").verify_journal().unwrap();
}
