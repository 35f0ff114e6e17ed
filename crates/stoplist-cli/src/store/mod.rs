//! What can be done with a store?
//!
//! A verb a file. Each opens the store, does one thing with it under the name of the actor, reports
//! it and closes the store again.

mod actor;
mod archive;
mod audit;
mod backup;
mod block;
mod bulk;
mod check;
mod contact;
mod contacts;
mod event;
mod export;
mod follow;
mod grid;
mod history;
mod import;
mod info;
mod init;
mod list;
mod message;
mod open;
mod rebuild;
mod screen;
mod undo;
mod who;

use stoplist_json as json;

use crate::answer::Answer;
use crate::args::{Global, StoreVerb};
use crate::failure::Failure;
use crate::tell::Tell;

pub(crate) use open::{Caller, is_named};

pub(crate) fn run(verb: &StoreVerb, global: &Global, tell: &Tell) -> Result<Answer, Failure> {
    let caller = Caller::new(global, tell)?;
    match verb {
        StoreVerb::Check(args) => return check::run(args, &caller),
        StoreVerb::Audit(verb) => return audit::run(verb, &caller),
        StoreVerb::Rebuild => return rebuild::run(&caller),
        StoreVerb::Init => init::run(&caller),
        StoreVerb::Contact(verb) => contact::run(verb, &caller),
        StoreVerb::Block(args) => block::block(args, &caller),
        StoreVerb::Unblock(args) => block::unblock(args, &caller),
        StoreVerb::Bulk(verb) => bulk::run(verb, &caller),
        StoreVerb::Undo(args) => undo::run(args, &caller),
        StoreVerb::Contacts(args) => contacts::run(args, &caller),
        StoreVerb::History(args) => history::run(args, &caller),
        StoreVerb::Message(args) => message::run(args, &caller),
        StoreVerb::List(verb) => list::run(verb, &caller),
        StoreVerb::Import(args) => import::run(args, &caller),
        StoreVerb::Export(args) => export::run(args, &caller),
        StoreVerb::Actor(verb) => actor::run(verb, &caller),
        StoreVerb::Follow(args) => follow::run(args, &caller),
        StoreVerb::Backup(args) => backup::run(args, &caller),
        StoreVerb::Archive(args) => archive::run(args, &caller),
        StoreVerb::Info => info::run(&caller),
    }
    .map(|()| Answer::Done)
}
