//! Lives of stores.

use super::{Script, Seed};
use crate::store_ops::Operation::{
    self, Block, BulkBlock, BulkUnblock, Create, Drop, Edit, Import, List, Reopen, Unblock, Undo,
};

/// Seeds of `store_ops`.
pub(crate) fn store_ops() -> Vec<Seed> {
    let script = |operations: &[(Operation, &[u8])]| {
        operations.iter().fold(Script::default(), |script, &(operation, bytes)| {
            script.push(&[operation as u8]).push(bytes)
        })
    };
    vec![
        script(&[]).seed("nothing"),
        script(&[(Block, &[1, 0, 0, 15]), (Unblock, &[1, 0, 0]), (Reopen, &[])]).seed("number"),
        script(&[(Create, &[0, 1, 0]), (Block, &[2, 0, 0, 4]), (Reopen, &[])]).seed("by_number"),
        script(&[(Create, &[0, 0, 3]), (Edit, &[0, 5]), (Unblock, &[32, 0, 0])]).seed("edited"),
        script(&[(Block, &[3, 0, 0, 1]), (Create, &[0, 1, 8]), (Reopen, &[])]).seed("adopted"),
        script(&[(Create, &[0, 1, 15]), (Create, &[1, 2, 15]), (Unblock, &[0, 0, 1])])
            .seed("shared"),
        script(&[(Block, &[0, 0, 128, 15]), (Block, &[1, 0, 0, 0])]).seed("refused"),
        script(&[(BulkBlock, &[15, 0, 0, 15]), (Create, &[0, 1, 0]), (Undo, &[0])]).seed("undone"),
        script(&[
            (Create, &[0, 1, 0]),
            (BulkBlock, &[12, 0, 1, 5]),
            (BulkUnblock, &[12, 0, 1]),
            (Reopen, &[]),
            (Undo, &[1]),
            (Undo, &[0]),
        ])
        .seed("undone_twice"),
        script(&[(List, &[0, 2]), (Import, &[0, 255, 3, 0]), (List, &[0, 8])]).seed("list"),
        script(&[
            (List, &[1, 15]),
            (Import, &[1, 7, 0, 0]),
            (Import, &[1, 12, 0, 1]),
            (Undo, &[1]),
            (Reopen, &[]),
            (Undo, &[0]),
        ])
        .seed("imports_undone"),
        script(&[(List, &[0, 1]), (Import, &[0, 9, 0, 0]), (Drop, &[0]), (Undo, &[0])])
            .seed("gone"),
        script(&[(List, &[0, 1]), (Drop, &[0]), (List, &[0, 2]), (Reopen, &[])]).seed("made_anew"),
    ]
}
