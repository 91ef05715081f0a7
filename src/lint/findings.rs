//! What rules have to say: a finding, its words in two languages, and where findings gather.

use super::Rule;
use super::smart::NotJudged;
use crate::design::IndicatorId;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity, Words};
use crate::source::Span;

/// One finding of a rule.
#[derive(Clone, Debug)]
pub struct Finding {
    message: Words,
    labels: Vec<(Span, Words)>,
    help: Option<Words>,
    fix: Option<(Words, Vec<Edit>)>,
    severity: Option<Severity>,
    subject: Option<IndicatorId>,
}

impl Finding {
    pub fn at(span: Span, message: Words) -> Finding {
        Finding {
            message,
            labels: vec![(span, Words::default())],
            help: None,
            fix: None,
            severity: None,
            subject: None,
        }
    }

    /// What the first label says at its place.
    pub fn saying(mut self, words: Words) -> Finding {
        if let Some((_, first)) = self.labels.first_mut() {
            *first = words;
        }
        self
    }

    pub fn label(mut self, span: Span, words: Words) -> Finding {
        self.labels.push((span, words));
        self
    }

    /// The remedy: what to write.
    pub fn help(mut self, words: Words) -> Finding {
        self.help = Some(words);
        self
    }

    /// Edits that mend it, of the kind that the rule declares.
    pub fn fix(mut self, title: Words, edits: Vec<Edit>) -> Finding {
        self.fix = Some((title, edits));
        self
    }

    /// Another severity than the rule's own, where the finding is graver or lighter than most.
    pub fn severity(mut self, severity: Severity) -> Finding {
        self.severity = Some(severity);
        self
    }

    /// The indicator whose SMART line it counts in.
    pub fn of(mut self, indicator: IndicatorId) -> Finding {
        self.subject = Some(indicator);
        self
    }

    fn diagnostic(self, rule: &Rule) -> Diagnostic {
        let applicability = match rule.fix {
            super::FixKind::Safe => Applicability::Safe,
            super::FixKind::Proposed | super::FixKind::None => Applicability::Proposed,
        };
        Diagnostic {
            code: rule.code,
            severity: self.severity.unwrap_or(rule.severity),
            message: self.message,
            labels: self.labels.into_iter().map(|(span, text)| Label { span, text }).collect(),
            help: self.help,
            fix: self.fix.map(|(title, edits)| Fix { title, applicability, edits }),
            data: None,
        }
    }
}

/// A diagnostic of a rule and the indicator that it speaks of.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub diagnostic: Diagnostic,
    pub subject: Option<IndicatorId>,
    /// The finding chose its severity itself.
    pub own_severity: bool,
}

/// Where the findings of one rule gather.
#[derive(Debug, Default)]
pub struct Findings {
    pub(super) found: Vec<Finding>,
    pub(super) not_judged: Vec<NotJudged>,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// The rule could not be judged for an indicator (None: for the design), and why: half a sentence.
    pub fn not_judged(&mut self, indicator: Option<IndicatorId>, why: Words) {
        self.not_judged.push(NotJudged { rule: "", indicator, why });
    }

    pub(super) fn finish(self, rule: &'static Rule) -> (Vec<Found>, Vec<NotJudged>) {
        let found = self.found.into_iter().map(|finding| Found {
            subject: finding.subject,
            own_severity: finding.severity.is_some(),
            diagnostic: finding.diagnostic(rule),
        });
        let not_judged = self.not_judged.into_iter().map(|n| NotJudged { rule: rule.code.id, ..n });
        (found.collect(), not_judged.collect())
    }
}
