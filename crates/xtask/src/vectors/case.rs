//! Which requests are asked, and what has to be answered?

use serde_json::{Map, Value};

use crate::Failure;

use super::request::{Request, VERBS, Verb, escaped, moment};

/// Who acts where a step does not say.
const ADMIN: &str = "ana";

/// A request and its answer.
pub(super) struct Case {
    /// `numbers` or `stores`.
    pub(super) section: &'static str,
    /// Where it stands.
    pub(super) name: String,
    pub(super) request: Request,
    /// The fields of the answer; `*` for any.
    pub(super) expected: Vec<String>,
}

impl Case {
    pub(super) fn is_answered_by(&self, line: &str) -> bool {
        let fields: Vec<&str> = line.split('\t').collect();
        fields.len() == self.expected.len()
            && self.expected.iter().zip(fields).all(|(wanted, is)| wanted == "*" || wanted == is)
    }

    /// Whether it only makes the store that the steps after it are about.
    pub(super) fn is_preparation(&self) -> bool {
        self.request.verb.name == "store"
    }
}

/// All cases of the document, in their order.
pub(super) fn read(document: &str) -> Result<Vec<Case>, Failure> {
    let document: Value = serde_json::from_str(document)?;
    let mut cases = Vec::new();
    for number in array(&document, "numbers")? {
        cases.push(number_case(object(number)?)?);
    }
    for store in array(&document, "stores")? {
        let name = store.get("name").and_then(Value::as_str).ok_or("a store without a name")?;
        let fields = vec![ADMIN.to_owned()];
        cases.push(Case {
            section: "stores",
            name: format!("{name}: a new store"),
            request: Request { verb: known("store")?, fields },
            expected: vec!["ok".to_owned()],
        });
        for (place, step) in (1..).zip(array(store, "steps")?) {
            let at = format!("{name}: step {place}");
            let case = step_case(at.clone(), object(step)?);
            cases.push(case.map_err(|failure| format!("{at}: {failure}"))?);
        }
    }
    Ok(cases)
}

fn number_case(case: &Map<String, Value>) -> Result<Case, Failure> {
    let text = text(case.get("text"));
    let name = format!("{text:?}");
    let expected = match (case.get("number"), case.get("refusal")) {
        (Some(number), None) => vec!["ok".to_owned(), number.to_string()],
        (None, Some(Value::String(refusal))) => vec!["error".to_owned(), refusal.clone()],
        _ => return Err(format!("{name}: give a number or a refusal").into()),
    };
    only(case, &["text", "region", "number", "refusal", "why"])?;
    let fields = vec![text, self::text(case.get("region"))];
    Ok(Case {
        section: "numbers",
        name,
        request: Request { verb: known("parse")?, fields },
        expected,
    })
}

fn step_case(name: String, step: &Map<String, Value>) -> Result<Case, Failure> {
    let verb = known(step.get("do").and_then(Value::as_str).unwrap_or_default())?;
    only(step, &[verb.takes, &["do", "gives", "error", "why"]].concat())?;
    moment(&text(step.get("until")))?;
    let field = |name: &&str| match (*name, step.get(*name)) {
        ("by", None) => ADMIN.to_owned(),
        (_, value) => text(value),
    };
    let fields: Vec<String> = verb.takes.iter().map(field).collect();
    let expected = expected(verb, step)?;
    Ok(Case { section: "stores", name, request: Request { verb, fields }, expected })
}

fn expected(verb: &Verb, step: &Map<String, Value>) -> Result<Vec<String>, Failure> {
    if let Some(code) = step.get("error") {
        return Ok(vec!["error".to_owned(), text(Some(code))]);
    }
    let none = Map::new();
    let gives = step.get("gives").map_or(Ok(&none), object)?;
    only(gives, verb.gives)?;
    let mut fields = vec!["ok".to_owned()];
    for name in verb.gives {
        let field = text(gives.get(*name));
        fields.push(if *name == "until" { moment(&field)? } else { escaped(&field) });
    }
    Ok(fields)
}

fn known(name: &str) -> Result<&'static Verb, Failure> {
    let verb = VERBS.iter().find(|verb| verb.name == name);
    verb.ok_or_else(|| format!("nothing is called {name:?}").into())
}

/// Refuses members that mean nothing: a slip would make a case that proves nothing.
fn only(object: &Map<String, Value>, names: &[&str]) -> Result<(), Failure> {
    match object.keys().find(|key| !names.contains(&key.as_str())) {
        Some(key) => {
            Err(format!("{key:?} means nothing here; there are {}", names.join(", ")).into())
        }
        None => Ok(()),
    }
}

fn array<'v>(value: &'v Value, name: &str) -> Result<&'v Vec<Value>, Failure> {
    value.get(name).and_then(Value::as_array).ok_or_else(|| format!("no array {name:?}").into())
}

fn object(value: &Value) -> Result<&Map<String, Value>, Failure> {
    value.as_object().ok_or_else(|| format!("{value} is no object").into())
}

/// As a field: parts of an array with commas between them.
pub(super) fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            parts.iter().map(|part| text(Some(part))).collect::<Vec<_>>().join(",")
        }
        Some(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, read};

    fn cases(steps: &str) -> Vec<Case> {
        let document = format!(r#"{{"numbers":[],"stores":[{{"name":"s","steps":[{steps}]}}]}}"#);
        read(&document).unwrap_or_default()
    }

    #[test]
    fn answers_are_compared_field_by_field() {
        let step = r#"{"do":"check","text":"+1","gives":{"verdict":"block","list":"*"}}"#;
        let cases = cases(step);
        let [store, check] = cases.as_slice() else { panic!("{}", cases.len()) };
        assert!(store.is_preparation() && store.is_answered_by("ok"));
        assert_eq!(check.request.line(), "check\t+1\t\t\t");
        assert!(check.is_answered_by("ok\tblock\t\tany\t\t"));
        for wrong in ["ok\tallow\t\tany\t\t", "ok\tblock\t12\tany\t\t", "ok\tblock", "error\tx"] {
            assert!(!check.is_answered_by(wrong), "{wrong}");
        }
    }

    #[test]
    fn slips_are_refused() {
        for slip in [
            r#"{"do":"chekc"}"#,
            r#"{"do":"check","txet":"+1"}"#,
            r#"{"do":"check","gives":{"verdcit":"allow"}}"#,
            r#"{"do":"block","until":"soon"}"#,
        ] {
            assert!(cases(slip).is_empty(), "{slip}");
        }
    }
}
