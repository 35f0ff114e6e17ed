//! `compare ffi`: what does it cost to call from C?
//!
//! The library is opened as a C program opens it, and does the same as Rust in the same run: checks one
//! by one of a gate that follows its store, and of one that does not change; arrays of 1,000 numbers and
//! texts; and a stream of Arrow batches, which goes in and comes out through the C stream interface. What
//! comes from C is checked in full before it is used; `checked in Rust` does that with the same batches.

use std::ffi::{CString, c_char, c_void};
use std::num::NonZeroUsize;
use std::path::Path;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array, RecordBatch, RecordBatchIterator, StructArray};
use arrow::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
use libloading::Library;
use stoplist::{
    Bitmask, Gate, GateSpec, ImportOptions, Index, ListSettings, NumberSet, Parser, PhoneNumber,
    Store, StoreOptions, Traffic, Verdict,
};
use stoplist_arrow::{Filter, FilterOptions, Lists};

use crate::filter::{Answer, Work};
use crate::measure::{Measurement, System, interleaved, median};
use crate::numbers::Mix;
use crate::{options, scratch};

const OPTIONS: [&str; 6] =
    ["--numbers", "--rows", "--rounds", "--threads", "--library", "--directory"];

/// Numbers of an array of one call.
const ARRAY: usize = 1_000;
/// Checks one by one in a round.
const CHECKS: usize = 1 << 20;

/// The file of an index that both map.
const INDEX: &str = "list.idx";

/// A handle of the library.
type Handle = *mut c_void;
/// Where a call puts its error; nobody listens.
type NoError = *const c_void;

/// As in the header.
#[repr(C)]
struct CVerdict {
    verdict: i32,
    refusal: i32,
    number: u64,
    generation: u64,
    list: [c_char; 72],
}

#[repr(C)]
#[derive(Default)]
struct CListSettings {
    size: usize,
    traffic: u32,
    rest: [u32; 3],
    source: usize,
    source_len: usize,
}

#[repr(C)]
struct FilterSettings {
    size: usize,
    columns: [usize; 2],
    columns_count: usize,
    policies: [i32; 3],
    threads: u32,
    excluded: u32,
    reserved: u32,
}

type Create = unsafe extern "C" fn(
    *const c_char,
    usize,
    *const c_char,
    usize,
    *const c_void,
    *mut Handle,
    NoError,
) -> i32;
type Close = unsafe extern "C" fn(Handle, NoError) -> i32;
type ListCreate = unsafe extern "C" fn(
    Handle,
    *const c_char,
    usize,
    *const c_char,
    usize,
    *const CListSettings,
    *mut u64,
    NoError,
) -> i32;
type ListImport = unsafe extern "C" fn(
    Handle,
    *const c_char,
    usize,
    *const c_char,
    usize,
    *const c_char,
    usize,
    *const c_void,
    *const c_void,
    *const c_void,
    *mut Handle,
    NoError,
) -> i32;
type GateOpen = unsafe extern "C" fn(Handle, *const c_void, *mut Handle, NoError) -> i32;
type GateOpenIndex = unsafe extern "C" fn(
    *const c_char,
    usize,
    *const c_char,
    usize,
    u64,
    *const c_char,
    usize,
    *mut Handle,
    NoError,
) -> i32;
type GateFree = unsafe extern "C" fn(Handle);
type Check = unsafe extern "C" fn(Handle, u64, *mut CVerdict, NoError) -> i32;
type CheckNumbers =
    unsafe extern "C" fn(Handle, *const u64, usize, *mut u8, *mut u64, NoError) -> i32;
type CheckTexts = unsafe extern "C" fn(
    Handle,
    *const *const c_char,
    *const usize,
    usize,
    *mut u8,
    *mut u64,
    *mut u64,
    NoError,
) -> i32;
type FilterOfGate =
    unsafe extern "C" fn(Handle, *const FilterSettings, *mut Handle, NoError) -> i32;
type FilterStream =
    unsafe extern "C" fn(Handle, *mut FFI_ArrowArrayStream, *mut Handle, NoError) -> i32;
type PassExport = unsafe extern "C" fn(Handle, *mut FFI_ArrowArrayStream, NoError) -> i32;

/// The library, as C has it.
struct C(Library);

impl C {
    #[expect(unsafe_code, reason = "a library of C is opened")]
    fn open(options: &[String]) -> Result<Self, String> {
        let path =
            options::text(options, "--library")?.unwrap_or("target/release/libstoplist_ffi.so");
        // SAFETY: the library of this workspace, which does nothing when it is opened.
        let library = unsafe { Library::new(Path::new(path)) };
        library.map(Self).map_err(|error| {
            format!(
                "{error}; `cargo build --release -p stoplist-ffi` makes it, --library names another"
            )
        })
    }

    /// A function by its name.
    #[expect(unsafe_code, reason = "a symbol has no type")]
    fn get<T: Copy>(&self, name: &str) -> Result<T, String> {
        // SAFETY: the types above are those of the header.
        let symbol = unsafe { self.0.get::<T>(name.as_bytes()) };
        symbol.map(|symbol| *symbol).map_err(|error| error.to_string())
    }
}

pub(crate) fn run(options: &[String]) -> Result<Vec<Measurement>, String> {
    options::only(options, &OPTIONS)?;
    let numbers = options::count(options, "--numbers", 10_000_000)?;
    let rows = options::count(options, "--rows", 10_000_000)?;
    let rounds = options::count(options, "--rounds", 11)?;
    let threads = options::count(options, "--threads", 2)?;
    let c = C::open(options)?;
    scratch::with(options, |directory| {
        let mut measured = checks(&c, directory, numbers, rounds)?;
        measured.extend(streams(&c, directory, rows, numbers, rounds.min(7), threads)?);
        Ok(measured)
    })
}

fn done(status: i32, what: &str) -> Result<(), String> {
    if status == 0 { Ok(()) } else { Err(format!("{what} gave the status {status}")) }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

/// A store with one list, made through C, and a gate of it.
#[expect(unsafe_code, reason = "functions of C are called")]
fn gate_of_store(c: &C, directory: &Path, set: &NumberSet) -> Result<(Handle, Handle), String> {
    let path = |name: &str| directory.join(name).to_string_lossy().into_owned();
    let (list, at) = (path("list.r64"), path("store"));
    set.write_portable(std::fs::File::create(&list).map_err(text)?).map_err(text)?;
    let (mut store, mut gate): (Handle, Handle) = (null_mut(), null_mut());
    let (admin, name) = ("admin", "blocked-numbers");
    let settings =
        CListSettings { size: size_of::<CListSettings>(), traffic: 15, ..CListSettings::default() };
    // SAFETY: as the header says.
    unsafe {
        let create: Create = c.get("stoplist_store_create")?;
        let at = (at.as_ptr().cast(), at.len());
        done(
            create(at.0, at.1, admin.as_ptr().cast(), admin.len(), null(), &raw mut store, null()),
            "create",
        )?;
        let (by, by_len) = (admin.as_ptr().cast(), admin.len());
        let (of, of_len) = (name.as_ptr().cast(), name.len());
        let create: ListCreate = c.get("stoplist_list_create")?;
        done(
            create(store, by, by_len, of, of_len, &raw const settings, null_mut(), null()),
            "list",
        )?;
        let import: ListImport = c.get("stoplist_list_import")?;
        let (from, from_len) = (list.as_ptr().cast(), list.len());
        done(
            import(
                store,
                by,
                by_len,
                of,
                of_len,
                from,
                from_len,
                null(),
                null(),
                null(),
                null_mut(),
                null(),
            ),
            "import",
        )?;
        let open: GateOpen = c.get("stoplist_gate_open")?;
        done(open(store, null(), &raw mut gate, null()), "gate")?;
    }
    Ok((store, gate))
}

/// A gate of an index file.
#[expect(unsafe_code, reason = "functions of C are called")]
fn gate_of_index(c: &C, directory: &Path, set: &NumberSet) -> Result<Handle, String> {
    let path = directory.join(INDEX);
    let file = std::io::BufWriter::new(std::fs::File::create(&path).map_err(text)?);
    Index::from_set(set).write_to(file).map_err(text)?;
    let (path, name) = (path.to_string_lossy().into_owned(), "blocked");
    let mut gate: Handle = null_mut();
    let open: GateOpenIndex = c.get("stoplist_gate_open_index")?;
    let (at, of) = (path.as_ptr().cast(), name.as_ptr().cast());
    // SAFETY: as the header says.
    let status =
        unsafe { open(at, path.len(), of, name.len(), 0, null(), 0, &raw mut gate, null()) };
    done(status, "index gate").map(|()| gate)
}

/// A gate in Rust of the same file.
fn mapped_gate(directory: &Path) -> Result<Gate, String> {
    let mapped = Index::open(directory.join(INDEX)).map_err(text)?;
    mapped.verify().map_err(text)?;
    Ok(Gate::of_index("blocked", mapped, 0))
}

/// The numbers that are asked for: about one in ten is blocked.
fn queries(members: &[u64]) -> Vec<u64> {
    let mut others = Mix::Us.draws(2);
    let pick = |at: usize| match at % 10 {
        0 => members.get(at * 7919 % members.len().max(1)).copied(),
        _ => others.next(),
    };
    (0..CHECKS).filter_map(pick).collect()
}

#[expect(unsafe_code, reason = "functions of C are called")]
fn checks(
    c: &C,
    directory: &Path,
    numbers: usize,
    rounds: usize,
) -> Result<Vec<Measurement>, String> {
    let members = Mix::Us.members(numbers, 1)?;
    let set: NumberSet = members.iter().filter_map(|&one| PhoneNumber::new(one).ok()).collect();
    let (store, gate) = gate_of_store(c, directory, &set)?;
    let index = gate_of_index(c, directory, &set)?;
    // The same in Rust: a store with the same list, and the same file, mapped.
    let in_rust = Store::create(directory.join("rust"), "admin", StoreOptions::default());
    let in_rust = in_rust.map_err(text)?;
    let admin = in_rust.acting_as("admin");
    admin.create_list("blocked-numbers", &ListSettings::new(Traffic::ALL)).map_err(text)?;
    let import = ImportOptions::add("list.r64");
    admin.import("blocked-numbers", set.clone(), &import).map_err(text)?;
    let newest = in_rust.gate(&GateSpec::all(Traffic::ALL)).map_err(text)?;
    let fixed = mapped_gate(directory)?;
    let asked = queries(&members);
    let blocked = |number: &u64| PhoneNumber::new(*number).is_ok_and(|number| set.contains(number));
    let expected = asked.iter().filter(|number| blocked(number)).count() as u64;

    let check: Check = c.get("stoplist_gate_check")?;
    let by_c = |gate: Handle| {
        let asked = &asked;
        move || {
            let mut verdict =
                CVerdict { verdict: 0, refusal: 0, number: 0, generation: 0, list: [0; 72] };
            let mut blocked = 0;
            for &number in asked {
                // SAFETY: as the header says.
                let status = unsafe { check(gate, number, &raw mut verdict, null()) };
                blocked += u64::from(status == 0 && verdict.verdict == 2);
            }
            blocked
        }
    };
    let verdict = |verdict: Result<Verdict<'_>, _>| -> u64 {
        u64::from(matches!(verdict, Ok::<_, stoplist::Refusal>(Verdict::Block { .. })))
    };
    let system = |name, run| System { name, items: CHECKS, expected, run };
    let newest_gate = &newest;
    let mut one_by_one = [
        system(
            "Rust",
            Box::new(|| {
                let ask = |&number: &u64| {
                    newest_gate.look(|gate| {
                        verdict(PhoneNumber::new(number).map(|number| gate.verdict(number)))
                    })
                };
                asked.iter().map(ask).sum()
            }) as Box<dyn FnMut() -> u64>,
        ),
        system(
            "Rust, load",
            Box::new(|| {
                let ask = |&number: &u64| {
                    let gate = newest_gate.load();
                    verdict(PhoneNumber::new(number).map(|number| gate.verdict(number)))
                };
                asked.iter().map(ask).sum()
            }),
        ),
        system("C", Box::new(by_c(gate))),
    ];
    let mut measured = interleaved("check, newest", "ns_per_check", rounds, &mut one_by_one)?;
    let mut of_fixed = [
        system(
            "Rust",
            Box::new(|| {
                let ask = |&number: &u64| {
                    verdict(PhoneNumber::new(number).map(|number| fixed.verdict(number)))
                };
                asked.iter().map(ask).sum()
            }) as Box<dyn FnMut() -> u64>,
        ),
        system("C", Box::new(by_c(index))),
    ];
    measured.extend(interleaved("check, fixed", "ns_per_check", rounds, &mut of_fixed)?);
    measured.extend(arrays(c, gate, &newest, &asked, expected, rounds)?);
    measured.extend(arrays_of_texts(c, gate, &newest, &asked, expected, rounds)?);
    // SAFETY: as the header says.
    unsafe {
        let free: GateFree = c.get("stoplist_gate_free")?;
        free(gate);
        free(index);
        let close: Close = c.get("stoplist_store_close")?;
        done(close(store, null()), "close")?;
    }
    Ok(measured)
}

/// Arrays of 1,000: a verdict a row, in a byte each.
#[expect(unsafe_code, reason = "functions of C are called")]
fn arrays(
    c: &C,
    gate: Handle,
    newest: &stoplist::GateHandle,
    asked: &[u64],
    expected: u64,
    rounds: usize,
) -> Result<Vec<Measurement>, String> {
    let check: CheckNumbers = c.get("stoplist_gate_check_numbers")?;
    let blocked = |verdicts: &[u8]| verdicts.iter().filter(|&&verdict| verdict == 2).count() as u64;
    let system = |name, run| System { name, items: asked.len(), expected, run };
    let (mut found, mut of_rust, mut of_c) = (Bitmask::new(), [0_u8; ARRAY], [0_u8; ARRAY]);
    let mut numbers = [
        system(
            "Rust",
            Box::new(|| {
                let judge = |numbers: &[u64]| {
                    let gate = newest.load();
                    gate.contains_batch_into(numbers, &mut found);
                    rows(numbers, &found, &mut of_rust);
                    blocked(of_rust.get(..numbers.len()).unwrap_or_default())
                };
                asked.chunks(ARRAY).map(judge).sum()
            }) as Box<dyn FnMut() -> u64>,
        ),
        system(
            "C",
            Box::new(|| {
                let judge = |numbers: &[u64]| {
                    let to = of_c.as_mut_ptr();
                    // SAFETY: as the header says.
                    let status = unsafe {
                        check(gate, numbers.as_ptr(), numbers.len(), to, null_mut(), null())
                    };
                    let verdicts = of_c.get(..numbers.len()).unwrap_or_default();
                    if status == 0 { blocked(verdicts) } else { 0 }
                };
                asked.chunks(ARRAY).map(judge).sum()
            }),
        ),
    ];
    interleaved("1,000 numbers", "ns_per_check", rounds, &mut numbers)
}

/// As [`arrays`], of texts.
#[expect(unsafe_code, reason = "functions of C are called")]
fn arrays_of_texts(
    c: &C,
    gate: Handle,
    newest: &stoplist::GateHandle,
    asked: &[u64],
    expected: u64,
    rounds: usize,
) -> Result<Vec<Measurement>, String> {
    let check_texts: CheckTexts = c.get("stoplist_gate_check_texts")?;
    let blocked = |verdicts: &[u8]| verdicts.iter().filter(|&&verdict| verdict == 2).count() as u64;
    let system = |name, run| System { name, items: asked.len(), expected, run };
    let (mut found, mut of_rust, mut of_c) = (Bitmask::new(), [0_u8; ARRAY], [0_u8; ARRAY]);
    let texts: Vec<CString> =
        asked.iter().filter_map(|number| CString::new(format!("+{number}")).ok()).collect();
    let pointers: Vec<*const c_char> = texts.iter().map(|text| text.as_ptr()).collect();
    let lens: Vec<usize> = texts.iter().map(|text| text.as_bytes().len()).collect();
    let parser = Parser::international();
    let mut parsed = Vec::with_capacity(ARRAY);
    let mut of_texts = [
        system(
            "Rust",
            Box::new(|| {
                let judge = |texts: &[CString]| {
                    let gate = newest.load();
                    parsed.clear();
                    let number = |text: &CString| {
                        parser.parse_bytes(text.as_bytes()).map_or(0, PhoneNumber::get)
                    };
                    parsed.extend(texts.iter().map(number));
                    gate.contains_batch_into(&parsed, &mut found);
                    rows(&parsed, &found, &mut of_rust);
                    blocked(of_rust.get(..texts.len()).unwrap_or_default())
                };
                texts.chunks(ARRAY).map(judge).sum()
            }) as Box<dyn FnMut() -> u64>,
        ),
        system(
            "C",
            Box::new(|| {
                let judge = |(pointers, lens): (&[*const c_char], &[usize])| {
                    let to = of_c.as_mut_ptr();
                    // SAFETY: as the header says.
                    let status = unsafe {
                        check_texts(
                            gate,
                            pointers.as_ptr(),
                            lens.as_ptr(),
                            lens.len(),
                            to,
                            null_mut(),
                            null_mut(),
                            null(),
                        )
                    };
                    let verdicts = of_c.get(..lens.len()).unwrap_or_default();
                    if status == 0 { blocked(verdicts) } else { 0 }
                };
                pointers.chunks(ARRAY).zip(lens.chunks(ARRAY)).map(judge).sum()
            }),
        ),
    ];
    interleaved("1,000 texts", "ns_per_check", rounds, &mut of_texts)
}

/// What a host in Rust makes of a mask: a verdict a row.
fn rows(numbers: &[u64], found: &Bitmask, verdicts: &mut [u8]) {
    let words = found.words().iter();
    for ((numbers, verdicts), &word) in numbers.chunks(64).zip(verdicts.chunks_mut(64)).zip(words) {
        for (bit, (&number, verdict)) in numbers.iter().zip(verdicts).enumerate() {
            let is_number = number.wrapping_sub(1_000_000) < 1_000_000_000_000_000 - 1_000_000;
            *verdict = if is_number { 1 + (word >> bit & 1) as u8 } else { 3 };
        }
    }
}

/// A stream of batches, filtered.
#[expect(unsafe_code, reason = "functions of C are called")]
fn streams(
    c: &C,
    directory: &Path,
    row_count: usize,
    numbers: usize,
    rounds: usize,
    threads: usize,
) -> Result<Vec<Measurement>, String> {
    let work = Work::new(row_count, numbers, 10, 1 << 20)?;
    let gate = gate_of_index(c, directory, work.blocked())?;
    let lists = Lists::of_gate(Arc::new(mapped_gate(directory)?));
    let options = FilterOptions::new(Parser::international()).column("phone");
    let filter = Filter::new(lists, options.threads(NonZeroUsize::new(threads)));
    let (column, column_len) = (c"phone".as_ptr(), 5_usize);
    let settings = FilterSettings {
        size: size_of::<FilterSettings>(),
        columns: [
            (&raw const column).expose_provenance(),
            (&raw const column_len).expose_provenance(),
        ],
        columns_count: 1,
        policies: [0; 3],
        threads: threads as u32,
        excluded: 0,
        reserved: 0,
    };
    let mut by_c: Handle = null_mut();
    let open: FilterOfGate = c.get("stoplist_filter_of_gate")?;
    // SAFETY: as the header says.
    done(unsafe { open(gate, &raw const settings, &raw mut by_c, null()) }, "filter")?;
    let begin: FilterStream = c.get("stoplist_filter_stream")?;
    let export: PassExport = c.get("stoplist_pass_export")?;

    let input = || {
        let batches = work.batches().to_vec();
        let schema = batches.first().map(RecordBatch::schema);
        schema.map(|schema| RecordBatchIterator::new(batches.into_iter().map(Ok), schema))
    };
    let in_rust = |checked: bool| -> Result<Vec<RecordBatch>, String> {
        let mut pass = filter.pass(&work.schema()?).map_err(text)?;
        let kept = work.batches().iter().map(|batch| {
            if checked {
                StructArray::from(batch.clone()).to_data().validate_full().map_err(text)?;
            }
            pass.apply(batch).map(|filtered| filtered.kept).map_err(text)
        });
        kept.collect()
    };
    let through_c = || -> Result<Vec<RecordBatch>, String> {
        let mut stream = FFI_ArrowArrayStream::new(Box::new(input().ok_or("no batches")?));
        let mut out = FFI_ArrowArrayStream::empty();
        let mut pass: Handle = null_mut();
        // SAFETY: as the header says.
        unsafe {
            done(begin(by_c, &raw mut stream, &raw mut pass, null()), "stream")?;
            done(export(pass, &raw mut out, null()), "export")?;
            let free: GateFree = c.get("stoplist_pass_free")?;
            free(pass);
        }
        let reader = ArrowArrayStreamReader::try_new(out).map_err(text)?;
        reader.map(|batch| batch.map_err(text)).collect()
    };
    let mut times = [const { Vec::new() }; 3];
    for round in 0..=rounds {
        // Each comes behind each other one.
        for turn in 0..times.len() {
            let way = (turn + round) % times.len();
            let start = Instant::now();
            let kept = match way {
                0 => in_rust(false)?,
                1 => in_rust(true)?,
                _ => through_c()?,
            };
            let nanos = start.elapsed().as_nanos() as f64;
            if Answer::of(&kept)? != work.expected() {
                return Err(format!("way {way} came to another answer"));
            }
            if let (1.., Some(times)) = (round, times.get_mut(way)) {
                times.push(nanos / row_count as f64);
            }
        }
    }
    // SAFETY: as the header says.
    unsafe {
        let free: GateFree = c.get("stoplist_filter_free")?;
        free(by_c);
        let free: GateFree = c.get("stoplist_gate_free")?;
        free(gate);
    }
    let names = ["Rust", "checked in Rust", "C"];
    let row = |(system, times): (&'static str, Vec<f64>)| Measurement {
        work: format!("stream, {threads} threads"),
        system,
        metric: "ns_per_row",
        value: median(times),
        unit: "ns",
        n: row_count,
    };
    Ok(names.into_iter().zip(times).map(row).collect())
}
