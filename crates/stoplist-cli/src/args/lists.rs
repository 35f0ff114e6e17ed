//! What can be said about lists of bare numbers?

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use stoplist::{Region, Traffic};
use stoplist_files::ListFormat;

#[derive(Debug, Subcommand)]
pub(crate) enum ListVerb {
    /// Make an empty list
    Create {
        /// Name of the list
        name: String,
        #[command(flatten)]
        settings: ListSettingsArgs,
    },
    /// Show all lists, or one, without their numbers
    Show {
        /// Name of the list
        name: Option<String>,
    },
    /// Change settings of a list; what is not named stays
    Set {
        /// Name of the list
        name: String,
        #[command(flatten)]
        settings: ListSettingsArgs,
    },
    /// Drop a list with its numbers; its history stays
    Drop {
        /// Name of the list
        name: String,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ListSettingsArgs {
    /// What it stops: inbound,outbound,automated,broadcast [default: all four]
    #[arg(long, value_name = "LIST")]
    pub(crate) traffic: Option<Traffic>,
    /// Where its numbers come from, in words
    #[arg(long, value_name = "TEXT")]
    pub(crate) source: Option<String>,
    /// Stale so many days after its last import, or `never` [default: never]
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_age_days: Option<MaxAge>,
    /// What `filter` does with it when it is stale [default: warn]
    #[arg(long, value_name = "POLICY")]
    pub(crate) when_stale: Option<WhenStale>,
}

/// How many days old a list may get; `None` for any number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaxAge(pub(crate) Option<u32>);

impl FromStr for MaxAge {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "never" {
            return Ok(Self(None));
        }
        let days = text.parse().map_err(|_| "give a number of days, or `never`".to_owned())?;
        Ok(Self(Some(days)))
    }
}

/// What a filter does with a stale list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhenStale {
    /// Uses it, and says so
    Warn,
    /// Fails
    Fail,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ImportArgs {
    /// List that the numbers go into
    #[arg(value_name = "LIST")]
    pub(crate) name: String,
    /// File to read: txt csv tsv dnc json jsonl vcf parquet arrow r64; - for standard input
    pub(crate) file: PathBuf,
    /// Make the list equal to the file, instead of adding to it
    #[arg(long)]
    pub(crate) replace: bool,
    /// Only say what it would do
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Replace by an empty file, which leaves nobody on the list
    #[arg(long)]
    pub(crate) yes: bool,
    /// When the source was so: a date, a time, or a span back such as 2d [default: now]
    #[arg(long, value_name = "WHEN")]
    pub(crate) as_of: Option<String>,
    /// Region of numbers written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
    /// Column or field with the numbers, when its name does not tell
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
    /// Format of the file, when its content does not tell
    #[arg(long)]
    pub(crate) format: Option<ListFormat>,
    /// Where the values go that are no numbers: CSV of line, text, reason
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExportArgs {
    /// List to export; `blocked` for all contacts and numbers that are blocked
    #[arg(value_name = "LIST")]
    pub(crate) name: String,
    /// Where the numbers go: .txt .csv .jsonl .parquet .arrow or .r64
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}
