//! What can be said about the journal?

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

#[derive(Debug, ClapArgs)]
pub(crate) struct FollowArgs {
    /// Print the changes after this one
    #[arg(long, value_name = "GENERATION", default_value_t = 0)]
    pub(crate) since: u64,
    /// Print those that there are, and wait for no more
    #[arg(long)]
    pub(crate) once: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Recompute the whole chain of hashes: exit code 1 when it is broken
    Verify,
    /// Write the journal as JSON lines
    Export {
        /// Where they go [default: the standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BackupArgs {
    /// Where the copy goes: a directory that is empty or not there yet
    #[arg(value_name = "DIR")]
    pub(crate) into: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ArchiveArgs {
    /// Where the files go: a directory, for example on a larger disk
    #[arg(value_name = "DIR")]
    pub(crate) into: PathBuf,
}
