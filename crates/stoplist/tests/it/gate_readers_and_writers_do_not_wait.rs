//! Gates are published, folded and asked by several threads at once, and every answer is of the
//! generation that its gate names.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use stoplist::{
    GateChange, GateSpec, Gates, GatesError, ListChange, NumberSet, PhoneNumber, Traffic, Verdict,
};

fn number(value: u64) -> PhoneNumber {
    PhoneNumber::new(value).unwrap()
}

/// Generation `g` has the numbers of the last 100 changes: what changes at each is one number in and
/// one number out.
const KEPT: u64 = 100;
const FIRST: u64 = 14_690_000_000;

fn changed_at(generation: u64) -> PhoneNumber {
    number(FIRST + generation * 7_919)
}

#[test]
fn every_answer_is_of_the_generation_that_its_gate_names() {
    // Enough for two folds by the thread of its own.
    const CHANGES: u64 = 80_000;
    let gates = Gates::new();
    gates.put_list(1, "list", Traffic::ALL, &NumberSet::new()).unwrap();
    let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut last = 0;
                    let mut looks = 0_u64;
                    while !done.load(Ordering::Relaxed) {
                        let gate = handle.load();
                        let generation = gate.generation();
                        assert!(last <= generation);
                        last = generation;
                        let around = generation.saturating_sub(KEPT + 20)..generation + 20;
                        let numbers: Vec<u64> =
                            around.clone().map(|at| changed_at(at).get()).collect();
                        let found = gate.contains_batch(&numbers);
                        for (place, at) in around.enumerate() {
                            let is_in = at >= 2 && at <= generation && generation - at < KEPT;
                            assert_eq!(found.get(place), is_in, "{at} in {generation}");
                            assert_eq!(gate.contains(changed_at(at)), is_in);
                        }
                        looks += 1;
                    }
                    looks
                })
            })
            .collect();
        for generation in 2..CHANGES {
            let old = [changed_at(generation.saturating_sub(KEPT))];
            let removed = if generation > KEPT + 1 { &old[..] } else { &[] };
            let added = [changed_at(generation)];
            let change = ListChange { list: "list", added: &added, removed };
            gates.apply(generation, &[change]).unwrap();
            // Visible from when the call returns.
            assert_eq!(handle.load().generation(), generation);
        }
        done.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
    gates.fold();
    assert_eq!((2..CHANGES + 9).filter(|&at| handle.load().contains(changed_at(at))).count(), 100);
}

#[test]
fn a_fold_is_begun_without_being_asked_for_and_asks_nobody_to_wait() {
    let numbers = |count: u64, step: u64| (0..count).map(move |at| number(FIRST + at * step));
    let gates = Gates::new();
    let set: NumberSet = numbers(1_000_000, 977).collect();
    gates.put_list(1, "list", Traffic::ALL, &set).unwrap();
    let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
    let added: Vec<PhoneNumber> = numbers(70_000, 977).map(|n| number(n.get() + 1)).collect();
    gates.apply(2, &[ListChange { list: "list", added: &added, removed: &[] }]).unwrap();
    // The fold of a million numbers takes some hundred milliseconds, a change microseconds.
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut longest = Duration::ZERO;
    for generation in 3..2_003 {
        let one = [number(FIRST + generation * 977 + 2)];
        let start = Instant::now();
        gates.apply(generation, &[ListChange { list: "list", added: &one, removed: &[] }]).unwrap();
        longest = longest.max(start.elapsed());
        assert!(handle.load().contains(one[0]));
        assert!(Instant::now() < deadline);
    }
    println!("the longest of 2,000 changes during a fold took {longest:?}");
    drop(gates);
    let gate = handle.load();
    assert_eq!(gate.generation(), 2_002);
    assert!(added.iter().all(|&number| gate.contains(number)));
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let gates = Gates::without_folding();
    gates.put_list(5, "list", Traffic::ALL, &NumberSet::new()).unwrap();
    let handle = gates.open(&GateSpec::named(Traffic::ALL, ["list"])).unwrap();
    let added = [number(FIRST)];
    let change = ListChange { list: "list", added: &added, removed: &[] };
    for generation in [0, 5] {
        let error = gates.apply(generation, &[change]).unwrap_err();
        assert_eq!(error, GatesError::Generation { last: 5, given: generation });
    }
    let slip = ListChange { list: "lits", ..change };
    let error = gates.apply(6, &[change, slip]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no list `lits`; make it first, or look for a slip of the pen"
    );
    assert!(!handle.load().contains(number(FIRST)));
    assert_eq!(handle.load().generation(), 5);
    let error = gates.drop_list(6, "list").unwrap_err();
    assert_eq!(error, GatesError::ListInUse { list: "list".to_owned() });
    drop(handle);
    gates.drop_list(6, "list").unwrap();
    let none = gates.open(&GateSpec::all(Traffic::ALL)).unwrap().load();
    assert_eq!(none.lists().len(), 0);
    assert!(!none.contains(number(FIRST)));
    assert_eq!(none.contains_batch(&[FIRST]).count_ones(), 0);
}

#[test]
fn parts_of_a_list_are_one_list_for_whoever_asks() {
    let gates = Gates::without_folding();
    let [everywhere, inbound, registered] = [0, 1, 2].map(|at| number(FIRST + at));
    let part = |list, traffic, numbers| GateChange::PutList { list, traffic, numbers };
    let sets = [everywhere, inbound, registered].map(|number| NumberSet::from([number]));
    // The list that is made between the parts comes after them.
    let puts = [
        part("blocked:inbound", Traffic::INBOUND, &sets[1]),
        part("dnc", Traffic::OUTBOUND, &sets[2]),
        part("blocked", Traffic::ALL, &sets[0]),
    ];
    gates.update(1, &puts).unwrap();
    let open = |traffic, name: &str| gates.open(&GateSpec::named(traffic, [name])).unwrap();
    let all = gates.open(&GateSpec::all(Traffic::ALL)).unwrap().load();
    assert!(all.lists().eq(["blocked", "dnc"]));
    let places = [everywhere, inbound, registered].map(|number| all.first_with(number));
    assert_eq!(places, [Some(0), Some(0), Some(1)]);
    assert!(matches!(all.verdict(inbound), Verdict::Block { list: "blocked", .. }));
    let outbound = open(Traffic::OUTBOUND, "blocked");
    assert!(outbound.load().contains(everywhere));
    assert!(!outbound.load().contains(inbound));
    let only_part = open(Traffic::ALL, "blocked:inbound").load();
    assert!(only_part.lists().eq(["blocked"]));
    assert_eq!([everywhere, inbound].map(|number| only_part.contains(number)), [false, true]);
    // A handle to the list stands in the way of dropping a part, unless it is done knowingly.
    let error = gates.drop_list(2, "blocked:inbound").unwrap_err();
    assert_eq!(error, GatesError::ListInUse { list: "blocked:inbound".to_owned() });
    gates.update(2, &[GateChange::DropList { list: "blocked" }]).unwrap();
    assert_eq!(outbound.load().lists().len(), 0);
    assert!(!outbound.load().contains(everywhere));
    // What exists as a part alone is a list, too.
    assert!(open(Traffic::INBOUND, "blocked").load().contains(inbound));
}

#[test]
fn several_changes_under_one_generation_are_all_made_or_none() {
    let gates = Gates::without_folding();
    gates.put_list(1, "old", Traffic::ALL, &NumberSet::from([number(FIRST)])).unwrap();
    let handle = gates.open(&GateSpec::all(Traffic::OUTBOUND)).unwrap();
    let added = [number(FIRST + 1)];
    let none = NumberSet::new();
    let put = GateChange::PutList { list: "new", traffic: Traffic::ALL, numbers: &none };
    let to = |list| GateChange::Change(ListChange { list, added: &added, removed: &[] });
    let drop_old = GateChange::DropList { list: "old" };
    let not_yet = gates.update(2, &[to("new"), put]).unwrap_err();
    assert_eq!(not_yet, GatesError::UnknownList { list: "new".to_owned() });
    let no_more = gates.update(2, &[put, drop_old, to("old")]).unwrap_err();
    assert_eq!(no_more, GatesError::UnknownList { list: "old".to_owned() });
    let late = gates.update(1, &[put, drop_old]).unwrap_err();
    assert_eq!(late, GatesError::Generation { last: 1, given: 1 });
    assert!(handle.load().lists().eq(["old"]));
    assert_eq!(gates.list_len("new"), Err(GatesError::UnknownList { list: "new".to_owned() }));

    let before = handle.load();
    gates.update(2, &[put, drop_old, to("new")]).unwrap();
    assert!(handle.load().lists().eq(["new"]));
    assert!(!handle.load().contains(number(FIRST)));
    assert!(handle.load().contains(added[0]));
    assert_eq!(gates.numbers("new").unwrap(), added.into_iter().collect());
    assert!(before.contains(number(FIRST)));

    gates.apply(3, &[]).unwrap();
    assert_eq!((handle.load().generation(), gates.generation()), (3, 3));
    assert!(handle.load().contains(added[0]));
}

#[test]
fn equal_combinations_share_one_gate() {
    let gates = Gates::without_folding();
    gates.put_list(1, "one", Traffic::ALL, &NumberSet::new()).unwrap();
    gates.put_list(2, "two", Traffic::OUTBOUND, &NumberSet::new()).unwrap();
    let open = |spec: GateSpec| gates.open(&spec).unwrap();
    let outbound = open(GateSpec::all(Traffic::OUTBOUND));
    let named = open(GateSpec::named(Traffic::OUTBOUND | Traffic::INBOUND, ["two", "one"]));
    let inbound = open(GateSpec::all(Traffic::INBOUND));
    assert!(std::sync::Arc::ptr_eq(&outbound.load(), &named.load()));
    assert!(!std::sync::Arc::ptr_eq(&outbound.load(), &inbound.load()));
    assert!(inbound.load().lists().eq(["one"]));
}
