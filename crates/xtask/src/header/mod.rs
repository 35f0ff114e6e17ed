//! `cargo xtask header`: include/stoplist.h, from the documented Rust of the C ABI.
//!
//! cbindgen writes it; [`shape`] then gives it the shape that a C engineer expects: pointers instead of
//! the types that tell them apart in Rust, lines that fit, a heading for each object.

mod shape;

use std::fs;
use std::path::Path;

use cbindgen::{Builder, Config, Language, Style};

use crate::Failure;

const CRATE: &str = "crates/stoplist-ffi";
const HEADER: &str = "include/stoplist.h";

/// Writes the header, or only compares it.
pub(crate) fn run(check: bool) -> Result<(), Failure> {
    let header = generated()?;
    let path = Path::new(HEADER);
    if check {
        if fs::read_to_string(path).unwrap_or_default() != header {
            return Err(
                format!("{HEADER} is not what the code says; run `cargo xtask header`").into()
            );
        }
        println!("{HEADER}: current");
        return Ok(());
    }
    fs::create_dir_all("include")?;
    fs::write(path, header)?;
    println!("{HEADER}: written");
    Ok(())
}

fn generated() -> Result<String, Failure> {
    let read = |name: &str| {
        let path = format!("{CRATE}/header/{name}");
        fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))
    };
    let mut config = Config {
        language: Language::C,
        cpp_compat: true,
        style: Style::Both,
        no_includes: true,
        usize_is_size_t: true,
        ..Config::default()
    };
    let arrow = ["ArrowArray", "ArrowSchema", "ArrowArrayStream"];
    config.export.exclude = arrow.map(str::to_owned).to_vec();
    let bindings = Builder::new().with_crate(CRATE).with_config(config).generate()?;
    let mut written = Vec::new();
    bindings.write(&mut written);
    Ok(shape::shaped(&String::from_utf8(written)?, &read("front.h.in")?, &read("arrow.h.in")?)?)
}
