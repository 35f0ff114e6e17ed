//! Writes the seeds of all targets to `corpus`, where they are committed. Other files stay.

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    for target in stoplist_fuzz::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
        fs::create_dir_all(&folder)?;
        for seed in (target.seeds)() {
            fs::write(folder.join(seed.name), seed.bytes)?;
        }
    }
    Ok(())
}
