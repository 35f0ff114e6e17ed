//! Does the README's sample command work as it is printed?
//!
//! A block of shell in README.md that somebody or something runs is marked by the line above it:
//! `<!-- command: NAME -->`.

use std::fs;

use crate::Failure;
use crate::process;

/// Runs the block marked `run`.
pub(crate) fn run() -> Result<(), Failure> {
    let text = fs::read_to_string("README.md")
        .map_err(|error| format!("README.md cannot be read: {error}"))?;
    let command = block(&text, "run").ok_or(
        "README.md has no block of shell under the line `<!-- command: run -->`; put it back",
    )?;
    process::run("sh", &["-euc", &command], &[])
}

/// The text of the fenced block under the mark; at most blank lines may stand between.
fn block(text: &str, name: &str) -> Option<String> {
    let mark = format!("<!-- command: {name} -->");
    let mut lines = text.lines().skip_while(|line| *line != mark).skip(1);
    lines.find(|line| !line.is_empty()).filter(|line| line.starts_with("```"))?;
    let mut command = Vec::new();
    loop {
        match lines.next()? {
            "```" => break,
            line => command.push(line),
        }
    }
    (!command.is_empty()).then(|| command.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::block;

    const TEXT: &str = "\
# Title
```sh
unmarked
```
<!-- command: run -->

```sh
first \\
  second
third
```
<!-- command: prose -->
No fence.
```sh
of another
```
<!-- command: open -->
```sh
never closed
";

    #[test]
    fn takes_the_marked_block_only() {
        assert_eq!(block(TEXT, "run").as_deref(), Some("first \\\n  second\nthird"));
    }

    #[test]
    fn takes_nothing_where_no_closed_block_follows_the_mark() {
        assert_eq!(block(TEXT, "test"), None);
        assert_eq!(block(TEXT, "prose"), None);
        assert_eq!(block(TEXT, "open"), None);
    }
}
