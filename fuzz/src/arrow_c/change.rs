//! What is not as it should be?

use super::heap::Manners;
use super::plan::{Below, Buffer, MOST_POINTERS, Node, Schema, Values};
use crate::input::Input;

/// The most changes of an input.
const MOST_CHANGES: usize = 24;
/// Numbers that are small, at a limit, or impossible.
const NUMBERS: [i64; 16] = [
    -1,
    i64::MIN,
    i64::MAX,
    -2,
    1 << 40,
    (1 << 40) + 1,
    1 << 60,
    i64::MAX / 8,
    i32::MAX as i64,
    i32::MIN as i64,
    i32::MAX as i64 + 1,
    100_000,
    100_001,
    512,
    65_536,
    i64::MAX - 4,
];
/// Formats that there are, and some that there are not.
const FORMATS: &str = "n b c C s S i I l L e f g u U z Z vu vz w:12 w:0 w:1 w:-1 w:2147483647 w:x \
    d:15,0 d:9,0,32 d:18,0,64 d:38,0 d:76,0,256 d:39,0 d:0,0 d:15,-3 d:15,0,77 tdD \
    tdm ttu tsm:UTC tsu: tDn tin tiM +l +L +vl +vL +w:2 +w:0 +w:2147483647 +w:-1 \
    +s +m +r +ud:0,5 +us:0,5 +ud: +us:0,0 +ud:0,300  ?";

/// The kinds of changes. The byte of a kind is followed by the place in preorder, modulo the number of
/// structures, unless it is a change of a stream; then by what the kind takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A byte: which of the formats.
    Format,
    /// A length and bytes.
    FormatBytes,
    FormatNull,
    /// A length and bytes; NULL for the length 255.
    Name,
    /// A number.
    Flags,
    /// A length and bytes.
    Metadata,
    /// Seven kinds for schemas, then for arrays. A number: how many there are below.
    SchemaCount,
    ArrayCount,
    /// A byte: 255 for the array of pointers, else which of the pointers.
    SchemaChildNull,
    ArrayChildNull,
    /// A byte: 0 takes a dictionary away, others put one that is the first child or a leaf.
    SchemaDictionary,
    ArrayDictionary,
    /// Puts a copy of the last child behind it.
    SchemaChildMore,
    ArrayChildMore,
    /// Takes the last one away.
    SchemaChildFewer,
    ArrayChildFewer,
    SchemaReleased,
    ArrayReleased,
    /// A byte: of a structure below 128, else of its pointers.
    SchemaSkew,
    ArraySkew,
    /// A number each.
    Length,
    Offset,
    NullCount,
    BufferCount,
    /// A byte: 255 for the array of pointers, else which of the buffers.
    BufferNull,
    /// Which buffer, 255 for the array of pointers; by how many bytes.
    BufferSkew,
    /// Which buffer, the width as a power of two, which value, a number.
    Value,
    /// Two buffers.
    Swap,
    /// A byte: which of the manners.
    Stream,
}

impl Change {
    const ALL: [Self; 29] = {
        use Change::*;
        [
            Format,
            FormatBytes,
            FormatNull,
            Name,
            Flags,
            Metadata,
            SchemaCount,
            ArrayCount,
            SchemaChildNull,
            ArrayChildNull,
            SchemaDictionary,
            ArrayDictionary,
            SchemaChildMore,
            ArrayChildMore,
            SchemaChildFewer,
            ArrayChildFewer,
            SchemaReleased,
            ArrayReleased,
            SchemaSkew,
            ArraySkew,
            Length,
            Offset,
            NullCount,
            BufferCount,
            BufferNull,
            BufferSkew,
            Value,
            Swap,
            Stream,
        ]
    };
}

/// Makes all changes of an input, and says whether there are any.
pub(super) fn apply(
    input: &mut Input<'_>,
    schema: &mut Schema,
    values: &mut Values,
    manners: &mut Manners,
) -> bool {
    let mut is_changed = false;
    for _ in 0..MOST_CHANGES {
        let Some(kind) = input.u8() else { break };
        is_changed = true;
        let kind = Change::ALL.get(usize::from(kind) % Change::ALL.len()).copied();
        if kind.and_then(|kind| change(kind, input, schema, values, manners)).is_none() {
            break;
        }
    }
    is_changed
}

/// Nothing when the input ends in the midst.
fn change(
    kind: Change,
    input: &mut Input<'_>,
    schema: &mut Schema,
    values: &mut Values,
    manners: &mut Manners,
) -> Option<()> {
    use Change::*;
    match kind {
        Stream => stream(input.u8()?, manners),
        Format | FormatBytes | FormatNull | Name | Flags | Metadata => {
            let node = node(input, schema)?;
            of_schema(kind, input, node)?;
        }
        SchemaCount | SchemaChildNull | SchemaDictionary | SchemaChildMore | SchemaChildFewer
        | SchemaReleased | SchemaSkew => {
            let leaf = Schema {
                format: Some(b"l".to_vec()),
                name: None,
                metadata: None,
                flags: 2,
                below: Below::new(Vec::new(), None),
                is_released: false,
                skew: 0,
            };
            let node = node(input, schema)?;
            of_both(kind, input, node, leaf)?;
        }
        ArrayCount | ArrayChildNull | ArrayDictionary | ArrayChildMore | ArrayChildFewer
        | ArrayReleased | ArraySkew => {
            let mut leaf = Values::batch(Vec::new(), 0, 4);
            leaf.buffers.push(Buffer::default());
            leaf.n_buffers = 2;
            let node = node(input, values)?;
            of_both(kind, input, node, leaf)?;
        }
        _ => {
            let node = node(input, values)?;
            of_values(kind, input, node)?;
        }
    }
    Some(())
}

/// The structure that the next byte says.
fn node<'a, T: Node>(input: &mut Input<'_>, top: &'a mut T) -> Option<&'a mut T> {
    let mut at = usize::from(input.u8()?) % top.count();
    top.nth(&mut at)
}

/// A byte for a small one or one of a list; 255 and 8 bytes for any.
fn number(input: &mut Input<'_>) -> Option<i64> {
    let byte = input.u8()?;
    match byte {
        255 => input.u64().map(|value| value as i64),
        200.. => NUMBERS.get(usize::from(byte - 200) % NUMBERS.len()).copied(),
        _ => Some(byte.into()),
    }
}

fn text<'a>(input: &mut Input<'a>) -> Option<&'a [u8]> {
    let len = input.u8()?;
    input.bytes(usize::from(len % 64))
}

fn of_schema(kind: Change, input: &mut Input<'_>, schema: &mut Schema) -> Option<()> {
    match kind {
        Change::Format => {
            let at = usize::from(input.u8()?) % FORMATS.split(' ').count();
            schema.format = FORMATS.split(' ').nth(at).map(|format| format.as_bytes().to_vec());
        }
        Change::FormatBytes => schema.format = Some(text(input)?.to_vec()),
        Change::FormatNull => schema.format = None,
        Change::Name => {
            let is_null = input.0.first() == Some(&255);
            schema.name = Some(text(input)?.to_vec()).filter(|_| !is_null);
        }
        Change::Flags => schema.flags = number(input)?,
        _ => schema.metadata = Some(text(input)?.to_vec()),
    }
    Some(())
}

fn of_both<T: Node + Clone>(
    kind: Change,
    input: &mut Input<'_>,
    node: &mut T,
    leaf: T,
) -> Option<()> {
    use Change::*;
    let below = node.below_mut();
    match kind {
        SchemaCount | ArrayCount => below.count = number(input)?,
        SchemaChildNull | ArrayChildNull => match input.u8()? {
            255 => below.is_null = true,
            at => below.nulls |= 1 << (at % 32),
        },
        SchemaDictionary | ArrayDictionary => {
            let first = below.nodes.first().cloned();
            let is_there = input.u8()? != 0;
            below.dictionary = is_there.then(|| Box::new(first.unwrap_or(leaf)));
        }
        SchemaChildMore | ArrayChildMore => {
            let last = below.nodes.last().cloned();
            // Copies of copies grow fast.
            let last = last.filter(|last| last.count() < 64).unwrap_or(leaf);
            below.nodes.push(last);
            below.count = below.count.saturating_add(1);
        }
        SchemaChildFewer | ArrayChildFewer => {
            below.nodes.pop();
            below.count = below.count.saturating_sub(1);
        }
        SchemaReleased | ArrayReleased => node.release(),
        _ => match input.u8()? {
            skew @ ..128 => *node.skew_mut() = usize::from(skew % 8),
            skew => below.skew = usize::from(skew % 8),
        },
    }
    Some(())
}

fn of_values(kind: Change, input: &mut Input<'_>, values: &mut Values) -> Option<()> {
    let count = values.buffers.len().max(1);
    match kind {
        Change::Length => values.length = number(input)?,
        Change::Offset => values.offset = number(input)?,
        Change::NullCount => values.null_count = number(input)?,
        Change::BufferCount => {
            values.n_buffers = number(input)?;
            if (0..=MOST_POINTERS).contains(&values.n_buffers) {
                let count = values.buffers.len().max(values.n_buffers as usize);
                values.buffers.resize(count, Buffer::default());
            }
        }
        Change::BufferNull => match input.u8()? {
            255 => values.has_null_buffers = true,
            at => values.buffers.get_mut(usize::from(at) % count)?.is_null ^= true,
        },
        Change::BufferSkew => {
            let (at, skew) = (input.u8()?, usize::from(input.u8()? % 16));
            match at {
                255 => values.buffers_skew = skew % 8,
                at => values.buffers.get_mut(usize::from(at) % count)?.skew = skew,
            }
        }
        Change::Swap => {
            let (one, other) = (usize::from(input.u8()?) % count, usize::from(input.u8()?) % count);
            if !values.buffers.is_empty() {
                values.buffers.swap(one, other);
            }
        }
        _ => {
            let (at, width) = (usize::from(input.u8()?) % count, 1 << (input.u8()? % 4));
            let (place, value) = (usize::from(input.u8()?) * width, number(input)?);
            let bytes = &mut values.buffers.get_mut(at)?.bytes;
            bytes.resize(bytes.len().max(place + width), 0);
            let value = value.to_le_bytes();
            bytes.get_mut(place..place + width)?.copy_from_slice(value.get(..width)?);
        }
    }
    Some(())
}

fn stream(which: u8, manners: &mut Manners) {
    match which % 6 {
        0 => manners.has_no_schema_callback = true,
        1 => manners.has_no_next_callback = true,
        2 => manners.says_nothing = true,
        3 => manners.is_released = true,
        4 => manners.fails_for_schema = true,
        _ => manners.fails_for_next = true,
    }
}
