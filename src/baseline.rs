//! Findings that are known and passed over, so that an old design can adopt the rules and see only what is new.
//!
//! The file is TOML, sorted, one entry a finding: it is read in reviews, and shrinks as the design is mended. Errors are
//! never in it: a design that has some has no meaning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fingerprint::Key;

/// What is known, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<Key, usize>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Of this form of the file.
    version: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    finding: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    subject: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    text: String,
    #[serde(default = "once", skip_serializing_if = "is_once")]
    count: usize,
}

const VERSION: u32 = 1;

const HEAD: &str = "# Findings that were there before: `kpi check --baseline` passes over them and tells what is new.\n\
                    # `kpi check --write-baseline` writes this file anew.\n";

fn once() -> usize {
    1
}

fn is_once(count: &usize) -> bool {
    *count == 1
}

impl FromIterator<Key> for Baseline {
    fn from_iter<T: IntoIterator<Item = Key>>(keys: T) -> Self {
        let mut entries = BTreeMap::new();
        for key in keys {
            *entries.entry(key).or_default() += 1;
        }
        Baseline { entries }
    }
}

impl Baseline {
    /// Reads the file's text. The error is a sentence with the line.
    pub fn read(text: &str) -> Result<Baseline, String> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |at| text.get(..at.start).unwrap_or("").matches('\n').count() + 1);
            format!("line {line}: {}", error.message().lines().next().unwrap_or_default())
        })?;
        if file.version != VERSION {
            return Err(format!("it has version {}, and this program reads version {VERSION}", file.version));
        }
        let mut entries: BTreeMap<Key, usize> = BTreeMap::new();
        for Entry { code, subject, text, count } in file.finding {
            *entries.entry(Key { code, subject, text }).or_default() += count;
        }
        Ok(Baseline { entries })
    }

    /// The file's text.
    pub fn write(&self) -> String {
        let entry = |(key, count): (&Key, &usize)| {
            let Key { code, subject, text } = key.clone();
            Entry { code, subject, text, count: *count }
        };
        let file = File { version: VERSION, finding: self.entries.iter().map(entry).collect() };
        // Texts and counts can always be written; were it otherwise, reading would say so.
        format!("{HEAD}{}", toml::to_string(&file).unwrap_or_default())
    }

    pub fn findings(&self) -> usize {
        self.entries.values().sum()
    }

    /// Whether a finding is known; as often as it is counted.
    pub fn knows(&mut self, key: &Key) -> bool {
        match self.entries.get_mut(key) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// What has not been asked for: no longer found.
    pub fn left(&self) -> impl Iterator<Item = (&Key, usize)> {
        self.entries.iter().filter(|(_, count)| **count > 0).map(|(key, count)| (key, *count))
    }

    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(|key| key.code.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn key(code: &str, subject: &str) -> Key {
        Key { code: code.into(), subject: subject.into(), text: format!("\"{subject}\" \\ 客户") }
    }

    #[test]
    fn what_is_written_is_read() {
        let baseline: Baseline = [key("T01", "b"), key("S01", "a"), key("S01", "a")].into_iter().collect();
        assert_eq!(Baseline::read(&baseline.write()).unwrap(), baseline);
        assert_eq!(Baseline::read(&Baseline::default().write()).unwrap(), Baseline::default());
        insta::assert_snapshot!(baseline.write());
    }

    #[test]
    fn findings_are_known_as_often_as_they_are_counted() {
        let mut baseline: Baseline = [key("S01", "a"), key("S01", "a"), key("T01", "b")].into_iter().collect();
        let asked = [key("S01", "a"), key("S01", "b"), key("S01", "a"), key("S01", "a")];
        assert_eq!(asked.map(|k| baseline.knows(&k)), [true, false, true, false]);
        assert_eq!(baseline.left().collect::<Vec<_>>(), [(&key("T01", "b"), 1)]);
    }

    #[test]
    fn a_wrong_file_says_where() {
        let told = |text: &str| Baseline::read(text).unwrap_err();
        assert_eq!(told("version = 2\n"), "it has version 2, and this program reads version 1");
        assert!(told("version = 1\n[[finding]]\ncod = \"S01\"\n").starts_with("line 3: unknown field `cod`"));
        assert!(told("version = ").starts_with("line 1: "));
    }
}
