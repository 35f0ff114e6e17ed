//! `compare lookup`: is a number in the set?
//!
//! All systems hold the same numbers and are asked for the same ones in the same order; a search
//! in a sorted vector says how many of them are in. Ours, asked one by one, in batches, and in
//! batches behind a full overlay, beside a hash set, two roaring bitmaps and the sorted vector
//! itself.
//!
//! The last two rows are limits: loads of one byte each from random lines of a buffer as large as
//! our index, none of which waits for another. `limit` is a plain loop of them, the limit of asking
//! one by one: a processor keeps only so many instructions in flight. `limit prefetched` asks for
//! 512 lines and then loads them, as our batches ask for theirs.
//!
//! Our index and the buffer of the limit ask the system for huge pages. The peers have what the
//! allocator gives; with `GLIBC_TUNABLES=glibc.malloc.hugetlb=1` that is huge pages too.

use std::cell::OnceCell;
use std::sync::Arc;

use croaring::{Bitmap64, Portable};
use hashbrown::HashSet;
use memmap2::MmapMut;
use roaring::RoaringTreemap;
use rustc_hash::FxBuildHasher;
use stoplist::{
    Bitmask, Gate, GateSpec, Gates, GatesError, Index, ListChange, NumberSet, PhoneNumber, Traffic,
};

use crate::BATCH;
use crate::measure::{Measurement, System, interleaved};
use crate::numbers::{Mix, random_below};
use crate::options;

/// Slow systems do this many look-ups a round.
const SLOW_LOOKUPS: usize = 262_144;

/// A little less than makes gates build a new index: half of them add, half remove.
const OVERLAY_CHANGES: usize = 65_000;

/// What a processor loads at once.
const LINE_BYTES: usize = 64;

/// A hash set with a fast hash: what a program takes that has no index.
type Numbers = HashSet<u64, FxBuildHasher>;

/// Seeds: what is drawn for one purpose has nothing to do with what is drawn for another.
const MEMBERS: u64 = 1;
const MISSES: u64 = 2;
const CHOICES: u64 = 3;
const PLACES: u64 = 4;
const ADDITIONS: u64 = 5;
const LOADS: u64 = 6;

/// The numbers that are in, those that are asked for, and the right answers.
struct Work {
    mix: Mix,
    /// Ascending.
    members: Vec<u64>,
    queries: Vec<u64>,
    /// For each query, by search in `members`.
    answers: Vec<bool>,
    set: NumberSet,
    index: OnceCell<Index>,
}

/// A system that is ready to be asked.
struct Contender<'a> {
    system: System<'a>,
    /// What it takes in memory, where it says so.
    bytes: Option<u64>,
}

type Prepare = for<'a> fn(&'static str, &'a Work) -> Result<Contender<'a>, String>;

/// By the names of their rows.
const SYSTEMS: [(&str, Prepare); 9] = [
    ("stoplist batch", batch),
    ("stoplist single", single),
    ("stoplist overlay", overlay),
    ("hashbrown", hash_set),
    ("roaring treemap", roaring_treemap),
    ("croaring", croaring_bitmap),
    ("sorted vec", sorted_vec),
    ("limit", limit),
    ("limit prefetched", limit_prefetched),
];

const OPTIONS: [&str; 6] = ["--numbers", "--mix", "--hits", "--lookups", "--rounds", "--systems"];

pub(crate) fn run(options: &[String]) -> Result<Vec<Measurement>, String> {
    options::only(options, &OPTIONS)?;
    let numbers = options::count(options, "--numbers", 10_000_000)?;
    let lookups = options::count(options, "--lookups", 4_194_304)?;
    let rounds = options::count(options, "--rounds", 11)?;
    let hits = options::percent(options, "--hits", 10)?;
    let mix = Mix::named(options::text(options, "--mix")?.unwrap_or("us"))?;
    let chosen = systems_named(options::text(options, "--systems")?)?;

    let name = format!("lookup {} {numbers} {hits}%", mix.name());
    let work = Work::new(mix, numbers, lookups, hits)?;
    let (mut systems, mut sizes) = (Vec::new(), Vec::new());
    for (system, prepare) in chosen {
        let contender = prepare(system, &work)?;
        sizes.extend(contender.bytes.map(|bytes| size(&name, system, bytes, numbers)));
        systems.push(contender.system);
    }
    let mut measurements = interleaved(&name, "ns_per_lookup", rounds, &mut systems)?;
    measurements.extend(sizes);
    Ok(measurements)
}

/// The systems that a comma-separated list names, in the order of the rows; all without a list.
fn systems_named(names: Option<&str>) -> Result<Vec<(&'static str, Prepare)>, String> {
    let Some(names) = names else { return Ok(SYSTEMS.into()) };
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    let known = SYSTEMS.map(|(name, _)| name);
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        return Err(format!("no system `{name}`; there are {}", known.join(", ")));
    }
    Ok(SYSTEMS.into_iter().filter(|(name, _)| names.contains(name)).collect())
}

fn size(work: &str, system: &'static str, bytes: u64, numbers: usize) -> Measurement {
    Measurement {
        work: work.to_owned(),
        system,
        metric: "bytes_per_number",
        value: bytes as f64 / numbers as f64,
        unit: "B",
        n: numbers,
    }
}

impl Work {
    fn new(mix: Mix, numbers: usize, lookups: usize, hits: u64) -> Result<Self, String> {
        let members = mix.members(numbers, MEMBERS)?;
        let queries = queries(mix, &members, hits).take(lookups).collect();
        let set = NumberSet::from_sorted(phone_numbers(&members));
        let set = set.map_err(|error| error.to_string())?;
        let mut work =
            Self { mix, members, queries, answers: Vec::new(), set, index: OnceCell::new() };
        work.answers = work.queries.iter().map(|&number| work.has(number)).collect();
        Ok(work)
    }

    fn has(&self, number: u64) -> bool {
        self.members.binary_search(&number).is_ok()
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::from_set(&self.set))
    }

    /// How many of the first queries are in.
    fn hits(&self, queries: usize) -> u64 {
        self.answers.iter().take(queries).map(|&is_in| u64::from(is_in)).sum()
    }

    /// What slow systems are asked for.
    fn few_queries(&self) -> &[u64] {
        self.queries.get(..SLOW_LOOKUPS).unwrap_or(&self.queries)
    }
}

/// Numbers to ask for, without end: so many of a hundred are members, all as likely; the others are
/// drawn as the members were, and may be some.
fn queries(mix: Mix, members: &[u64], hits: u64) -> impl Iterator<Item = u64> {
    let mut misses = mix.draws(MISSES);
    let mut places = random_below(members.len() as u64, PLACES);
    random_below(100, CHOICES).filter_map(move |choice| {
        if choice < hits { members.get(places.next()? as usize).copied() } else { misses.next() }
    })
}

/// What is no phone number is left out, and would be missed among the answers.
fn phone_numbers(numbers: &[u64]) -> impl Iterator<Item = PhoneNumber> {
    numbers.iter().filter_map(|&number| PhoneNumber::new(number).ok())
}

fn batch<'a>(name: &'static str, work: &'a Work) -> Result<Contender<'a>, String> {
    let index = work.index();
    let run = in_batches(&work.queries, |numbers, found| index.contains_batch_into(numbers, found));
    Ok(Contender::fast(name, work, run, Some(index.size_in_bytes())))
}

fn single<'a>(name: &'static str, work: &'a Work) -> Result<Contender<'a>, String> {
    let index = work.index();
    let numbers: Vec<PhoneNumber> = phone_numbers(&work.queries).collect();
    let run = move || numbers.iter().map(|&number| u64::from(index.contains(number))).sum();
    Ok(Contender::fast(name, work, run, Some(index.size_in_bytes())))
}

fn overlay<'a>(name: &'static str, work: &'a Work) -> Result<Contender<'a>, String> {
    let (added, removed) = changes(work);
    let gate = changed_gate(work, &added, &removed).map_err(|error| error.to_string())?;
    let answers = work.queries.iter().zip(&work.answers).map(|(number, &was_in)| {
        let is_in = added.contains(number) || was_in && !removed.contains(number);
        u64::from(is_in)
    });
    let expected = answers.sum();
    let run = in_batches(&work.queries, move |numbers, found| {
        gate.contains_batch_into(numbers, found);
    });
    let mut contender = Contender::fast(name, work, run, None);
    contender.system.expected = expected;
    Ok(contender)
}

/// Numbers that were not in and will be, and members from everywhere that will not.
fn changes(work: &Work) -> (Numbers, Numbers) {
    let count = OVERLAY_CHANGES / 2;
    let mut added = Numbers::default();
    for number in work.mix.draws(ADDITIONS).filter(|&number| !work.has(number)) {
        if added.len() == count {
            break;
        }
        added.insert(number);
    }
    let step = (work.members.len() / count).max(1);
    (added, work.members.iter().copied().step_by(step).take(count).collect())
}

fn changed_gate(work: &Work, added: &Numbers, removed: &Numbers) -> Result<Arc<Gate>, GatesError> {
    let valid = |numbers: &Numbers| -> Vec<PhoneNumber> {
        numbers.iter().filter_map(|&number| PhoneNumber::new(number).ok()).collect()
    };
    // Or a thread would fold the changes into a new index while others are measured.
    let gates = Gates::without_folding();
    gates.put_list(1, "blocked", Traffic::ALL, &work.set)?;
    let handle = gates.open(&GateSpec::all(Traffic::ALL))?;
    let change = ListChange { list: "blocked", added: &valid(added), removed: &valid(removed) };
    gates.apply(2, &[change])?;
    Ok(handle.load())
}

/// Asks batch by batch, and counts what was found.
fn in_batches<'a>(
    numbers: &'a [u64],
    ask: impl Fn(&[u64], &mut Bitmask) + 'a,
) -> impl FnMut() -> u64 + 'a {
    let mut found = Bitmask::new();
    move || {
        let counts = numbers.chunks(BATCH).map(|numbers| {
            ask(numbers, &mut found);
            found.count_ones() as u64
        });
        counts.sum()
    }
}

fn hash_set<'a>(name: &'static str, work: &'a Work) -> Result<Contender<'a>, String> {
    let numbers: Numbers = work.members.iter().copied().collect();
    let bytes = numbers.allocation_size() as u64;
    let run = move || count(&work.queries, |number| numbers.contains(&number));
    Ok(Contender::fast(name, work, run, Some(bytes)))
}

/// It does not say what it takes in memory: its size in a file stands for that, and is less.
fn roaring_treemap<'a>(name: &'static str, work: &'a Work) -> Result<Contender<'a>, String> {
    let numbers = RoaringTreemap::from_sorted_iter(work.members.iter().copied());
    let mut numbers = numbers.map_err(|error| error.to_string())?;
    numbers.optimize();
    let bytes = numbers.serialized_size() as u64;
    let run = move || count(work.few_queries(), |number| numbers.contains(number));
    Ok(Contender::slow(name, work, run, bytes))
}

/// As with the other roaring bitmap, its size in a file stands for that in memory.
fn croaring_bitmap<'a>(name: &'static str, work: &'a Work) -> Result<Contender<'a>, String> {
    let mut numbers = Bitmap64::of(&work.members);
    numbers.run_optimize();
    numbers.shrink_to_fit();
    let bytes = numbers.get_serialized_size_in_bytes::<Portable>() as u64;
    let run = move || count(work.few_queries(), |number| numbers.contains(number));
    Ok(Contender::slow(name, work, run, bytes))
}

fn sorted_vec<'a>(name: &'static str, work: &'a Work) -> Result<Contender<'a>, String> {
    let bytes = size_of_val(work.members.as_slice()) as u64;
    let run = move || count(work.few_queries(), |number| work.has(number));
    Ok(Contender::slow(name, work, run, bytes))
}

fn count(numbers: &[u64], has: impl Fn(u64) -> bool) -> u64 {
    numbers.iter().map(|&number| u64::from(has(number))).sum()
}

fn limit<'a>(name: &'static str, work: &'a Work) -> Result<Contender<'a>, String> {
    let loads = Loads::new(work)?;
    let (items, expected) = (work.queries.len(), loads.expected());
    let run = move || loads.sum(&loads.places);
    Ok(Contender { system: System { name, items, expected, run: Box::new(run) }, bytes: None })
}

fn limit_prefetched<'a>(name: &'static str, work: &'a Work) -> Result<Contender<'a>, String> {
    let loads = Loads::new(work)?;
    let (items, expected) = (work.queries.len(), loads.expected());
    let run = move || {
        let blocks = loads.places.chunks(PREFETCHED).map(|places| {
            loads.at(places).for_each(prefetch);
            loads.sum(places)
        });
        blocks.sum()
    };
    Ok(Contender { system: System { name, items, expected, run: Box::new(run) }, bytes: None })
}

/// Loads that the second limit asks for together: no other number was faster.
const PREFETCHED: usize = 512;

/// Random lines of a buffer as large as our index.
struct Loads {
    buffer: MmapMut,
    places: Vec<u32>,
}

impl Loads {
    fn new(work: &Work) -> Result<Self, String> {
        let lines = (work.index().size_in_bytes() as usize).div_ceil(LINE_BYTES);
        let buffer = MmapMut::map_anon(lines * LINE_BYTES);
        let mut buffer = buffer.map_err(|error| error.to_string())?;
        // Where huge pages cannot be had, small ones do, for our index as well.
        #[cfg(target_os = "linux")]
        let _ = buffer.advise(memmap2::Advice::HugePage);
        // Pages that nobody has written to would all be one page of zeros, in the cache.
        for (line, number) in buffer.as_chunks_mut::<LINE_BYTES>().0.iter_mut().zip(0_usize..) {
            line.fill(number as u8);
        }
        let places = random_below(lines as u64, LOADS).map(|line| line as u32);
        Ok(Self { buffer, places: places.take(work.queries.len()).collect() })
    }

    fn expected(&self) -> u64 {
        self.places.iter().map(|&line| u64::from(line as u8)).sum()
    }

    fn lines(&self) -> &[[u8; LINE_BYTES]] {
        self.buffer.as_chunks().0
    }

    fn at<'a>(&'a self, places: &'a [u32]) -> impl Iterator<Item = &'a [u8; LINE_BYTES]> {
        let lines = self.lines();
        places.iter().filter_map(|&line| lines.get(line as usize))
    }

    fn sum(&self, places: &[u32]) -> u64 {
        self.at(places).map(|&[byte, ..]| u64::from(byte)).sum()
    }
}

/// Asks the processor to fetch a line; there is no safe way to.
#[cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "the hint takes a pointer; it reads nothing and never faults")
)]
fn prefetch(line: &[u8; LINE_BYTES]) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the address is that of a reference, and the hint does not even read it.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = line;
}

impl<'a> Contender<'a> {
    fn fast(
        name: &'static str,
        work: &Work,
        run: impl FnMut() -> u64 + 'a,
        bytes: Option<u64>,
    ) -> Self {
        let items = work.queries.len();
        Self {
            system: System { name, items, expected: work.hits(items), run: Box::new(run) },
            bytes,
        }
    }

    fn slow(name: &'static str, work: &Work, run: impl FnMut() -> u64 + 'a, bytes: u64) -> Self {
        let items = work.few_queries().len();
        let system = System { name, items, expected: work.hits(items), run: Box::new(run) };
        Self { system, bytes: Some(bytes) }
    }
}
