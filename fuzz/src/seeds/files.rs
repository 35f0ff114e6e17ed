//! Lists and tables in every format.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::Int32Type;
use arrow::ipc::writer::StreamWriter;
use stoplist::{NumberSet, PhoneNumber};
use stoplist_files::{ExportFormat, ListFormat, write_list};

use super::{Script, Seed};
use crate::import_list::{COLUMN_FORMATS, FORMATS};

/// A list that is written by the crate itself.
fn written(format: ExportFormat) -> Vec<u8> {
    let numbers = [4_930_901_820, 16_502_530_000, 5_511_912_345_678];
    let set: NumberSet = numbers.iter().filter_map(|&one| PhoneNumber::new(one).ok()).collect();
    let mut bytes = Vec::new();
    let outcome = write_list(&set, format, Path::new("list"), &mut bytes);
    debug_assert!(outcome.is_ok());
    bytes
}

/// Seeds of `import_list`.
pub(crate) fn import_list() -> Vec<Seed> {
    let list = |format: Option<ListFormat>, choice: u8, bytes: &[u8], name| {
        let place = FORMATS.iter().position(|&one| one == format).unwrap_or(0);
        Script::default().push(&[place as u8, choice]).push(bytes).seed(name)
    };
    let vcf = b"BEGIN:VCARD\r\nVERSION:2.1\r\nTEL;HOME;ENCODING=QUOTED-PRINTABLE:=2B49 30=\r\n 901820\r\nEND:VCARD\r\n\
BEGIN:VCARD\nVERSION:4.0\nitem1.TEL;VALUE=uri:tel:+1-650-253-0000;ext=5\nTEL:030\n  901820\nEND:VCARD\n";
    vec![
        list(None, 0, b"", "empty"),
        list(
            Some(ListFormat::Txt),
            1,
            b"030 901820 # stop\n\n+41 44 668 18 00, nobody\r\n",
            "text",
        ),
        list(None, 1, b"\xEF\xBB\xBF030 901820\n0800 PIZZA\n", "text_by_content"),
        list(Some(ListFormat::Txt), 0, b"\xFF\xFE+\x004\x009\x00", "text_of_16_bits"),
        list(None, 0, b"name;phone\n\"A; \"\"B\"\"\nC\";+49 30 901820\nD;\n", "csv"),
        list(Some(ListFormat::Csv), 4, b"id,phone\n1,+16502530000\n2\n", "csv_with_a_short_row"),
        list(Some(ListFormat::Tsv), 2, b"phone\tname\n(650) 253-0000\t\"x\"\n", "tsv"),
        list(Some(ListFormat::Dnc), 0, b"650,2530000\n650,253000\n201,5550123\n", "dnc"),
        list(
            Some(ListFormat::Json),
            0,
            b"[\"+4930901820\", 16502530000, {\"phone\":\"\\u002b55 11 91234-5678\"}, null, []]",
            "json",
        ),
        list(None, 0, b" [ {\"a\":{\"phone\":1},\"phone\":-1.5e3}, true, \"x\"", "json_cut"),
        list(Some(ListFormat::Jsonl), 4, b"{\"phone\":\"+4930901820\"}\n\n16502530000\n{", "jsonl"),
        list(Some(ListFormat::Vcf), 1, vcf, "vcf"),
        list(None, 1, b"BEGIN:VCARD\nTEL:+49 30 901820\n", "vcf_cut"),
        list(Some(ListFormat::R64), 0, &written(ExportFormat::R64), "r64"),
        list(None, 0, &written(ExportFormat::R64), "r64_by_content"),
        list(None, 0, b"PK\x03\x04\x14\0\0\0", "workbook"),
    ]
}

/// Columns of several types.
fn columns() -> Vec<(&'static str, RecordBatch)> {
    let texts = [Some("+4930901820"), None, Some("030 901820"), Some("x")];
    let texts: ArrayRef = Arc::new(StringArray::from_iter(texts));
    let unsigned: ArrayRef =
        Arc::new(UInt64Array::from(vec![16_502_530_000, 0, u64::MAX, 1_000_000]));
    let signed = [Some(4_930_901_820), None, Some(-1), Some(7)];
    let signed: ArrayRef = Arc::new(Int64Array::from_iter(signed));
    let words = [Some("+16502530000"), Some("+4930901820"), None, Some("+16502530000")];
    let words: DictionaryArray<Int32Type> = words.into_iter().collect();
    let words: ArrayRef = Arc::new(words);
    let batch = |columns: Vec<(&str, &ArrayRef)>| {
        let columns = columns.into_iter().map(|(name, column)| (name, Arc::clone(column), true));
        RecordBatch::try_from_iter_with_nullable(columns).ok()
    };
    let batches = [
        ("texts", batch(vec![("phone", &texts)])),
        ("integers", batch(vec![("number", &unsigned), ("signed", &signed)])),
        ("dictionary", batch(vec![("phone", &words), ("other", &texts)])),
        ("two_columns", batch(vec![("a", &texts), ("b", &signed)])),
    ];
    batches.into_iter().filter_map(|(name, batch)| Some((name, batch?))).collect()
}

/// An Arrow IPC stream of a batch twice.
fn stream(batch: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written = StreamWriter::try_new(&mut bytes, &batch.schema()).and_then(|mut writer| {
        writer.write(batch)?;
        writer.write(&batch.slice(1, 2))?;
        writer.finish()
    });
    debug_assert!(written.is_ok());
    bytes
}

/// Seeds of `arrow_ipc`.
pub(crate) fn arrow_ipc() -> Vec<Seed> {
    let mut seeds = vec![Script::default().seed("nothing")];
    for (name, batch) in columns() {
        seeds.push(Script::default().push(&[0, 255]).push(&stream(&batch)).seed(name));
    }
    let named = ["kept", "by_place", "emptied", "of_a_region"];
    for ((at, name), (_, batch)) in (1..).zip(named).zip(columns()) {
        seeds.push(Script::default().push(&[at, 0]).push(&stream(&batch)).seed(name));
    }
    let mut cut = seeds.get(1).map(|seed| seed.bytes.clone()).unwrap_or_default();
    cut.truncate(cut.len() * 2 / 3);
    seeds.push(Seed { name: "cut", bytes: cut });
    seeds
}

/// Seeds of `import_columns`.
pub(crate) fn import_columns() -> Vec<Seed> {
    let list = |format: ListFormat, choice: u8, bytes: &[u8], name| {
        let place = COLUMN_FORMATS.iter().position(|&one| one == format).unwrap_or(0);
        Script::default().push(&[place as u8, choice]).push(bytes).seed(name)
    };
    let parquet = written(ExportFormat::Parquet);
    let cut = parquet.get(..parquet.len() / 2).unwrap_or_default();
    let mut seeds = vec![
        list(ListFormat::Parquet, 0, b"", "empty"),
        list(ListFormat::Parquet, 0, &parquet, "parquet"),
        list(ListFormat::Parquet, 4, &parquet, "parquet_without_the_column"),
        list(ListFormat::Parquet, 0, cut, "parquet_cut"),
        list(ListFormat::Parquet, 0, b"PAR1\x00\x00\x00\x00PAR1", "parquet_of_marks"),
        list(ListFormat::Arrow, 0, &written(ExportFormat::Arrow), "arrow"),
    ];
    for (name, batch) in columns() {
        seeds.push(list(ListFormat::Arrow, 1, &stream(&batch), name));
    }
    seeds
}
