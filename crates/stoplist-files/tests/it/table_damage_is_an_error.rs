//! Damaged, cut off and mistaken files are errors that name the file: no panic, no wrong rows.

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use stoplist_files::table::{ReadOptions, TableFormat, TableReader};
use stoplist_files::{Error, ErrorKind};

use crate::table_support::{
    ALL_FORMATS, integration_files, load, mixed, open, parse_as, path_of, save, texts,
};

/// Reads what can be read: the rows before an error, and the error.
fn read(path: &Path, format: TableFormat) -> (Vec<RecordBatch>, Option<Error>) {
    let mut batches = Vec::new();
    let reader = match TableReader::open(path, Some(format), ReadOptions::default()) {
        Ok(reader) => reader,
        Err(error) => return (batches, Some(error)),
    };
    for batch in reader {
        match batch {
            Ok(batch) => batches.push(batch),
            Err(error) => return (batches, Some(error)),
        }
    }
    (batches, None)
}

fn is_panic(error: Option<&Error>) -> bool {
    error.is_some_and(|error| error.to_string().contains("contradict"))
}

#[test]
fn every_beginning_of_a_file_is_an_error_or_whole_rows() {
    let directory = tempfile::tempdir().unwrap();
    for format in ALL_FORMATS {
        for table in [texts(5), mixed(5)] {
            let whole = save(directory.path(), &[table.clone(), table.clone()], format);
            let bytes = std::fs::read(&whole).unwrap();
            let original = load(&whole).unwrap();
            let path = directory.path().join("cut");
            let mut readable = 0;
            for length in 0..bytes.len() {
                std::fs::write(&path, &bytes[..length]).unwrap();
                let (batches, error) = read(&path, format);
                assert!(!is_panic(error.as_ref()), "{format} cut at {length}");
                if let Some(error) = error {
                    assert_eq!(error.kind(), ErrorKind::Data, "{format} cut at {length}: {error}");
                    continue;
                }
                readable += 1;
                assert!(
                    !matches!(format, TableFormat::Parquet | TableFormat::ArrowFile),
                    "{format} cut at {length} of {} reads",
                    bytes.len()
                );
                let read = match batches.first() {
                    Some(batch) => concat_batches(&batch.schema(), &batches).unwrap(),
                    None => continue,
                };
                // The last cell of a CSV file may be cut; an Arrow stream may end behind a batch.
                let sure = match format {
                    TableFormat::ArrowStream => read.num_rows(),
                    _ => read.num_rows() - 1,
                };
                assert_eq!(read.slice(0, sure), original.slice(0, sure), "{format} at {length}");
            }
            if format == TableFormat::ArrowStream {
                // Behind the schema and behind each of the two batches.
                assert_eq!(readable, 3);
            }
        }
    }
}

/// All integration files and some compressed ones, each with bytes changed one at a time.
fn changed_files(changes: u64, mut check: impl FnMut(&str, &Path, TableFormat)) {
    let directory = tempfile::tempdir().unwrap();
    let mut files: Vec<(String, Vec<u8>, TableFormat)> = Vec::new();
    for path in integration_files() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let stream = name.ends_with(".stream");
        let format = if stream { TableFormat::ArrowStream } else { TableFormat::ArrowFile };
        files.push((name, std::fs::read(&path).unwrap(), format));
    }
    for codec in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        let (stream, file) = compressed(&mixed(50), codec);
        files.push((format!("{codec:?}.stream"), stream, TableFormat::ArrowStream));
        files.push((format!("{codec:?}.file"), file, TableFormat::ArrowFile));
    }
    for format in [TableFormat::Parquet, TableFormat::Csv] {
        let path = save(directory.path(), &[mixed(50)], format);
        files.push((format!("mixed.{format}"), std::fs::read(path).unwrap(), format));
    }
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let path = directory.path().join("changed");
    for (name, bytes, format) in files {
        for _ in 0..changes {
            let mut changed = bytes.clone();
            let at = (next() % bytes.len() as u64) as usize;
            changed[at] = [0, 1, 0x7f, 0x80, 0xff, next() as u8][(next() % 6) as usize];
            std::fs::write(&path, &changed).unwrap();
            check(&format!("{name}, byte {at} is {:#x}", changed[at]), &path, format);
        }
    }
}

fn compressed(table: &RecordBatch, codec: CompressionType) -> (Vec<u8>, Vec<u8>) {
    let options = || IpcWriteOptions::default().try_with_compression(Some(codec)).unwrap();
    let schema = table.schema();
    let mut stream = StreamWriter::try_new_with_options(Vec::new(), &schema, options()).unwrap();
    stream.write(table).unwrap();
    let mut file = FileWriter::try_new_with_options(Vec::new(), &schema, options()).unwrap();
    file.write(table).unwrap();
    (stream.into_inner().unwrap(), file.into_inner().unwrap())
}

#[test]
fn a_reader_and_a_writer_can_move_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<TableReader>();
    is_send::<stoplist_files::table::TableWriter<Vec<u8>>>();
    is_send::<stoplist_files::output::OutputFile>();
}

#[test]
fn compressed_arrow_reads() {
    let directory = tempfile::tempdir().unwrap();
    for codec in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        let (stream, file) = compressed(&mixed(5000), codec);
        assert_eq!(parse_as(stream, TableFormat::ArrowStream).unwrap(), mixed(5000));
        let path = path_of(directory.path(), TableFormat::ArrowFile);
        std::fs::write(&path, file).unwrap();
        assert_eq!(load(&path).unwrap(), mixed(5000));
    }
}

/// A panic inside a decoder is caught and an error like any other, but it has gone through the
/// panic hook: so none is left to that net where it can be prevented, which it cannot for Parquet.
#[test]
fn a_changed_byte_is_an_error_or_a_table() {
    let changes = std::env::var("STOPLIST_CHANGES").ok().and_then(|text| text.parse().ok());
    changed_files(changes.unwrap_or(150), |what, path, format| {
        let (batches, error) = read(path, format);
        if is_panic(error.as_ref()) {
            assert_eq!(format, TableFormat::Parquet, "{what}");
        }
        // What was read must be usable.
        for batch in batches {
            batch.columns().iter().for_each(|column| column.to_data().validate_full().unwrap());
        }
    });
}

#[test]
fn content_wins_over_an_ending_and_loses_against_an_order() {
    let directory = tempfile::tempdir().unwrap();
    let table = texts(3);
    for real in [TableFormat::Parquet, TableFormat::ArrowFile, TableFormat::ArrowStream] {
        let bytes =
            std::fs::read(save(directory.path(), std::slice::from_ref(&table), real)).unwrap();
        for name in ["t.csv", "t.parquet", "t.arrow", "t.arrows", "t.dat", "t"] {
            let path = directory.path().join(name);
            std::fs::write(&path, &bytes).unwrap();
            let reader = open(&path).unwrap();
            assert_eq!(reader.format(), real, "{name}");
            assert_eq!(load(&path).unwrap(), table);
            for order in ALL_FORMATS.into_iter().filter(|&order| order != real) {
                let (_, error) = read(&path, order);
                let error = error.unwrap();
                assert_eq!(error.code(), "malformed");
                assert!(error.to_string().contains("it begins like"), "{error}");
            }
        }
    }
}

#[test]
fn text_under_a_wrong_name_is_an_error_with_a_way_out() {
    let directory = tempfile::tempdir().unwrap();
    for (name, content, code) in [
        ("t.parquet", "phone\n1\n", "malformed"),
        ("t.arrow", "phone\n1\n", "malformed"),
        ("t.arrows", "phone\n1\n", "malformed"),
        ("t.xls", "phone\n1\n", "unknown_extension"),
        ("t", "phone\n1\n", "unknown_extension"),
        ("t.csv", "PK\x03\x04rest", "unsupported_content"),
        ("t.csv", "\x1f\u{8b}", "unsupported_content"),
        ("t.feather", "FEA1rest", "unsupported_content"),
        ("t.parquet", "PAR1", "malformed"),
        ("t.parquet", "", "malformed"),
        ("t.arrow", "ARROW1", "malformed"),
        ("t.arrows", "", "malformed"),
        ("t.csv", "", "empty_file"),
    ] {
        let path = directory.path().join(name);
        let content: Vec<u8> = content.chars().map(|c| c as u32 as u8).collect();
        std::fs::write(&path, content).unwrap();
        let error = open(&path).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn what_cannot_be_opened_is_named() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(open(directory.path()).unwrap_err().code(), "is_directory");
    let missing = open(&directory.path().join("none.csv")).unwrap_err();
    assert_eq!((missing.code(), missing.kind()), ("io", ErrorKind::Io));
    assert!(missing.to_string().contains("none.csv"), "{missing}");
    for format in [TableFormat::Parquet, TableFormat::ArrowFile] {
        let path = save(directory.path(), &[texts(3)], format);
        let error = parse_as(std::fs::read(path).unwrap(), format).unwrap_err();
        assert_eq!((error.code(), error.kind()), ("needs_file", ErrorKind::Usage));
    }
}

#[test]
fn a_claimed_length_takes_no_memory() {
    let table = mixed(5);
    let mut streams = vec![compressed(&table, CompressionType::LZ4_FRAME).0];
    streams.push(compressed(&table, CompressionType::ZSTD).0);
    let directory = tempfile::tempdir().unwrap();
    streams
        .push(std::fs::read(save(directory.path(), &[table], TableFormat::ArrowStream)).unwrap());
    // Somewhere in there are the lengths of bodies, buffers and decompressed buffers.
    for mut stream in streams {
        for at in 0..stream.len() - 8 {
            let before: [u8; 8] = stream[at..at + 8].try_into().unwrap();
            for claim in [i64::MAX, 1 << 46, 1 << 33] {
                stream[at..at + 8].copy_from_slice(&claim.to_le_bytes());
                if let Err(error) = parse_as(&stream, TableFormat::ArrowStream) {
                    assert!(!is_panic(Some(&error)), "{claim:#x} at {at}");
                }
            }
            stream[at..at + 8].copy_from_slice(&before);
        }
    }
}
