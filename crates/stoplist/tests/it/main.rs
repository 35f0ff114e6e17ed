//! What the core promises, from outside.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod gate_answers_as_its_lists_did;
mod gate_readers_and_writers_do_not_wait;
mod gate_tells_what_came_to_be_stopped;
mod index_answers_as_the_set_it_was_made_of;
mod index_bytes;
mod index_keeps_its_size_for_hostile_sets;
mod index_numbers;
mod index_refuses_damaged_files;
mod index_stands_hostile_values;
mod index_survives_a_file;
mod number_cases;
mod portable;
mod refusals;
mod set_laws;
mod store_answers_as_a_simple_model;
#[cfg(unix)]
mod store_archives;
mod store_crash_readers;
mod store_crash_work;
mod store_desk;
mod store_has_one_process;
mod store_keeps_texts_exactly;
mod store_lifts_blocks_in_time;
mod store_notices_damage;
mod store_opens_beside_a_child;
mod store_permissions;
mod store_reads_the_first_format;
mod store_records_scrubs;
mod store_shows_changes_at_once;
mod store_stops_at_the_first_failed_write;
mod store_survives_kill;
mod store_undoes;

use std::path::PathBuf;

/// A folder of the data of others: `tests/data/README.md` says whose.
fn data(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder)
}
