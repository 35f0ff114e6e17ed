//! `cargo xtask header`: writes include/stoplist.h from the documented Rust of the C ABI.
//!
//! cbindgen reads the crate and writes declarations in the order of its files; `layout` makes of them
//! the page that a C programmer reads. Every comment comes from the Rust, but for the front matter and
//! the Arrow structures, which are files of the crate. `--check` fails when the committed header is
//! not what the code gives.

mod comment;
mod declaration;
mod items;
mod layout;

use std::fs;
use std::path::Path;

use cbindgen::{Builder, Config, Language, Style};

use crate::Failure;

const CRATE: &str = "crates/stoplist-ffi";
/// The header's place, from the root of the workspace.
pub(crate) const HEADER: &str = "include/stoplist.h";
/// The longest line, in characters.
const WIDTH: usize = 100;

/// Writes the header, or with `check` compares it.
pub(crate) fn run(check: bool) -> Result<(), Failure> {
    let header = generated()?;
    if check {
        return compare(&fs::read_to_string(HEADER).unwrap_or_default(), &header);
    }
    if let Some(directory) = Path::new(HEADER).parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(HEADER, header)?;
    println!("   {HEADER} written");
    Ok(())
}

fn generated() -> Result<String, Failure> {
    let part = |name: &str| {
        let path = format!("{CRATE}/header/{name}");
        fs::read_to_string(&path).map_err(|error| format!("{path} cannot be read: {error}"))
    };
    let written = written(Builder::new().with_crate(CRATE))?;
    Ok(layout::page(&written, &part("front.h.in")?, &part("arrow.h.in")?)?)
}

/// What cbindgen writes.
fn written(source: Builder) -> Result<String, Failure> {
    let mut config = Config {
        language: Language::C,
        style: Style::Both,
        no_includes: true,
        usize_is_size_t: true,
        ..Config::default()
    };
    // Their names are the standard's, and so is the guard around them: `arrow.h.in` has both.
    config.export.exclude = layout::ARROW.map(str::to_owned).to_vec();
    let bindings = source.with_config(config).generate().map_err(|error| {
        format!(
            "cbindgen cannot read the C ABI: {error}; `cargo check -p stoplist-ffi` may say more"
        )
    })?;
    let mut written = Vec::new();
    bindings.write(&mut written);
    Ok(String::from_utf8(written)?)
}

fn compare(committed: &str, generated: &str) -> Result<(), Failure> {
    if committed == generated {
        return Ok(());
    }
    let same = committed.lines().zip(generated.lines()).take_while(|(old, new)| old == new).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
    Err(format!(
        "{HEADER} is not what {CRATE} gives, from line {} on: it says `{}` where the code gives `{}`; \
         run `cargo xtask header`",
        same + 1,
        line(committed),
        line(generated)
    )
    .into())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use cbindgen::Builder;

    use super::{Failure, compare, layout, written};

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/header").join(name)
    }

    /// Constants, options, callbacks, arrays, texts, handles, Arrow structures: one of each.
    #[test]
    fn the_sample_becomes_the_header_beside_it() -> Result<(), Failure> {
        let written = written(Builder::new().with_src(fixture("sample.rs")))?;
        let page = layout::page(&written, "/* Front. */\n", "/* Arrow. */\n")?;
        assert_eq!(page, std::fs::read_to_string(fixture("sample.h"))?);
        Ok(())
    }

    #[test]
    fn a_difference_is_named_with_its_line_and_the_way_out() {
        assert!(compare("a\nb\n", "a\nb\n").is_ok());
        let refusal = |committed| {
            let outcome = compare(committed, "a\nb\n");
            outcome.err().map(|failure| failure.to_string()).unwrap_or_default()
        };
        for (committed, told) in [("a\nc\n", "line 2 on: it says `c`"), ("a\n", "`(the end)`")] {
            let refusal = refusal(committed);
            assert!(refusal.contains(told), "{refusal}");
            assert!(refusal.contains("gives `b`"), "{refusal}");
            assert!(refusal.ends_with("run `cargo xtask header`"), "{refusal}");
        }
        // White space at the end is a difference too.
        assert!(compare("a\nb\n\n", "a\nb\n").is_err());
    }
}
