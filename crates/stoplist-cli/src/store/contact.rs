//! `stoplist contact`: who is it, and what is known of them?

use stoplist::{Contact, ContactDetails, ContactEdit, Parser, Target};

use crate::args::{AddArgs, ContactVerb, EditArgs};
use crate::failure::Failure;

use super::open::Caller;
use super::{json, screen, who};

pub(super) fn run(verb: &ContactVerb, caller: &Caller<'_>) -> Result<(), Failure> {
    match verb {
        ContactVerb::Add(args) => add(args, caller),
        ContactVerb::Edit(args) => edit(args, caller),
        ContactVerb::Show(args) => {
            let target = who::target(&args.who, &Parser::new(args.region))?;
            let store = caller.open()?;
            let acting = caller.acting(&store);
            show(&acting.contact(who::contact(target, &acting)?)?, caller)
        }
        ContactVerb::Archive(args) => {
            let target = who::target(&args.who, &Parser::new(args.region))?;
            let store = caller.open_for_change()?;
            let acting = caller.acting(&store);
            show(&acting.archive_contact(who::contact(target, &acting)?)?, caller)
        }
        ContactVerb::Restore(args) => {
            let target = who::target(&args.who, &Parser::new(args.region))?;
            let store = caller.open_for_change()?;
            let acting = caller.acting(&store);
            show(&acting.restore_contact(who::contact(target, &acting)?)?, caller)
        }
    }
}

fn show(contact: &Contact, caller: &Caller<'_>) -> Result<(), Failure> {
    caller.tell.answer(&json::contact(contact), &screen::contact(contact))
}

fn add(args: &AddArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let parser = Parser::new(args.region);
    let mut details = ContactDetails::new(&args.name, who::number(&args.primary, &parser)?)
        .email(&args.email)
        .category(&args.category);
    if let Some(secondary) = &args.secondary {
        details = details.secondary(who::number(secondary, &parser)?);
    }
    for group in &args.group {
        details = details.group(group);
    }
    for attribute in &args.attribute {
        let (name, value) = key_and_value(attribute)?;
        details = details.attribute(name, value);
    }
    let request = match args.reason.filter(|_| args.blocked) {
        Some(reason) => {
            let why = who::documentation(reason, &args.documentation);
            Some(who::request(why, &args.blocking)?)
        }
        None if says_how_to_block(args) => {
            return Err(Failure::usage("the contact would not be blocked").hint("add --blocked"));
        }
        None => None,
    };
    let store = caller.open_for_change()?;
    let acting = caller.acting(&store);
    let contact = match &request {
        Some(request) => acting.create_blocked_contact(&details, request),
        None => acting.create_contact(&details),
    };
    show(&contact?, caller)
}

/// Whether something was said that only a block needs.
fn says_how_to_block(args: &AddArgs) -> bool {
    let why = &args.documentation;
    args.reason.is_some()
        || args.blocking.traffic.is_some()
        || [&why.note, &why.reference, &why.source, &args.blocking.until]
            .into_iter()
            .any(Option::is_some)
}

fn edit(args: &EditArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let parser = Parser::new(args.who.region);
    let target: Target = who::target(&args.who.who, &parser)?;
    let edit = changes(args, &parser)?;
    if edit == ContactEdit::default() {
        return Err(Failure::usage("nothing is to be changed").hint("name a field, such as --name"));
    }
    let store = caller.open_for_change()?;
    let acting = caller.acting(&store);
    show(&acting.edit_contact(who::contact(target, &acting)?, &edit)?, caller)
}

fn changes(args: &EditArgs, parser: &Parser) -> Result<ContactEdit, Failure> {
    let mut edit = ContactEdit::default();
    if let Some(name) = &args.name {
        edit = edit.name(name);
    }
    if let Some(email) = &args.email {
        edit = edit.email(email);
    }
    if let Some(category) = &args.category {
        edit = edit.category(category);
    }
    if let Some(primary) = &args.primary {
        edit = edit.primary(who::number(primary, parser)?);
    }
    if let Some(secondary) = &args.secondary {
        let is_none = secondary.is_empty();
        let number = (!is_none).then(|| who::number(secondary, parser)).transpose()?;
        edit = edit.secondary(number);
    }
    for group in &args.add_group {
        if args.remove_group.contains(group) {
            let message = format!("the group {group:?} is both added and removed");
            return Err(Failure::usage(message).hint("leave one out"));
        }
        edit = edit.add_group(group);
    }
    for group in &args.remove_group {
        edit = edit.remove_group(group);
    }
    for attribute in &args.attribute {
        let (name, value) = key_and_value(attribute)?;
        edit = edit.attribute(name, Some(value.to_owned()).filter(|value| !value.is_empty()));
    }
    Ok(edit)
}

fn key_and_value(text: &str) -> Result<(&str, &str), Failure> {
    text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        Failure::usage(format!("{text:?} is no attribute")).hint("write KEY=VALUE")
    })
}
