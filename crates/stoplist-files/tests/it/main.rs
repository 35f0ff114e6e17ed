//! One file a fact; `list_model` reads lists in memory, for all the tests of lists.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "in a test a panic is a failure, and what it cannot check it says"
)]

mod list_model;

mod list_columnar_rows_are_values;
mod list_columns_are_chosen_by_name;
mod list_damage_is_an_error_with_a_place;
mod list_dialects_mean_the_same_numbers;
mod list_exports_read_back_as_the_same_set;
mod list_pieces_do_not_matter;
mod list_progress_can_stop_the_reading;
mod list_real_files_come_to_the_expected_sets;
mod list_rejects_say_where_and_why;
mod list_rows_over_the_limit_are_refused;
mod output_is_whole_or_absent;
mod table_changing_dictionaries_are_written;
mod table_csv_cells_are_exact;
mod table_damage_is_an_error;
mod table_formats_keep_every_value;
mod table_parquet_threads_do_not_matter;
mod table_support;
