//! What can be said on the command line?

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use stoplist::Region;
use stoplist_files::ListFormat;
use stoplist_files::table::TableFormat;

/// Strips blocked recipients from broadcast lists, and reads, unites and converts blocklists.
#[derive(Debug, Parser)]
#[command(name = "stoplist", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Options of every verb.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Global {
    /// Print one JSON document on standard output, and nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say more on standard error
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Print errors only
    #[arg(long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Show no progress bar
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Copy a table without the rows whose number is blocked
    Filter(FilterArgs),
    /// Read blocklists, unite them, and report; with -o, write the result
    Set(SetArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FilterArgs {
    /// Table to filter: .csv .tsv .parquet .arrow .feather .arrows, or - for an Arrow stream
    pub(crate) input: PathBuf,
    /// Where the rows to keep go: a format of INPUT, or - for an Arrow stream
    #[arg(short, long, value_name = "OUTPUT")]
    pub(crate) output: PathBuf,
    /// Blocklists, in any format that `set` reads
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub(crate) blocked: Vec<PathBuf>,
    /// Column with the numbers, when its name does not tell
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
    /// Region of numbers written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
    /// Traffic that the rows are for; lists given as files stop all of it
    #[arg(long, default_value = "broadcast")]
    pub(crate) traffic: Traffic,
    /// Threads that judge rows, at most 256 [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// What to do with rows that hold no number
    #[arg(long, default_value = "exclude", value_name = "POLICY")]
    pub(crate) on_invalid: OnRow,
    /// What to do with rows that are null
    #[arg(long, default_value = "exclude", value_name = "POLICY")]
    pub(crate) on_null: OnRow,
    /// Where the other rows go, with the reason
    #[arg(long, value_name = "FILE")]
    pub(crate) excluded: Option<PathBuf>,
    /// Format of INPUT: csv, tsv, parquet, arrow, feather or arrows
    #[arg(long, value_name = "FORMAT")]
    pub(crate) input_format: Option<TableFormat>,
    /// Format of OUTPUT: csv, tsv, parquet, arrow, feather or arrows
    #[arg(long, value_name = "FORMAT")]
    pub(crate) output_format: Option<TableFormat>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SetArgs {
    /// Blocklists to unite: txt csv tsv dnc json jsonl vcf parquet arrow r64; - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Where the numbers go: .txt .csv .jsonl .parquet .arrow or .r64
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// Region of numbers written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
    /// Column or field with the numbers, when its name does not tell
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
    /// Format of the files, when their content does not tell
    #[arg(long)]
    pub(crate) format: Option<ListFormat>,
    /// Take out the numbers of this list, in any format; can be given again
    #[arg(long, value_name = "FILE")]
    pub(crate) minus: Vec<PathBuf>,
    /// Keep only the numbers that are in this list too, in any format; can be given again
    #[arg(long, value_name = "FILE")]
    pub(crate) and: Vec<PathBuf>,
    /// Where the values go that are no numbers: CSV of line, text, reason
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
}

/// What becomes of a row without a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnRow {
    /// Leave it out: what is no number is never sent to
    Exclude,
    /// Keep it
    Keep,
    /// Stop, and write nothing
    Error,
}

impl From<OnRow> for stoplist_arrow::Policy {
    fn from(on_row: OnRow) -> Self {
        match on_row {
            OnRow::Exclude => Self::Exclude,
            OnRow::Keep => Self::Keep,
            OnRow::Error => Self::Error,
        }
    }
}

/// What a message is, to a list that stops only some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Traffic {
    /// From the number to us
    Inbound,
    /// From a person of ours to the number
    Outbound,
    /// From a bot or a flow
    Automated,
    /// To many numbers at once
    Broadcast,
}
