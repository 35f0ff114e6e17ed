//! How do Arrow structures come in from C, and go out?
//!
//! Their pointers have to be valid, as the Arrow C data interface says. Everything else is checked:
//! first what importing relies on ([`schema`], [`array`]), then, once imported, the data itself.

mod array;
mod import;
mod raw;
mod schema;
mod stream;

pub(crate) use import::{Imported, export, export_schema, import};
pub(crate) use raw::{take_array, take_schema, take_stream};
pub(crate) use schema::schema;
pub(crate) use stream::{Input, export_stream};

/// A structure of the Arrow C data interface: a column, or a batch as a struct of its columns.
pub type ArrowArray = ::arrow::ffi::FFI_ArrowArray;
/// Its type.
pub type ArrowSchema = ::arrow::ffi::FFI_ArrowSchema;
/// A structure of the Arrow C stream interface.
pub type ArrowArrayStream = ::arrow::ffi_stream::FFI_ArrowArrayStream;
