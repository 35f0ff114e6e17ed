//! What can be said about contacts?

use clap::{Args as ClapArgs, Subcommand};
use stoplist::{ContactSort, ContactStatus, Reason, Region};

use super::blocking::{BlockingArgs, DocumentationArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum ContactVerb {
    /// Make a contact; with --blocked, one that is blocked from the start
    Add(Box<AddArgs>),
    /// Show a contact
    Show(WhoArgs),
    /// Change a contact, blocked or not; what is not named stays
    Edit(Box<EditArgs>),
    /// Put a contact away; its block, its groups and its history stay
    Archive(WhoArgs),
    /// Bring a contact back
    Restore(WhoArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct WhoArgs {
    /// The contact, such as c17, or a number that it alone has
    pub(crate) who: String,
    /// Region of a number written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct AddArgs {
    /// Name
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) name: String,
    /// Address; it is not checked
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) email: String,
    /// Category
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) category: String,
    /// Number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) primary: String,
    /// Second number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) secondary: Option<String>,
    /// A group that it is in; can be given again
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Vec<String>,
    /// What else to keep; can be given again
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) attribute: Vec<String>,
    /// Region of numbers written without calling code, such as US
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<Region>,
    /// Blocked from the start; needs --reason
    #[arg(long)]
    pub(crate) blocked: bool,
    /// opt_out spam policy_violation compliance security investigation regulatory requested other
    #[arg(long, value_name = "CODE", required_if_eq("blocked", "true"))]
    pub(crate) reason: Option<Reason>,
    #[command(flatten)]
    pub(crate) documentation: DocumentationArgs,
    #[command(flatten)]
    pub(crate) blocking: BlockingArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct EditArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    /// Another name
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Another address; '' takes it away
    #[arg(long, value_name = "TEXT")]
    pub(crate) email: Option<String>,
    /// Another category; '' takes it away
    #[arg(long, value_name = "TEXT")]
    pub(crate) category: Option<String>,
    /// Another number; a block moves with it
    #[arg(long, value_name = "NUMBER")]
    pub(crate) primary: Option<String>,
    /// Another second number; '' takes it away
    #[arg(long, value_name = "NUMBER")]
    pub(crate) secondary: Option<String>,
    /// Into this group; can be given again
    #[arg(long, value_name = "NAME")]
    pub(crate) add_group: Vec<String>,
    /// Out of this group; can be given again
    #[arg(long, value_name = "NAME")]
    pub(crate) remove_group: Vec<String>,
    /// Another value of KEY; KEY= takes it away; can be given again
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) attribute: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ContactsArgs {
    /// A part of the name or the email, or digits of a number
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// active, blocked or archived; can be given again for more
    #[arg(long, value_delimiter = ',')]
    pub(crate) status: Vec<ContactStatus>,
    /// In this category
    #[arg(long, value_name = "NAME")]
    pub(crate) category: Option<String>,
    /// In this group; given again, in all of them
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Vec<String>,
    /// Made at this time or later: a date, a time, or a span back such as 30d
    #[arg(long, value_name = "WHEN")]
    pub(crate) created_from: Option<String>,
    /// Made before this time; a date counts to its end
    #[arg(long, value_name = "WHEN")]
    pub(crate) created_to: Option<String>,
    /// Last blocked at this time or later
    #[arg(long, value_name = "WHEN")]
    pub(crate) blocked_from: Option<String>,
    /// Last blocked before this time; a date counts to its end
    #[arg(long, value_name = "WHEN")]
    pub(crate) blocked_to: Option<String>,
    /// name, email, category, primary, status, created or blocked; :desc for the greatest first
    #[arg(long, value_name = "FIELD[:desc]", default_value = "name")]
    pub(crate) sort: ContactSort,
    /// Page, from 1
    #[arg(long, value_name = "N", conflicts_with = "after")]
    pub(crate) page: Option<u32>,
    /// The page after the one that gave this cursor as next
    #[arg(long, value_name = "CURSOR")]
    pub(crate) after: Option<String>,
    /// Contacts on a page, at most 1000
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) per_page: u32,
}
