//! Which format is a table in, by its name or by its first bytes?

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::Error;

/// The names that [`TableFormat`] is known by, for help texts.
pub const TABLE_FORMATS: &str = "csv, tsv, parquet, arrow, feather, arrows";

const ENDINGS: &str = ".csv, .tsv, .parquet, .arrow, .feather, .arrows";

/// A format that a table can be read from and written to.
///
/// ```
/// use std::path::Path;
/// use stoplist_files::table::TableFormat;
///
/// assert_eq!(TableFormat::of_path(Path::new("out/People.CSV"))?, TableFormat::Csv);
/// assert_eq!(TableFormat::of_path(Path::new("-"))?, TableFormat::ArrowStream);
/// assert_eq!("feather".parse::<TableFormat>()?, TableFormat::ArrowFile);
/// assert!(TableFormat::of_path(Path::new("people.xlsx")).is_err());
/// # Ok::<(), stoplist_files::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableFormat {
    /// Values between commas, or whatever delimiter the header shows; RFC 4180.
    Csv,
    /// The same with tabs.
    Tsv,
    /// Apache Parquet.
    Parquet,
    /// An Arrow IPC file, which is also what Feather version 2 is.
    ArrowFile,
    /// An Arrow IPC stream.
    ArrowStream,
}

impl TableFormat {
    /// The format that the ending of a path stands for, in either case; `-`, the standard input or
    /// output, is an Arrow IPC stream.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownExtension`] for any other ending.
    pub fn of_path(path: &Path) -> Result<Self, Error> {
        if path.as_os_str() == "-" {
            return Ok(Self::ArrowStream);
        }
        Self::of_ending(path)
            .ok_or_else(|| Error::UnknownExtension { path: path.to_path_buf(), known: ENDINGS })
    }

    pub(super) fn of_ending(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::of_name(&ending)
    }

    fn of_name(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "parquet" => Some(Self::Parquet),
            "arrow" | "feather" => Some(Self::ArrowFile),
            "arrows" => Some(Self::ArrowStream),
            _ => None,
        }
    }

    /// The name of the format, one of [`TABLE_FORMATS`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
            Self::ArrowFile => "arrow",
            Self::ArrowStream => "arrows",
        }
    }

    /// What the format is called in a sentence.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Parquet => "Parquet",
            Self::ArrowFile => "Arrow IPC file",
            Self::ArrowStream => "Arrow IPC stream",
        }
    }
}

impl fmt::Display for TableFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TableFormat {
    type Err = Error;

    /// Takes the names of [`TABLE_FORMATS`], in either case.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownFormat`] for any other name.
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::of_name(&name.to_ascii_lowercase()).ok_or_else(|| Error::UnknownFormat {
            name: name.chars().take(40).collect(),
            known: TABLE_FORMATS,
        })
    }
}

/// What the first bytes of a file say that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Surely this format.
    Format(TableFormat),
    /// Surely something that is never read: what it is, and what to do.
    Foreign(&'static str, &'static str),
    /// Nothing.
    Empty,
    /// Nothing that tells: most likely text.
    Untold,
}

/// The longest beginning that [`Content::of`] looks at, in bytes.
pub(super) const MAGIC_BYTES: usize = 8;

impl Content {
    /// Looks at the first [`MAGIC_BYTES`] of a file, or at all of a shorter one.
    pub(super) fn of(start: &[u8]) -> Self {
        const TABLE: [(&[u8], Content); 8] = [
            (b"PAR1", Content::Format(TableFormat::Parquet)),
            (b"ARROW1", Content::Format(TableFormat::ArrowFile)),
            (b"\xff\xff\xff\xff", Content::Format(TableFormat::ArrowStream)),
            (
                b"FEA1",
                Content::Foreign(
                    "it is Feather version 1",
                    "write it again as Feather version 2, an Arrow IPC file",
                ),
            ),
            (
                b"PARE",
                Content::Foreign("it is encrypted Parquet", "write it again without encryption"),
            ),
            (
                b"PK\x03\x04",
                Content::Foreign("it is a workbook or ZIP archive", "export it as CSV"),
            ),
            (b"\x1f\x8b", Content::Foreign("it is compressed with gzip", "decompress it first")),
            (
                b"\x28\xb5\x2f\xfd",
                Content::Foreign("it is compressed with zstd", "decompress it first"),
            ),
        ];
        if start.is_empty() {
            return Self::Empty;
        }
        let found = TABLE.iter().find(|(magic, _)| start.starts_with(magic));
        found.map_or(Self::Untold, |&(_, content)| content)
    }
}
