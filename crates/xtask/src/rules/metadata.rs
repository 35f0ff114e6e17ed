//! What does the general parser's own metadata say of each region?

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

use prost::Message as _;
use rlibphonenumber::{PhoneMetadata, PhoneMetadataCollection};

use super::pattern::Pattern;

/// The crate whose metadata is read.
pub(super) const PORT: &str = "rlibphonenumber";
/// Where the metadata is in that crate.
const METADATA: &str = "src/generated/metadata/metadata.bin";

/// One region's rules, or those of a calling code that no region has.
pub(super) struct Rules {
    /// ISO 3166-1 alpha-2; `001` where it is no region's.
    pub(super) region: String,
    pub(super) calling_code: String,
    pub(super) international_prefix: Option<Pattern>,
    pub(super) national_prefix: Option<Pattern>,
    /// Whether a match of `national_prefix` can rewrite the number instead of shortening it.
    pub(super) transforms: bool,
    pub(super) general: Pattern,
    lengths: Vec<usize>,
    local_lengths: Vec<usize>,
}

/// What the length of a national number says, in the order in which the port asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    LocalOnly,
    Possible,
    /// Too short, or in a gap between possible lengths.
    TooShort,
    TooLong,
}

impl Rules {
    #[expect(deprecated, reason = "the port empties these fields only in what its parser holds")]
    fn new(metadata: &PhoneMetadata) -> Result<Self, Box<dyn Error>> {
        let general = metadata.general_desc.as_ref().ok_or("a region without a general rule")?;
        let at_start = |pattern: &Option<String>| match pattern.as_deref().map(bare) {
            None | Some("") => Ok(None),
            Some(pattern) => Pattern::at_start(pattern).map(Some),
        };
        let lengths = |lengths: &[i32]| {
            lengths.iter().filter_map(|&length| usize::try_from(length).ok()).collect()
        };
        Ok(Self {
            region: metadata.id.clone(),
            calling_code: metadata.country_code().to_string(),
            international_prefix: at_start(&metadata.international_prefix)?,
            national_prefix: at_start(&metadata.national_prefix_for_parsing)?,
            transforms: !metadata.national_prefix_transform_rule().is_empty(),
            general: Pattern::whole(bare(general.national_number_pattern()))?,
            lengths: lengths(&general.possible_length),
            local_lengths: lengths(&general.possible_length_local_only),
        })
    }

    pub(super) fn length(&self, length: usize) -> Length {
        if self.local_lengths.contains(&length) {
            Length::LocalOnly
        } else if self.lengths.contains(&length) {
            Length::Possible
        } else if self.lengths.iter().all(|&possible| possible < length) {
            Length::TooLong
        } else {
            Length::TooShort
        }
    }
}

/// A pattern without the anchors that the port stores around it.
fn bare(pattern: &str) -> &str {
    pattern.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$")).unwrap_or(pattern)
}

/// The rules of all regions, and which of them speaks for a calling code.
pub(super) struct Metadata {
    pub(super) version: String,
    /// By region code, without the calling codes that no region has.
    pub(super) regions: Vec<Rules>,
    /// Those calling codes, which have rules of their own.
    networks: Vec<Rules>,
    /// For each calling code, its main region, or `001`.
    main: BTreeMap<String, String>,
}

impl Metadata {
    /// Reads the metadata file inside the port's package, where cargo keeps it.
    pub(super) fn of_port() -> Result<Self, Box<dyn Error>> {
        let (version, folder) = port_package()?;
        let bytes = std::fs::read(folder.join(METADATA))
            .map_err(|error| format!("cannot read {METADATA} of {PORT} {version}: {error}"))?;
        let collection = PhoneMetadataCollection::decode(bytes.as_slice())?;
        let mut main = BTreeMap::<String, String>::new();
        let (mut regions, mut networks) = (Vec::new(), Vec::new());
        for metadata in &collection.metadata {
            let rules = Rules::new(metadata)?;
            let code = rules.calling_code.clone();
            if metadata.main_country_for_code() || !main.contains_key(&code) {
                main.insert(code, rules.region.clone());
            }
            if rules.region == "001" { networks.push(rules) } else { regions.push(rules) }
        }
        regions.sort_by(|a, b| a.region.cmp(&b.region));
        Ok(Self { version, regions, networks, main })
    }

    pub(super) fn calling_codes(&self) -> impl Iterator<Item = &str> {
        self.main.keys().map(String::as_str)
    }

    /// The rules for numbers written with their calling code.
    pub(super) fn main_rules(&self, calling_code: &str) -> Option<&Rules> {
        let region = self.main.get(calling_code)?;
        if region == "001" {
            self.networks.iter().find(|rules| rules.calling_code == calling_code)
        } else {
            self.regions.iter().find(|rules| &rules.region == region)
        }
    }
}

/// The version and the folder of the port that the lock file names.
fn port_package() -> Result<(String, PathBuf), Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output =
        Command::new(cargo).args(["metadata", "--format-version=1", "--locked"]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata.get("packages").and_then(serde_json::Value::as_array);
    let text = |package: &serde_json::Value, key: &str| {
        package.get(key).and_then(serde_json::Value::as_str).map(str::to_owned)
    };
    packages
        .into_iter()
        .flatten()
        .find(|package| text(package, "name").as_deref() == Some(PORT))
        .and_then(|package| Some((text(package, "version")?, text(package, "manifest_path")?)))
        .map(|(version, manifest)| (version, PathBuf::from(manifest).with_file_name("")))
        .ok_or_else(|| format!("{PORT} is not in the lock file").into())
}
