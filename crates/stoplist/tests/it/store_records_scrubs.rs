//! That a broadcast list was filtered, against what and with what outcome, is on record for good.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use stoplist::{
    BlockRequest, ContactDetails, Event, GateSpec, ImportOptions, ListSettings, NumberSet,
    Oversized, Permissions, Reason, Scrub, ScrubFault, ScrubbedList, Store, StoreError,
    StoreErrorKind, StoreOptions, Traffic,
};

use crate::store_desk::{
    Desk, KINDS, Picture, child, last_change, number, open_soon, said, say, scattered,
};

const DIRECTORY: &str = "STOPLIST_FULL_SCRUB_DIR";
const BLAKE3: &str = "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

fn desk() -> Desk {
    let desk = Desk::without_disk(StoreOptions::default());
    let ana = desk.ana();
    ana.create_contact(&ContactDetails::new("Ada", number(1)).secondary(number(2))).unwrap();
    ana.block(&["c1".parse().unwrap()], &BlockRequest::new(Reason::OptOut)).unwrap();
    ana.create_list("dnc", &ListSettings::new(Traffic::OUTBOUND | Traffic::BROADCAST)).unwrap();
    let yesterday = Timestamp::now() - SignedDuration::from_hours(24);
    let options = ImportOptions { as_of: Some(yesterday), ..ImportOptions::add("october.txt") };
    ana.import("dnc", NumberSet::from([number(1), number(7)]), &options).unwrap();
    desk
}

/// A scrub with everything.
fn scrub(store: &Store) -> Scrub {
    let (generation, lists) = store.lists_asked(&[], Traffic::BROADCAST).unwrap();
    Scrub::new("spring.csv", Traffic::BROADCAST, generation)
        .digest(BLAKE3)
        .column("phone")
        .column("second phone")
        .lists(lists)
        .rows(100)
        .kept(90)
        .null(1)
        .blocked_by("blocked", 2)
        .blocked_by("dnc", 3)
        .invalid_for("letters", 3)
        .invalid_for("too_short", 1)
}

fn scrubs(store: &Store) -> Vec<Scrub> {
    let changes = store.acting_as("ana").changes_since(0).unwrap().map(Result::unwrap);
    let scrub = |event| if let Event::Scrubbed(scrub) = event { Some(scrub) } else { None };
    changes.filter_map(|change| scrub(change.event)).collect()
}

#[test]
fn a_scrub_is_on_record_and_changes_nothing_else() {
    let desk = desk();
    let store = desk.store();
    let scrub = scrub(store);
    let (before, gate) = (Picture::of(store), store.gate(&GateSpec::all(Traffic::ALL)).unwrap());
    let generation = desk.ana().record_scrub(&scrub).unwrap();
    assert_eq!(generation, before.generation + 1);
    assert_eq!((store.generation(), gate.load().generation()), (generation, generation));
    let change = desk.last_change();
    assert_eq!((change.generation, change.actor.as_str()), (generation, "ana"));
    assert_eq!((change.event.name(), change.effects.len()), ("scrubbed", 0));
    assert_eq!(change.event, Event::Scrubbed(scrub.clone()));
    assert_eq!(Picture::of(store).whenever(), before.whenever());
    assert!(store.blocked_since(scrub.generation).unwrap().is_empty());
    // It has no numbers, so it is of nobody's history.
    for of in [number(1).into(), "c1".parse().unwrap()] {
        let history = desk.ana().history(of).unwrap();
        assert!(history.iter().all(|entry| entry.change.event.name() != "scrubbed"));
    }
    assert!(matches!(desk.ana().undo(generation), Err(StoreError::NotUndoable { .. })));
}

#[test]
fn a_scrub_stays_through_reopening_rebuilding_and_a_backup() {
    let mut desk = desk();
    let expected = [scrub(desk.store()), Scrub::new("", Traffic::NONE, 1)];
    for scrub in &expected {
        desk.ana().record_scrub(scrub).unwrap();
    }
    let picture = Picture::of(desk.store());
    desk.ana().backup(desk.beside("copy")).unwrap();
    let copy = open_soon(&desk.beside("copy"), &StoreOptions::default()).unwrap();
    assert_eq!((scrubs(&copy), Picture::of(&copy)), (expected.to_vec(), picture.clone()));
    assert_eq!(scrubs(desk.reopen()), expected);
    assert_eq!(desk.ana().verify_journal().unwrap().records, picture.generation);
    assert_eq!(scrubs(desk.reopen_without_state()), expected);
    assert_eq!(Picture::of(desk.store()), picture);
    desk.close();
    let (store, rebuilt) = Store::rebuild(desk.path(), "ana", StoreOptions::default()).unwrap();
    assert!(rebuilt.equal);
    assert_eq!((scrubs(&store), Picture::of(&store)), (expected.to_vec(), picture));
    // And the next change follows.
    store.acting_as("ana").unblock(&["c1".parse().unwrap()], &Reason::Other.into()).unwrap();
    store.acting_as("ana").verify_journal().unwrap();
}

#[test]
fn a_scrub_needs_no_permission_and_no_known_actor_but_a_name() {
    let desk = desk();
    let store = desk.store();
    desk.ana().add_actor("idle", Permissions::NONE).unwrap();
    let scrub = scrub(store);
    for who in ["idle", "nobody", "ANA", &"n".repeat(64)] {
        store.acting_as(who).record_scrub(&scrub).unwrap();
        assert_eq!(last_change(store).actor, who);
    }
    let before = store.generation();
    for who in ["", " \t", "stoplist"] {
        let error = store.acting_as(who).record_scrub(&scrub).unwrap_err();
        assert!(matches!(error, StoreError::ActorName { .. }), "{who:?}: {error}");
    }
    let error = store.acting_as(&"n".repeat(65)).record_scrub(&scrub).unwrap_err();
    assert!(matches!(error, StoreError::Oversized(_)), "{error}");
    assert_eq!(store.generation(), before);
    desk.ana().verify_journal().unwrap();
}

/// The fault for which it is refused; nothing is recorded then.
#[track_caller]
fn fault(desk: &Desk, scrub: &Scrub) -> ScrubFault {
    let before = desk.store().generation();
    let error = desk.ana().record_scrub(scrub).unwrap_err();
    assert_eq!(desk.store().generation(), before);
    let StoreError::Scrub(fault) = &error else { panic!("{error}") };
    let expected = match fault {
        ScrubFault::Oversized(_) => ("too_long", StoreErrorKind::Data),
        ScrubFault::TooMany { .. } => ("scrub", StoreErrorKind::Data),
        _ => ("scrub", StoreErrorKind::Usage),
    };
    assert_eq!((error.code(), error.kind()), expected, "{error}");
    fault.clone()
}

#[test]
fn texts_have_limits_and_those_that_just_keep_them_are_kept() {
    let desk = desk();
    let empty = || Scrub::new("in", Traffic::BROADCAST, 1);
    let digest = |bytes: usize| format!("a:{}", "0".repeat(bytes - 2));
    type Make = fn(Scrub, String) -> Scrub;
    let cases: [(usize, Make); 4] = [
        (512, |_, text| Scrub::new(text, Traffic::BROADCAST, 1)),
        (512, |scrub, text| scrub.column("phone").column(text)),
        (64, |scrub, text| scrub.lists([ScrubbedList::new(text, 1)])),
        (64, |scrub, text| scrub.invalid_for(text, 0)),
    ];
    let mut kept = Vec::new();
    for (place, (limit, make)) in cases.into_iter().enumerate() {
        kept.push(make(empty(), "x".repeat(limit)));
        let refused = fault(&desk, &make(empty(), "x".repeat(limit + 1)));
        let ScrubFault::Oversized(Oversized { field, bytes, .. }) = refused else {
            panic!("{place}: {refused}")
        };
        assert_eq!((field.limit(), bytes), (limit, limit + 1), "{place}");
    }
    kept.push(empty().digest(digest(160)));
    assert!(matches!(fault(&desk, &empty().digest(digest(162))), ScrubFault::Oversized(_)));
    let columns = |count| (0..count).fold(empty(), |scrub, n| scrub.column(n.to_string()));
    let reasons =
        |count| (0..count).fold(empty(), |scrub, n: u32| scrub.invalid_for(n.to_string(), 0));
    kept.extend([columns(256), reasons(64)]);
    for scrub in [columns(257), reasons(65)] {
        assert!(matches!(fault(&desk, &scrub), ScrubFault::TooMany { .. }));
    }
    for scrub in &kept {
        desk.ana().record_scrub(scrub).unwrap();
    }
    assert_eq!(scrubs(desk.store()), kept);
}

#[test]
fn a_digest_is_a_name_and_bytes_in_hex() {
    let desk = desk();
    let of = |digest: &str| Scrub::new("in", Traffic::BROADCAST, 1).digest(digest);
    let good = [BLAKE3, "xxh3-64:0123456789abcdef", "0:00000000000000000000", "-:ffffffffffffffff"];
    for digest in good {
        desk.ana().record_scrub(&of(digest)).unwrap();
    }
    let kept: Vec<_> = scrubs(desk.store()).into_iter().map(|one| one.digest.unwrap()).collect();
    assert_eq!(kept, good);
    let bad = [
        "",
        ":",
        "blake3",
        "blake3:",
        ":0123456789abcdef",
        "0123456789abcdef",
        "blake3:0123456789abcd",
        "blake3:0123456789abcdef0",
        "blake3:0123456789ABCDEF",
        "blake3:0123456789abcdeg",
        "blake3: 0123456789abcdef",
        "blake3:0123456789abcdef ",
        "blake3:0123456789abcdef\n",
        "BLAKE3:0123456789abcdef",
        "blake 3:0123456789abcdef",
        "sha:256:0123456789abcdef",
        "blåke3:0123456789abcdef",
        "blake3:０１２３４５６７８９ａｂｃｄｅｆ",
    ];
    for digest in bad {
        let fault = fault(&desk, &of(digest));
        assert!(matches!(fault, ScrubFault::Digest { .. }), "{digest:?}: {fault}");
    }
}

#[test]
fn counts_that_do_not_add_up_are_refused() {
    let desk = desk();
    let good = scrub(desk.store());
    type Break = fn(&mut Scrub);
    let breaks: [(&str, Break); 11] = [
        ("what the lists", |scrub| scrub.blocked += 1),
        ("what the lists", |scrub| scrub.blocked -= 1),
        ("what the lists", |scrub| scrub.lists[1].blocked += 1),
        ("what the lists", |scrub| scrub.lists[0].blocked = u64::MAX),
        ("`invalid_by_reason`", |scrub| scrub.invalid -= 1),
        ("`invalid_by_reason`", |scrub| scrub.invalid_by_reason.clear()),
        ("`kept` and `blocked`", |scrub| scrub.kept = 96),
        ("`kept` and `blocked`", |scrub| scrub.kept = u64::MAX),
        ("`blocked`, `invalid` and `null`", |scrub| scrub.null = 92),
        ("a row that is not kept", |scrub| scrub.kept -= 1),
        ("a row that is not kept", |scrub| scrub.rows += 1),
    ];
    for (place, (law, break_it)) in breaks.into_iter().enumerate() {
        let mut scrub = good.clone();
        break_it(&mut scrub);
        let ScrubFault::Counts { law: broken } = fault(&desk, &scrub) else { panic!("{place}") };
        assert!(broken.starts_with(law), "{place}: {broken}");
    }
    // Rows that are no number may be kept: all of them, or some.
    for kept in 90..=95 {
        desk.ana().record_scrub(&good.clone().kept(kept)).unwrap();
    }
}

#[test]
fn a_generation_is_one_that_the_store_has() {
    let desk = desk();
    let store = desk.store();
    let of = |generation| Scrub::new("in", Traffic::BROADCAST, generation);
    let last = store.generation();
    for given in [0, last + 1, u64::MAX] {
        assert_eq!(fault(&desk, &of(given)), ScrubFault::Generation { given, last });
    }
    // That of a gate is always good.
    let gate = store.gate(&GateSpec::all(Traffic::BROADCAST)).unwrap();
    desk.ana().record_scrub(&of(gate.load().generation())).unwrap();
    desk.ana().record_scrub(&of(gate.load().generation())).unwrap();
    desk.ana().record_scrub(&of(1)).unwrap();
}

fn names(lists: &[ScrubbedList]) -> Vec<&str> {
    lists.iter().map(|list| list.name.as_str()).collect()
}

#[test]
fn the_lists_of_a_scrub_are_those_of_its_gate() {
    let mut desk = desk();
    let ana = desk.ana();
    // On several parts of `blocked`: some numbers on one, some on two.
    let some = |kinds| BlockRequest::new(Reason::OptOut).traffic(kinds);
    for (place, kinds) in [
        (20, Traffic::BROADCAST),
        (21, Traffic::BROADCAST | Traffic::OUTBOUND),
        (22, Traffic::OUTBOUND | Traffic::BROADCAST | Traffic::AUTOMATED),
        (23, Traffic::INBOUND),
    ] {
        ana.block(&[number(place).into()], &some(kinds)).unwrap();
    }
    ana.create_list("a-later-one", &ListSettings::new(Traffic::BROADCAST)).unwrap();
    ana.import("a-later-one", scattered(5, 30_000), &ImportOptions::add("x")).unwrap();
    for reopened in [false, true] {
        let store = if reopened { desk.reopen() } else { desk.store() };
        let every = [&KINDS[..], &[Traffic::ALL, Traffic::NONE]].concat();
        let pairs = KINDS.into_iter().flat_map(|one| KINDS.map(|other| one | other));
        for traffic in every.into_iter().chain(pairs) {
            for named in [vec![], vec!["dnc"], vec!["a-later-one", "blocked"], vec!["blocked"; 2]] {
                let spec = match named.as_slice() {
                    [] => GateSpec::all(traffic),
                    named => GateSpec::named(traffic, named.iter().copied()),
                };
                let gate = store.gate(&spec).unwrap().load();
                let named: Vec<String> = named.into_iter().map(str::to_owned).collect();
                let (generation, lists) = store.lists_asked(&named, traffic).unwrap();
                assert_eq!(generation, gate.generation());
                let asked: Vec<_> = gate.lists().collect();
                assert_eq!(names(&lists), asked, "{traffic} {named:?}");
                for list in &lists {
                    let spec = GateSpec::named(traffic, [list.name.as_str()]);
                    let gate = store.gate(&spec).unwrap().load();
                    let all = store.acting_as("ana").export(&list.name).unwrap();
                    let stopped = all.iter().filter(|&number| gate.contains(number)).count();
                    assert_eq!(list.numbers, stopped as u64, "{traffic} {}", list.name);
                    assert_eq!(list.blocked, 0);
                }
            }
        }
    }
}

#[test]
fn the_lists_of_a_scrub_have_their_age() {
    let desk = desk();
    let (ana, store) = (desk.ana(), desk.store());
    let asked = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        store.lists_asked(&names, Traffic::BROADCAST).map(|(_, lists)| lists)
    };
    ana.create_list("new", &ListSettings::new(Traffic::BROADCAST).max_age_days(1)).unwrap();
    let of_dnc = ana.list("dnc").unwrap().as_of;
    assert!(of_dnc.is_some());
    let ages = |lists: Vec<ScrubbedList>| -> Vec<_> {
        lists.into_iter().map(|list| (list.name, list.as_of, list.stale)).collect()
    };
    let expected = |dnc_is_stale| {
        let named = |name: &str, as_of, stale| (name.to_owned(), as_of, stale);
        [
            named("blocked", None, false),
            named("dnc", of_dnc, dnc_is_stale),
            named("new", None, false),
        ]
    };
    assert_eq!(ages(asked(&[]).unwrap()), expected(false));
    let stale = ListSettings::new(Traffic::BROADCAST).max_age_days(0);
    ana.set_list("dnc", &stale).unwrap();
    assert_eq!(ages(asked(&[]).unwrap()), expected(true));
    ana.set_list("dnc", &stale.clone().fail_when_stale()).unwrap();
    for names in [&[][..], &["dnc"], &["blocked", "dnc"]] {
        let error = asked(names).unwrap_err();
        assert!(matches!(&error, StoreError::Stale { name, .. } if name == "dnc"), "{error}");
    }
    // Neither where it is not asked.
    assert_eq!(names(&asked(&["new", "blocked"]).unwrap()), ["blocked", "new"]);
    assert_eq!(store.lists_asked(&[], Traffic::INBOUND).unwrap().1.len(), 1);
    for name in ["nowhere", "blocked:inbound", ""] {
        let error = asked(&["blocked", name]).unwrap_err();
        assert!(matches!(error, StoreError::UnknownList { .. }), "{name:?}: {error}");
    }
}

#[test]
fn child_whose_disk_is_full() {
    let Ok(directory) = env::var(DIRECTORY) else { return };
    let store = Store::open(directory, StoreOptions::default().state_in_memory()).unwrap();
    let ana = store.acting_as("ana");
    let settings = ListSettings::new(Traffic::BROADCAST).source("s".repeat(200));
    let mut made = vec!["blocked".to_owned()];
    // The list that cannot be written any more is the one that is half made.
    loop {
        let name = format!("list-{}", made.len());
        match ana.create_list(&name, &settings) {
            Ok(_) => made.push(name),
            Err(_) => break,
        }
    }
    let generation = store.generation();
    assert_eq!(generation, made.len() as u64);
    let (of, lists) = store.lists_asked(&[], Traffic::BROADCAST).unwrap();
    assert_eq!((of, names(&lists)), (generation, made.iter().map(String::as_str).collect()));
    let gate = store.gate(&GateSpec::all(Traffic::BROADCAST)).unwrap().load();
    assert_eq!((gate.generation(), gate.lists().count()), (generation, made.len()));
    let scrub = Scrub::new("in", Traffic::BROADCAST, generation);
    assert_eq!(ana.record_scrub(&scrub).unwrap_err().code(), "poisoned");
    assert_eq!(store.generation(), generation);
    say(&format!("checked {}", made.len()));
}

#[test]
fn after_a_failed_write_the_lists_are_known_and_no_scrub_is_said_to_be_kept() {
    let mut desk = Desk::with(StoreOptions::default().state_in_memory());
    desk.close();
    let mut shell = Command::new("sh");
    // Ignored, the signal becomes an error of the write.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\""]);
    shell.arg(env::current_exe().unwrap());
    let test = "store_records_scrubs::child_whose_disk_is_full";
    let mut child = child(shell, test, DIRECTORY, &desk.path());
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let lines: Vec<String> = lines.filter_map(|line| said(&line).map(str::to_owned)).collect();
    assert!(child.wait().unwrap().success() && lines.len() == 1, "{lines:?}");
    assert!(lines[0].strip_prefix("checked ").unwrap().parse::<u32>().unwrap() > 20, "{lines:?}");
    let store = open_soon(&desk.path(), &StoreOptions::default()).unwrap();
    assert!(scrubs(&store).is_empty());
}
