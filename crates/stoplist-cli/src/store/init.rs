//! `stoplist init`: where does a store begin?

use serde_json::json;
use stoplist::{Store, StoreOptions};

use crate::conclusion;
use crate::failure::Failure;

use super::open::Caller;
use super::screen::Sheet;

pub(super) fn run(caller: &Caller<'_>) -> Result<(), Failure> {
    conclusion::claim_for_work();
    let store = Store::create(&caller.path, &caller.actor, StoreOptions::default())?;
    let (path, generation) = (caller.path.to_string_lossy(), store.generation());
    let report = json!({"store": path, "admin": caller.actor, "generation": generation});
    let sheet = Sheet::default().line("store", path).line("admin", &caller.actor);
    caller.tell.answer(&report, &sheet)
}
