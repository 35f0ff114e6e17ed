//! Every order in which threads can meet, as loom tries them.

use std::collections::BTreeMap;
use std::sync::Arc;

use loom::model::Builder;
use loom::thread;

use super::overlay::Overlay;
use super::state::ViewId::{self, Few, Union};
use super::sync::{AtomicU32, Ordering, lock};
use super::view::View;
use super::{Gate, GateChange, GateSpec, Gates, ListChange, Traffic};
use crate::{Index, NumberSet, PhoneNumber};

const A: u64 = 4_930_901_820;
const B: u64 = 16_502_530_000;

fn number(value: u64) -> PhoneNumber {
    PhoneNumber::new(value).unwrap()
}

/// Threads are interrupted at most so often where they need not be: two are enough for every known
/// kind of race, and keep the number of orders in the thousands.
fn check(interruptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(interruptions);
    builder.check(model);
}

#[test]
fn a_reader_of_an_overlay_sees_the_changes_of_its_moment_and_no_other() {
    const CHANGES: [(u64, bool); 4] = [(A, true), (B, true), (A, false), (A, true)];
    check(3, || {
        let overlay = Arc::new(Overlay::with_capacity(4));
        let published = Arc::new(AtomicU32::new(0));
        let writer = {
            let (overlay, published) = (Arc::clone(&overlay), Arc::clone(&published));
            thread::spawn(move || {
                for (len, (number, added)) in (0..).zip(CHANGES) {
                    overlay.push(len, number, added, u64::from(len / 2));
                    published.store(len + 1, Ordering::Release);
                }
            })
        };
        for _ in 0..2 {
            let len = published.load(Ordering::Acquire);
            let seen = CHANGES.into_iter().take(len as usize);
            let expected: BTreeMap<u64, bool> = seen.collect();
            for number in [A, B] {
                assert_eq!(overlay.state(number, len), expected.get(&number).copied());
                assert!(overlay.may_have(number) || !expected.contains_key(&number));
            }
            assert_eq!(overlay.states(len).collect::<BTreeMap<_, _>>(), expected);
            // Two of each generation.
            assert_eq!([0, 1].map(|made_at| overlay.first_after(made_at, len)), [len.min(2), len]);
        }
        writer.join().unwrap();
    });
}

#[test]
fn a_view_is_the_same_when_its_overlay_grows() {
    check(0, || {
        let mut view = View::of(Index::from_set(&NumberSet::new()));
        let taken = view.clone();
        view.begin_at(0);
        (0..5).for_each(|at| view.change(number(A + at), true, 1 + at));
        assert!(!Arc::ptr_eq(&taken.overlay, &view.overlay));
        assert!(view.added_since(3, usize::MAX).unwrap().1.eq([A + 3, A + 4]));
        assert!(view.added_since(0, usize::MAX).unwrap().1.eq(A..A + 5));
        assert!(taken.added_since(0, usize::MAX).is_none());
        assert!(taken.is_before(&view));
        assert!(!View::onto(&view.index, &view).is_before(&view));
        assert_eq!(view.len(), 5);
    });
}

/// Whether A and B are in after each of the writer's changes.
const HISTORY: [[bool; 2]; 6] =
    [[true, false], [true, true], [false, true], [false, false], [true, false], [false, false]];

/// The history begins at generation `first`.
fn assert_is_of_its_generation(gate: &Gate, first: usize) {
    let made = (gate.generation() as usize).checked_sub(first);
    let [a, b] = made.map_or([false; 2], |made| HISTORY[made]);
    assert_eq!([gate.contains(number(A)), gate.contains(number(B))], [a, b]);
    let found = gate.contains_batch(&[A, B]);
    assert_eq!([found.get(0), found.get(1)], [a, b]);
}

/// Whether a gate knows what has come since an earlier one. What it knows is right.
fn knows_what_came(earlier: &Gate, gate: &Gate) -> bool {
    let came = gate.stopped_since(earlier.generation(), usize::MAX);
    for number in [A, B].map(number) {
        let has_come = gate.contains(number) && !earlier.contains(number);
        let is_told = came.as_ref().map(|came| came.contains(&number));
        assert!(
            is_told.is_none_or(|is_told| is_told >= has_come && is_told <= gate.contains(number))
        );
    }
    came.is_some()
}

/// Makes the first `changes` of the history, one number at a time, after generation `first`.
fn write(gates: &Gates, first: usize, changes: usize) {
    for made in 1..=changes {
        let (before, after) = (HISTORY[made - 1], HISTORY[made]);
        let changed = if before[0] == after[0] { 1 } else { 0 };
        let number = [number([A, B][changed])];
        let (added, removed) =
            if after[changed] { (&number[..], &[][..]) } else { (&[][..], &number[..]) };
        let change = ListChange { list: "list", added, removed };
        gates.apply((first + made) as u64, &[change]).unwrap();
    }
}

fn publish_fold_and_look(changes: usize) {
    let gates = Arc::new(Gates::without_folding());
    let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
    gates.put_list(1, "list", Traffic::ALL, &NumberSet::from([number(A)])).unwrap();
    let writer = Arc::clone(&gates);
    let writer = thread::spawn(move || write(&writer, 1, changes));
    let folder = Arc::clone(&gates);
    let folder = thread::spawn(move || folder.fold());
    let first = handle.load();
    assert_is_of_its_generation(&first, 1);
    let second = handle.load();
    assert_is_of_its_generation(&second, 1);
    assert!(first.generation() <= second.generation());
    knows_what_came(&first, &second);
    writer.join().unwrap();
    folder.join().unwrap();
    let newest = handle.load();
    assert_eq!(newest.generation(), 1 + changes as u64);
    assert_is_of_its_generation(&newest, 1);
    for earlier in [&first, &second] {
        knows_what_came(earlier, &newest);
    }
    gates.fold();
    let folded = handle.load();
    assert_is_of_its_generation(&folded, 1);
    assert_is_of_its_generation(&first, 1);
    let change = ListChange { list: "list", added: &[number(A)], removed: &[] };
    gates.apply(2 + changes as u64, &[change]).unwrap();
    assert!(knows_what_came(&folded, &handle.load()));
    assert!(handle.load().contains(number(A)) && !folded.contains(number(A)));
}

#[test]
fn every_gate_is_of_its_generation_when_a_fold_catches_up() {
    check(2, || publish_fold_and_look(3));
}

#[test]
fn every_gate_is_of_its_generation_when_an_overlay_grows_during_a_fold() {
    check(2, || publish_fold_and_look(5));
}

/// The numbers of a list that is a giant when it has all of them, and has not yet the last.
const LARGE: [u64; 4] = [33_612_000_000, 33_612_000_001, 33_612_000_002, 33_612_000_003];

fn large(count: usize) -> NumberSet {
    LARGE.into_iter().take(count).map(number).collect()
}

fn unions(gates: &Gates) -> Vec<ViewId> {
    let state = lock(&gates.shared.state);
    let unions = state.views().map(|(id, _)| id).filter(|id| !matches!(id, ViewId::List(_)));
    let mut unions: Vec<ViewId> = unions.collect();
    unions.sort();
    unions
}

/// Three lists: 0 with `large` numbers, 1 with A, 2 without any, a part of 1.
fn put_three(gates: &Gates, large_count: usize) {
    let (large, list, part) = (large(large_count), [number(A)].into(), NumberSet::new());
    let put = |list, numbers| GateChange::PutList { list, traffic: Traffic::ALL, numbers };
    let puts = [put("large", &large), put("list", &list), put("list:part", &part)];
    gates.update(1, &puts).unwrap();
}

#[test]
fn every_gate_is_of_its_generation_when_a_fold_takes_a_giant_out_of_its_union() {
    check(2, || {
        let gates = Arc::new(Gates::without_folding());
        put_three(&gates, 3);
        let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
        let last = [number(LARGE[3])];
        let change = ListChange { list: "large", added: &last, removed: &[] };
        gates.apply(2, &[change]).unwrap();
        assert_eq!(unions(&gates), [Union(vec![0, 1, 2])]);
        let writer = Arc::clone(&gates);
        let writer = thread::spawn(move || write(&writer, 2, 2));
        let folder = Arc::clone(&gates);
        let folder = thread::spawn(move || folder.fold());
        let gate = handle.load();
        assert_is_of_its_generation(&gate, 2);
        assert!(gate.contains(last[0]));
        writer.join().unwrap();
        folder.join().unwrap();
        // Few or not: as many as the writer had added by then.
        assert!(matches!(unions(&gates).as_slice(), [Few(ids) | Union(ids)] if *ids == [1, 2]));
        let newest = handle.load();
        assert_eq!(newest.generation(), 4);
        assert_is_of_its_generation(&newest, 2);
        assert!(LARGE.iter().all(|&value| newest.first_with(number(value)) == Some(0)));
        assert!(newest.contains_batch(&LARGE).count_ones() == 4);
        assert_is_of_its_generation(&gate, 2);
    });
}

#[test]
fn a_giant_is_in_no_union_and_a_list_that_is_put_is_chosen_anew() {
    check(0, || {
        let gates = Gates::without_folding();
        put_three(&gates, 4);
        let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
        let list = gates.open(&GateSpec::named(Traffic::ALL, ["list"])).unwrap();
        assert_eq!(unions(&gates), [Union(vec![1, 2]), Few(vec![1, 2])]);
        gates.put_list(2, "large", Traffic::ALL, &large(3)).unwrap();
        assert_eq!(unions(&gates), [Union(vec![0, 1, 2]), Union(vec![1, 2])]);
        gates.put_list(3, "large", Traffic::ALL, &large(4)).unwrap();
        assert_eq!(unions(&gates), [Union(vec![1, 2]), Few(vec![1, 2])]);
        // So many others that it is none among them.
        let others = [number(B), number(B + 1)];
        let change = ListChange { list: "list", added: &others, removed: &[] };
        gates.apply(4, &[change]).unwrap();
        gates.fold();
        // Not for a fold, for which changes would wait.
        assert_eq!(unions(&gates), [Union(vec![1, 2]), Few(vec![1, 2])]);
        // They are few no longer, and have got an index.
        let beside = lock(&gates.shared.state).view_mut(&Few(vec![1, 2])).cloned().unwrap();
        assert_eq!(beside.index.len(), 3);
        gates.put_list(5, "list:part", Traffic::ALL, &NumberSet::new()).unwrap();
        assert_eq!(unions(&gates), [Union(vec![0, 1, 2]), Union(vec![1, 2])]);
        drop(list);
        gates.apply(6, &[]).unwrap();
        assert_eq!(unions(&gates), [Union(vec![0, 1, 2])]);
        assert_eq!(handle.load().generation(), 6);
        drop(handle);
        gates.apply(7, &[]).unwrap();
        assert!(unions(&gates).is_empty());
    });
}

#[test]
fn what_is_not_few_beside_a_giant_is_shared_with_the_gates_that_have_no_giant() {
    check(0, || {
        let gates = Gates::without_folding();
        put_three(&gates, 4);
        gates.put_list(2, "list:part", Traffic::ALL, &NumberSet::from([number(B)])).unwrap();
        let all = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
        let list = gates.open(&GateSpec::named(Traffic::ALL, ["list"])).unwrap();
        assert_eq!(unions(&gates), [Union(vec![1, 2])]);
        for gate in [all.load(), list.load()] {
            assert_eq!(gate.contains_batch(&[A, B, B + 1]).words(), [0b11]);
        }
    });
}

#[test]
fn a_union_that_is_made_anew_is_not_taken_for_the_one_that_a_fold_began_with() {
    check(2, || {
        let gates = Arc::new(Gates::without_folding());
        let one = NumberSet::from([number(A)]);
        gates.put_list(1, "one", Traffic::ALL, &one).unwrap();
        gates.put_list(2, "two", Traffic::ALL, &NumberSet::new()).unwrap();
        let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
        let change = [number(B)];
        let to = |added, removed| ListChange { list: "two", added, removed };
        gates.apply(3, &[to(&change, &[])]).unwrap();
        let folder = Arc::clone(&gates);
        let folder = thread::spawn(move || folder.fold());
        gates.apply(4, &[to(&[], &change)]).unwrap();
        drop(handle);
        gates.apply(5, &[]).unwrap();
        // On the index of the one list that has numbers, as the first was.
        let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
        folder.join().unwrap();
        assert_eq!([A, B].map(|value| handle.load().contains(number(value))), [true, false]);
    });
}
