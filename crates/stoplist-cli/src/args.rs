//! What can be said on the command line?

mod actors;
mod blocking;
mod contacts;
mod journal;
mod lists;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use stoplist::Region;
use stoplist_files::ListFormat;
use stoplist_files::table::TableFormat;

pub(crate) use actors::ActorVerb;
pub(crate) use blocking::{
    BlockArgs, BlockingArgs, BulkLimitArgs, BulkTargetArgs, BulkVerb, CheckArgs, DocumentationArgs,
    HistoryArgs, MessageArgs, UnblockArgs, UndoArgs,
};
pub(crate) use contacts::{AddArgs, ContactVerb, ContactsArgs, EditArgs};
pub(crate) use journal::{ArchiveArgs, AuditVerb, BackupArgs, FollowArgs};
pub(crate) use lists::{ExportArgs, ImportArgs, ListSettingsArgs, ListVerb, MaxAge, WhenStale};

/// Strips blocked recipients from broadcast lists, and keeps who is blocked, why and until when.
#[derive(Debug, Parser)]
#[command(name = "stoplist", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What the help calls the options of every verb.
const EVERYWHERE: &str = "Options of every command";

/// Options of every verb.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Global {
    /// Directory of the store [env: STOPLIST_STORE]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
    /// Who is acting, as far as the store is concerned [env: STOPLIST_ACTOR] [default: the login
    /// name]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    /// Print one JSON document on standard output, and nothing else there
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) json: bool,
    /// Say more on standard error
    #[arg(short, long, global = true, help_heading = EVERYWHERE)]
    pub(crate) verbose: bool,
    /// Print errors only
    #[arg(long, global = true, help_heading = EVERYWHERE, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Show no progress bar
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) no_progress: bool,
}

const AFTER_FILTER: &str = "\
With a store, the run is on record when the outputs appear: who filtered which bytes against which \
lists, and what came of it. It needs no permission. The store stays open until then, and others get \
`locked` (exit code 5) meanwhile.";

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Copy a table without the rows whose number is blocked
    #[command(after_help = AFTER_FILTER)]
    Filter(FilterArgs),
    /// Read blocklists, unite them, and report; with -o, write the result
    Set(SetArgs),
    #[command(flatten)]
    Store(StoreVerb),
}

/// What works on a store.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreVerb {
    /// Make an empty store; whoever does becomes its first admin
    Init,
    /// Make, show and change contacts
    #[command(subcommand)]
    Contact(ContactVerb),
    /// Block contacts and numbers
    Block(BlockArgs),
    /// Let contacts and numbers through again
    Unblock(UnblockArgs),
    /// Block or unblock many in one change
    #[command(subcommand)]
    Bulk(BulkVerb),
    /// Reverse a bulk operation or an import, as one new change
    Undo(UndoArgs),
    /// Search, filter and page through the contacts
    Contacts(Box<ContactsArgs>),
    /// Say whether numbers are blocked: exit code 1 when one is
    #[command(
        after_help = "Exit code: 1 when a number is blocked; else 3 when one is no number; else 0."
    )]
    Check(CheckArgs),
    /// Every event of a contact or a number, oldest first
    History(HistoryArgs),
    /// Record a communication event in the history of a number
    Message(MessageArgs),
    /// Make, show, change and drop lists of bare numbers
    #[command(subcommand)]
    List(ListVerb),
    /// Read a file of numbers into a list, in any format that `set` reads
    Import(ImportArgs),
    /// Write the numbers of a list to a file, in the formats of `set -o`
    Export(ExportArgs),
    /// Say who may do what
    #[command(subcommand)]
    Actor(ActorVerb),
    /// Print changes as JSON lines, and wait for more
    Follow(FollowArgs),
    /// Verify or export the journal
    #[command(subcommand)]
    Audit(AuditVerb),
    /// Make the state again from the journal and compare: exit code 1 when they differ
    Rebuild,
    /// Copy the store, as it is at one moment, and prove the copy
    Backup(BackupArgs),
    /// Move old files of the journal to another disk, and leave links to them
    ///
    /// Each takes about 64 MiB; the first and the last stay. Histories, audits and backups need the
    /// directory from then on; checks, changes and openings do not.
    Archive(ArchiveArgs),
    /// Counts, sizes, the age of lists
    Info,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FilterArgs {
    /// Table to filter: .csv .tsv .parquet .arrow .feather .arrows, or - for an Arrow stream
    pub(crate) input: PathBuf,
    /// Where the rows to keep go: a format of INPUT, or - for an Arrow stream
    #[arg(short, long, value_name = "OUTPUT")]
    pub(crate) output: PathBuf,
    /// Blocklists, in any format that `set` reads; or else give --store
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) blocked: Vec<PathBuf>,
    /// Lists of the store, such as `blocked` or one that was imported [default: all]
    #[arg(long, num_args = 1.., value_name = "NAME", conflicts_with = "blocked")]
    pub(crate) list: Vec<String>,
    /// Column with the numbers, when its name does not tell; several, when a row has several numbers:
    /// parted by commas, or given again
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Vec<String>,
    /// Keep a row of which another number is left, and empty the cells of those that are blocked or
    /// no number, instead of leaving out the row
    #[arg(long)]
    pub(crate) empty_blocked: bool,
    /// Region of numbers written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
    /// Traffic that the rows are for: lists of the store that do not stop it are not asked; lists
    /// given as files stop all of it
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

impl From<Traffic> for stoplist::Traffic {
    fn from(traffic: Traffic) -> Self {
        match traffic {
            Traffic::Inbound => Self::INBOUND,
            Traffic::Outbound => Self::OUTBOUND,
            Traffic::Automated => Self::AUTOMATED,
            Traffic::Broadcast => Self::BROADCAST,
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
