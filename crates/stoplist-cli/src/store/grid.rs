//! How are rows shown to a person: aligned, a line each, no wider than the terminal?

use std::fmt;
use std::io::IsTerminal as _;

use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, presets};

use crate::failure::one_line;

/// Cells in columns. Where standard output is a terminal, or `COLUMNS` says how wide it is, long
/// cells are cut to fit.
pub(super) struct Grid {
    table: Table,
}

impl Grid {
    /// With a line of names above.
    pub(super) fn new(names: &[&str]) -> Self {
        let mut grid = Self::bare();
        let mut row = Row::from(names);
        row.max_height(1);
        grid.table.set_header(row);
        grid
    }

    /// Without.
    pub(super) fn bare() -> Self {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_truncation_indicator("…");
        // Cells are cut within words: this parts none, as it is in no cell.
        table.set_delimiter('\0');
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        if columns.is_some() || std::io::stdout().is_terminal() {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        if let Some(columns) = columns {
            table.set_width(columns);
        }
        Self { table }
    }

    /// Adds a row.
    pub(super) fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let mut row = Row::new();
        for cell in cells {
            row.add_cell(one_line(cell.as_ref()).into());
        }
        row.max_height(1);
        self.table.add_row(row);
    }

    /// Once all rows are in: cuts nothing off these columns, counted from 0, as long as the others
    /// can give way.
    pub(super) fn keep_whole(&mut self, columns: &[usize]) {
        for &column in columns {
            if let Some(column) = self.table.column_mut(column) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.table.is_empty() && self.table.header().is_none() {
            return Ok(());
        }
        let mut table = self.table.clone();
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        for line in table.lines() {
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
