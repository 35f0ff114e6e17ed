//! What was asked for on the command line?

use std::path::PathBuf;

use super::answer::{EXPECTED, Kind, Task};
use crate::Failure;

const NAMES: [&str; 9] = [
    "--rows",
    "--numbers",
    "--hits",
    "--column",
    "--threads",
    "--rounds",
    "--cold-rounds",
    "--directory",
    "--systems",
];

/// Where data, packages and results are, unless said.
pub(super) const DIRECTORY: &str = "target/peers";

#[derive(Debug)]
pub(super) struct Options {
    /// Rows of recipients.
    pub(super) rows: usize,
    /// Numbers that are blocked.
    pub(super) numbers: usize,
    /// Of a hundred recipients, how many are blocked.
    pub(super) hits: usize,
    pub(super) columns: Vec<Column>,
    pub(super) threads: Vec<usize>,
    pub(super) rounds: usize,
    /// None: nothing is measured cold.
    pub(super) cold_rounds: usize,
    pub(super) directory: PathBuf,
    pub(super) systems: Vec<System>,
}

/// What the tables are joined by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// Numbers as text.
    Phone,
    /// Numbers as integers.
    Num,
}

impl Column {
    const ALL: [Self; 2] = [Self::Phone, Self::Num];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Num => "num",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    Stoplist,
    Polars,
    DuckDb,
    DataFusion,
    PyArrow,
}

impl System {
    const ALL: [Self; 5] =
        [Self::Stoplist, Self::Polars, Self::DuckDb, Self::DataFusion, Self::PyArrow];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Stoplist => "stoplist",
            Self::Polars => "polars",
            Self::DuckDb => "duckdb",
            Self::DataFusion => "datafusion",
            Self::PyArrow => "pyarrow",
        }
    }

    /// Those of the same place are compared with each other.
    pub(super) fn tasks(self) -> &'static [Task] {
        match self {
            Self::Stoplist => &[
                Task { name: "stoplist", kind: Kind::Rows },
                Task { name: "stoplist mask", kind: Kind::Rows },
                Task { name: "stoplist serial", kind: Kind::Rows },
            ],
            Self::Polars | Self::DuckDb | Self::DataFusion | Self::PyArrow => &[
                Task { name: "full", kind: Kind::Rows },
                Task { name: "keys", kind: Kind::Rows },
                Task { name: "build", kind: Kind::Build },
            ],
        }
    }
}

impl Options {
    pub(super) fn parse(args: &[String]) -> Result<Self, Failure> {
        for pair in args.chunks(2) {
            match pair {
                [name, _] if NAMES.contains(&name.as_str()) => {}
                [name] if NAMES.contains(&name.as_str()) => {
                    return Err(format!("{name} takes a value").into());
                }
                _ => {
                    let name = pair.first().map_or("", String::as_str);
                    return Err(
                        format!("no option `{name}`; there are {}", NAMES.join(", ")).into()
                    );
                }
            }
        }
        let hits = count(args, "--hits", 10, 0)?;
        if hits > 100 {
            return Err("--hits takes a whole number from 0 to 100".into());
        }
        Ok(Self {
            rows: count(args, "--rows", 10_000_000, 1)?,
            numbers: count(args, "--numbers", 10_000_000, 1)?,
            hits,
            columns: columns(args)?,
            threads: threads(args)?,
            rounds: count(args, "--rounds", 7, 1)?,
            cold_rounds: count(args, "--cold-rounds", 3, 0)?,
            directory: PathBuf::from(text(args, "--directory").unwrap_or(DIRECTORY)),
            systems: systems(args)?,
        })
    }

    /// The directory of the two files and of the answer to expect.
    pub(super) fn data(&self) -> PathBuf {
        let Self { rows, numbers, hits, .. } = self;
        self.directory.join(format!("filter-{rows}-{numbers}-{hits}"))
    }

    /// Whether the files are there, and whole: the answer is written last.
    pub(super) fn has_data(&self) -> bool {
        self.data().join(EXPECTED).exists()
    }
}

fn columns(args: &[String]) -> Result<Vec<Column>, Failure> {
    let named = text(args, "--column").unwrap_or("both");
    let chosen = Column::ALL.into_iter().filter(|column| ["both", column.name()].contains(&named));
    let chosen: Vec<Column> = chosen.collect();
    if chosen.is_empty() { Err("--column takes phone, num or both".into()) } else { Ok(chosen) }
}

fn threads(args: &[String]) -> Result<Vec<usize>, Failure> {
    let counts = text(args, "--threads").unwrap_or("2").split(',');
    let counts = counts.map(|count| count.parse().ok().filter(|&count| count > 0));
    counts.collect::<Option<_>>().ok_or_else(|| "--threads takes whole numbers above 0".into())
}

fn systems(args: &[String]) -> Result<Vec<System>, Failure> {
    let Some(names) = text(args, "--systems") else { return Ok(System::ALL.to_vec()) };
    let names: Vec<&str> = names.split(',').collect();
    let all = System::ALL.map(System::name);
    if let Some(name) = names.iter().find(|name| !all.contains(name)) {
        return Err(format!("no system `{name}`; there are {}", all.join(", ")).into());
    }
    Ok(System::ALL.into_iter().filter(|system| names.contains(&system.name())).collect())
}

/// The last value given, or the default.
fn count(args: &[String], name: &str, default: usize, least: usize) -> Result<usize, Failure> {
    let Some(value) = text(args, name) else { return Ok(default) };
    let count = value.parse().ok().filter(|&count| count >= least);
    count.ok_or_else(|| format!("{name} takes a whole number, {least} or more").into())
}

fn text<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    args.chunks(2).rev().find_map(|pair| match pair {
        [option, value] if option == name => Some(value.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Column, Options, System};
    use crate::Failure;

    fn parse(line: &str) -> Result<Options, Failure> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn asks_for_everything_unless_told() -> Result<(), Failure> {
        let options = parse("")?;
        assert_eq!((options.rows, options.numbers, options.hits), (10_000_000, 10_000_000, 10));
        assert_eq!((options.rounds, options.cold_rounds), (7, 3));
        assert_eq!(options.columns, Column::ALL);
        assert_eq!(options.systems, System::ALL);
        assert_eq!(options.threads, [2]);
        Ok(())
    }

    #[test]
    fn takes_what_is_said() -> Result<(), Failure> {
        let options = parse("--column num --threads 1,2 --systems duckdb,polars --cold-rounds 0")?;
        assert_eq!(options.columns, [Column::Num]);
        assert_eq!(options.threads, [1, 2]);
        assert_eq!(options.systems, [System::Polars, System::DuckDb]);
        assert_eq!(options.cold_rounds, 0);
        Ok(())
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for line in [
            "--row 5",
            "--rows",
            "--rows 0",
            "--rows x",
            "5 --rows",
            "--hits 101",
            "--column name",
            "--threads 0",
            "--threads 1,",
            "--systems duckdb,sqlite",
            "--rounds 0",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
