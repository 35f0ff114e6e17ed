//! What must hold for any bytes whatever?
//!
//! Each fuzz target is a plain function that takes bytes and panics when something does not hold. A
//! target in `fuzz_targets` hands it what libFuzzer thinks of; `tests/corpus.rs` hands it the corpus
//! and pseudo-random bytes, on stable Rust. A new body is a module here, a line in [`TARGETS`], a
//! file in `fuzz_targets` with its `[[bin]]`, and seeds in `seeds`.

mod file;
mod gate_ops;
mod index_file;
mod index_ops;
mod input;
mod seeds;

pub use gate_ops::gate_ops;
pub use index_file::index_file;
pub use index_ops::index_ops;
pub use seeds::Seed;

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
    Target { name: "gate_ops", body: gate_ops, seeds: seeds::gate_ops },
    Target { name: "index_file", body: index_file, seeds: seeds::index_file },
    Target { name: "index_ops", body: index_ops, seeds: seeds::index_ops },
];
