//! Which rules are judged, and how gravely: the profile, `kpi.toml`, the command line.

use std::collections::BTreeMap;

use globset::GlobMatcher;
use toml::Spanned;

use super::{Rule, rule, rules, similar};
use crate::config::{Config, Level, Profile};
use crate::diagnostic::codes::config::CONFIG_VALUE;
use crate::diagnostic::{Diagnostic, Severity, Words, say};
use crate::value::calendar::Date;

/// What the command line asks for; it comes before `kpi.toml`.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub profile: Option<Profile>,
    pub select: Vec<String>,
    pub ignore: Vec<String>,
    /// Rules of dates are not judged without it: the library reads no clock.
    pub as_of: Option<Date>,
}

/// No rule has this code, name or beginning of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRule {
    pub written: String,
    pub near: Option<&'static str>,
}

impl Options {
    /// What the command line names and no rule is called.
    pub fn unknown(&self) -> Option<UnknownRule> {
        self.select.iter().chain(&self.ignore).find(|written| !known(written)).map(|written| unknown(written))
    }
}

/// The letters of the groups, also of one that has no rule in this build.
const GROUPS: [&str; 8] = ["S", "M", "A", "R", "T", "X", "D", "G"];

fn known(selector: &str) -> bool {
    GROUPS.iter().any(|g| g.eq_ignore_ascii_case(selector)) || rules().any(|rule| matches(selector, rule).is_some())
}

fn unknown(written: &str) -> UnknownRule {
    UnknownRule { written: written.to_string(), near: similar(written) }
}

/// Whether a selector means a rule, and how closely: `S` less than `S0`, that less than `S02`; a name is as close as a code.
fn matches(selector: &str, rule: &Rule) -> Option<usize> {
    if rule.code.name.eq_ignore_ascii_case(selector) {
        return Some(rule.code.id.len());
    }
    let beginning = rule.code.id.get(..selector.len())?;
    (!selector.is_empty() && beginning.eq_ignore_ascii_case(selector)).then_some(selector.len())
}

/// What one place (the file's `[check]`, a `[[check.path]]`, the command line) says of rules.
struct Layer<'a> {
    select: Vec<&'a str>,
    ignore: Vec<&'a str>,
    severity: BTreeMap<&'static str, Level>,
}

impl Layer<'_> {
    fn closest(selectors: &[&str], rule: &Rule) -> Option<usize> {
        selectors.iter().filter_map(|s| matches(s, rule)).max()
    }

    /// The severity behind this layer. The closer of `select` and `ignore` wins, `ignore` where both are as close.
    fn apply(&self, rule: &Rule, before: Option<Severity>) -> Option<Severity> {
        let severity = match self.severity.get(rule.code.id) {
            Some(level) => level.severity(),
            None => before,
        };
        match (Layer::closest(&self.select, rule), Layer::closest(&self.ignore, rule)) {
            (select, Some(ignore)) if select.is_none_or(|s| s <= ignore) => None,
            (Some(_), _) => severity.or(before).or(Some(rule.severity)),
            _ => severity,
        }
    }
}

/// The rules that are judged, in which files, and how gravely.
pub(super) struct Selection<'a> {
    profile: Profile,
    file: Layer<'a>,
    paths: Vec<(GlobMatcher, Layer<'a>)>,
    line: Layer<'a>,
}

impl<'a> Selection<'a> {
    /// The diagnostics are about names of rules in `kpi.toml` that do not exist.
    pub fn new(config: &'a Config, options: &'a Options) -> (Selection<'a>, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let mut layer = |select: &'a [Spanned<String>],
                         ignore: &'a [Spanned<String>],
                         severity: &BTreeMap<Spanned<String>, Level>| {
            let mut wrong = |written: &Spanned<String>| {
                let name = written.as_ref();
                let diagnostic = Diagnostic::error(
                    CONFIG_VALUE,
                    config.place(written),
                    say!("there is no rule `{name}`", "没有规则 `{name}`"),
                );
                problems.push(match similar(name) {
                    Some(near) => diagnostic.help(Words::meant(near)),
                    None => diagnostic.help(say!("`kpi rule` lists all rules", "`kpi rule` 列出所有规则")),
                });
            };
            for written in select.iter().chain(ignore).filter(|w| !known(w.as_ref())) {
                wrong(written);
            }
            let mut levels = BTreeMap::new();
            for (written, level) in severity {
                match rule(written.as_ref()) {
                    Some(rule) => {
                        levels.insert(rule.code.id, *level);
                    }
                    None => wrong(written),
                }
            }
            Layer {
                select: select.iter().map(|s| s.as_ref().as_str()).collect(),
                ignore: ignore.iter().map(|s| s.as_ref().as_str()).collect(),
                severity: levels,
            }
        };
        let check = &config.check;
        let file = layer(&check.select, &check.ignore, &check.severity);
        let paths = check.path.iter().filter_map(|part| {
            let layer = layer(&part.select, &part.ignore, &part.severity);
            // A pattern that is none was reported when `kpi.toml` was read.
            Some((globset::Glob::new(part.path.as_ref()).ok()?.compile_matcher(), layer))
        });
        let paths = paths.collect();
        let line = Layer {
            select: options.select.iter().map(String::as_str).collect(),
            ignore: options.ignore.iter().map(String::as_str).collect(),
            severity: BTreeMap::new(),
        };
        let profile = options.profile.or(check.profile).unwrap_or(Profile::Recommended);
        (Selection { profile, file, paths, line }, problems)
    }

    /// The rules that are judged in some file.
    pub fn rules(&self) -> Vec<&'static Rule> {
        let anywhere = |rule: &&Rule| {
            let before = self.before(rule);
            self.line.apply(rule, before).is_some()
                || self.paths.iter().any(|(_, layer)| self.line.apply(rule, layer.apply(rule, before)).is_some())
        };
        rules().filter(anywhere).collect()
    }

    /// The severity of a rule's findings in a file; None: it is not judged there.
    pub fn severity(&self, rule: &Rule, path: Option<&str>) -> Option<Severity> {
        let mut severity = self.before(rule);
        for (_, layer) in self.paths.iter().filter(|(glob, _)| path.is_some_and(|p| glob.is_match(p))) {
            severity = layer.apply(rule, severity);
        }
        self.line.apply(rule, severity)
    }

    /// Whether a severity other than the profile's was asked for somewhere: then a finding's own does not count.
    pub fn is_set(&self, rule: &Rule) -> bool {
        self.file.severity.contains_key(rule.code.id)
            || self.paths.iter().any(|(_, layer)| layer.severity.contains_key(rule.code.id))
    }

    fn before(&self, rule: &Rule) -> Option<Severity> {
        self.file.apply(rule, rule.severity_in(self.profile))
    }
}
