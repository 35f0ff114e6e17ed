//! Every body holds for the corpus and for pseudo-random bytes, on stable Rust.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use stoplist_fuzz::{TARGETS, Target};

fn corpus(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    let mut files: Vec<(PathBuf, Vec<u8>)> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

#[test]
fn every_body_holds_for_the_corpus() {
    for target in TARGETS {
        for (_, bytes) in corpus(target) {
            (target.body)(&bytes);
        }
    }
}

#[test]
fn every_body_holds_for_changed_and_joined_files_of_the_corpus() {
    let mut random = Random(1);
    for target in TARGETS {
        let files = corpus(target);
        for round in 0..600 {
            let mut bytes = files[round % files.len()].1.clone();
            for _ in 0..random.below(8) {
                let at = random.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = [random.next() as u8, *byte ^ 1, 0, 255][random.below(4)];
                }
            }
            if random.below(3) == 0 {
                bytes.truncate(random.below(bytes.len()));
                bytes.extend(&files[random.below(files.len())].1);
            }
            (target.body)(&bytes);
        }
    }
}

#[test]
fn every_body_holds_for_pseudo_random_bytes() {
    let mut random = Random(2);
    for target in TARGETS {
        for round in 0..2_000 {
            let bytes: Vec<u8> = (0..round % 120).map(|_| random.next() as u8).collect();
            (target.body)(&bytes);
        }
    }
}

#[test]
fn the_seeds_are_in_the_corpus_as_they_are_made() {
    for target in TARGETS {
        let files = corpus(target);
        for seed in (target.seeds)() {
            let found = files.iter().find(|(path, _)| path.ends_with(seed.name));
            let same = found.is_some_and(|(_, bytes)| *bytes == seed.bytes);
            let name = format!("corpus/{}/{}", target.name, seed.name);
            assert!(same, "{name} is not what is made: `cargo run --example write_seeds` in fuzz");
        }
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("fuzz_targets")
                .join(target.name)
                .with_extension("rs")
                .is_file()
        );
    }
}
