//! Judges a table against the JSON Schema of its type, so that keys, words and shapes are written down once: there.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Words, closest, say};
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
                let message = say!("`{path}` has no `{required}`", "`{path}` 没有 `{required}`");
                self.problems.push(
                    Diagnostic::error(codes::CONFIG_VALUE, place, message).saying(say!("must have it", "必须有")),
                );
            }
        }
    }

    fn unknown(&self, span: Span, name: &str, path: &str, known: &[&str]) -> Diagnostic {
        let message = match path {
            "" => say!("unknown key `{name}`", "未知的键 `{name}`"),
            path => say!("unknown key `{name}` in `{path}`", "`{path}` 里有未知的键 `{name}`"),
        };
        let unknown = Diagnostic::error(codes::CONFIG_KEY, span, message);
        match closest(name, known.iter().copied()) {
            Some(near) => unknown.help(Words::meant(near)).fix(
                Applicability::Proposed,
                say!("write `{near}`", "写成 `{near}`"),
                vec![Edit { span, text: near.to_string() }],
            ),
            None => unknown.help(say!("there are {}", "可用的有 {}", listed(known))),
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
                    let message = say!("`{path}` cannot be `{text}`", "`{path}` 不能是 `{text}`");
                    let wrong = Diagnostic::error(codes::CONFIG_VALUE, span, message);
                    self.problems.push(match closest(text, words.iter().copied()) {
                        Some(near) => wrong.help(say!(
                            "did you mean `{near}`? there are {}",
                            "是不是 `{near}`？可用的有 {}",
                            listed(&words)
                        )),
                        None => wrong.help(say!("there are {}", "可用的有 {}", listed(&words))),
                    });
                }
            }
            (DeValue::String(_), "string") => {}
            (DeValue::Integer(_) | DeValue::Float(_), "number") => {
                let text = self.file.slice(span);
                let number = text.replace('_', "").parse::<f64>().ok().filter(|n| n.is_finite());
                let above = schema.get("exclusiveMinimum").and_then(Value::as_f64).unwrap_or(f64::NEG_INFINITY);
                if number.is_none_or(|n| n <= above) {
                    let message = say!("`{path}` cannot be `{text}`", "`{path}` 不能是 `{text}`");
                    let wrong = Diagnostic::error(codes::CONFIG_VALUE, span, message);
                    self.problems.push(wrong.help(say!("it takes a number above {above}", "应为大于 {above} 的数")));
                }
            }
            (other, wanted) => {
                let message =
                    say!("`{path}` takes {}, not {}", "`{path}` 应为{}，而不是{}", phrase(wanted), found(other));
                let wrong = Diagnostic::error(codes::CONFIG_VALUE, span, message);
                self.problems.push(match (other, wanted) {
                    (DeValue::String(text), "array") => {
                        wrong.help(say!("write `[\"{text}\"]`", "写成 `[\"{text}\"]`")).fix(
                            Applicability::Safe,
                            say!("make it a list", "改成列表"),
                            vec![Edit { span, text: format!("[{}]", self.file.slice(span)) }],
                        )
                    }
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

fn phrase(kind: &str) -> Words {
    match kind {
        "object" => say!("a table", "表"),
        "array" => say!("a list", "列表"),
        "boolean" => say!("`true` or `false`", "`true` 或 `false`"),
        "integer" | "number" => say!("a number", "数"),
        _ => say!("a text", "文本"),
    }
}

fn found(value: &DeValue) -> Words {
    match value {
        DeValue::String(_) => say!("a text", "文本"),
        DeValue::Integer(_) | DeValue::Float(_) => say!("a number", "数"),
        DeValue::Boolean(_) => say!("`true` or `false`", "`true` 或 `false`"),
        DeValue::Datetime(_) => say!("a date", "日期"),
        DeValue::Array(_) => say!("a list", "列表"),
        DeValue::Table(_) => say!("a table", "表"),
    }
}

fn listed(words: &[&str]) -> Words {
    Words::names(words.iter().copied())
}
