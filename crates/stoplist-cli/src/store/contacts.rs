//! `stoplist contacts`: which contacts are on the screen?

use std::fmt::{self, Display};

use stoplist::{Contact, ContactFilter, ContactPage, ContactQuery};

use crate::args::ContactsArgs;
use crate::failure::Failure;

use super::grid::Grid;
use super::open::Caller;
use super::{json, screen, who};

pub(super) fn run(args: &ContactsArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let mut query =
        ContactQuery::new().filter(filter(args)?).sort(args.sort).per_page(args.per_page);
    query = match (&args.after, args.page) {
        (Some(cursor), _) => query.after(cursor),
        (None, Some(page)) => query.page(page),
        (None, None) => query,
    };
    let store = caller.open()?;
    let found = caller.acting(&store).contacts(&query)?;
    let page = if args.after.is_some() { None } else { Some(args.page.unwrap_or(1)) };
    let report = json::contact_page(&found, page, args.per_page);
    let screen = Screen { grid: grid(&found.contacts), found: &found, page, args };
    caller.tell.answer(&report, &screen)
}

fn filter(args: &ContactsArgs) -> Result<ContactFilter, Failure> {
    let mut filter = ContactFilter::new();
    if let Some(text) = &args.search {
        filter = filter.search(text.trim());
    }
    if !args.status.is_empty() {
        filter = filter.status_in(args.status.iter().copied());
    }
    if let Some(category) = &args.category {
        filter = filter.category(category);
    }
    for group in &args.group {
        filter = filter.group(group);
    }
    if let Some(from) = &args.created_from {
        filter = filter.created_from(who::past(from)?);
    }
    if let Some(to) = &args.created_to {
        filter = filter.created_before(who::end(to)?);
    }
    if let Some(from) = &args.blocked_from {
        filter = filter.blocked_from(who::past(from)?);
    }
    if let Some(to) = &args.blocked_to {
        filter = filter.blocked_before(who::end(to)?);
    }
    Ok(filter)
}

fn grid(contacts: &[Contact]) -> Grid {
    let mut grid = Grid::new(&[
        "id",
        "name",
        "category",
        "primary",
        "secondary",
        "groups",
        "status",
        "created at",
    ]);
    for contact in contacts {
        let details = &contact.details;
        grid.row([
            contact.id.to_string(),
            details.name.clone(),
            details.category.clone(),
            details.primary.to_string(),
            screen::joined(details.secondary),
            screen::joined(&details.groups),
            contact.status().to_string(),
            screen::time(contact.created_at),
        ]);
    }
    grid.keep_whole(&[0, 3, 4, 6]);
    grid
}

/// The table, and where it is among all.
struct Screen<'a> {
    grid: Grid,
    found: &'a ContactPage,
    page: Option<u32>,
    args: &'a ContactsArgs,
}

impl Display for Screen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ContactPage { contacts, total, next, .. } = self.found;
        if !contacts.is_empty() {
            self.grid.fmt(f)?;
        }
        write!(f, "{} of {total} contacts", contacts.len())?;
        if let Some(page) = self.page {
            let pages = total.div_ceil(u64::from(self.args.per_page.max(1)));
            write!(f, ", page {page} of {pages}")?;
        }
        if let Some(next) = next {
            write!(f, "; next: --after {next}")?;
        }
        writeln!(f)
    }
}
