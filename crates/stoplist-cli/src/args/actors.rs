//! What can be said about who may do what?

use clap::Subcommand;
use stoplist::Permissions;

#[derive(Debug, Subcommand)]
pub(crate) enum ActorVerb {
    /// Make an actor
    Add {
        /// Name of the actor
        name: String,
        /// Some of view,edit,block,bulk,lists,audit,admin, with commas between them
        #[arg(long, value_name = "LIST")]
        permissions: Permissions,
    },
    /// Show all actors, or one
    Show {
        /// Name of the actor
        name: Option<String>,
    },
    /// Give an actor other permissions
    Set {
        /// Name of the actor
        name: String,
        /// All that the actor may do from now on
        #[arg(long, value_name = "LIST")]
        permissions: Permissions,
    },
    /// Remove an actor; what it did stays in the journal
    Remove {
        /// Name of the actor
        name: String,
    },
}
