//! How is the outcome shown?
//!
//! As a table on standard error, and as lines of JSON, one a figure, on standard output.

use serde_json::json;

use super::Case;
use super::options::{Column, Options, System};

#[derive(Debug)]
struct Figure {
    work: &'static str,
    column: Column,
    threads: usize,
    system: System,
    version: String,
    task: &'static str,
    metric: &'static str,
    value: f64,
    unit: &'static str,
}

#[derive(Debug)]
pub(super) struct Report {
    rows: usize,
    numbers: usize,
    hits: usize,
    figures: Vec<Figure>,
}

const WARM: &str = "filter";
const COLD: &str = "filter files";
const TIME: &str = "ns_per_row";
const MEMORY: &str = "max_rss";

impl Report {
    pub(super) fn new(options: &Options) -> Self {
        let &Options { rows, numbers, hits, .. } = options;
        Self { rows, numbers, hits, figures: Vec::new() }
    }

    /// `ns` is the time of the whole task.
    pub(super) fn warm(
        &mut self,
        case: Case<'_>,
        system: System,
        version: &str,
        task: &'static str,
        ns: f64,
    ) {
        self.add(WARM, case, system, version, task, (TIME, ns / self.rows as f64, "ns"));
    }

    /// `ns` is the time from start to end.
    pub(super) fn cold(
        &mut self,
        case: Case<'_>,
        system: System,
        version: &str,
        ns: f64,
        kib: f64,
    ) {
        self.add(COLD, case, system, version, "cold", (TIME, ns / self.rows as f64, "ns"));
        self.add(COLD, case, system, version, "cold", (MEMORY, kib, "KiB"));
    }

    fn add(
        &mut self,
        work: &'static str,
        Case { column, threads, .. }: Case<'_>,
        system: System,
        version: &str,
        task: &'static str,
        (metric, value, unit): (&'static str, f64, &'static str),
    ) {
        let version = version.to_owned();
        let figure = Figure { work, column, threads, system, version, task, metric, value, unit };
        self.figures.push(figure);
    }

    pub(super) fn print(&self) {
        let mut last = None;
        for figure in self.figures.iter().filter(|figure| figure.metric == TIME) {
            let table = figure.table();
            if last.replace(table) != Some(table) {
                self.print_head(figure);
            }
            self.print_row(figure);
        }
        for figure in &self.figures {
            println!("{}", self.line(figure));
        }
    }

    fn print_head(&self, figure: &Figure) {
        let Self { rows, numbers, hits, .. } = self;
        let (work, column, threads) = (figure.work, figure.column.name(), figure.threads);
        eprintln!(
            "\n{work} by {column}, {threads} thread(s): {rows} rows, {numbers} blocked, {hits} % hits"
        );
        eprintln!(
            "{:<12} {:<9} {:<16} {:>10} {:>10} {:>12} {:>10}",
            "system", "version", "task", "ms", "ns a row", "of stoplist", "MB at most"
        );
    }

    fn print_row(&self, figure: &Figure) {
        let Figure { system, version, task, value, .. } = figure;
        let ms = value * self.rows as f64 / 1e6;
        let ratio = self.ours(figure).map_or(String::new(), |ours| format!("{:.2}×", value / ours));
        let memory =
            self.memory(figure).map_or(String::new(), |kib| format!("{:.0}", kib / 976.5625));
        eprintln!(
            "{:<12} {version:<9} {task:<16} {ms:>10.1} {value:>10.2} {ratio:>12} {memory:>10}",
            system.name()
        );
    }

    /// The time of our first task in the same table, if we took part.
    fn ours(&self, figure: &Figure) -> Option<f64> {
        let mut of_table = self.figures.iter().filter(|other| other.table() == figure.table());
        of_table.find(|other| other.system == System::Stoplist).map(|ours| ours.value)
    }

    fn memory(&self, figure: &Figure) -> Option<f64> {
        let mut of_table = self.figures.iter().filter(|other| other.table() == figure.table());
        let found = of_table.find(|other| other.system == figure.system && other.metric == MEMORY);
        found.map(|memory| memory.value)
    }

    fn line(&self, figure: &Figure) -> String {
        json!({
            "work": figure.work,
            "column": figure.column.name(),
            "threads": figure.threads,
            "numbers": self.numbers,
            "hits_percent": self.hits,
            "system": figure.system.name(),
            "version": figure.version,
            "task": figure.task,
            "metric": figure.metric,
            "value": figure.value,
            "unit": figure.unit,
            "n": self.rows,
        })
        .to_string()
    }
}

impl Figure {
    /// What figures of one table have in common.
    fn table(&self) -> (&'static str, &'static str, usize) {
        (self.work, self.column.name(), self.threads)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::Report;
    use crate::Failure;
    use crate::peers::Case;
    use crate::peers::options::{Column, Options, System};

    #[test]
    fn a_time_is_a_row_s_and_is_compared_with_our_first_task() -> Result<(), Failure> {
        let mut report = Report::new(&Options::parse(&["--rows".to_owned(), "10".to_owned()])?);
        let case = Case { column: Column::Num, threads: 2, data: Path::new("data") };
        let other = Case { threads: 1, ..case };
        report.warm(other, System::Stoplist, "1", "stoplist", 7.0);
        report.warm(case, System::Stoplist, "1", "stoplist", 20.0);
        report.warm(case, System::Stoplist, "1", "stoplist mask", 10.0);
        report.warm(case, System::DuckDb, "2", "full", 60.0);
        report.cold(case, System::DuckDb, "2", 90.0, 5.0);
        let [.., full, cold, _] = report.figures.as_slice() else { panic!("five figures") };
        assert_eq!((full.value, report.ours(full), report.memory(full)), (6.0, Some(2.0), None));
        assert_eq!((cold.value, report.ours(cold), report.memory(cold)), (9.0, None, Some(5.0)));
        let line: Value = serde_json::from_str(&report.line(full))?;
        assert_eq!((&line["system"], &line["n"]), (&Value::from("duckdb"), &Value::from(10)));
        Ok(())
    }
}
