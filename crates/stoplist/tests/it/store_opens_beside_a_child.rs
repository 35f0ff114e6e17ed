//! A child that was forked while a store was open has its files, and the locks on them, for as long
//! as it lives. Here a file that is locked stands for it.

use std::fs::{self, File};

use stoplist::{
    GateSpec, ImportOptions, ListSettings, NumberSet, PhoneNumber, Store, StoreError, StoreOptions,
    Traffic,
};

use crate::store_desk::Desk;

fn number(value: u64) -> PhoneNumber {
    PhoneNumber::new(value).unwrap()
}

/// Locks the database of the state, as a child that lives on does.
fn locked_state(desk: &Desk) -> File {
    let databases = fs::read_dir(desk.path().join("state")).unwrap();
    let mut files = databases.map(|entry| entry.unwrap().path().join("db"));
    let file = File::open(files.find(|path| path.is_file()).unwrap()).unwrap();
    file.try_lock().unwrap();
    file
}

#[test]
fn a_store_whose_state_a_child_has_opens_without_and_goes_on_with_it_later() {
    let mut desk = Desk::new();
    let ana = |store: &Store, list: &str, value| {
        let ana = store.acting_as("ana");
        ana.create_list(list, &ListSettings::new(Traffic::ALL)).unwrap();
        let numbers = NumberSet::from([number(value)]);
        ana.import(list, numbers, &ImportOptions::add("it")).unwrap();
    };
    ana(desk.store(), "before", 4_930_901_820);
    desk.close();

    let child = locked_state(&desk);
    let store = Store::open(desk.path(), StoreOptions::default()).unwrap();
    assert_eq!(store.repairs(), []);
    ana(&store, "beside", 12_025_550_142);
    let rebuilt = |desk: &Desk| Store::rebuild(desk.path(), "ana", StoreOptions::default());
    drop(store);
    assert!(matches!(rebuilt(&desk), Err(StoreError::Locked { .. })));
    drop(child);

    // The state lags behind the journal, and is taken up again: none is made anew.
    desk.reopen();
    assert_eq!(desk.store().repairs(), []);
    let gate = desk.store().gate(&GateSpec::all(Traffic::ALL)).unwrap().load();
    assert!(gate.contains(number(4_930_901_820)) && gate.contains(number(12_025_550_142)));
    desk.close();
    assert!(rebuilt(&desk).unwrap().1.equal);
}
