//! Does the library give the answers that `bindings/vectors.json` expects?
//!
//! `vectors SCRATCH_DIR < requests > answers`: a request a line, an answer a line; `bindings/vectors.md`
//! says their form. `cargo xtask vectors` asks and compares.

use std::error::Error;
use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use stoplist::{
    Acting, BlockRequest, BulkBlock, BulkLimits, BulkReport, BulkTargets, Contact, ContactDetails,
    ContactEdit, ContactId, Documentation, GateSpec, ImportOptions, ListSettings, NumberSet,
    Parser, Permissions, PhoneNumber, Reason, Refusal, Region, Store, StoreError, StoreOptions,
    Target, Traffic, Verdict,
};

/// What a request gives, or why it fails.
type Given = Result<Vec<String>, Failure>;

/// A code that the request is answered with, or a request that makes no sense.
enum Failure {
    Code(&'static str),
    Nonsense(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Code(error.code())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Code(refusal.code())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let scratch = std::env::args_os().nth(1).ok_or("usage: vectors SCRATCH_DIR")?;
    let mut door = Door { scratch: scratch.into(), stores: 0, store: None };
    let mut stdout = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let fields: Vec<String> = line.split('\t').map(unescaped).collect();
        let (verb, fields) = fields.split_first().ok_or("a request without a verb")?;
        let mut said = match door.answer(verb, &Fields(fields)) {
            Ok(given) => given,
            Err(Failure::Code(code)) => {
                writeln!(stdout, "error\t{code}")?;
                continue;
            }
            Err(Failure::Nonsense(why)) => return Err(format!("{line}: {why}").into()),
        };
        said.insert(0, "ok".to_owned());
        let said: Vec<String> = said.iter().map(|field| escaped(field)).collect();
        writeln!(stdout, "{}", said.join("\t"))?;
    }
    Ok(())
}

/// The fields of a request; those left out are empty.
struct Fields<'a>(&'a [String]);

impl Fields<'_> {
    fn at(&self, place: usize) -> &str {
        self.0.get(place).map_or("", String::as_str)
    }

    /// Parts with commas between them.
    fn list(&self, place: usize) -> impl Iterator<Item = &str> {
        self.at(place).split(',').filter(|part| !part.is_empty())
    }

    fn read<T: FromStr>(&self, place: usize) -> Result<T, Failure> {
        read(self.at(place))
    }

    fn number(&self, place: usize) -> Result<PhoneNumber, Failure> {
        Ok(Parser::international().parse(self.at(place))?)
    }

    fn numbers<T: FromIterator<PhoneNumber>>(&self, place: usize) -> Result<T, Failure> {
        let parser = Parser::international();
        Ok(self.list(place).map(|text| parser.parse(text)).collect::<Result<T, Refusal>>()?)
    }

    fn targets(&self, place: usize) -> Result<Vec<Target>, Failure> {
        let target = |text| Target::parse(text, &Parser::international());
        self.list(place).map(|text| target(text).map_err(|error| nonsense(&error))).collect()
    }

    fn traffic(&self, place: usize) -> Result<Traffic, Failure> {
        if self.at(place).is_empty() { Ok(Traffic::ALL) } else { self.read(place) }
    }

    /// How a text is read whose region is in this field.
    fn parser(&self, place: usize) -> Result<Parser, Failure> {
        Ok(match self.at(place) {
            "" => Parser::international(),
            region => Parser::with_region(read::<Region>(region)?),
        })
    }

    /// The block that two fields tell: what it stops, and until when.
    fn block(&self, reason: &str, traffic: usize) -> Result<BlockRequest, Failure> {
        let why: Documentation = read::<Reason>(reason)?.into();
        let request = BlockRequest::new(why).traffic(self.traffic(traffic)?);
        Ok(match moment(self.at(traffic + 1))? {
            Some(until) => request.until(until),
            None => request,
        })
    }
}

fn nonsense(error: &impl ToString) -> Failure {
    Failure::Nonsense(error.to_string())
}

fn read<T: FromStr>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| nonsense(&format!("{text:?} cannot be read")))
}

/// Milliseconds since 1970, or from now on with a plus before them.
fn moment(text: &str) -> Result<Option<Timestamp>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let span = SignedDuration::from_millis(read(text)?);
    let since = if text.starts_with('+') { Timestamp::now() } else { Timestamp::UNIX_EPOCH };
    since.checked_add(span).map(Some).map_err(|error| nonsense(&error))
}

fn unescaped(text: &str) -> String {
    let mut chars = text.chars();
    let mut plain = String::new();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                _ => '\\',
            },
            _ => c,
        });
    }
    plain
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\t', "\\t");
    text.replace('\n', "\\n").replace('\r', "\\r")
}

/// Texts with commas between them.
fn names<T: ToString>(all: &[T]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Answers requests, one after the other.
struct Door {
    scratch: PathBuf,
    stores: u32,
    store: Option<Store>,
}

impl Door {
    fn answer(&mut self, verb: &str, fields: &Fields<'_>) -> Given {
        match verb {
            "parse" => return parse(fields),
            "store" => return self.new_store(fields),
            "reopen" => return self.reopen(),
            "wait" => {
                std::thread::sleep(Duration::from_millis(fields.read(0)?));
                return Ok(Vec::new());
            }
            _ => {}
        }
        let store = self.store.as_ref();
        let store = store.ok_or_else(|| nonsense(&"there is no store yet"))?;
        let acting = store.acting_as(fields.at(0));
        let generation = match verb {
            "check" => return check(store, fields),
            "import" => return import(&acting, fields),
            "block" => return block(&acting, fields),
            "unblock" => return unblock(&acting, fields),
            "bulk_block" | "bulk_unblock" => return bulk(&acting, verb == "bulk_block", fields),
            "create_contact" | "edit_contact" | "archive_contact" | "restore_contact" => {
                return contact(&acting, verb, fields);
            }
            "add_actor" => acting.add_actor(fields.at(1), fields.read::<Permissions>(2)?)?,
            "set_actor" => acting.set_actor(fields.at(1), fields.read::<Permissions>(2)?)?,
            "remove_actor" => acting.remove_actor(fields.at(1))?,
            "create_list" => acting.create_list(fields.at(1), &settings(fields)?)?,
            "set_list" => acting.set_list(fields.at(1), &settings(fields)?)?,
            "drop_list" => acting.drop_list(fields.at(1))?,
            "undo" => acting.undo(fields.read(1)?)?.0,
            _ => return Err(nonsense(&"no such request")),
        };
        Ok(vec![generation.to_string()])
    }

    fn path(&self) -> PathBuf {
        self.scratch.join(format!("store-{}", self.stores))
    }

    fn new_store(&mut self, fields: &Fields<'_>) -> Given {
        self.store = None;
        self.stores += 1;
        self.store = Some(Store::create(self.path(), fields.at(0), StoreOptions::default())?);
        Ok(Vec::new())
    }

    fn reopen(&mut self) -> Given {
        self.store = None;
        self.store = Some(Store::open(self.path(), StoreOptions::default())?);
        Ok(Vec::new())
    }
}

fn parse(fields: &Fields<'_>) -> Given {
    let number = fields.parser(1)?.parse(fields.at(0))?;
    Ok(vec![number.get().to_string()])
}

fn settings(fields: &Fields<'_>) -> Result<ListSettings, Failure> {
    Ok(ListSettings::new(fields.traffic(2)?).source(fields.at(3)))
}

fn import(acting: &Acting<'_>, fields: &Fields<'_>) -> Given {
    let options = match fields.at(3) {
        "replace" => ImportOptions::replace("vectors"),
        _ => ImportOptions::add("vectors"),
    };
    let done = acting.import(fields.at(1), fields.numbers::<NumberSet>(2)?, &options)?;
    let counts = [done.generation, done.added, done.removed, done.already];
    Ok(counts.iter().map(ToString::to_string).collect())
}

fn contact(acting: &Acting<'_>, verb: &str, fields: &Fields<'_>) -> Given {
    let id = || fields.read::<ContactId>(1);
    let contact = match verb {
        "create_contact" => created(acting, fields)?,
        "edit_contact" => {
            let edit = ContactEdit::default().primary(fields.number(2)?);
            acting.edit_contact(id()?, &edit)?
        }
        "archive_contact" => acting.archive_contact(id()?)?,
        _ => acting.restore_contact(id()?)?,
    };
    Ok(vec![contact.id.to_string(), contact.status().code().to_owned()])
}

fn created(acting: &Acting<'_>, fields: &Fields<'_>) -> Result<Contact, Failure> {
    let mut details = ContactDetails::new(fields.at(1), fields.number(4)?).category(fields.at(2));
    for group in fields.list(3) {
        details = details.group(group);
    }
    if !fields.at(5).is_empty() {
        details = details.secondary(fields.number(5)?);
    }
    Ok(match fields.at(6) {
        "" => acting.create_contact(&details)?,
        reason => acting.create_blocked_contact(&details, &fields.block(reason, 7)?)?,
    })
}

fn block(acting: &Acting<'_>, fields: &Fields<'_>) -> Given {
    let done = acting.block(&fields.targets(1)?, &fields.block(fields.at(2), 3)?)?;
    Ok(vec![done.generation.to_string(), names(&done.changed), names(&done.unchanged)])
}

fn unblock(acting: &Acting<'_>, fields: &Fields<'_>) -> Given {
    let done = acting.unblock(&fields.targets(1)?, &fields.read::<Reason>(2)?.into())?;
    Ok(vec![done.generation.to_string(), names(&done.changed), names(&done.unchanged)])
}

fn bulk(acting: &Acting<'_>, is_block: bool, fields: &Fields<'_>) -> Given {
    let targets = match (fields.at(1), fields.at(2)) {
        ("", "") => BulkTargets::File { name: "vectors".to_owned(), numbers: fields.numbers(3)? },
        ("", _) => BulkTargets::Selection(fields.targets(2)?),
        _ => BulkTargets::Filter(fields.list(1).map(str::to_owned).collect()),
    };
    let limits = match fields.at(5) {
        "confirmed" => BulkLimits::confirmed(),
        "dry_run" => BulkLimits::dry_run(),
        _ => BulkLimits::default(),
    };
    let request = fields.block(fields.at(4), 6)?;
    let done = if is_block {
        acting.bulk_block(&BulkBlock { targets, request, limits })?
    } else {
        acting.bulk_unblock(&targets, &request.documentation, limits)?
    };
    Ok(counted(&done))
}

fn counted(done: &BulkReport) -> Vec<String> {
    vec![
        done.generation.to_string(),
        done.matched.to_string(),
        done.changed.len().to_string(),
        done.unchanged.len().to_string(),
        names(&done.failed),
    ]
}

fn check(store: &Store, fields: &Fields<'_>) -> Given {
    let traffic = fields.traffic(2)?;
    let lists: Vec<&str> = fields.list(3).collect();
    let spec = match lists.as_slice() {
        [] => GateSpec::all(traffic),
        lists => GateSpec::named(traffic, lists.iter().copied()),
    };
    let gate = store.gate(&spec)?.load();
    let number = match fields.parser(1)?.parse(fields.at(0)) {
        Ok(number) => number,
        Err(refusal) => return Ok(said("invalid", "", "", refusal.code(), "")),
    };
    let digits = number.get().to_string();
    let verdict = gate.verdict(number);
    let Verdict::Block { list, .. } = verdict else {
        return Ok(said(verdict.code(), &digits, "", "", ""));
    };
    let why = store.explain(number, list, traffic);
    let until = why.as_ref().and_then(|why| why.until);
    let until = until.map(|until| until.as_millisecond().to_string()).unwrap_or_default();
    let reason = why.and_then(|why| why.reason).unwrap_or_default();
    Ok(said("block", &digits, list, &reason, &until))
}

fn said(verdict: &str, number: &str, list: &str, reason: &str, until: &str) -> Vec<String> {
    [verdict, number, list, reason, until].map(str::to_owned).to_vec()
}
