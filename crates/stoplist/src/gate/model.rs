//! Every order in which threads can meet, as loom tries them.

use std::collections::BTreeMap;
use std::sync::Arc;

use loom::model::Builder;
use loom::thread;

use super::overlay::Overlay;
use super::sync::{AtomicU32, Ordering};
use super::{Gate, GateSpec, Gates, ListChange, Traffic};
use crate::{NumberSet, PhoneNumber};

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
                    overlay.push(len, number, added);
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
        }
        writer.join().unwrap();
    });
}

/// Whether A and B are in after each generation.
const HISTORY: [[bool; 2]; 7] = [
    [false, false],
    [true, false],
    [true, true],
    [false, true],
    [false, false],
    [true, false],
    [false, false],
];

fn assert_is_of_its_generation(gate: &Gate) {
    let [a, b] = HISTORY[gate.generation() as usize];
    assert_eq!([gate.contains(number(A)), gate.contains(number(B))], [a, b]);
    let found = gate.contains_batch(&[A, B]);
    assert_eq!([found.get(0), found.get(1)], [a, b]);
}

/// Changes one number at a time, from the second generation to the last.
fn write(gates: &Gates, last: usize) {
    for generation in 2..=last {
        let (before, after) = (HISTORY[generation - 1], HISTORY[generation]);
        let changed = if before[0] == after[0] { 1 } else { 0 };
        let number = [number([A, B][changed])];
        let (added, removed) =
            if after[changed] { (&number[..], &[][..]) } else { (&[][..], &number[..]) };
        let change = ListChange { list: "list", added, removed };
        gates.apply(generation as u64, &[change]).unwrap();
    }
}

fn publish_fold_and_look(last: usize) {
    let gates = Arc::new(Gates::without_folding());
    let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
    gates.put_list(1, "list", Traffic::ALL, &NumberSet::from([number(A)])).unwrap();
    let writer = Arc::clone(&gates);
    let writer = thread::spawn(move || write(&writer, last));
    let folder = Arc::clone(&gates);
    let folder = thread::spawn(move || folder.fold());
    let first = handle.load();
    assert_is_of_its_generation(&first);
    let second = handle.load();
    assert_is_of_its_generation(&second);
    assert!(first.generation() <= second.generation());
    writer.join().unwrap();
    folder.join().unwrap();
    let newest = handle.load();
    assert_eq!(newest.generation(), last as u64);
    assert_is_of_its_generation(&newest);
    gates.fold();
    assert_is_of_its_generation(&handle.load());
    assert_is_of_its_generation(&first);
}

#[test]
fn every_gate_is_of_its_generation_when_a_fold_catches_up() {
    check(2, || publish_fold_and_look(4));
}

#[test]
fn every_gate_is_of_its_generation_when_an_overlay_grows_during_a_fold() {
    check(2, || publish_fold_and_look(6));
}
