//! The judgement of a design beyond errors: rules (SMART, balance, data), each in a file of its own whose doc comment is its
//! page.
//!
//! A rule looks at what resolved. What an error speaks of already is no finding: rules that read a formula, a unit or a
//! direction skip the indicators that lack them ([`Context::sound`]), rules that miss something keep silent where the
//! parser could not read ([`Context::lacks`], [`Context::graph_is_whole`]).

mod context;
mod facts;
mod findings;
mod inputs;
mod levels;
mod page;
mod rows;
mod rules;
mod run;
mod select;
mod smart;
mod shape;
pub mod text;

use crate::config::Profile;
use crate::diagnostic::{Code, Severity, closest};

pub use crate::diagnostic::Words;
pub use context::{Context, Input};
pub use facts::{Facts, NamedMember, Observation, named_members};
pub use findings::{Finding, Findings};
pub use page::Page;
pub use run::{Judgement, judge};
pub use select::{Options, UnknownRule};
pub use smart::{Letter, Mark, NotJudged, Smart};

/// What kind of fix a rule has: both are offered by editors, `safe` is applied by `--fix`, `proposed` by `--unsafe-fixes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixKind {
    None,
    Safe,
    Proposed,
}

/// What a rule needs beside the design; without it the rule is *not judged*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// Nothing; with data it looks further.
    DataToo,
    /// The as-of day.
    Day,
    Data,
}

/// A judgement on designs.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub code: Code,
    pub severity: Severity,
    pub fix: FixKind,
    pub needs: Needs,
    /// Only the profile `appraisal` has it.
    pub appraisal: bool,
    /// The rule's own source text: its doc comment is the page.
    pub source: &'static str,
    pub check: fn(&Context<'_>, &mut Findings),
}

impl Rule {
    /// What most rules are; the rest is given with `..Rule::STATIC`.
    pub const STATIC: Rule = Rule {
        code: Code::new("", ""),
        severity: Severity::Warning,
        fix: FixKind::None,
        needs: Needs::Nothing,
        appraisal: false,
        source: "",
        check: |_, _| {},
    };

    /// Its severity in a profile; None: the profile leaves it out.
    pub fn severity_in(&self, profile: Profile) -> Option<Severity> {
        match profile {
            Profile::Appraisal if self.appraisal || self.code.id == "R19" => Some(Severity::Warning),
            Profile::Appraisal => Some(self.severity),
            _ if self.appraisal => None,
            Profile::Strict => Some(self.severity),
            Profile::Recommended => (self.severity >= Severity::Warning).then_some(self.severity),
            Profile::Draft => (self.severity == Severity::Error).then_some(self.severity),
        }
    }

    pub fn page(&self) -> Page {
        Page::of(self)
    }

    /// The letter that starts its code.
    pub fn group(&self) -> &'static str {
        self.code.id.get(..1).unwrap_or("")
    }
}

/// All rules, in the order of their groups and codes.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::GROUPS.iter().flat_map(|group| group.iter())
}

/// The rule of a code or a name, whatever the case.
pub fn rule(wanted: &str) -> Option<&'static Rule> {
    rules().find(|r| r.code.id.eq_ignore_ascii_case(wanted) || r.code.name.eq_ignore_ascii_case(wanted))
}

/// The code or name that was probably meant.
pub fn similar(wanted: &str) -> Option<&'static str> {
    closest(wanted, rules().flat_map(|r| [r.code.name, r.code.id]))
}
