//! What is to stand in the structures of the C data interface?
//!
//! Plain values, which a change may set to anything before memory is made of them.

use arrow::array::{Array, ArrayData, ArrayRef};
use arrow::datatypes::{DataType, UnionMode};
use arrow::ffi::FFI_ArrowSchema;

/// The most pointers of one structure. Counts between this and what the library refuses are not used.
pub(super) const MOST_POINTERS: i64 = 16;

/// A buffer.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffer {
    pub(super) bytes: Vec<u8>,
    pub(super) is_null: bool,
    /// How many bytes behind an aligned address.
    pub(super) skew: usize,
}

/// The structures below another one, as its array of pointers leads to them.
#[derive(Clone, Debug)]
pub(super) struct Below<T> {
    pub(super) nodes: Vec<T>,
    /// What the structure says.
    pub(super) count: i64,
    pub(super) is_null: bool,
    /// Bits: the pointers that are NULL.
    pub(super) nulls: u32,
    pub(super) skew: usize,
    pub(super) dictionary: Option<Box<T>>,
}

/// An `ArrowSchema`.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    pub(super) format: Option<Vec<u8>>,
    pub(super) name: Option<Vec<u8>>,
    pub(super) metadata: Option<Vec<u8>>,
    pub(super) flags: i64,
    pub(super) below: Below<Schema>,
    pub(super) is_released: bool,
    pub(super) skew: usize,
}

/// An `ArrowArray`.
#[derive(Clone, Debug)]
pub(super) struct Values {
    pub(super) length: i64,
    pub(super) null_count: i64,
    pub(super) offset: i64,
    pub(super) n_buffers: i64,
    pub(super) buffers: Vec<Buffer>,
    pub(super) has_null_buffers: bool,
    pub(super) buffers_skew: usize,
    pub(super) below: Below<Values>,
    pub(super) is_released: bool,
    pub(super) skew: usize,
}

/// What schemas and arrays have in common: a tree.
pub(super) trait Node: Sized {
    fn below(&self) -> &Below<Self>;
    fn below_mut(&mut self) -> &mut Below<Self>;
    fn skew_mut(&mut self) -> &mut usize;
    fn release(&mut self);

    /// Itself and all below.
    fn count(&self) -> usize {
        let below = self.below();
        1 + below.nodes.iter().chain(below.dictionary.as_deref()).map(Self::count).sum::<usize>()
    }

    /// The one that is `at` in preorder.
    fn nth(&mut self, at: &mut usize) -> Option<&mut Self> {
        if *at == 0 {
            return Some(self);
        }
        *at -= 1;
        let below = self.below_mut();
        let mut all = below.nodes.iter_mut().chain(below.dictionary.as_deref_mut());
        all.find_map(|node| node.nth(at))
    }
}

impl Node for Schema {
    fn below(&self) -> &Below<Self> {
        &self.below
    }

    fn below_mut(&mut self) -> &mut Below<Self> {
        &mut self.below
    }

    fn skew_mut(&mut self) -> &mut usize {
        &mut self.skew
    }

    fn release(&mut self) {
        self.is_released = true;
    }
}

impl Node for Values {
    fn below(&self) -> &Below<Self> {
        &self.below
    }

    fn below_mut(&mut self) -> &mut Below<Self> {
        &mut self.below
    }

    fn skew_mut(&mut self) -> &mut usize {
        &mut self.skew
    }

    fn release(&mut self) {
        self.is_released = true;
    }
}

impl<T> Below<T> {
    pub(super) fn new(nodes: Vec<T>, dictionary: Option<T>) -> Self {
        let count = nodes.len() as i64;
        let dictionary = dictionary.map(Box::new);
        Self { nodes, count, is_null: false, nulls: 0, skew: 0, dictionary }
    }
}

impl Schema {
    /// As Arrow writes it.
    pub(super) fn of(schema: &FFI_ArrowSchema) -> Self {
        Self {
            format: Some(schema.format().as_bytes().to_vec()),
            name: schema.name().map(|name| name.as_bytes().to_vec()),
            metadata: None,
            flags: schema.flags().map_or(0, |flags| flags.bits()),
            below: Below::new(
                schema.children().map(Self::of).collect(),
                schema.dictionary().map(Self::of),
            ),
            is_released: false,
            skew: 0,
        }
    }
}

impl Values {
    /// Those of an array that is not cut out of another one, as Arrow has them in memory.
    pub(super) fn of(data: &ArrayData) -> Self {
        use DataType::{Dictionary, Null, RunEndEncoded, Union};

        let data_type = data.data_type();
        let mut buffers = Vec::new();
        if !matches!(data_type, Null | RunEndEncoded(..) | Union(..)) {
            let validity = data.nulls().map(|nulls| nulls.buffer().to_vec());
            let is_null = validity.is_none();
            buffers.push(Buffer { bytes: validity.unwrap_or_default(), is_null, skew: 0 });
        }
        let others = data.buffers().iter().map(|buffer| buffer.to_vec());
        buffers.extend(others.map(|bytes| Buffer { bytes, ..Buffer::default() }));
        if matches!(data_type, DataType::Utf8View | DataType::BinaryView) {
            let variadic = data.buffers().iter().skip(1);
            let lengths = variadic.flat_map(|buffer| (buffer.len() as i64).to_le_bytes()).collect();
            buffers.push(Buffer { bytes: lengths, ..Buffer::default() });
        }
        debug_assert!(!matches!(data_type, Union(_, UnionMode::Dense)) || buffers.len() == 2);
        let mut nodes: Vec<Self> = data.child_data().iter().map(Self::of).collect();
        let is_dictionary = matches!(data_type, Dictionary(..));
        let dictionary = if is_dictionary { nodes.pop() } else { None };
        Self {
            length: data.len() as i64,
            null_count: data.null_count() as i64,
            offset: data.offset() as i64,
            n_buffers: buffers.len() as i64,
            buffers,
            has_null_buffers: false,
            buffers_skew: 0,
            below: Below::new(nodes, dictionary),
            is_released: false,
            skew: 0,
        }
    }

    /// So many rows of an array, from one on.
    pub(super) fn part(array: &ArrayRef, offset: usize, length: usize) -> Self {
        let null_count = array.slice(offset, length).null_count() as i64;
        Self {
            length: length as i64,
            offset: offset as i64,
            null_count,
            ..Self::of(&array.to_data())
        }
    }

    /// A batch of columns.
    pub(super) fn batch(columns: Vec<Self>, offset: usize, rows: usize) -> Self {
        Self {
            length: rows as i64,
            null_count: 0,
            offset: offset as i64,
            n_buffers: 1,
            buffers: vec![Buffer { is_null: true, ..Buffer::default() }],
            has_null_buffers: false,
            buffers_skew: 0,
            below: Below::new(columns, None),
            is_released: false,
            skew: 0,
        }
    }
}
