//! May this message pass?

use std::ffi::c_char;
use std::sync::Arc;

use stoplist::{Bitmask, Gate, GateHandle, GateSpec, Index, Parser, PhoneNumber, Verdict};

use crate::call::{ErrorOut, call, quietly};
use crate::fault::Fault;
use crate::number::{parser, reserved, traffic_or_all};
use crate::path::path;
use crate::pointers::{Chars, Options, Out, Owned, Place, Places, Shared, Texts};
use crate::status::{STOPLIST_ALLOW, STOPLIST_BLOCK, STOPLIST_INVALID};
use crate::store::{Cell, stoplist_store};
use crate::text::TextOut;

/// What some lists stop. May be used by many threads at once; asking takes no lock and no disk.
pub struct stoplist_gate {
    asked: Asked,
    parser: Parser,
}

/// Which lists a gate asks, and for which traffic. All zero but `size`: every list, any traffic.
#[repr(C)]
pub struct stoplist_gate_options {
    /// `sizeof(stoplist_gate_options)`.
    pub size: usize,
    /// The traffic in question: `STOPLIST_OUTBOUND` and others, or'ed. 0: all.
    pub traffic: u32,
    /// 0.
    pub reserved: u32,
    /// The names of the lists; borrowed for the call. None: every list that stops some of the traffic.
    pub lists: Shared<Chars>,
    /// The bytes of each.
    pub list_lens: Shared<usize>,
    /// How many there are.
    pub lists_count: usize,
    /// How texts without their calling code are read, such as `DE`; borrowed for the call. `(NULL, 0)`:
    /// they are invalid.
    pub region: Chars,
    /// Bytes of `region`.
    pub region_len: usize,
}

// SAFETY: plain fields behind a `usize`; NULL and 0 are valid.
unsafe impl Options for stoplist_gate_options {}

/// The answer to whether a message may pass to or from a number.
#[repr(C)]
pub struct stoplist_verdict {
    /// `STOPLIST_ALLOW`, `STOPLIST_BLOCK` or `STOPLIST_INVALID`.
    pub verdict: i32,
    /// Why it is no number, `STOPLIST_REFUSAL_…`; 0 when it is one.
    pub refusal: i32,
    /// The number; 0 when it is none.
    pub number: u64,
    /// The last change that the answer includes.
    pub generation: u64,
    /// The list that stops it, the first in order when several do: at most 64 bytes, NUL-terminated.
    /// Empty unless it is blocked.
    pub list: [c_char; 72],
}

/// Why a list stops a number.
#[repr(C)]
pub struct stoplist_explanation {
    /// When that ends by itself, in ms since 1970 UTC; 0 when it does not.
    pub until_ms: i64,
    /// The code of a reason for the list `blocked`, the source of another list: NUL-terminated; empty
    /// when there is none.
    pub reason: [c_char; 208],
}

enum Asked {
    /// The newest gate of a store.
    Newest(GateHandle, Arc<Cell>),
    /// One that does not change.
    Fixed(Arc<Gate>),
}

impl stoplist_gate {
    /// Looks at the gate of this moment.
    #[inline]
    fn now<R>(&self, look: impl FnOnce(&Gate) -> R) -> Result<R, Fault> {
        match &self.asked {
            Asked::Newest(_, cell) if cell.is_closed() => Err(Fault::closed()),
            Asked::Newest(gates, _) => Ok(gates.look(look)),
            Asked::Fixed(gate) => Ok(look(gate)),
        }
    }

    /// For a filter: the gate that does not change, or the handle and the store of one that does.
    pub(crate) fn source(&self) -> Result<Arc<Gate>, (GateHandle, Arc<Cell>)> {
        match &self.asked {
            Asked::Newest(gates, cell) => Err((gates.clone(), Arc::clone(cell))),
            Asked::Fixed(gate) => Ok(Arc::clone(gate)),
        }
    }

    pub(crate) fn parser(&self) -> Parser {
        self.parser
    }
}

/// What options say about a gate: the names of lists, the traffic, the parser.
pub(crate) fn asked_for(
    options: &stoplist_gate_options,
) -> Result<(Vec<String>, stoplist::Traffic, Parser), Fault> {
    reserved(options.reserved)?;
    let traffic = traffic_or_all(options.traffic)?;
    let lists = Texts::new(&options.lists, &options.list_lens, options.lists_count, "lists")?;
    let names = lists.strings("lists")?.into_iter().map(str::to_owned).collect();
    Ok((names, traffic, parser(options.region, options.region_len)?))
}

/// Opens a gate of lists of a store. It always answers by the newest state: a change is seen by every
/// check that begins after the call of the change has returned.
///
/// - `options`: which lists, which traffic; NULL for all; borrowed.
/// - `gate`: gets the gate; free it with `stoplist_gate_free`, before or after the store is closed.
///
/// `STOPLIST_NOT_FOUND` when there is no list of a name. Needs no permission: a gate is the
/// enforcement. Takes some µs, or builds an index for a new combination of lists: 15 to 60 ns a number.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_gate_open(
    store: Shared<stoplist_store>,
    options: Shared<stoplist_gate_options>,
    gate: Out<Owned<stoplist_gate>>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = gate.place("gate")?;
        let (names, traffic, parser) = asked_for(&options.options("options")?)?;
        let entered = store.enter()?;
        let spec = match names.as_slice() {
            [] => GateSpec::all(traffic),
            names => GateSpec::named(traffic, names),
        };
        let gates = entered.store()?.gate(&spec)?;
        let asked = Asked::Newest(gates, Arc::clone(entered.cell()));
        place.fill(Owned::new(stoplist_gate { asked, parser }));
        Ok(())
    })
}

/// Opens a gate of an index file that `stoplist_list_export` wrote: no store, nothing is written, and
/// many processes may map the same file at once. It stays as it is; open the file anew for a newer one.
///
/// - `path`: the file, which is to be replaced by renaming and never overwritten; borrowed.
/// - `list`: what verdicts call it, 1 to 64 bytes; borrowed.
/// - `generation`: what verdicts say they include; as the export gave it, or 0.
/// - `region`: as in `stoplist_gate_options`; borrowed.
/// - `gate`: gets the gate; free it with `stoplist_gate_free`.
///
/// The whole file is read once and its checksums compared. `STOPLIST_NOT_FOUND`, `STOPLIST_DAMAGED`,
/// `STOPLIST_IO`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_gate_open_index(
    path: Chars,
    path_len: usize,
    list: Chars,
    list_len: usize,
    generation: u64,
    region: Chars,
    region_len: usize,
    gate: Out<Owned<stoplist_gate>>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = gate.place("gate")?;
        let list = list.text(list_len, "list")?;
        if list.is_empty() || list.len() > 64 {
            return Err(Fault::argument("`list` has to have 1 to 64 bytes"));
        }
        let parser = parser(region, region_len)?;
        let index = Index::open(self::path(&path, path_len)?)?;
        index.verify().map_err(|fault| {
            Fault::new(crate::status::STOPLIST_DAMAGED, "index", fault.to_string())
        })?;
        let asked = Asked::Fixed(Arc::new(Gate::of_index(list, index, generation)));
        place.fill(Owned::new(stoplist_gate { asked, parser }));
        Ok(())
    })
}

/// A gate that stays for ever as another one is now: to ask several questions of one moment. It goes
/// on after the store is closed, and does not learn of later changes: do not send by an old one.
///
/// - `frozen`: gets the gate; free it with `stoplist_gate_free`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_gate_freeze(
    gate: Shared<stoplist_gate>,
    frozen: Out<Owned<stoplist_gate>>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = frozen.place("frozen")?;
        let gate = gate.get("gate")?;
        let asked = match &gate.asked {
            Asked::Fixed(fixed) => Asked::Fixed(Arc::clone(fixed)),
            Asked::Newest(_, cell) if cell.is_closed() => return Err(Fault::closed()),
            Asked::Newest(gates, _) => Asked::Fixed(gates.load()),
        };
        place.fill(Owned::new(stoplist_gate { asked, parser: gate.parser }));
        Ok(())
    })
}

/// The last change that an answer of the gate would include now. `generation` gets it.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_gate_generation(
    gate: Shared<stoplist_gate>,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = generation.place("generation")?;
        place.fill(gate.get("gate")?.now(Gate::generation)?);
        Ok(())
    })
}

/// The names of the lists that the gate asks now, in order: `json` gets an array of texts.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_gate_lists(
    gate: Shared<stoplist_gate>,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let names = gate.get("gate")?.now(|gate| stoplist_json::names(gate.lists()))?;
        place.fill_json(&names);
        Ok(())
    })
}

/// May a message pass to or from a number? 15 to 100 ns, with the size of the list; waits for nothing.
///
/// - `number`: the digits with their calling code, as an integer. What is no number is
///   `STOPLIST_INVALID`, with the reason.
/// - `verdict`: gets the answer.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_gate_check(
    gate: Shared<stoplist_gate>,
    number: u64,
    verdict: Out<stoplist_verdict>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = verdict.place("verdict")?;
        gate.get("gate")?.now(|gate| judge(gate, PhoneNumber::new(number), place))
    })
}

/// As `stoplist_gate_check`, for a text as people write numbers: 5 ns more for plain digits, about 1 µs
/// for anything unusual.
///
/// - `text`: borrowed. What is no number, or not UTF-8, is `STOPLIST_INVALID`.
/// - `verdict`: gets the answer, with the number.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_gate_check_text(
    gate: Shared<stoplist_gate>,
    text: Chars,
    text_len: usize,
    verdict: Out<stoplist_verdict>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = verdict.place("verdict")?;
        let gate = gate.get("gate")?;
        let text = text.bytes(text_len, "text")?;
        let number = gate.parser.parse_bytes(text);
        gate.now(|gate| judge(gate, number, place))
    })
}

#[inline]
fn judge(
    gate: &Gate,
    number: Result<PhoneNumber, stoplist::Refusal>,
    place: Place<stoplist_verdict>,
) {
    let generation = gate.generation();
    match number {
        Err(refusal) => place.fill_verdict(STOPLIST_INVALID, refusal as i32, 0, generation),
        Ok(number) => match gate.verdict(number) {
            Verdict::Block { list, .. } => place.fill_blocked(number.get(), generation, list),
            _ => place.fill_verdict(STOPLIST_ALLOW, 0, number.get(), generation),
        },
    }
}

/// May messages pass to or from each of many numbers? 3 to 7 ns a number.
///
/// - `numbers`, `count`: the numbers, at most 2^32; borrowed.
/// - `verdicts`: `count` bytes, each of which gets `STOPLIST_ALLOW`, `_BLOCK` or `_INVALID`.
/// - `generation`: gets the last change that the answers include; all are of one moment. May be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_gate_check_numbers(
    gate: Shared<stoplist_gate>,
    numbers: Shared<u64>,
    count: usize,
    verdicts: Out<u8>,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let verdicts = verdicts.places(count, "verdicts")?;
        let generation = generation.optional("generation")?;
        let numbers = numbers.slice(count, "numbers")?;
        gate.get("gate")?.now(|gate| {
            let mut rows = Rows { gate, found: Bitmask::new(), verdicts, done: 0 };
            numbers.chunks(CHUNK).for_each(|chunk| rows.judge(chunk));
            if let Some(generation) = generation {
                generation.fill(gate.generation());
            }
        })
    })
}

/// As `stoplist_gate_check_numbers`, for texts: 8 to 15 ns a text of plain digits.
///
/// - `texts`, `text_lens`, `count`: the texts and the bytes of each, at most 2^32; borrowed.
/// - `verdicts`: `count` bytes, each of which gets a verdict.
/// - `numbers`: `count` numbers, each of which gets the number of a text, or 0. May be NULL.
/// - `generation`: as there. May be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_gate_check_texts(
    gate: Shared<stoplist_gate>,
    texts: Shared<Chars>,
    text_lens: Shared<usize>,
    count: usize,
    verdicts: Out<u8>,
    numbers: Out<u64>,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let verdicts = verdicts.places(count, "verdicts")?;
        let places = numbers.optional_places(count, "numbers")?;
        let generation = generation.optional("generation")?;
        let texts = Texts::new(&texts, &text_lens, count, "texts")?;
        let gate = gate.get("gate")?;
        let parser = gate.parser;
        gate.now(|gate| {
            let mut rows = Rows { gate, found: Bitmask::new(), verdicts, done: 0 };
            let mut chunk = Vec::with_capacity(CHUNK.min(texts.len()));
            for (at, text) in texts.bytes().enumerate() {
                let number = parser.parse_bytes(text).map_or(0, PhoneNumber::get);
                if let Some(places) = &places {
                    places.set(at, number);
                }
                chunk.push(number);
                if chunk.len() == CHUNK {
                    rows.judge(&chunk);
                    chunk.clear();
                }
            }
            rows.judge(&chunk);
            if let Some(generation) = generation {
                generation.fill(gate.generation());
            }
        })
    })
}

/// Numbers that are judged before their verdicts are written: they stay in the nearest cache.
const CHUNK: usize = 2048;

/// The verdicts of an array, as far as they are known.
struct Rows<'a> {
    gate: &'a Gate,
    found: Bitmask,
    verdicts: Places<u8>,
    done: usize,
}

impl Rows<'_> {
    fn judge(&mut self, numbers: &[u64]) {
        self.gate.contains_batch_into(numbers, &mut self.found);
        let words = self.found.words().iter();
        for (numbers, &word) in numbers.chunks(64).zip(words) {
            let mut verdicts = [0; 64];
            for (bit, (&number, verdict)) in numbers.iter().zip(&mut verdicts).enumerate() {
                let is_number = number.wrapping_sub(LEAST) < GREATEST - LEAST;
                let blocked = (word >> bit & 1) as i32;
                let judged = if is_number { STOPLIST_ALLOW + blocked } else { STOPLIST_INVALID };
                *verdict = judged as u8;
            }
            self.verdicts.set_all(self.done, verdicts.get(..numbers.len()).unwrap_or_default());
            self.done += numbers.len();
        }
    }
}

/// Numbers have 7 to 15 digits.
const LEAST: u64 = 1_000_000;
const GREATEST: u64 = 1_000_000_000_000_000;

const _: () = assert!(STOPLIST_BLOCK == STOPLIST_ALLOW + 1);

/// Frees a gate. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_gate_free(gate: Owned<stoplist_gate>) {
    quietly(|| drop(gate.take()));
}
