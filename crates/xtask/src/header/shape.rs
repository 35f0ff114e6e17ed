//! How does what cbindgen writes become a header for people?

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The longest line.
const WIDTH: usize = 100;

/// What stands above the functions of each object, in their order; and the words that their names have
/// behind `stoplist_`.
const HEADINGS: [(&str, &[&str]); 9] = [
    ("The library", &["version", "abi", "build", "status", "refusal"]),
    ("Errors and texts", &["error", "text"]),
    ("Numbers", &["number"]),
    ("Gates", &["gate"]),
    ("Stores", &["store"]),
    ("Contacts", &["contact", "message"]),
    ("Lists", &["list"]),
    ("Actors", &["actor"]),
    ("Filters", &["filter", "pass", "report"]),
];

/// One thing of the header, with the comment above it.
struct Item {
    comment: String,
    code: String,
}

/// The header: front matter, then constants, types and functions.
pub(super) fn shaped(written: &str, front: &str, arrow: &str) -> Result<String, String> {
    let items = items(written);
    let pointers = pointers(&items);
    let mut constants = String::new();
    let mut types = String::new();
    let mut functions = String::new();
    let mut heading = "";
    for item in items {
        if pointer(&item.code).is_some() {
            continue;
        }
        let code = resolved(&item.code, &pointers);
        if code.starts_with("#define") {
            push(&mut constants, &item.comment, &code);
        } else if code.starts_with("typedef") {
            push(&mut types, &item.comment, &code);
        } else {
            let of = heading_of(&code)?;
            if of != heading {
                heading = of;
                let _ = write!(functions, "/* {of} {} */\n\n", "-".repeat(WIDTH - 8 - of.len()));
            }
            push(&mut functions, &item.comment, &function(&code));
        }
    }
    let text = "/** A text literal as the two arguments that every text takes. */\n\
                #define STOPLIST_TEXT(literal) (literal), (sizeof(literal) - 1)\n\n";
    Ok(format!(
        "{}\n\n/* Written by `cargo xtask header`: change the Rust that it is made of. */\n\n\
         #ifndef STOPLIST_H\n#define STOPLIST_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n\
         {constants}{text}{arrow}\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n{types}{functions}\
         #ifdef __cplusplus\n}} /* extern \"C\" */\n#endif\n\n#endif /* STOPLIST_H */\n",
        front.trim_end()
    ))
}

fn push(into: &mut String, comment: &str, code: &str) {
    let comment = match comment.lines().collect::<Vec<_>>().as_slice() {
        [_, line, _] if line.len() + 4 < WIDTH => {
            format!("/** {} */\n", line.trim_start_matches(" *").trim())
        }
        _ => comment.to_owned(),
    };
    let _ = write!(into, "{comment}{code}\n\n");
}

/// Cuts what cbindgen wrote into things: each ends with a blank line.
fn items(written: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let (mut comment, mut code) = (String::new(), String::new());
    let mut in_comment = false;
    for line in written.lines() {
        let is_frame = line.starts_with("#if") || line.starts_with("#endif");
        if code.is_empty() && (in_comment || line.starts_with("/**")) {
            comment.push_str(line);
            comment.push('\n');
            in_comment = !line.ends_with("*/");
        } else if line.is_empty() || is_frame {
            if !code.is_empty() {
                items.push(Item {
                    comment: std::mem::take(&mut comment),
                    code: std::mem::take(&mut code),
                });
            }
            comment.clear();
        } else if !line.starts_with("extern \"C\"") && line != "}  // extern \"C\"" {
            if !code.is_empty() {
                code.push('\n');
            }
            code.push_str(line);
        }
    }
    items
}

/// The name of a type that is a pointer in Rust's clothes, and what it points to.
fn pointer(code: &str) -> Option<(&str, &str)> {
    let typedef = code.strip_prefix("typedef ")?.strip_suffix(';')?;
    let (target, name) = typedef.rsplit_once(' ')?;
    let (target, name) = match name.strip_prefix('*') {
        Some(name) => (target, name),
        None => (target, name),
    };
    let is_ours = ["Out_", "Shared_", "Owned_"].iter().any(|kind| name.starts_with(kind));
    let is_alias = ["Chars", "User", "ErrorOut", "TextOut"].contains(&name);
    (is_ours || is_alias).then_some((name, target))
}

fn pointers(items: &[Item]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for item in items {
        if let Some((name, target)) = pointer(&item.code) {
            let star = if item.code.contains(&format!("*{name};")) { " *" } else { "" };
            all.insert(name.to_owned(), format!("{target}{star}"));
        }
    }
    all
}

/// Puts the pointers where their names stand, and takes the word `struct` away where there is a typedef.
fn resolved(code: &str, pointers: &BTreeMap<String, String>) -> String {
    let mut code = code.to_owned();
    for _ in 0..4 {
        code = code.replace("const Chars *", "const char *const *");
        for (name, target) in pointers {
            code = replace_word(&code, name, target);
        }
    }
    for name in ["ArrowArrayStream", "ArrowArray", "ArrowSchema"] {
        code = replace_word(&code, name, &format!("struct {name}"));
    }
    code =
        code.replace("struct struct ", "struct ").replace("* *", "**").replace("* const", "*const");
    while code.contains("* ") && code.contains("* *") {
        code = code.replace("* *", "**");
    }
    let mut lines: Vec<String> = Vec::new();
    for line in code.lines() {
        let (head, rest) = match line.strip_prefix("typedef struct ") {
            Some(rest) => ("typedef struct ", rest),
            None => ("", line),
        };
        lines.push(format!("{head}{}", rest.replace("struct stoplist_", "stoplist_")));
    }
    spaced(&short_comments(&lines).join("\n"))
}

/// Comments of fields that fit, each in a line.
fn short_comments(lines: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let text = match lines.get(at..at + 3) {
            Some([open, text, close]) if open == "  /**" && close == "   */" => {
                text.strip_prefix("   * ")
            }
            _ => None,
        };
        match text.filter(|text| text.len() + 9 <= WIDTH) {
            Some(text) => {
                out.push(format!("  /** {text} */"));
                at += 3;
            }
            None => {
                out.push(line.clone());
                at += 1;
            }
        }
    }
    out
}

/// `T * name` as `T *name`.
fn spaced(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("* ") {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        // A comment's star keeps its space.
        let is_comment = before
            .trim_end_matches('*')
            .lines()
            .last()
            .is_none_or(|line| line.trim().is_empty() || line.trim_end().ends_with('/'));
        rest = if is_comment || after.starts_with(" const") { after } else { &after[1..] };
        if is_comment || after.starts_with(" const") {
            out.push(' ');
            rest = &after[1..];
        }
    }
    out.push_str(rest);
    out
}

fn replace_word(code: &str, word: &str, with: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::new();
    let mut rest = code;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let whole = !before.ends_with(is_part) && !after.starts_with(is_part);
        out.push_str(before);
        out.push_str(if whole { with } else { word });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn heading_of(function: &str) -> Result<&'static str, String> {
    let name = function.split("stoplist_").find(|part| !part.is_empty() && part.contains('('));
    let name = function.split_once('(').map_or(name.unwrap_or_default(), |(head, _)| {
        head.rsplit_once("stoplist_").map_or("", |(_, name)| name)
    });
    let word = name.split('_').next().unwrap_or_default();
    let found = HEADINGS.iter().find(|(_, words)| words.contains(&word));
    found.map(|(heading, _)| *heading).ok_or_else(|| format!("no heading for `{function}`"))
}

/// A declaration, in lines that fit.
fn function(code: &str) -> String {
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
    if code.len() <= WIDTH {
        return code;
    }
    let Some((head, parameters)) = code.split_once('(') else { return code };
    let mut out = format!("{head}(");
    let mut width = WIDTH + 1;
    let parameters: Vec<&str> = parameters.trim_end_matches(");").split(", ").collect();
    for (at, parameter) in parameters.iter().enumerate() {
        let end = if at + 1 == parameters.len() { ");" } else { "," };
        if width + 1 + parameter.len() + end.len() > WIDTH {
            out.push_str("\n    ");
            width = 4;
        } else {
            out.push(' ');
            width += 1;
        }
        out.push_str(parameter);
        out.push_str(end);
        width += parameter.len() + end.len();
    }
    out
}
