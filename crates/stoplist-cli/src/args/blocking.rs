//! What can be said about blocking?

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use stoplist::{Direction, Reason, Region, Traffic};

/// Why something is done, apart from its reason.
#[derive(Debug, ClapArgs)]
pub(crate) struct DocumentationArgs {
    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// Where that can be looked up: a ticket, a case, a statute
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<String>,
    /// Where it came from: a system, a form
    #[arg(long, value_name = "TEXT")]
    pub(crate) source: Option<String>,
}

/// What a block stops, and how long.
#[derive(Debug, ClapArgs)]
pub(crate) struct BlockingArgs {
    /// What it stops: inbound,outbound,automated,broadcast [default: all four]
    #[arg(long, value_name = "LIST")]
    pub(crate) traffic: Option<Traffic>,
    /// When it ends by itself: a date, a time, or a span from now such as 30d
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BlockArgs {
    /// Contacts, such as c17, and numbers; a number stands for the contacts that have it
    #[arg(required = true)]
    pub(crate) who: Vec<String>,
    /// opt_out spam policy_violation compliance security investigation regulatory requested other
    #[arg(long, value_name = "CODE")]
    pub(crate) reason: Reason,
    #[command(flatten)]
    pub(crate) documentation: DocumentationArgs,
    #[command(flatten)]
    pub(crate) blocking: BlockingArgs,
    /// Region of numbers written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UnblockArgs {
    /// Contacts, such as c17, and numbers; a number stands for the contacts that have it
    #[arg(required = true)]
    pub(crate) who: Vec<String>,
    /// opt_out spam policy_violation compliance security investigation regulatory requested other
    #[arg(long, value_name = "CODE")]
    pub(crate) reason: Reason,
    #[command(flatten)]
    pub(crate) documentation: DocumentationArgs,
    /// Region of numbers written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BulkVerb {
    /// Block many in one change, all or nothing
    Block {
        #[command(flatten)]
        targets: BulkTargetArgs,
        #[command(flatten)]
        limits: BulkLimitArgs,
        /// opt_out spam policy_violation compliance security investigation regulatory requested
        /// other
        #[arg(long, value_name = "CODE")]
        reason: Reason,
        #[command(flatten)]
        documentation: DocumentationArgs,
        #[command(flatten)]
        blocking: BlockingArgs,
    },
    /// Let many through again in one change, all or nothing
    Unblock {
        #[command(flatten)]
        targets: BulkTargetArgs,
        #[command(flatten)]
        limits: BulkLimitArgs,
        /// opt_out spam policy_violation compliance security investigation regulatory requested
        /// other
        #[arg(long, value_name = "CODE")]
        reason: Reason,
        #[command(flatten)]
        documentation: DocumentationArgs,
    },
}

/// Whom a bulk operation is about.
#[derive(Debug, ClapArgs)]
pub(crate) struct BulkTargetArgs {
    #[command(flatten)]
    pub(crate) whom: WhomArgs,
    /// Region of numbers written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
}

/// Exactly one of the three.
#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = false)]
pub(crate) struct WhomArgs {
    /// Contacts for which all these hold: category=Lead group=vip status!=blocked name~acme
    /// 'created>=2026-01-01'
    #[arg(long = "where", num_args = 1.., value_name = "EXPR")]
    pub(crate) filter: Vec<String>,
    /// The numbers of a file, in any format that `set` reads, and the contacts that have them
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// These contacts and numbers
    #[arg(long, num_args = 1.., value_name = "WHO")]
    pub(crate) select: Vec<String>,
}

/// How careful a bulk operation is.
#[derive(Debug, ClapArgs)]
pub(crate) struct BulkLimitArgs {
    /// Only say what it would do
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How many per cent of all contacts it may change without --yes
    #[arg(long, value_name = "PERCENT", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) max_share: u32,
    /// Do it even if it changes more than that
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UndoArgs {
    /// The change to reverse, as the report of the operation names it
    pub(crate) generation: u64,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckArgs {
    /// Numbers
    #[arg(required = true, value_name = "NUMBER")]
    pub(crate) numbers: Vec<String>,
    /// Blocked means: for some of this traffic, inbound,outbound,automated,broadcast
    /// [default: any]
    #[arg(long, value_name = "LIST")]
    pub(crate) traffic: Option<Traffic>,
    /// Ask this list only, such as `blocked`; can be given again [default: all lists]
    #[arg(long, value_name = "NAME")]
    pub(crate) list: Vec<String>,
    /// Region of numbers written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct HistoryArgs {
    /// A contact, such as c17, or a number
    pub(crate) who: String,
    /// Region of a number written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MessageArgs {
    /// To or from whom
    pub(crate) number: String,
    /// inbound or outbound
    #[arg(long)]
    pub(crate) direction: Direction,
    /// What became of it: delivered, refused, or whatever the sender calls it
    #[arg(long, value_name = "TEXT")]
    pub(crate) outcome: String,
    /// When: a date, a time, or a span back such as 5m [default: now]
    #[arg(long, value_name = "WHEN")]
    pub(crate) at: Option<String>,
    /// Region of a number written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
}
