//! Where do the rows go that are kept, and those that are not?

use std::num::NonZeroUsize;
use std::path::Path;

use arrow::datatypes::SchemaRef;
use stoplist_arrow::{Filtered, excluded_schema};
use stoplist_files::Error;
use stoplist_files::output::OutputFile;
use stoplist_files::table::{TableFormat, TableReader, TableWriter, WriteOptions};

use crate::args::FilterArgs;
use crate::failure::Failure;

/// The tables that are being written.
pub(super) struct Outputs {
    kept: TableWriter<OutputFile>,
    excluded: Option<TableWriter<OutputFile>>,
}

impl Outputs {
    /// Begins them, in the manner of the input.
    pub(super) fn create(
        args: &FilterArgs,
        input: &TableReader,
        kept: &SchemaRef,
        threads: NonZeroUsize,
    ) -> Result<Self, Failure> {
        let mut options = WriteOptions::like(input);
        options.threads = Some(threads);
        let kept = table(&args.output, args.output_format, kept, options)?;
        let excluded = match &args.excluded {
            Some(path) => Some(table(path, None, &excluded_schema(&input.schema())?, options)?),
            None => None,
        };
        Ok(Self { kept, excluded })
    }

    pub(super) fn write(&mut self, filtered: &Filtered) -> Result<(), Failure> {
        self.kept.write(&filtered.kept)?;
        if let (Some(excluded), Some(rows)) = (&mut self.excluded, &filtered.excluded) {
            excluded.write(rows)?;
        }
        Ok(())
    }

    /// Writes the ends of the tables.
    pub(super) fn finish(self) -> Result<Written, Failure> {
        let Self { kept, excluded } = self;
        let excluded = excluded.map(TableWriter::finish).transpose()?;
        Ok(Written { kept: kept.finish()?, excluded })
    }
}

fn table(
    path: &Path,
    format: Option<TableFormat>,
    schema: &SchemaRef,
    options: WriteOptions,
) -> Result<TableWriter<OutputFile>, Error> {
    let format = match format {
        Some(format) => format,
        None => TableFormat::of_path(path)?,
    };
    let file = OutputFile::create(path)?;
    TableWriter::create(file, path, format, schema, options)
}

/// Whole tables that have not appeared.
pub(super) struct Written {
    kept: OutputFile,
    excluded: Option<OutputFile>,
}

impl Written {
    /// Waits until they are on disk: what can fail has failed then.
    pub(super) fn settle(&mut self) -> Result<(), Failure> {
        if let Some(excluded) = &mut self.excluded {
            excluded.settle()?;
        }
        Ok(self.kept.settle()?)
    }

    /// Makes them appear. The kept rows come last: where they are, everything is.
    pub(super) fn commit(self) -> Result<(), Failure> {
        if let Some(excluded) = self.excluded {
            excluded.commit()?;
        }
        Ok(self.kept.commit()?)
    }
}
