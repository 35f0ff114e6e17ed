//! What must hold for any bytes whatever?
//!
//! Each fuzz target is a plain function that takes bytes and panics when something does not hold. A
//! target in `fuzz_targets` hands it what libFuzzer thinks of; `tests/corpus.rs` hands it the corpus
//! and pseudo-random bytes, on stable Rust. A new body is a module here, a line in [`TARGETS`], a
//! file in `fuzz_targets` with its `[[bin]]`, and seeds in `seeds`.

mod arrow_c;
mod arrow_ipc;
mod file;
mod gate_ops;
mod import_list;
mod index_file;
mod index_ops;
mod input;
mod journal_file;
mod journal_record;
mod journal_replay;
mod number_text;
mod portable_set;
mod reads;
mod scratch;
mod seeds;
mod segment;
mod store_model;
mod store_ops;

pub use arrow_c::arrow_c;
pub use arrow_ipc::arrow_ipc;
pub use gate_ops::gate_ops;
pub use import_list::{import_columns, import_list};
pub use index_file::index_file;
pub use index_ops::index_ops;
pub use journal_file::journal_file;
pub use journal_record::journal_record;
pub use journal_replay::journal_replay;
pub use number_text::number_text;
pub use portable_set::portable_set;
pub use seeds::Seed;
pub use store_ops::store_ops;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Of its binary, and of its folder in `corpus`.
    pub name: &'static str,
    /// What libFuzzer calls.
    pub body: fn(&[u8]),
    /// Makes the inputs to start from.
    pub seeds: fn() -> Vec<Seed>,
}

/// All of them, by name.
pub const TARGETS: &[Target] = &[
    Target { name: "arrow_c", body: arrow_c, seeds: seeds::arrow_c },
    Target { name: "arrow_ipc", body: arrow_ipc, seeds: seeds::arrow_ipc },
    Target { name: "gate_ops", body: gate_ops, seeds: seeds::gate_ops },
    Target { name: "import_columns", body: import_columns, seeds: seeds::import_columns },
    Target { name: "import_list", body: import_list, seeds: seeds::import_list },
    Target { name: "index_file", body: index_file, seeds: seeds::index_file },
    Target { name: "index_ops", body: index_ops, seeds: seeds::index_ops },
    Target { name: "journal_file", body: journal_file, seeds: seeds::journal_file },
    Target { name: "journal_record", body: journal_record, seeds: seeds::journal_record },
    Target { name: "journal_replay", body: journal_replay, seeds: seeds::journal_replay },
    Target { name: "number_text", body: number_text, seeds: seeds::number_text },
    Target { name: "portable_set", body: portable_set, seeds: seeds::portable_set },
    Target { name: "store_ops", body: store_ops, seeds: seeds::store_ops },
];
