//! One file a fact; `model` makes columns together with what they mean, `oracle` says what is to
//! come of them, `tables` has columns of all other types.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "in a test a panic is a failure"
)]

mod model;
mod oracle;
mod tables;

mod a_pass_keeps_to_its_columns;
mod batches_without_rows_or_columns_flow;
mod columns_are_found_by_name;
mod copied_rows_equal_arrows;
mod every_column_passes_through_unchanged;
mod every_type_reads_like_its_text;
mod excluded_rows_say_why;
mod extreme_values_are_refused_with_their_reason;
mod filtering_equals_judging_each_row;
mod forbidden_rows_are_named;
mod recheck_finds_who_was_blocked_since;
mod serial_and_parallel_agree;
mod streams_flow_in_order;
mod texts_are_checked_as_arrow_checks_them;
mod unreadable_types_are_refused_with_a_way_out;
