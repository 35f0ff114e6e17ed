//! Which lines count, and how many of them were run?

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::Failure;

/// What is measured: how it is called, where its sources are, and how many per cent of its lines have to
/// be run.
pub(super) const PARTS: [Part; 4] = [
    Part { name: "journal", directory: "crates/stoplist/src/journal", least: 90.0 },
    Part { name: "state", directory: "crates/stoplist/src/state", least: 90.0 },
    Part { name: "store", directory: "crates/stoplist/src/store", least: 0.0 },
    Part { name: "ffi", directory: "crates/stoplist-ffi/src", least: 90.0 },
];
/// Files of tests beside those that are called so or are in a directory that is.
const OF_TESTS: [&str; 2] = ["simulated.rs", "seeded.rs"];
/// Files of a part that are shown: those with the fewest of their lines run.
const LOWEST: usize = 5;

#[derive(Debug)]
pub(super) struct Part {
    name: &'static str,
    pub(super) directory: &'static str,
    least: f64,
}

/// How many lines there are, and how many of them were run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Lines {
    all: u64,
    run: u64,
}

/// A file of the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// From the root of the workspace.
    path: String,
    lines: Lines,
}

/// The part that a file belongs to; none when it is of tests, or elsewhere.
fn part_of(path: &str) -> Option<&'static Part> {
    let (directories, name) = path.rsplit_once('/')?;
    let is_of_tests = directories.split('/').any(|directory| directory == "tests")
        || name.ends_with("tests.rs")
        || OF_TESTS.contains(&name);
    let is_in =
        |part: &&Part| path.strip_prefix(part.directory).is_some_and(|rest| rest.starts_with('/'));
    PARTS.iter().find(is_in).filter(|_| !is_of_tests)
}

/// How many lines of a file come before what is for tests and ends it.
fn before_tests(text: &str) -> u64 {
    let mut count = 0;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_for_tests = line == "#[cfg(test)]" || line.starts_with("#[cfg(all(test");
        if is_for_tests && lines.peek().is_some_and(|next| begins_module(next)) {
            break;
        }
        count += 1;
    }
    count
}

fn begins_module(line: &str) -> bool {
    line.ends_with('{') && ["mod ", "pub(crate) mod "].iter().any(|word| line.starts_with(word))
}

/// What llvm-cov says of the files of the parts, in the format of lcov.
pub(super) fn sources(
    exported: &str,
    root: &Path,
    read: impl Fn(&Path) -> Result<String, Failure>,
) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    let mut current: Option<(Source, u64)> = None;
    for line in exported.lines() {
        if let Some(path) = line.strip_prefix("SF:").map(Path::new) {
            let short = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
            if part_of(&short).is_some() {
                let end = before_tests(&read(path)?);
                current = Some((Source { path: short, lines: Lines::default() }, end));
            }
        } else if line == "end_of_record" {
            sources.extend(current.take().map(|(source, _)| source));
        } else if let (Some((source, end)), Some(counted)) =
            (&mut current, line.strip_prefix("DA:"))
        {
            let (number, times) = counted.split_once(',').ok_or("llvm-cov: a line of no count")?;
            if number.parse::<u64>()? <= *end {
                source.lines.all += 1;
                source.lines.run += u64::from(times != "0");
            }
        }
    }
    Ok(sources)
}

impl Lines {
    fn per_cent(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody writes 2^52 lines")]
        let (all, run) = (self.all as f64, self.run as f64);
        if self.all == 0 { 0.0 } else { run * 100.0 / all }
    }
}

impl Part {
    /// Those of its files that have lines, the one with the fewest of them run first.
    fn files<'a>(&self, sources: &'a [Source]) -> Vec<&'a Source> {
        let is_of = |source: &&Source| {
            source.lines.all > 0 && part_of(&source.path).is_some_and(|it| it.name == self.name)
        };
        let mut files: Vec<&Source> = sources.iter().filter(is_of).collect();
        files.sort_by(|a, b| a.lines.per_cent().total_cmp(&b.lines.per_cent()));
        files
    }

    fn lines(&self, sources: &[Source]) -> Lines {
        self.files(sources).iter().fold(Lines::default(), |sum, source| Lines {
            all: sum.all + source.lines.all,
            run: sum.run + source.lines.run,
        })
    }
}

/// Each part, and its files that lack most.
pub(super) fn table(sources: &[Source]) -> String {
    let line = |name: &str, lines: Lines| {
        let Lines { all, run } = lines;
        format!("{:5.1} % {run:6} of {all:6}  {name}", lines.per_cent())
    };
    let mut table = Vec::new();
    for part in &PARTS {
        table.push(line(part.directory, part.lines(sources)));
        let lowest = part.files(sources).into_iter().take(LOWEST);
        table.extend(lowest.map(|source| line(&format!("   {}", source.path), source.lines)));
    }
    table.join("\n")
}

/// The line that `--record` adds.
pub(super) fn recorded(sources: &[Source]) -> Value {
    let of = |part: &Part| {
        let tenths = (part.lines(sources).per_cent() * 10.0).round();
        (part.name.to_owned(), json!(tenths / 10.0))
    };
    json!({ "coverage": PARTS.iter().map(of).collect::<Map<String, Value>>() })
}

/// Fails when of any part too few lines were run.
pub(super) fn enough(sources: &[Source]) -> Result<(), Failure> {
    let mut short = Vec::new();
    for part in &PARTS {
        let lines = part.lines(sources);
        if lines.all == 0 {
            return Err(format!("no lines of {} were counted", part.directory).into());
        }
        if lines.per_cent() < part.least {
            short.push(format!("{} {:.2} % of {} %", part.name, lines.per_cent(), part.least));
        }
    }
    match short.as_slice() {
        [] => Ok(()),
        short => Err(format!(
            "too few lines are run by tests: {}; the table above names the files that lack most",
            short.join(", ")
        )
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{
        Failure, Lines, PARTS, Source, before_tests, enough, part_of, recorded, sources, table,
    };

    fn source(path: &str, run: u64, all: u64) -> Source {
        Source { path: path.to_owned(), lines: Lines { all, run } }
    }

    /// A file of each part.
    fn each(run: u64) -> Vec<Source> {
        PARTS.map(|part| source(&format!("{}/a.rs", part.directory), run, 1000)).to_vec()
    }

    #[test]
    fn a_file_belongs_to_the_part_of_its_directory_unless_it_is_of_tests() {
        let name = |path: &str| part_of(path).map(|part| part.name);
        assert_eq!(name("crates/stoplist/src/journal/page.rs"), Some("journal"));
        assert_eq!(name("crates/stoplist/src/state/keeper/batch.rs"), Some("state"));
        assert_eq!(name("crates/stoplist/src/store/mod.rs"), Some("store"));
        assert_eq!(name("crates/stoplist-ffi/src/arrow/raw.rs"), Some("ffi"));
        for other in [
            "crates/stoplist/src/statement/a.rs",
            "crates/stoplist/src/state.rs",
            "crates/stoplist/src/journal/tests/damage.rs",
            "crates/stoplist/src/journal/tests/simulated/run.rs",
            "crates/stoplist/src/state/keeper/tests.rs",
            "crates/stoplist/src/state/keeper/simulated.rs",
            "crates/stoplist/src/seeded.rs",
            "crates/stoplist-ffi/build.rs",
        ] {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn every_part_is_where_it_is_looked_for() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        assert!(PARTS.iter().all(|part| root.join(part.directory).is_dir()));
    }

    #[test]
    fn tests_at_the_end_of_a_file_are_no_lines_of_it() {
        assert_eq!(before_tests("fn a() {}\n\n#[cfg(test)]\nmod tests {\n}\n"), 2);
        assert_eq!(before_tests("fn a() {}\n#[cfg(all(test, unix))]\nmod tests {\n}\n"), 1);
        assert_eq!(before_tests("#[cfg(test)]\npub(crate) mod given {\n}\n"), 0);
        assert_eq!(before_tests("#[cfg(test)]\nmod tests;\n    #[cfg(test)]\nfn a() {}\n"), 4);
    }

    #[test]
    fn sums_what_was_counted_of_the_parts() -> Result<(), Failure> {
        let exported = "SF:/w/crates/stoplist/src/state/a.rs\nFN:1,f\nDA:1,7\nDA:2,0\nDA:3,1\n\
                        DA:9,5\nLF:4\nLH:3\nend_of_record\n\
                        SF:/w/crates/stoplist/src/state/tests.rs\nDA:1,7\nend_of_record\n\
                        SF:/w/crates/stoplist/src/set/a.rs\nDA:1,7\nend_of_record\n";
        let read = |_: &Path| Ok("1\n2\n3\n\n#[cfg(test)]\nmod tests {\n".to_owned());
        let sources = sources(exported, Path::new("/w"), read)?;
        assert_eq!(sources, [source("crates/stoplist/src/state/a.rs", 2, 3)]);
        let twice = [sources, each(500)].concat();
        assert_eq!(PARTS[1].lines(&twice), Lines { all: 1003, run: 502 });
        Ok(())
    }

    #[test]
    fn too_few_lines_of_a_part_are_a_failure() {
        assert!(enough(&each(900)).is_ok());
        let mut poor = each(900);
        poor[3].lines.run = 899;
        let failure = enough(&poor).expect_err("89.9 %").to_string();
        assert!(failure.contains("ffi 89.90 %") && !failure.contains("state"), "{failure}");
        assert!(enough(&poor[..3]).is_err(), "nothing counted is not all");
    }

    #[test]
    fn the_lowest_are_shown_and_each_part_recorded() {
        let mut files = each(954);
        for run in 0..9 {
            files.push(source(&format!("crates/stoplist/src/state/{run}.rs"), run, 9));
        }
        let shown = table(&files);
        let order: Vec<usize> =
            ["/0.rs", "/1.rs", "/4.rs"].map(|name| shown.find(name).unwrap_or(0)).to_vec();
        assert!(order.is_sorted() && order[0] > 0 && !shown.contains("/5.rs"), "{shown}");
        let line = recorded(&files);
        assert_eq!(line["coverage"]["journal"].as_f64(), Some(95.4));
        assert_eq!(line["coverage"].as_object().map(serde_json::Map::len), Some(PARTS.len()));
    }
}
