//! How does a comment stand in the header?
//!
//! Prose and lists are filled to the width; what is indented, as a program is, stays as it is.

use super::WIDTH;

/// Above something that begins so many columns from the left: in one line where that fits.
pub(super) fn comment(lines: &[String], indent: usize) -> String {
    let margin = " ".repeat(indent);
    let width = WIDTH.saturating_sub(indent + "/**  */".len());
    match filled(lines, width).as_slice() {
        [line] if line.chars().count() <= width => return format!("{margin}/** {line} */\n"),
        _ => {}
    }
    format!("{margin}/**\n{}{margin} */\n", body(lines, indent))
}

/// The lines of a comment that is longer, each behind its star.
pub(super) fn body(lines: &[String], indent: usize) -> String {
    let margin = " ".repeat(indent);
    let star = |line: String| format!("{margin} * {line}").trim_end().to_owned() + "\n";
    filled(lines, WIDTH.saturating_sub(indent + " * ".len())).into_iter().map(star).collect()
}

/// The lines anew, none longer than so many characters unless a word is.
fn filled(lines: &[String], width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for paragraph in lines.split(|line| line.is_empty()) {
        if paragraph.first().is_some_and(|first| first.starts_with("  ")) {
            out.extend_from_slice(paragraph);
        } else {
            for line in paragraph {
                let is_new = line.starts_with("- ") || std::ptr::eq(line, paragraph.as_ptr());
                let hang = if line.starts_with("- ") { "- " } else { "" };
                let words = line.strip_prefix(hang).unwrap_or(line).split_whitespace();
                if is_new {
                    out.push(hang.to_owned());
                }
                words.for_each(|word| append(&mut out, word, width));
            }
        }
        out.push(String::new());
    }
    out.pop();
    out
}

/// Puts a word into the last line, or into a new one that is indented as the item it belongs to.
fn append(out: &mut Vec<String>, word: &str, width: usize) {
    let Some(last) = out.last_mut() else { return out.push(word.to_owned()) };
    if last.is_empty() || last == "- " {
        last.push_str(word);
    } else if last.chars().count() + 1 + word.chars().count() <= width {
        last.push(' ');
        last.push_str(word);
    } else {
        let is_item = last.starts_with("- ") || last.starts_with("  ");
        out.push(format!("{}{word}", if is_item { "  " } else { "" }));
    }
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, comment, filled};

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_short_comment_takes_one_line() {
        assert_eq!(comment(&lines("One of\ntwo lines."), 2), "  /** One of two lines. */\n");
        for (words, is_one_line) in [(WIDTH - 7, true), (WIDTH - 6, false)] {
            let comment = comment(&["x".repeat(words)], 0);
            assert_eq!(comment.lines().count() == 1, is_one_line, "{comment}");
            assert!(comment.lines().all(|line| line.len() <= WIDTH), "{comment}");
        }
    }

    #[test]
    fn a_longer_one_has_stars() {
        assert_eq!(comment(&lines("A.\n\nB."), 2), "  /**\n   * A.\n   *\n   * B.\n   */\n");
    }

    #[test]
    fn prose_and_items_are_filled() {
        let text = "a b\nc d\n\n- e f g\n  h\n- i\n\nj";
        let filled = filled(&lines(text), 5);
        assert_eq!(filled, ["a b c", "d", "", "- e f", "  g h", "- i", "", "j"]);
    }

    #[test]
    fn a_character_counts_once_however_many_bytes_it_has() {
        assert_eq!(filled(&lines("äöü ß"), 5), ["äöü ß"]);
    }

    #[test]
    fn programs_stay_as_they_are() {
        let text = "a\nb\n\n  if (c) {\n    d;\n  }\n\n\ne";
        assert_eq!(
            filled(&lines(text), 9),
            ["a b", "", "  if (c) {", "    d;", "  }", "", "", "e"]
        );
    }

    #[test]
    fn a_word_that_does_not_fit_stands_alone() {
        assert_eq!(filled(&lines("a bcdefgh i"), 4), ["a", "bcdefgh", "i"]);
    }
}
