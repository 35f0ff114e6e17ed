//! An output is there when it is committed, and leaves no trace before.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use stoplist_files::output::{OutputFile, remove_temporaries, same_file};
use stoplist_files::table::{TableFormat, TableWriter, WriteOptions};
use stoplist_files::{Error, ErrorKind};

use crate::table_support::texts;

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_target_changes_at_the_commit_and_not_before() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.csv");
    for (before, after) in [(None, "one"), (Some("one"), "two")] {
        let mut output = OutputFile::create(&path).unwrap();
        assert!(output.is_atomic());
        output.write_all(after.as_bytes()).unwrap();
        output.flush().unwrap();
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
        let temporary = &names(directory.path())[0];
        assert!(temporary.starts_with(".stoplist-") && temporary.len() > 24, "{temporary}");
        output.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), after);
        assert_eq!(names(directory.path()), ["out.csv"]);
    }
}

#[test]
fn settled_it_is_on_disk_and_still_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.csv");
    let mut output = OutputFile::create(&path).unwrap();
    output.write_all(b"one").unwrap();
    output.settle().unwrap();
    assert!(!path.exists());
    let temporary = directory.path().join(&names(directory.path())[0]);
    assert_eq!(fs::read_to_string(temporary).unwrap(), "one", "nothing is left in a buffer");
    output.commit().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "one");
}

#[test]
fn dropped_it_leaves_no_trace() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.csv");
    fs::write(&path, "before").unwrap();
    let mut output = OutputFile::create(&path).unwrap();
    output.write_all(&[b'x'; 1_000_000]).unwrap();
    assert_eq!(names(directory.path()).len(), 2);
    drop(output);
    assert_eq!(names(directory.path()), ["out.csv"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "before");
}

#[test]
fn what_cannot_be_created_is_named_with_a_reason() {
    let directory = tempfile::tempdir().unwrap();
    let error = OutputFile::create(directory.path()).unwrap_err();
    assert!(matches!(error, Error::IsDirectory { .. }), "{error}");
    let path = directory.path().join("none/out.csv");
    let error = OutputFile::create(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let message = error.to_string();
    assert!(message.contains("none/out.csv") && message.contains("directory"), "{message}");
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let error = OutputFile::create(&file.join("out.csv")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[test]
fn the_same_file_is_known_by_any_name() {
    let directory = tempfile::tempdir().unwrap();
    let (a, b) = (directory.path().join("a"), directory.path().join("b"));
    fs::write(&a, "x").unwrap();
    fs::write(&b, "x").unwrap();
    assert!(same_file(&a, &directory.path().join(".").join("a")));
    assert!(!same_file(&a, &b));
    assert!(!same_file(&a, &directory.path().join("none")));
    assert!(!same_file(Path::new("-"), Path::new("-")));
    assert!(!same_file(directory.path(), directory.path()));
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn permissions_are_those_of_the_old_file_or_of_any_new_one() {
        let directory = tempfile::tempdir().unwrap();
        let (old, new) = (directory.path().join("old"), directory.path().join("new"));
        fs::write(&old, "").unwrap();
        let ordinary = mode(&old);
        fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
        for path in [&old, &new] {
            OutputFile::create(path).unwrap().commit().unwrap();
        }
        assert_eq!((mode(&old), mode(&new)), (0o640, ordinary));
    }

    #[test]
    fn a_link_stays_and_what_it_points_to_is_replaced_or_made() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir(at("data")).unwrap();
        fs::write(at("data/old"), "before").unwrap();
        for (link, target) in [("link", "data/old"), ("dangling", "data/new")] {
            symlink(target, at(link)).unwrap();
            let mut output = OutputFile::create(&at(link)).unwrap();
            output.write_all(b"after").unwrap();
            output.commit().unwrap();
            assert!(fs::symlink_metadata(at(link)).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(at(target)).unwrap(), "after");
        }
        assert!(same_file(&at("link"), &at("data/old")));
        symlink("circle", at("circle")).unwrap();
        assert_eq!(OutputFile::create(&at("circle")).unwrap_err().kind(), ErrorKind::Io);
    }

    #[test]
    fn a_full_device_is_an_io_error_for_every_format() {
        let full = Path::new("/dev/full");
        if !full.exists() {
            return;
        }
        let mut output = OutputFile::create(full).unwrap();
        assert!(!output.is_atomic());
        output.write_all(b"x").unwrap();
        let error = output.commit().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().starts_with("/dev/full: cannot write it: No space"), "{error}");

        let table = texts(200_000);
        for format in crate::table_support::ALL_FORMATS {
            let output = OutputFile::create(full).unwrap();
            let options = WriteOptions::default();
            let mut writer =
                TableWriter::create(output, full, format, &table.schema(), options).unwrap();
            let written = writer.write(&table);
            let error = match written {
                Err(error) => error,
                Ok(()) => writer.finish().map(drop).unwrap_err(),
            };
            assert_eq!(error.kind(), ErrorKind::Io, "{format}: {error}");
            let message = error.to_string();
            assert!(message.contains("/dev/full: cannot write it: No space"), "{message}");
        }
        assert!(full.exists());
    }

    #[test]
    fn a_device_is_written_to_and_stays() {
        let null = Path::new("/dev/null");
        let mut output = OutputFile::create(null).unwrap();
        output.write_all(b"x").unwrap();
        output.commit().unwrap();
        assert!(!fs::metadata(null).unwrap().is_file());
    }

    #[test]
    fn a_directory_that_may_not_be_written_to_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.csv");
        fs::write(&path, "before").unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o555)).unwrap();
        if fs::write(directory.path().join("probe"), "").is_ok() {
            eprintln!("this user may write everywhere: the test proves nothing");
            return;
        }
        let error = OutputFile::create(&path).unwrap_err();
        assert!(error.to_string().contains("temporary file beside it: Permission"), "{error}");
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn a_file_that_may_not_be_written_to_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.csv");
        fs::write(&path, "before").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        if fs::OpenOptions::new().write(true).open(&path).is_ok() {
            eprintln!("this user may write everything: the test proves nothing");
            return;
        }
        assert_eq!(OutputFile::create(&path).unwrap_err().kind(), ErrorKind::Io);
    }
}

/// What `an_interrupted_program_leaves_no_temporaries` runs as a program of its own, because it
/// ends all outputs of its process.
#[test]
fn interrupted_program() {
    let Some(directory) = std::env::var_os("STOPLIST_TEST_INTERRUPT").map(PathBuf::from) else {
        return;
    };
    let paths: Vec<PathBuf> = (0..3).map(|n| directory.join(format!("out{n}"))).collect();
    let mut outputs: Vec<OutputFile> =
        paths.iter().map(|path| OutputFile::create(path).unwrap()).collect();
    assert_eq!(names(&directory).len(), 3);
    remove_temporaries();
    assert_eq!(names(&directory).len(), 0);
    outputs[0].write_all(b"x").unwrap();
    assert!(matches!(outputs.remove(0).commit(), Err(Error::Interrupted)));
    assert!(matches!(OutputFile::create(&paths[0]), Err(Error::Interrupted)));
    drop(outputs);
    assert_eq!(names(&directory).len(), 0);
    fs::write(directory.join("ran"), "").unwrap();
}

#[test]
fn an_interrupted_program_leaves_no_temporaries() {
    let directory = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let run = std::process::Command::new(program)
        .args(["--exact", "output_is_whole_or_absent::interrupted_program", "--nocapture"])
        .env("STOPLIST_TEST_INTERRUPT", directory.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(names(directory.path()), ["ran"]);
}

#[test]
fn a_table_that_fails_half_way_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.parquet");
    let output = OutputFile::create(&path).unwrap();
    let table = texts(10);
    let format = TableFormat::Parquet;
    let options = WriteOptions::default();
    let mut writer = TableWriter::create(output, &path, format, &table.schema(), options).unwrap();
    writer.write(&table).unwrap();
    assert!(writer.write(&table.project(&[0]).unwrap()).is_err());
    drop(writer);
    assert_eq!(names(directory.path()).len(), 0);
}
