//! What cannot be tried from C: panics inside, and numbers that have to be those of the core.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::arrow::array::{ArrayRef, ListArray, RecordBatch, StringArray};
use ::arrow::buffer::OffsetBuffer;
use ::arrow::datatypes::{DataType, Field};
use stoplist::{Parser, Permission, Refusal, StoreErrorKind};
use stoplist_arrow::{Filter, FilterOptions, Lists};

use crate::arrow::{ArrowArray, ArrowSchema, export, export_schema, import};
use crate::call::injected;
use crate::error::*;
use crate::pointers::given::{Nothing, chars, of, out, text};
use crate::pointers::{Out, Owned};
use crate::status::*;
use crate::{
    actor, blocking, contact, fault, filter, gate, journal, library, list, number, pass, report,
    store,
};

type Error = Owned<stoplist_error>;

/// An exported function that is called with nothing, and panics.
trait Export {
    fn blow(&self) -> (i32, String, String);
}

macro_rules! export {
    ($($argument:ident),*) => {
        impl<$($argument: Nothing),*> Export
            for extern "C" fn($($argument,)* Out<Error>) -> i32
        {
            fn blow(&self) -> (i32, String, String) {
                let mut error = Error::nothing();
                injected::due("call");
                let status = self($($argument::nothing(),)* out(&mut error));
                assert!(!injected::is_due());
                let said = (
                    status,
                    text(stoplist_error_code(of(&error))),
                    text(stoplist_error_message(of(&error))),
                );
                assert_eq!(stoplist_error_status(of(&error)), status);
                stoplist_error_free(error);
                said
            }
        }
    };
}
export!(A);
export!(A, B);
export!(A, B, C);
export!(A, B, C, D);
export!(A, B, C, D, E);
export!(A, B, C, D, E, F0);
export!(A, B, C, D, E, F0, G);
export!(A, B, C, D, E, F0, G, H);
export!(A, B, C, D, E, F0, G, H, I);
export!(A, B, C, D, E, F0, G, H, I, J);
export!(A, B, C, D, E, F0, G, H, I, J, K);

fn is_told(name: &str, function: impl Export) {
    let (status, code, message) = function.blow();
    assert_eq!((status, code.as_str()), (STOPLIST_PANIC, "panic"), "{name}");
    assert!(message.contains("injected"), "{name}: {message}");
}

macro_rules! all_tell {
    ($($module:ident::$function:ident($($hole:tt),*)),* $(,)?) => {{
        $(is_told(
            stringify!($function),
            $module::$function as extern "C" fn($($hole,)* _) -> _,
        );)*
        [$(stringify!($function)),*]
    }};
}

#[test]
fn a_panic_in_any_call_is_a_status_and_the_next_call_goes_on() {
    let tried = all_tell!(
        number::stoplist_number_parse(_, _, _, _, _),
        gate::stoplist_gate_open(_, _, _),
        gate::stoplist_gate_open_index(_, _, _, _, _, _, _, _),
        gate::stoplist_gate_freeze(_, _),
        gate::stoplist_gate_generation(_, _),
        gate::stoplist_gate_lists(_, _),
        gate::stoplist_gate_check(_, _, _),
        gate::stoplist_gate_check_text(_, _, _, _),
        gate::stoplist_gate_check_numbers(_, _, _, _, _),
        gate::stoplist_gate_check_texts(_, _, _, _, _, _, _),
        store::stoplist_store_create(_, _, _, _, _, _),
        store::stoplist_store_open(_, _, _, _),
        store::stoplist_store_close(_),
        store::stoplist_store_generation(_, _),
        store::stoplist_store_checkpoint(_),
        store::stoplist_store_repairs(_, _),
        store::stoplist_store_info(_, _, _, _),
        store::stoplist_store_explain(_, _, _, _, _, _),
        blocking::stoplist_store_block(_, _, _, _, _, _, _, _, _),
        blocking::stoplist_store_unblock(_, _, _, _, _, _, _, _),
        blocking::stoplist_store_bulk_block(_, _, _, _, _, _, _, _, _, _),
        blocking::stoplist_store_bulk_unblock(_, _, _, _, _, _, _, _, _),
        blocking::stoplist_store_undo(_, _, _, _, _),
        journal::stoplist_store_changes(_, _, _, _, _, _, _),
        journal::stoplist_store_verify(_, _, _, _),
        journal::stoplist_store_backup(_, _, _, _, _, _),
        journal::stoplist_store_archive(_, _, _, _, _, _),
        contact::stoplist_contact_create(_, _, _, _, _, _),
        contact::stoplist_contact_get(_, _, _, _, _, _),
        contact::stoplist_contact_edit(_, _, _, _, _, _, _, _),
        contact::stoplist_contact_archive(_, _, _, _, _, _),
        contact::stoplist_contact_restore(_, _, _, _, _, _),
        contact::stoplist_contact_find(_, _, _, _, _, _),
        contact::stoplist_contact_history(_, _, _, _, _, _),
        contact::stoplist_message_record(_, _, _, _, _, _, _, _, _, _),
        list::stoplist_list_create(_, _, _, _, _, _, _),
        list::stoplist_list_set(_, _, _, _, _, _, _),
        list::stoplist_list_drop(_, _, _, _, _, _),
        list::stoplist_list_get(_, _, _, _, _, _),
        list::stoplist_list_import(_, _, _, _, _, _, _, _, _, _, _),
        list::stoplist_list_export(_, _, _, _, _, _, _, _),
        actor::stoplist_actor_add(_, _, _, _, _, _, _),
        actor::stoplist_actor_set(_, _, _, _, _, _, _),
        actor::stoplist_actor_remove(_, _, _, _, _, _),
        actor::stoplist_actor_list(_, _, _, _),
        filter::stoplist_filter_open(_, _, _, _),
        filter::stoplist_filter_of_gate(_, _, _),
        filter::stoplist_filter_batch(_, _, _, _, _, _, _, _),
        filter::stoplist_filter_recheck(_, _, _, _, _, _, _, _, _),
        filter::stoplist_filter_stream(_, _, _),
        pass::stoplist_pass_schema(_, _, _),
        pass::stoplist_pass_next(_, _, _),
        pass::stoplist_pass_export(_, _),
        pass::stoplist_pass_report(_, _),
        pass::stoplist_pass_record(_, _, _, _, _, _, _, _),
        report::stoplist_report_counts(_, _),
        report::stoplist_report_json(_, _),
    );
    // Those that say nothing, and those that only read what they are given.
    let silent = [
        "version",
        "abi_version",
        "build_info",
        "status_name",
        "refusal_name",
        "error_status",
        "error_code",
        "error_message",
        "error_free",
        "text_data",
        "text_len",
        "text_free",
        "gate_free",
        "filter_free",
        "pass_free",
        "report_free",
    ];
    let header = include_str!("../../../include/stoplist.h");
    let declared = header.lines().filter_map(|line| {
        let (head, _) = line.split_once('(')?;
        let is_function =
            line.starts_with(|c: char| c.is_ascii_lowercase()) && !line.contains("typedef");
        Some(head.rsplit_once("stoplist_")?.1).filter(|_| is_function)
    });
    let missing: Vec<&str> = declared
        .filter(|name| {
            !silent.contains(name) && !tried.contains(&format!("stoplist_{name}").as_str())
        })
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn a_panic_in_what_frees_is_swallowed() {
    injected::due("call");
    gate::stoplist_gate_free(Owned::nothing());
    assert!(!injected::is_due());
}

/// Counts how often it is released.
fn counted(batch: &RecordBatch, releases: &'static AtomicUsize) -> (ArrowArray, ArrowSchema) {
    unsafe extern "C" fn release(array: *mut ArrowArray) {
        // SAFETY: `private_data` is the box below.
        let (inner, releases) = unsafe {
            *Box::from_raw((*array).private_data.cast::<(ArrowArray, &'static AtomicUsize)>())
        };
        drop(inner);
        releases.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the structure that is being released.
        unsafe { (*array).release = None };
    }
    let inner = export(batch.clone());
    let mut array = ArrowArray::empty();
    array.length = inner.length;
    array.n_buffers = inner.n_buffers;
    array.n_children = inner.n_children;
    array.buffers = inner.buffers;
    array.children = inner.children;
    array.release = Some(release);
    array.private_data = Box::into_raw(Box::new((inner, releases))).cast();
    (array, export_schema(&batch.schema()).ok().unwrap())
}

#[test]
fn a_batch_is_released_once_when_a_call_panics_in_the_midst_of_it() {
    static RELEASES: AtomicUsize = AtomicUsize::new(0);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("list.idx");
    let set = stoplist::NumberSet::from([stoplist::PhoneNumber::new(4_930_901_820).unwrap()]);
    let file = std::fs::File::create(&path).unwrap();
    stoplist::Index::from_set(&set).write_to(file).unwrap();
    let (path, mut error) = (path.to_str().unwrap(), Error::nothing());
    let mut gate = Owned::nothing();
    let name = "dnc";
    let status = gate::stoplist_gate_open_index(
        chars(path),
        path.len(),
        chars(name),
        name.len(),
        7,
        chars(""),
        0,
        out(&mut gate),
        out(&mut error),
    );
    assert_eq!(status, STOPLIST_OK);
    let mut filter = Owned::nothing();
    let status = filter::stoplist_filter_of_gate(
        of(&gate),
        Nothing::nothing(),
        out(&mut filter),
        out(&mut error),
    );
    assert_eq!(status, STOPLIST_OK);

    let phones = StringArray::from(vec!["+49 30 901820", "+49 30 901821"]);
    let batch = RecordBatch::try_from_iter([("phone", Arc::new(phones) as ArrayRef)]).unwrap();
    for (place, expected) in [(Some("filter"), STOPLIST_PANIC), (None, STOPLIST_OK)] {
        let before = RELEASES.load(Ordering::SeqCst);
        let (mut array, mut schema) = counted(&batch, &RELEASES);
        let (mut kept, mut of_kept) = (ArrowArray::empty(), ArrowSchema::empty());
        if let Some(place) = place {
            injected::due(place);
        }
        let status = filter::stoplist_filter_batch(
            of(&filter),
            out(&mut array),
            out(&mut schema),
            out(&mut kept),
            out(&mut of_kept),
            Nothing::nothing(),
            Nothing::nothing(),
            Nothing::nothing(),
            Nothing::nothing(),
        );
        assert_eq!(status, expected);
        assert!(array.is_released() && schema.release.is_none());
        assert_eq!(kept.is_released(), expected != STOPLIST_OK);
        drop((kept, of_kept));
        assert_eq!(RELEASES.load(Ordering::SeqCst) - before, 1, "{place:?}");
    }
    filter::stoplist_filter_free(filter);
    gate::stoplist_gate_free(gate);
}

fn any_filter() -> Filter {
    Filter::new(Lists::of_sets([]).unwrap(), FilterOptions::new(Parser::international()))
}

/// What comes of a batch that goes out and in again, a part of which is all that there is.
fn returned(batch: &RecordBatch) -> RecordBatch {
    let schema = batch.schema();
    let fault = |fault: fault::Fault| fault.into_parts().2;
    let imported =
        import(export(batch.clone()), &schema).and_then(|batch| batch.checked(&any_filter()));
    imported.map_err(fault).unwrap()
}

#[test]
fn arrays_that_are_empty_come_in_wherever_they_were_cut_from() {
    let phones = StringArray::from(vec!["+49 30 901820", "+49 30 901821"]);
    let offsets = OffsetBuffer::<i32>::from_lengths([2, 0]);
    let field = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let lists = ListArray::new(field, offsets, Arc::new(phones.clone()), None);
    let columns: [(&str, ArrayRef); 2] = [("phone", Arc::new(phones)), ("list", Arc::new(lists))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    for rows in [0..0, 1..1, 2..2, 0..1, 1..2, 0..2] {
        let part = batch.slice(rows.start, rows.len());
        assert_eq!(returned(&part), part, "{rows:?}");
    }
    // A list whose values are an empty part of others.
    let values = StringArray::from(vec!["a", "b"]).slice(1, 0);
    let field = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let offsets = OffsetBuffer::<i32>::from_lengths([0, 0]);
    let lists = ListArray::new(field, offsets, Arc::new(values), None);
    let batch = RecordBatch::try_from_iter([("list", Arc::new(lists) as ArrayRef)]).unwrap();
    assert_eq!(returned(&batch), batch);
}

#[test]
fn offsets_of_an_array_without_values_may_be_null() {
    let phones = StringArray::from(Vec::<&str>::new());
    let batch = RecordBatch::try_from_iter([("phone", Arc::new(phones) as ArrayRef)]).unwrap();
    let array = export(batch.clone());
    // SAFETY: a struct of one column of texts, with three buffers.
    unsafe {
        let column = *array.children;
        *(*column).buffers.add(1) = std::ptr::null();
        *(*column).buffers.add(2) = std::ptr::null();
    }
    let imported = import(array, &batch.schema()).and_then(|batch| batch.checked(&any_filter()));
    assert_eq!(imported.ok().unwrap(), batch);
}

#[test]
fn numbers_are_those_of_the_core() {
    for refusal in Refusal::ALL {
        assert_eq!(text(library::stoplist_refusal_name(*refusal as i32)), refusal.code());
    }
    assert_eq!(text(library::stoplist_refusal_name(0)), "");
    assert_eq!(text(library::stoplist_refusal_name(99)), "unknown");
    let refusals = [
        (STOPLIST_REFUSAL_EMPTY, Refusal::Empty),
        (STOPLIST_REFUSAL_NOT_A_NUMBER, Refusal::NotANumber),
        (STOPLIST_REFUSAL_LETTERS, Refusal::Letters),
        (STOPLIST_REFUSAL_WILDCARD, Refusal::Wildcard),
        (STOPLIST_REFUSAL_UNKNOWN_CALLING_CODE, Refusal::UnknownCallingCode),
        (STOPLIST_REFUSAL_TOO_SHORT, Refusal::TooShort),
        (STOPLIST_REFUSAL_TOO_LONG, Refusal::TooLong),
        (STOPLIST_REFUSAL_LOCAL_ONLY, Refusal::LocalOnly),
        (STOPLIST_REFUSAL_NEEDS_REGION, Refusal::NeedsRegion),
    ];
    assert_eq!(refusals.map(|(_, refusal)| refusal), *Refusal::ALL);
    assert!(refusals.iter().all(|(number, refusal)| *number == *refusal as i32));
    let permissions = [
        (STOPLIST_MAY_VIEW, Permission::View),
        (STOPLIST_MAY_EDIT, Permission::Edit),
        (STOPLIST_MAY_BLOCK, Permission::Block),
        (STOPLIST_MAY_BULK, Permission::Bulk),
        (STOPLIST_MAY_LISTS, Permission::Lists),
        (STOPLIST_MAY_AUDIT, Permission::Audit),
        (STOPLIST_MAY_ADMIN, Permission::Admin),
    ];
    assert_eq!(permissions.map(|(_, permission)| permission), *Permission::ALL);
    for (bit, permission) in permissions {
        assert!(number::permissions(bit).ok().unwrap().has(permission));
    }
    for (bit, name) in [
        (STOPLIST_INBOUND, "inbound"),
        (STOPLIST_OUTBOUND, "outbound"),
        (STOPLIST_AUTOMATED, "automated"),
        (STOPLIST_BROADCAST, "broadcast"),
    ] {
        assert_eq!(number::traffic(bit).ok().unwrap().to_string(), name);
    }
    assert_eq!(number::traffic_or_all(0).ok().unwrap(), stoplist::Traffic::ALL);
    assert!(number::traffic(16).is_err() && number::permissions(128).is_err());
}

#[test]
fn every_status_has_a_name_of_its_own() {
    let names: Vec<String> =
        (0..=STOPLIST_IO).map(|status| text(library::stoplist_status_name(status))).collect();
    let mut once = names.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), names.len());
    assert!(names.iter().all(|name| name != "unknown"));
    assert_eq!(text(library::stoplist_status_name(STOPLIST_IO + 1)), "unknown");
    assert_eq!(text(library::stoplist_status_name(-1)), "unknown");
}

#[test]
fn errors_of_a_store_have_the_status_that_says_what_to_do() {
    for (code, kind, status) in [
        ("unknown_list", StoreErrorKind::Usage, STOPLIST_NOT_FOUND),
        ("not_a_store", StoreErrorKind::Usage, STOPLIST_NOT_FOUND),
        ("occupied", StoreErrorKind::Usage, STOPLIST_EXISTS),
        ("poisoned", StoreErrorKind::Damaged, STOPLIST_POISONED),
        ("stale", StoreErrorKind::Data, STOPLIST_STALE),
        ("forked", StoreErrorKind::Usage, STOPLIST_FORKED),
        ("query", StoreErrorKind::Usage, STOPLIST_USAGE),
        ("too_long", StoreErrorKind::Data, STOPLIST_DATA),
        ("denied", StoreErrorKind::Denied, STOPLIST_DENIED),
        ("locked", StoreErrorKind::Busy, STOPLIST_LOCKED),
        ("format", StoreErrorKind::Damaged, STOPLIST_DAMAGED),
        ("io", StoreErrorKind::Io, STOPLIST_IO),
    ] {
        assert_eq!(fault::of_store(code, kind), status, "{code}");
    }
}
