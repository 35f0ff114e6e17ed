//! Which things has cbindgen written?
//!
//! A thing is a comment and the code below it; a blank line ends it. Frames, which are for the whole
//! header, are left out: the layout has its own.

/// One thing of a header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// The lines of its comment, without what makes them one.
    pub(super) comment: Vec<String>,
    pub(super) code: String,
}

pub(super) fn items(written: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut comment: Vec<String> = Vec::new();
    let mut code: Vec<&str> = Vec::new();
    // A comment of a thing, as against one inside its code.
    let mut in_comment = false;
    for line in written.lines().chain([""]) {
        if in_comment {
            in_comment = line != " */";
            if in_comment {
                let line = line.strip_prefix(" *").unwrap_or(line);
                comment.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
            }
        } else if line == "/**" && code.is_empty() {
            comment.clear();
            in_comment = true;
        } else if !line.is_empty() {
            code.push(line);
        } else if !code.is_empty() {
            let code = std::mem::take(&mut code).join("\n");
            items.push(Item { comment: std::mem::take(&mut comment), code });
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::{Item, items};

    fn item(comment: &[&str], code: &str) -> Item {
        Item { comment: comment.iter().map(ToString::to_string).collect(), code: code.to_owned() }
    }

    #[test]
    fn a_comment_belongs_to_the_code_below_it() {
        let written = "/**\n * One.\n *\n * - two\n *   lines\n */\n#define A 1\n\nint b(void);\n";
        let lines = ["One.", "", "- two", "  lines"];
        let expected = [item(&lines, "#define A 1"), item(&[], "int b(void);")];
        assert_eq!(items(written), expected);
    }

    #[test]
    fn comments_inside_of_code_stay_there() {
        let code = "typedef struct a {\n  /**\n   * Of b.\n   */\n  int b;\n} a;";
        assert_eq!(items(&format!("/**\n * Of a.\n */\n{code}\n")), [item(&["Of a."], code)]);
    }
}
