//! Which inputs does fuzzing start from?
//!
//! A dozen for each target, made here, so that the corpus can be made anew when the meaning of its
//! bytes changes. `cargo run --example write_seeds` writes them, a test compares.

mod columns;
mod files;
mod journal;
mod numbers;
mod store;

use crate::index_file::{Change, bases};
use crate::index_ops::Operation;

pub(crate) use columns::arrow_c;
pub(crate) use files::{arrow_ipc, import_columns, import_list};
pub(crate) use journal::{journal_file, journal_record, journal_replay};
pub(crate) use numbers::{number_text, portable_set};
pub(crate) use store::store_ops;

/// An input with a name that says what it is for.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Of its file.
    pub name: &'static str,
    /// What the body takes.
    pub bytes: Vec<u8>,
}

/// Puts an input together.
#[derive(Default)]
struct Script(Vec<u8>);

impl Script {
    fn push(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    fn op(self, operation: Operation) -> Self {
        self.push(&[operation as u8])
    }

    /// A number: its area, how far its offset is shifted, the offset.
    fn at(self, area: u8, shift: u8, offset: u16) -> Self {
        self.push(&[area | shift << 3]).push(&offset.to_le_bytes())
    }

    /// Two bytes of `step`: the low one modulo 33 is a power of two, the high one is added.
    fn run(self, area: u8, offset: u16, step: u16, count: u8) -> Self {
        let script = self.op(Operation::InsertRun).at(area, 0, offset);
        script.push(&step.to_le_bytes()).push(&[count])
    }

    fn block(self, area: u8, offset: u16, length: u8) -> Self {
        self.op(Operation::InsertBlock).at(area, 0, offset).push(&[length])
    }

    fn batch(self, area: u8, offset: u16, step: u16, count: u16) -> Self {
        let script = self.op(Operation::LookUpBatch).at(area, 0, offset);
        script.push(&step.to_le_bytes()).push(&count.to_le_bytes())
    }

    fn seed(self, name: &'static str) -> Seed {
        Seed { name, bytes: self.0 }
    }
}

/// Seeds of `gate_ops`.
pub(crate) fn gate_ops() -> Vec<Seed> {
    use crate::gate_ops::Operation::{self, Add, Fold, Keep, Put, Remove};

    let script = |operations: &[(Operation, u8, u32, u8, u8)]| {
        operations.iter().fold(
            Script::default(),
            |script, &(operation, list, first, count, step)| {
                let script = script.push(&[operation as u8]);
                match operation {
                    Fold | Keep => script,
                    Add | Remove | Put => {
                        script.push(&[list]).push(&first.to_le_bytes()).push(&[count, step])
                    }
                }
            },
        )
    };
    let (fold, keep) = ((Fold, 0, 0, 0, 0), (Keep, 0, 0, 0, 0));
    vec![
        script(&[]).seed("empty"),
        script(&[(Add, 0, 7, 1, 0), (Remove, 0, 7, 1, 0), (Add, 0, 7, 1, 0)]).seed("again"),
        script(&[(Put, 0, 0, 200, 3), keep, (Remove, 0, 0, 200, 3), keep]).seed("removed"),
        script(&[(Put, 0, 0, 90, 0), (Add, 1, 0, 90, 0), (Remove, 0, 0, 90, 0)]).seed("shared"),
        script(&[(Add, 0, 1, 255, 12), fold, (Remove, 0, 1, 99, 12), fold]).seed("folded"),
        script(&[(Add, 0, 0, 255, 1), (Add, 0, 80, 255, 1), (Add, 1, 800, 255, 2), keep, fold])
            .seed("grown"),
        script(&[(Add, 1, 2, 100, 23), keep, (Put, 1, 1, 5, 5), keep, fold]).seed("replaced"),
        script(&[(Add, 0, 5, 9, 9), keep, fold, keep, (Remove, 0, 5, 9, 9), keep]).seed("kept"),
    ]
}

/// Seeds of `index_ops`.
pub(crate) fn index_ops() -> Vec<Seed> {
    use Operation::{Build, Insert, LookUp, Remove, RemoveBlock, RoundTrip, ToSet};

    let script = Script::default;
    let ends = |script: Script| script.op(Build).op(ToSet).op(RoundTrip);
    let many = |area: u8| {
        // Enough numbers in one block of 2^32 for lines to be worth a table.
        let spread = (0..30).fold(Script::default(), |s, i| s.run(area, i * 97, 0x0313, 255));
        ends(spread)
    };
    vec![
        Seed { name: "nothing", bytes: Vec::new() },
        ends(script().op(Insert).at(3, 0, 7)).op(LookUp).at(3, 0, 7).seed("one_number"),
        ends(script().run(0, 0, 0x0100, 200)).batch(0, 0, 1, 700).seed("least_numbers"),
        ends(script().run(6, 9, 0x0000, 9)).batch(6, 20, 1, 65).seed("greatest_numbers"),
        ends(script().block(3, 0, 13)).batch(3, 0, 2, 1_000).seed("halves"),
        many(4).batch(4, 0, 8, 1_000).seed("triples"),
        many(1).batch(1, 0, 4_096, 1_000).seed("triples_across_segments"),
        ends(script().block(4, 0, 16).block(4, 60_000, 16)).seed("whole_page_of_the_set"),
        ends(script().block(2, 0, 13)).batch(2, 0, 1, 257).seed("across_blocks"),
        ends(script().run(5, 0, 0x0020, 200)).seed("one_in_each_block"),
        ends(
            script().block(3, 0, 13).op(Remove).at(3, 0, 5).op(RemoveBlock).at(3, 0, 90).push(&[9]),
        )
        .batch(3, 0, 1, 1_099)
        .seed("holes"),
        ends(script().block(3, 0, 13).run(5, 3, 0x0414, 99))
            .op(Insert)
            .at(3, 5, 1)
            .op(Build)
            .seed("packed_and_scattered"),
        script().op(Build).op(LookUp).push(&[7]).push(&[255; 8]).op(ToSet).seed("empty_index"),
    ]
}

impl Script {
    fn change(self, change: Change) -> Self {
        self.push(&[change as u8])
    }

    fn count(self, field: u8, value: u64) -> Self {
        self.change(Change::HeaderCount).push(&[field]).push(&value.to_le_bytes())
    }

    fn entry(self, segment: u16, field: u8, value: u32) -> Self {
        let script = self.change(Change::Entry).push(&segment.to_le_bytes());
        script.push(&[field]).push(&value.to_le_bytes())
    }
}

/// Seeds of `index_file`.
pub(crate) fn index_file() -> Vec<Seed> {
    let base = |base: u8| Script::default().push(&[base]);
    let mut bases = bases();
    let scattered = bases.next().unwrap_or_default();
    let direct = bases.nth(1).unwrap_or_default();
    let cut = direct.get(..200).unwrap_or_default().to_vec();
    // The segment of 14,692,576,000 among those of its table.
    let segment = ((14_692_576_000_u64 % (1 << 32)) >> 22) as u16;
    vec![
        Seed { name: "file_scattered", bytes: scattered },
        Seed { name: "file_direct", bytes: direct },
        Seed { name: "file_cut", bytes: cut },
        base(0).count(5, 1 << 63).count(0, u64::MAX).seed("seed_and_numbers"),
        base(1).count(3, u64::MAX).seed("lines_beyond_all_bytes"),
        base(1).count(1, 8).count(2, 1_023).seed("segments_as_shifts"),
        base(2).count(3, 0).count(4, 300).seed("lines_as_scattered"),
        base(1).entry(segment, 3, 5).seed("halves_as_triples"),
        base(1).entry(segment, 3, 3).entry(segment, 1, 1_024).seed("halves_as_bytes"),
        base(2).entry(0, 1, 65_536).seed("more_lines_than_there_are"),
        base(2).entry(0, 2, 0x5400).seed("another_multiplier"),
        base(3).change(Change::Shift).push(&[3]).push(&[255; 4]).seed("shift_past_the_end"),
        base(2).change(Change::BodyByte).push(&[70, 0, 255]).seed("another_lane"),
        base(2).change(Change::HeaderByte).push(&[12, 16]).seed("another_size"),
        base(3).change(Change::Length).push(&4_032_u16.to_le_bytes()).seed("one_line_fewer"),
    ]
}
