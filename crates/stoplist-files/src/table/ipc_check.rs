//! Can this Arrow IPC metadata be decoded without a panic?
//!
//! The `arrow-ipc` crate verifies that metadata is well-formed, and takes for granted much of what
//! it says: unit and width of each type, the number of children, nodes and buffers, and where the
//! buffers lie. This module walks the same way as that decoder and refuses what would make it panic
//! or allocate without bound. What it passes may still be wrong; the decoder returns an error then.

use arrow::datatypes::{DataType, FieldRef, Fields, UnionMode};
use arrow::ipc;

/// Buffers that claim to be longer than this when decompressed are tried out: can the memory be
/// had at all? In bytes.
const LARGE_BUFFER: i64 = 64 * 1024 * 1024;

/// What is wrong, for the end of a message.
type Wrong = String;

/// Passes a schema that can be turned into an Arrow schema.
pub(super) fn schema(schema: ipc::Schema<'_>) -> Result<(), Wrong> {
    if !schema.endianness().equals_to_target_endianness() {
        return Err("it was written on a machine of the other byte order".to_owned());
    }
    let fields = schema.fields().ok_or("its schema has no list of columns")?;
    fields.iter().try_for_each(field)
}

fn field(field: ipc::Field<'_>) -> Result<(), Wrong> {
    let name = field.name().unwrap_or_default();
    let known = index_is_known(field) && type_is_known(field) && children_fit(field);
    if !known {
        let kind = field.type_type().variant_name().unwrap_or("unknown");
        return Err(format!("column {name:?} has a type that is not known (a kind of {kind})"));
    }
    field.children().into_iter().flatten().try_for_each(self::field)
}

fn index_is_known(field: ipc::Field<'_>) -> bool {
    field.dictionary().is_none_or(|dictionary| {
        dictionary.indexType().is_some_and(|int| matches!(int.bitWidth(), 8 | 16 | 32 | 64))
    })
}

/// Whether unit, width and precision of the type are such that Arrow has.
fn type_is_known(field: ipc::Field<'_>) -> bool {
    use ipc::TimeUnit as T;
    let time_unit =
        |unit| matches!(unit, T::SECOND | T::MILLISECOND | T::MICROSECOND | T::NANOSECOND);
    match field.type_type() {
        ipc::Type::Int => {
            field.type_as_int().is_some_and(|int| matches!(int.bitWidth(), 8 | 16 | 32 | 64))
        }
        ipc::Type::FixedSizeBinary => {
            field.type_as_fixed_size_binary().is_some_and(|binary| binary.byteWidth() >= 0)
        }
        ipc::Type::FloatingPoint => field.type_as_floating_point().is_some_and(|float| {
            use ipc::Precision as P;
            matches!(float.precision(), P::HALF | P::SINGLE | P::DOUBLE)
        }),
        ipc::Type::Date => field.type_as_date().is_some_and(|date| {
            matches!(date.unit(), ipc::DateUnit::DAY | ipc::DateUnit::MILLISECOND)
        }),
        ipc::Type::Time => field.type_as_time().is_some_and(|time| {
            matches!(
                (time.bitWidth(), time.unit()),
                (32, T::SECOND | T::MILLISECOND) | (64, T::MICROSECOND | T::NANOSECOND)
            )
        }),
        ipc::Type::Timestamp => {
            field.type_as_timestamp().is_some_and(|time| time_unit(time.unit()))
        }
        ipc::Type::Duration => field.type_as_duration().is_some_and(|time| time_unit(time.unit())),
        ipc::Type::Interval => field.type_as_interval().is_some_and(|interval| {
            use ipc::IntervalUnit as I;
            matches!(interval.unit(), I::YEAR_MONTH | I::DAY_TIME | I::MONTH_DAY_NANO)
        }),
        ipc::Type::Decimal => field.type_as_decimal().is_some_and(|decimal| {
            let most = match decimal.bitWidth() {
                32 => 9,
                64 => 18,
                128 => 38,
                256 => 76,
                _ => 0,
            };
            (1..=most).contains(&decimal.precision()) && i8::try_from(decimal.scale()).is_ok()
        }),
        ipc::Type::FixedSizeList => {
            field.type_as_fixed_size_list().is_some_and(|list| list.listSize() >= 0)
        }
        ipc::Type::Union => field.type_as_union().is_some_and(|union| {
            let children = field.children().map_or(0, |children| children.len());
            let ids_fit = union.typeIds().is_none_or(|ids| {
                let mut seen = [false; 128];
                ids.len() == children
                    && ids.iter().all(|id| {
                        usize::try_from(id)
                            .ok()
                            .and_then(|id| seen.get_mut(id))
                            .is_some_and(|seen| !std::mem::replace(seen, true))
                    })
            });
            let mode = matches!(union.mode(), ipc::UnionMode::Dense | ipc::UnionMode::Sparse);
            mode && ids_fit && children <= 128
        }),
        ipc::Type::Map => field.type_as_map().is_some(),
        ipc::Type::Null
        | ipc::Type::Bool
        | ipc::Type::Binary
        | ipc::Type::BinaryView
        | ipc::Type::LargeBinary
        | ipc::Type::Utf8
        | ipc::Type::Utf8View
        | ipc::Type::LargeUtf8
        | ipc::Type::List
        | ipc::Type::LargeList
        | ipc::Type::ListView
        | ipc::Type::LargeListView
        | ipc::Type::Struct_
        | ipc::Type::RunEndEncoded => true,
        _ => false,
    }
}

/// Whether a nested type has the children it must have.
fn children_fit(field: ipc::Field<'_>) -> bool {
    let children = field.children();
    let count = children.as_ref().map_or(0, |children| children.len());
    match field.type_type() {
        ipc::Type::List
        | ipc::Type::LargeList
        | ipc::Type::ListView
        | ipc::Type::LargeListView
        | ipc::Type::FixedSizeList => count == 1,
        ipc::Type::Map => children.is_some_and(|children| {
            count == 1 && {
                let entries = children.get(0);
                entries.type_type() == ipc::Type::Struct_
                    && entries.dictionary().is_none()
                    && entries.children().is_some_and(|entries| entries.len() == 2)
            }
        }),
        ipc::Type::RunEndEncoded => children.is_some_and(|children| {
            count == 2 && {
                let run_ends = children.get(0);
                run_ends.dictionary().is_none()
                    && run_ends
                        .type_as_int()
                        .is_some_and(|int| int.is_signed() && int.bitWidth() >= 16)
            }
        }),
        _ => true,
    }
}

/// Passes a record batch, or the one of a dictionary, whose parts lie in `body` and are as many as
/// `fields` need.
pub(super) fn batch(
    batch: ipc::RecordBatch<'_>,
    body: &[u8],
    fields: &Fields,
    version: ipc::MetadataVersion,
) -> Result<(), Wrong> {
    if batch.length() < 0 {
        return Err("a batch claims a negative row count".to_owned());
    }
    let mut walk = Walk {
        nodes: batch.nodes().into_iter().flatten(),
        buffers: batch.buffers().into_iter().flatten(),
        views: batch.variadicBufferCounts().into_iter().flatten(),
        compressed: batch.compression().is_some(),
        body,
        version,
    };
    fields.iter().try_for_each(|field| walk.array(field))?;
    if walk.views.next().is_some() {
        return Err("a batch has more buffer counts than columns that need one".to_owned());
    }
    Ok(())
}

struct Walk<'a, N, B, V> {
    nodes: N,
    buffers: B,
    views: V,
    compressed: bool,
    body: &'a [u8],
    version: ipc::MetadataVersion,
}

impl<'a, N, B, V> Walk<'a, N, B, V>
where
    N: Iterator<Item = &'a ipc::FieldNode>,
    B: Iterator<Item = &'a ipc::Buffer>,
    V: Iterator<Item = i64>,
{
    fn array(&mut self, field: &FieldRef) -> Result<(), Wrong> {
        use DataType as D;
        let (rows, nulls) = self.node(field)?;
        match field.data_type() {
            D::Null => {}
            D::Utf8 | D::Binary => self.buffers_of(rows, nulls, &[4, 1])?,
            D::LargeUtf8 | D::LargeBinary => self.buffers_of(rows, nulls, &[8, 1])?,
            D::Utf8View | D::BinaryView => {
                let count = self.views.next().and_then(|count| usize::try_from(count).ok());
                let count = count.ok_or("a batch lacks the buffer count of a view column")?;
                self.buffers_of(rows, nulls, &[16])?;
                // Each is there, or this stops.
                (0..count).try_for_each(|_| self.buffer(0, 1).map(drop))?;
            }
            D::List(child) | D::Map(child, _) => {
                self.buffers_of(rows, nulls, &[4])?;
                self.array(child)?;
            }
            D::LargeList(child) => {
                self.buffers_of(rows, nulls, &[8])?;
                self.array(child)?;
            }
            D::ListView(child) => {
                self.buffers_of(rows, nulls, &[4, 4])?;
                self.array(child)?;
            }
            D::LargeListView(child) => {
                self.buffers_of(rows, nulls, &[8, 8])?;
                self.array(child)?;
            }
            D::FixedSizeList(child, _) => {
                self.buffers_of(rows, nulls, &[])?;
                self.array(child)?;
            }
            D::Struct(children) => {
                self.buffers_of(rows, nulls, &[])?;
                children.iter().try_for_each(|child| self.array(child))?;
            }
            D::RunEndEncoded(run_ends, values) => {
                self.array(run_ends)?;
                self.array(values)?;
            }
            D::Union(children, mode) => {
                if self.version < ipc::MetadataVersion::V5 {
                    self.buffer(0, 1)?;
                }
                self.buffer(rows, 1)?;
                // Every other misplaced buffer is copied to where it can be used.
                if *mode == UnionMode::Dense && self.buffer(4 * rows, 4)? % 4 != 0 {
                    return Err("a buffer lies between two places for its items".to_owned());
                }
                children.iter().try_for_each(|(_, child)| self.array(child))?;
            }
            D::Dictionary(keys, _) => {
                let width = keys.primitive_width().unwrap_or(1);
                self.buffers_of(rows, nulls, &[width as i64])?;
            }
            // Integers may be keys or run ends.
            other => {
                let width = other.primitive_width().filter(|_| other.is_integer()).unwrap_or(1);
                self.buffers_of(rows, nulls, &[width as i64])?;
            }
        }
        Ok(())
    }

    /// Rows and nulls of the next array.
    fn node(&mut self, field: &FieldRef) -> Result<(i64, i64), Wrong> {
        let node = self.nodes.next().ok_or("a batch has fewer arrays than columns")?;
        let (rows, nulls) = (node.length(), node.null_count());
        // Further than any table gets, and far from where sizes in bits overflow.
        if !(0..=1 << 48).contains(&rows) || !(0..=rows).contains(&nulls) {
            let name = field.name();
            return Err(format!("column {name:?} claims {rows} rows and {nulls} nulls in a batch"));
        }
        Ok((rows, nulls))
    }

    /// The bits that say which rows are null, needed where there are any, and buffers of items of
    /// these widths.
    fn buffers_of(&mut self, rows: i64, nulls: i64, widths: &[i64]) -> Result<(), Wrong> {
        self.buffer(if nulls > 0 { (rows + 7) / 8 } else { 0 }, 1)?;
        widths.iter().try_for_each(|&width| self.buffer(0, width).map(drop))
    }

    /// A buffer of at least `least` bytes after decompression, in whole items of `width` bytes;
    /// where it lies in the body.
    fn buffer(&mut self, least: i64, width: i64) -> Result<i64, Wrong> {
        let buffer =
            self.buffers.next().ok_or("a batch has fewer buffers than its columns need")?;
        let content = usize::try_from(buffer.offset())
            .ok()
            .zip(usize::try_from(buffer.length()).ok())
            .and_then(|(offset, length)| self.body.get(offset..offset.checked_add(length)?))
            .ok_or("a buffer lies outside its batch")?;
        let length = match content.first_chunk::<8>() {
            _ if !self.compressed || content.is_empty() => buffer.length(),
            None => return Err("a compressed buffer is too short".to_owned()),
            Some(prefix) => match i64::from_le_bytes(*prefix) {
                -1 => buffer.length() - 8,
                length => length,
            },
        };
        if length < least {
            return Err("a buffer is shorter than its rows need".to_owned());
        }
        if length % width != 0 {
            return Err("a buffer does not hold whole items".to_owned());
        }
        if self.compressed && length > LARGE_BUFFER {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if Vec::<u8>::new().try_reserve_exact(length).is_err() {
                return Err(format!(
                    "a buffer claims {length} bytes, for which there is no memory"
                ));
            }
        }
        Ok(buffer.offset())
    }
}
