//! `stoplist info`: how large is the store, how old are its lists?

use std::fmt::{self, Display};

use indicatif::HumanBytes;

use crate::failure::Failure;

use super::grid::Grid;
use super::open::Caller;
use super::screen::Sheet;
use super::{json, list};

pub(super) fn run(caller: &Caller<'_>) -> Result<(), Failure> {
    let store = caller.open()?;
    let info = caller.acting(&store).info()?;
    for list in info.lists.iter().filter(|list| list.stale) {
        caller.tell.warn(format_args!("the list {:?} is stale; import it anew", list.name));
    }
    if let Some(failure) = &info.state_failure {
        caller.tell.warn(failure);
    }
    let (contacts, bytes) = (info.contacts, info.bytes);
    let open_ms = (info.open_time.as_secs_f64() * 1e4).round() / 10.0;
    let report = json::info(&info);
    let sheet = Sheet::default()
        .line("generation", info.generation)
        .line("active contacts", contacts.active)
        .line("blocked contacts", contacts.blocked)
        .line("archived contacts", contacts.archived)
        .line("journal", HumanBytes(bytes.journal))
        .line("state", HumanBytes(bytes.state))
        .line("opened in", format_args!("{open_ms} ms"));
    caller.tell.answer(&report, &Screen { sheet, grid: list::grid(&info.lists) })
}

struct Screen {
    sheet: Sheet,
    grid: Grid,
}

impl Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.sheet, self.grid)
    }
}
