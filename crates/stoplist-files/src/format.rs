//! Which format is a list in, by its name or by its content, and which will it be written in?

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::Error;

/// The names that [`ListFormat`] is known by, for help texts.
pub const LIST_FORMATS: &str = "txt, csv, tsv, dnc, json, jsonl, vcf, parquet, arrow, r64";

/// The endings that [`ExportFormat`] is told by, for help texts.
pub const EXPORT_ENDINGS: &str = ".txt, .csv, .jsonl, .parquet, .arrow, .r64";

/// A format that a list can be read from.
///
/// ```
/// use stoplist_files::ListFormat;
///
/// assert_eq!("vcf".parse::<ListFormat>()?, ListFormat::Vcf);
/// assert_eq!(ListFormat::Vcf.name(), "vcf");
/// assert!("xlsx".parse::<ListFormat>().is_err());
/// # Ok::<(), stoplist_files::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListFormat {
    /// Text: one number or several a line, between commas; `#` starts a comment.
    Txt,
    /// A table with a header; the delimiter (comma, semicolon, tab) is told by the header.
    Csv,
    /// The same with tabs.
    Tsv,
    /// A flat do-not-call file: `NPA,NXXXXXX` a line, numbers of the North American plan.
    Dnc,
    /// One JSON array of strings, integers or objects.
    Json,
    /// A JSON string, integer or object a line.
    Jsonl,
    /// vCard 2.1, 3 or 4: every `TEL` of every card.
    Vcf,
    /// Apache Parquet.
    Parquet,
    /// An Arrow IPC file or stream.
    Arrow,
    /// A portable 64-bit roaring bitmap.
    R64,
}

impl ListFormat {
    /// Every format.
    pub const ALL: [Self; 10] = [
        Self::Txt,
        Self::Csv,
        Self::Tsv,
        Self::Dnc,
        Self::Json,
        Self::Jsonl,
        Self::Vcf,
        Self::Parquet,
        Self::Arrow,
        Self::R64,
    ];

    /// The name of the format, one of [`LIST_FORMATS`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Dnc => "dnc",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Vcf => "vcf",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::R64 => "r64",
        }
    }
}

impl fmt::Display for ListFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ListFormat {
    type Err = Error;

    /// Takes the names of [`LIST_FORMATS`], in any case.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownFormat`] for any other name.
    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| Error::UnknownFormat {
            name: name.chars().take(40).collect(),
            known: LIST_FORMATS,
        })
    }
}

/// A format that a set can be written in; all are read back as the same set.
///
/// ```
/// use std::path::Path;
/// use stoplist_files::ExportFormat;
///
/// assert_eq!(ExportFormat::from_path(Path::new("out/blocked.R64"))?, ExportFormat::R64);
/// assert!(ExportFormat::from_path(Path::new("blocked.xlsx")).is_err());
/// # Ok::<(), stoplist_files::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// `+` and the digits, a number a line.
    Txt,
    /// The same below the header `number`.
    Csv,
    /// `{"number":"+…"}` a line.
    Jsonl,
    /// Apache Parquet with one column of unsigned integers, `number`.
    Parquet,
    /// An Arrow IPC file with the same column.
    Arrow,
    /// A portable 64-bit roaring bitmap.
    R64,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: [Self; 6] =
        [Self::Txt, Self::Csv, Self::Jsonl, Self::Parquet, Self::Arrow, Self::R64];

    /// The format that the ending of a path stands for, in any case: one of [`EXPORT_ENDINGS`].
    ///
    /// # Errors
    ///
    /// [`Error::UnknownExtension`] for any other ending.
    pub fn from_path(path: &Path) -> Result<Self, Error> {
        let ending = path.extension().unwrap_or_default();
        let found = Self::ALL.into_iter().find(|format| ending.eq_ignore_ascii_case(format.name()));
        found.ok_or_else(|| Error::UnknownExtension {
            path: path.to_path_buf(),
            known: EXPORT_ENDINGS,
        })
    }

    /// The ending of the format, without the dot.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::R64 => "r64",
        }
    }
}
