//! A file that is cut, longer, changed or no index is refused, and no byte of it makes a panic.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};

use stoplist::{Index, IndexFault, PhoneNumber};

use super::index_bytes::{HEADER, IndexBytes, LINE, LINES, VERSION};
use super::index_numbers::{Kind, Random, set};
use super::index_survives_a_file::Scratch;

/// One table, some lines of halves, some scattered numbers.
fn packed() -> IndexBytes {
    let mut numbers = Kind::Sparse.numbers(300, 3);
    numbers.extend(14_692_576_000..14_692_582_000);
    let bytes = IndexBytes::of(&Index::from_set(&set(numbers)));
    let tables = bytes.body() - HEADER;
    assert!((16 << 10..17 << 10).contains(&tables), "one table: {tables} bytes");
    bytes
}

/// Scattered numbers only.
fn scattered() -> IndexBytes {
    let bytes = IndexBytes::of(&Index::from_set(&set(Kind::Sparse.numbers(300, 3))));
    assert_eq!(bytes.body(), HEADER);
    bytes
}

/// What is wrong with bytes, by both ways in, which agree.
fn fault(bytes: &[u8], file: &Scratch) -> String {
    let read = match Index::read_from(bytes) {
        Ok(index) => panic!("read {index:?}"),
        Err(fault) => fault.to_string(),
    };
    match Index::open(&file.0) {
        Ok(index) => panic!("opened {index:?}"),
        Err(error) => assert_eq!(error.fault().to_string(), read),
    }
    read
}

#[test]
fn cut_at_any_length() {
    let file = Scratch::new("cut.idx");
    let mut random = Random(1);
    for whole in [packed(), scattered()] {
        fs::write(&file.0, &whole.0).unwrap();
        let all = whole.0.len();
        let mut lengths: Vec<usize> = (0..4096.min(all)).chain([all - LINE, all - 1]).collect();
        lengths.extend((0..300).map(|_| random.below(all as u64) as usize));
        lengths.sort_unstable();
        let handle = OpenOptions::new().write(true).open(&file.0).unwrap();
        for length in lengths.into_iter().rev() {
            handle.set_len(length as u64).unwrap();
            let fault = fault(&whole.0[..length], &file);
            let expected = if length < HEADER { HEADER } else { all };
            if length < 8 {
                assert!(fault.starts_with("not an index of stoplist"), "{length}: {fault}");
            } else {
                let text = format!(
                    "the index has {length} bytes, but its header says {expected}; \
                     get the whole file"
                );
                assert_eq!(fault, text);
            }
        }
    }
}

#[test]
fn with_bytes_behind_its_end() {
    let file = Scratch::new("longer.idx");
    for whole in [packed(), scattered()] {
        for more in [1, LINE - 1, LINE, 1000, 1 << 19] {
            let mut bytes = whole.0.clone();
            bytes.resize(bytes.len() + more, 0);
            fs::write(&file.0, &bytes).unwrap();
            let text = format!("the index has {} bytes, but its header says ", bytes.len());
            assert!(fault(&bytes, &file).starts_with(&text));
        }
    }
}

#[test]
fn that_go_on_without_end() {
    for whole in [packed(), scattered()] {
        let endless = whole.0.as_slice().chain(std::io::repeat(0));
        let fault = Index::read_from(endless).unwrap_err();
        assert!(fault.to_string().contains("but its header says"), "{fault}");
    }
}

/// Changes one byte of an existing file; `with` sees it changed.
fn with_byte(file: &mut File, at: usize, byte: u8, with: impl FnOnce()) {
    let mut old = [0];
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.read_exact(&mut old).unwrap();
    for byte in [byte, old[0]].map(|byte| [byte]).iter().zip([Some(with), None]) {
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(byte.0).unwrap();
        if let Some(with) = byte.1 {
            with();
        }
    }
}

fn open_to_change(file: &Scratch, bytes: &[u8]) -> File {
    fs::write(&file.0, bytes).unwrap();
    OpenOptions::new().read(true).write(true).open(&file.0).unwrap()
}

#[test]
fn with_any_byte_of_header_or_directory_changed() {
    let file = Scratch::new("head.idx");
    let mut random = Random(2);
    for whole in [packed(), scattered()] {
        let mut handle = open_to_change(&file, &whole.0);
        let mut bytes = whole.0.clone();
        for at in 0..whole.body() {
            let flip = 1 << random.below(8);
            bytes[at] ^= flip;
            let part = match at {
                0..8 => "not an index of stoplist",
                8..12 => "an index of version ",
                12..HEADER => "the index is damaged: its header is not what was written",
                _ => "the index is damaged: its directory is not what was written",
            };
            with_byte(&mut handle, at, bytes[at], || {
                let fault = fault(&bytes, &file);
                assert!(fault.starts_with(part), "byte {at}: {fault}");
            });
            bytes[at] ^= flip;
        }
    }
}

#[test]
fn with_a_byte_of_the_body_changed_it_opens_but_is_not_verified() {
    let file = Scratch::new("body.idx");
    let mut random = Random(3);
    for whole in [packed(), scattered()] {
        let members: Vec<u64> = (14_692_575_990..14_692_582_010).collect();
        let mut handle = open_to_change(&file, &whole.0);
        let scattered_at = whole.body() + whole.get(LINES) as usize * LINE;
        let body = (whole.0.len() - whole.body()) as u64;
        let sampled = (0..600).map(|_| whole.body() + random.below(body) as usize);
        let ends = [whole.body(), scattered_at - 1, scattered_at, whole.0.len() - 1];
        let places: Vec<usize> =
            sampled.chain(ends).filter(|place| *place >= whole.body()).collect();
        for at in places {
            let mut bytes = whole.0.clone();
            bytes[at] ^= 1 + random.below(255) as u8;
            let expected = if at < scattered_at { "lines" } else { "scattered numbers" };
            let damaged = |fault| matches!(fault, IndexFault::Damaged { part } if part == expected);
            assert!(damaged(Index::read_from(&bytes[..]).unwrap_err()), "byte {at}");
            with_byte(&mut handle, at, bytes[at], || {
                let index = Index::open(&file.0).unwrap();
                assert!(damaged(index.verify().unwrap_err()), "byte {at}");
                // Whatever these say, they end.
                let found = index.contains_batch(&members).count_ones();
                assert!(found <= members.len());
                assert!(index.to_set().len() <= members.len() as u64 + 2_000);
            });
            assert!(Index::open(&file.0).unwrap().verify().is_ok(), "the byte is back");
        }
    }
}

#[test]
fn that_is_garbage() {
    let file = Scratch::new("garbage.idx");
    let mut random = Random(4);
    let whole = packed();
    for round in 0..600 {
        let length = random.below(1_500) as usize;
        let mut bytes: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        // The less of it is garbage, the more of it is looked at.
        let sound = [0, 8, 12, HEADER][round % 4].min(length);
        bytes[..sound].copy_from_slice(&whole.0[..sound]);
        fs::write(&file.0, &bytes).unwrap();
        fault(&bytes, &file);
    }
    // Endless, and no index: not read to its end.
    assert!(matches!(Index::read_from(io::repeat(7)), Err(IndexFault::NotAnIndex)));
}

#[test]
fn that_cannot_be_read() {
    let missing = Scratch::new("missing.idx");
    let error = Index::open(&missing.0).unwrap_err();
    assert!(matches!(error.fault(), IndexFault::Io(e) if e.kind() == io::ErrorKind::NotFound));
    let text = error.to_string();
    let path = missing.0.display();
    assert!(text.starts_with(&format!("{path}: cannot read the index: ")), "{text}");

    let folder = Scratch::new("");
    fs::create_dir_all(&folder.0).unwrap();
    assert!(matches!(Index::open(&folder.0).unwrap_err().fault(), IndexFault::Io(_)));
    fs::remove_dir(&folder.0).unwrap();

    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let whole = packed();
    for sound in [0, 100, whole.0.len()] {
        let fault = Index::read_from((&whole.0[..sound]).chain(Broken)).unwrap_err();
        assert!(matches!(fault, IndexFault::Io(e) if e.kind() == io::ErrorKind::ConnectionReset));
    }
}

#[test]
fn with_the_file_and_the_way_out_in_the_error() {
    let file = Scratch::new("told.idx");
    let mut bytes = packed();
    bytes.set(VERSION, 2);
    bytes.sign();
    fs::write(&file.0, &bytes.0).unwrap();
    let path = file.0.display();
    let error = Index::open(&file.0).unwrap_err();
    assert!(matches!(error.fault(), IndexFault::Version { found: 2, known: 1 }));
    let told = "an index of version 2, of which this release reads only 1; build it anew";
    assert_eq!(error.to_string(), format!("{path}: {told}"));

    let mut bytes = packed();
    bytes.0[HEADER] ^= 1;
    fs::write(&file.0, &bytes.0).unwrap();
    let told = "the index is damaged: its directory is not what was written; build it anew";
    assert_eq!(Index::open(&file.0).unwrap_err().to_string(), format!("{path}: {told}"));
    // An index that is sound is not told from one that was never written.
    assert!(Index::from_set(&set([PhoneNumber::MIN.get()])).verify().is_ok());
}
