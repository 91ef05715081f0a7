//! Judges a table against the JSON Schema of its type, so that keys, words and shapes are written down once: there.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, closest};
use crate::source::{SourceFile, Span};

pub fn judge(file: &SourceFile, table: &Spanned<DeTable>, schema: &Value) -> Vec<Diagnostic> {
    let mut walk = Walk { file, problems: Vec::new() };
    walk.table(table.as_ref(), schema, "", Span::new(file.id, 0, 0));
    walk.problems
}

struct Walk<'a> {
    file: &'a SourceFile,
    problems: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn span<T>(&self, written: &Spanned<T>) -> Span {
        let range = written.span();
        Span::new(self.file.id, range.start, range.end)
    }

    /// `path`: the keys that lead here, with dots; `place`: what to point at where a key is missing.
    fn table(&mut self, table: &DeTable, schema: &Value, path: &str, place: Span) {
        let known = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties").filter(|v| v.is_object());
        for (key, value) in table {
            let name: &str = key.as_ref();
            match known.and_then(|k| k.get(name)).or(others) {
                Some(inner) => self.value(value, inner, &join(path, name)),
                None => {
                    let known: Vec<&str> = known.into_iter().flatten().map(|(k, _)| k.as_str()).collect();
                    let unknown = self.unknown(self.span(key), name, path, &known);
                    self.problems.push(unknown);
                }
            }
        }
        for required in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !table.iter().any(|(key, _)| key.as_ref() == required) {
                let message = format!("`{path}` has no `{required}`");
                self.problems.push(Diagnostic::error(codes::CONFIG_VALUE, place, message).saying("must have it"));
            }
        }
    }

    fn unknown(&self, span: Span, name: &str, path: &str, known: &[&str]) -> Diagnostic {
        let message = match path {
            "" => format!("unknown key `{name}`"),
            path => format!("unknown key `{name}` in `{path}`"),
        };
        let unknown = Diagnostic::error(codes::CONFIG_KEY, span, message);
        match closest(name, known.iter().copied()) {
            Some(near) => unknown.help(format!("did you mean `{near}`?")).fix(
                Applicability::Proposed,
                format!("write `{near}`"),
                vec![Edit { span, text: near.to_string() }],
            ),
            None => unknown.help(format!("there are {}", listed(known))),
        }
    }

    fn value(&mut self, value: &Spanned<DeValue>, schema: &Value, path: &str) {
        let schema = without_null(schema);
        let span = self.span(value);
        let words = words(schema);
        match (value.as_ref(), kind(schema)) {
            (DeValue::Table(table), "object") => self.table(table, schema, path, span),
            (DeValue::Array(items), "array") => {
                for item in items.iter() {
                    self.value(item, schema.get("items").unwrap_or(&Value::Null), path);
                }
            }
            (DeValue::String(text), "string") if !words.is_empty() => {
                if !words.contains(&text.as_ref()) {
                    let message = format!("`{path}` cannot be `{text}`");
                    let wrong = Diagnostic::error(codes::CONFIG_VALUE, span, message);
                    self.problems.push(match closest(text, words.iter().copied()) {
                        Some(near) => wrong.help(format!("did you mean `{near}`? there are {}", listed(&words))),
                        None => wrong.help(format!("there are {}", listed(&words))),
                    });
                }
            }
            (DeValue::String(_), "string") => {}
            (DeValue::Integer(_) | DeValue::Float(_), "number") => {
                let text = self.file.slice(span);
                let number = text.replace('_', "").parse::<f64>().ok().filter(|n| n.is_finite());
                let above = schema.get("exclusiveMinimum").and_then(Value::as_f64).unwrap_or(f64::NEG_INFINITY);
                if number.is_none_or(|n| n <= above) {
                    let message = format!("`{path}` cannot be `{text}`");
                    let wrong = Diagnostic::error(codes::CONFIG_VALUE, span, message);
                    self.problems.push(wrong.help(format!("it takes a number above {above}")));
                }
            }
            (other, wanted) => {
                let wanted = phrase(wanted);
                let message = format!("`{path}` takes {wanted}, not {}", found(other));
                let wrong = Diagnostic::error(codes::CONFIG_VALUE, span, message);
                self.problems.push(match (other, wanted) {
                    (DeValue::String(text), "a list") => wrong.help(format!("write `[\"{text}\"]`")).fix(
                        Applicability::Safe,
                        "make it a list",
                        vec![Edit { span, text: format!("[{}]", self.file.slice(span)) }],
                    ),
                    _ => wrong,
                });
            }
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

/// What may be left out may be null in the schema; in TOML there is no null.
fn without_null(schema: &Value) -> &Value {
    let choices = schema.get("anyOf").and_then(Value::as_array);
    choices.into_iter().flatten().find(|c| kind(c) != "null").unwrap_or(schema)
}

fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|k| *k != "null").unwrap_or(""),
        // Words with a description each.
        _ if schema.get("oneOf").is_some() || schema.get("enum").is_some() => "string",
        _ => "",
    }
}

/// The words that a text is one of; empty: any text.
fn words(schema: &Value) -> Vec<&str> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let described = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten().filter_map(|c| c.get("const"));
    listed.chain(described).filter_map(Value::as_str).collect()
}

fn phrase(kind: &str) -> &'static str {
    match kind {
        "object" => "a table",
        "array" => "a list",
        "boolean" => "`true` or `false`",
        "integer" | "number" => "a number",
        _ => "a text",
    }
}

fn found(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}
