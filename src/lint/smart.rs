//! The SMART line of an indicator: what its rules say, letter by letter.

use super::{Needs, Rule};
use crate::design::{IndicatorId, Naming};
use crate::diagnostic::Severity;
use crate::diagnostic::Words;

/// A rule that could not be judged, for want of data, of a day or of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJudged {
    /// The rule's code.
    pub rule: &'static str,
    /// None: for the whole design.
    pub indicator: Option<IndicatorId>,
    pub why: Words,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Every rule of the letter was judged, and none found an error or a warning.
    Passed,
    /// A rule found an error or a warning.
    Failed,
    /// None found one, and one that could have was not judged.
    NotJudged,
}

impl Mark {
    /// One cell wide everywhere.
    pub const fn sign(self) -> &'static str {
        match self {
            Mark::Passed => "✓",
            Mark::Failed => "✗",
            Mark::NotJudged => "?",
        }
    }
}

/// One of the five letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub letter: &'static str,
    pub mark: Mark,
    /// Codes of the rules that found something, notes included.
    pub found: Vec<&'static str>,
    pub not_judged: Vec<&'static str>,
}

/// The line of one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smart {
    pub indicator: IndicatorId,
    pub name: String,
    /// Its label, or its name where there is none.
    pub title: String,
    pub letters: [Letter; 5],
}

pub const LETTERS: [&str; 5] = ["S", "M", "A", "R", "T"];

impl Smart {
    /// `found`: rules that found something about the indicator, with their severity; `skipped`: those not judged for it.
    pub(super) fn new(
        indicator: IndicatorId,
        naming: &Naming,
        found: &[(&'static Rule, Severity)],
        skipped: &[&'static Rule],
    ) -> Smart {
        let letters = LETTERS.map(|letter| {
            let of = |rule: &Rule| rule.group() == letter;
            let failed = found.iter().any(|(rule, severity)| of(rule) && *severity >= Severity::Warning);
            // A rule that only remarks does not leave a letter open.
            let open = skipped.iter().any(|rule| of(rule) && rule.severity >= Severity::Warning);
            let mut codes: Vec<&'static str> = found.iter().filter(|(r, _)| of(r)).map(|(r, _)| r.code.id).collect();
            codes.dedup();
            Letter {
                letter,
                mark: match (failed, open) {
                    (true, _) => Mark::Failed,
                    (false, true) => Mark::NotJudged,
                    (false, false) => Mark::Passed,
                },
                found: codes,
                not_judged: skipped.iter().filter(|r| of(r)).map(|r| r.code.id).collect(),
            }
        });
        Smart { indicator, name: naming.name.clone(), title: naming.title().to_string(), letters }
    }
}

impl std::fmt::Display for Smart {
    /// `S ✓ M ✓ A ? R ✓ T ✗`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = self.letters.iter().map(|l| format!("{} {}", l.letter, l.mark.sign())).collect();
        f.write_str(&parts.join(" "))
    }
}

/// Why a rule that needs something was not judged.
pub(super) fn want(needs: Needs) -> Words {
    match needs {
        Needs::Nothing | Needs::DataToo => Words::default(),
        Needs::Day => crate::diagnostic::say!("no as-of day was given (`--as-of`)", "未给出截止日期（`--as-of`）"),
        Needs::Data => crate::diagnostic::say!("no data was read (`--data`)", "未读取数据（`--data`）"),
    }
}
