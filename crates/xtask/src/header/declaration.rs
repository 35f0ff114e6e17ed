//! How does a declaration of C look?
//!
//! In Rust a pointer has a type that says what may be done with it, and cbindgen writes a typedef for
//! each. To C they say nothing: such a name is replaced by what it stands for. Every other type begins
//! with `stoplist_` and has a typedef, so that the word `struct` need not stand before it.

use std::collections::BTreeMap;

use super::comment::comment;
use super::{WIDTH, layout};

/// What the names of pointers stand for, in tokens.
#[derive(Debug, Default)]
pub(super) struct Aliases(BTreeMap<String, Vec<String>>);

impl Aliases {
    /// Notes a typedef that is no type of ours; says whether it was one.
    pub(super) fn note(&mut self, code: &str) -> bool {
        let tokens = tokens(code);
        let [first, target @ .., name, end] = tokens.as_slice() else { return false };
        let is_simple = target.iter().all(|token| is_word(token) || token == "*");
        let is_ours = name.starts_with("stoplist_");
        // A struct that is called like its typedef is a type.
        if first != "typedef" || end != ";" || !is_simple || is_ours || target.contains(name) {
            return false;
        }
        let target = self.resolved(target);
        self.0.insert(name.clone(), target);
        true
    }

    /// A declaration, in one line.
    pub(super) fn line(&self, code: &str) -> String {
        joined(&self.resolved(&tokens(code)))
    }

    fn resolved(&self, tokens: &[String]) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for token in tokens {
            if layout::ARROW.contains(&token.as_str()) && !out.ends_with(&["struct".to_owned()]) {
                out.push("struct".to_owned());
            } else if token.starts_with("stoplist_") && out.ends_with(&["struct".to_owned()]) {
                out.pop();
            }
            match self.0.get(token) {
                Some(target) if target.ends_with(&["*".to_owned()]) => {
                    // `const` before the name is said of the pointer, not of what it points to.
                    let is_const = out.pop_if(|last| last == "const").is_some();
                    out.extend_from_slice(target);
                    out.extend(is_const.then(|| "const".to_owned()));
                }
                Some(target) => out.extend_from_slice(target),
                None => out.push(token.clone()),
            }
        }
        out
    }

    /// A struct: each field with its comment above it.
    pub(super) fn structure(&self, code: &str) -> String {
        let mut out = String::new();
        let mut about: Vec<String> = Vec::new();
        for line in code.lines() {
            match line.trim_start().strip_prefix('*') {
                Some("/") => out.push_str(&comment(&std::mem::take(&mut about), 2)),
                Some(text) => about.push(text.strip_prefix(' ').unwrap_or(text).to_owned()),
                None if line.trim() == "/**" => {}
                None if line.starts_with(' ') => out.push_str(&format!("  {}\n", self.line(line))),
                // The first line and the last keep their `struct`: it makes the typedef.
                None => out.push_str(&format!("{line}\n")),
            }
        }
        out.trim_end().to_owned()
    }
}

/// A function, with as many parameters in a line as fit.
pub(super) fn folded(line: &str) -> String {
    let Some((head, parameters)) = line.split_once('(').filter(|_| line.len() > WIDTH) else {
        return line.to_owned();
    };
    let mut lines = vec![format!("{head}(")];
    for parameter in parameters.split_inclusive(", ").map(str::trim_end) {
        match lines.last_mut() {
            Some(last) if last.starts_with(' ') && last.len() + 1 + parameter.len() <= WIDTH => {
                last.push(' ');
                last.push_str(parameter);
            }
            _ => lines.push(format!("    {parameter}")),
        }
    }
    lines.join("\n")
}

/// Words and signs.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut may_grow = false;
    for c in code.chars() {
        let is_inner = c.is_alphanumeric() || c == '_';
        match tokens.last_mut() {
            Some(last) if may_grow && is_inner => last.push(c),
            _ if c.is_whitespace() => {}
            _ => tokens.push(c.to_string()),
        }
        may_grow = is_inner;
    }
    tokens
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The tokens in one line: a star stands with the name behind it.
fn joined(tokens: &[String]) -> String {
    let mut out = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at)).map_or("", String::as_str);
        let after = tokens.get(at + 1).map_or("", String::as_str);
        let is_apart = match token.as_str() {
            "*" => is_word(before),
            "(" => after == "*",
            word => before == "," || is_word(before) && is_word(word),
        };
        if is_apart {
            out.push(' ');
        }
        out.push_str(token);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Aliases, WIDTH, folded};

    fn aliases(typedefs: &[&str]) -> Aliases {
        let mut aliases = Aliases::default();
        for typedef in typedefs {
            assert!(aliases.note(typedef), "{typedef}");
        }
        aliases
    }

    #[test]
    fn names_of_pointers_become_pointers() {
        let aliases = aliases(&[
            "typedef struct stoplist_error *Owned_error;",
            "typedef Owned_error *Out_Owned_error;",
            "typedef Out_Owned_error ErrorOut;",
            "typedef const char *Chars;",
            "typedef const Chars *Shared_Chars;",
        ]);
        for (written, wanted) in [
            ("int32_t stoplist_f(ErrorOut error);", "int32_t stoplist_f(stoplist_error **error);"),
            ("Chars stoplist_g(void);", "const char *stoplist_g(void);"),
            ("Shared_Chars lists;", "const char *const *lists;"),
            ("const uint64_t   *NotChars;", "const uint64_t *NotChars;"),
            ("char list[72];", "char list[72];"),
        ] {
            assert_eq!(aliases.line(written), wanted);
        }
    }

    #[test]
    fn types_of_ours_are_no_pointers() {
        let mut aliases = Aliases::default();
        for kept in [
            "typedef struct stoplist_gate stoplist_gate;",
            "typedef int32_t (*stoplist_progress)(void *user);",
            "int32_t f(void);",
        ] {
            assert!(!aliases.note(kept), "{kept}");
        }
        let written = "typedef int32_t (*stoplist_progress)(void *user, uint64_t done);";
        assert_eq!(aliases.line(written), written);
    }

    #[test]
    fn structs_of_arrow_are_said_to_be_structs() {
        let aliases = aliases(&["typedef ArrowArray *Out_ArrowArray;"]);
        let wanted = "void f(struct ArrowArray *a, struct ArrowSchema *b);";
        assert_eq!(aliases.line("void f(Out_ArrowArray a, struct ArrowSchema *b);"), wanted);
    }

    #[test]
    fn a_struct_keeps_the_comments_of_its_fields() {
        let aliases = aliases(&["typedef const char *Chars;"]);
        let written = "typedef struct stoplist_s {\n  /**\n   * Who.\n   */\n  Chars who;\n  \
                       struct stoplist_t *next;\n} stoplist_s;";
        let wanted = "typedef struct stoplist_s {\n  /** Who. */\n  const char *who;\n  \
                      stoplist_t *next;\n} stoplist_s;";
        assert_eq!(aliases.structure(written), wanted);
    }

    #[test]
    fn a_long_function_is_folded_and_a_short_one_is_not() {
        let short = format!("int f({});", "x".repeat(WIDTH - 8));
        assert_eq!(folded(&short), short);
        let parameter = "x".repeat(40);
        let long = format!("int f({parameter}, {parameter}, {parameter});");
        let wanted = format!("int f(\n    {parameter}, {parameter},\n    {parameter});");
        assert_eq!(folded(&long), wanted);
    }
}
