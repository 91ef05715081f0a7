//! The run: the rules that are selected over one design, then its waivers.

use rayon::prelude::*;

use super::context::{Context, Input};
use super::findings::{Findings, Found};
use super::rules::governance::unused_allow;
use super::select::{Options, Selection};
use super::smart::{NotJudged, Smart, want};
use super::{Needs, Rule, rule};
use crate::design::{IndicatorId, Waiver};
use crate::diagnostic::{Diagnostic, Severity, sort};

/// What the rules say of a design.
#[derive(Debug, Default)]
pub struct Judgement {
    /// In the order in which they are shown.
    pub findings: Vec<Diagnostic>,
    /// About `kpi.toml`: rules that do not exist.
    pub problems: Vec<Diagnostic>,
    /// One an indicator, in the order declared.
    pub smart: Vec<Smart>,
    /// Rules that could not be judged.
    pub not_judged: Vec<NotJudged>,
    /// The codes of those that were.
    pub judged: Vec<&'static str>,
}

/// Runs the rules. What is wrong already must be in `input.checked`: it silences what would only follow from it.
pub fn judge(input: &Input<'_>, options: &Options) -> Judgement {
    let (selection, problems) = Selection::new(input.config, options);
    let context = Context::new(input, options.as_of);
    let rules = selection.rules();
    let answer = |rule: &&'static Rule| {
        let lacking = match rule.needs {
            Needs::Nothing | Needs::DataToo => false,
            Needs::Day => context.as_of.is_none(),
            Needs::Data => context.facts.is_none(),
        };
        if lacking {
            let skipped = NotJudged { rule: rule.code.id, indicator: None, why: want(rule.needs) };
            return (*rule, Vec::new(), vec![skipped]);
        }
        let mut findings = Findings::default();
        (rule.check)(&context, &mut findings);
        let (found, not_judged) = findings.finish(rule);
        (*rule, found, not_judged)
    };
    // The data is asked by one rule at a time: it has threads of its own, and a rule that waits for it must not be handed
    // another one that does.
    let answers: Vec<(&'static Rule, Vec<Found>, Vec<NotJudged>)> = match context.facts {
        Some(_) => rules.iter().map(answer).collect(),
        None => rules.par_iter().map(answer).collect(),
    };

    let mut judged: Vec<&'static Rule> = Vec::new();
    let mut not_judged = Vec::new();
    let mut found: Vec<(&'static Rule, Found)> = Vec::new();
    for (rule, findings, skipped) in answers {
        if !skipped.iter().any(|s| s.indicator.is_none()) {
            judged.push(rule);
        }
        not_judged.extend(skipped);
        found.extend(findings.into_iter().map(|f| (rule, f)));
    }
    let mut kept = Vec::new();
    let mut waivers: Vec<Waived<'_>> = context.design.waivers.iter().map(Waived::new).collect();
    for (rule, found) in found {
        if let Some(found) = kept_as(rule, found, &selection, &context)
            && !waive(&mut waivers, rule, &found, &context)
        {
            kept.push((rule, found));
        }
    }
    if judged.iter().any(|r| r.code == unused_allow::RULE.code) {
        let mut findings = Findings::default();
        unused_allow::judge(&context, &waivers, &judged, &mut findings);
        let rule = &unused_allow::RULE;
        let (found, _) = findings.finish(rule);
        kept.extend(found.into_iter().filter_map(|f| Some((rule, kept_as(rule, f, &selection, &context)?))));
    }
    let smart = smart(&context, &kept, &not_judged);
    let mut findings: Vec<Diagnostic> = kept.into_iter().map(|(_, f)| f.diagnostic).collect();
    sort(&mut findings);
    let judged = judged.iter().map(|r| r.code.id).collect();
    Judgement { findings, problems, smart, not_judged, judged }
}

/// The finding with the severity that it has where it stands; None: the rule is not judged there.
fn kept_as(rule: &Rule, mut found: Found, selection: &Selection<'_>, context: &Context<'_>) -> Option<Found> {
    let path = found.diagnostic.span().and_then(|s| context.file(s.file)).map(|f| f.path.as_str());
    let severity = selection.severity(rule, path)?;
    if !found.own_severity || selection.is_set(rule) {
        found.diagnostic.severity = severity;
    }
    Some(found)
}

/// A waiver and whether it waived something.
pub(super) struct Waived<'a> {
    pub waiver: &'a Waiver,
    pub rule: Option<&'static Rule>,
    pub used: bool,
}

impl<'a> Waived<'a> {
    fn new(waiver: &'a Waiver) -> Waived<'a> {
        Waived { waiver, rule: rule(&waiver.rule), used: false }
    }

    /// Whether its day is past; None: nobody knows today.
    pub fn is_past(&self, context: &Context<'_>) -> Option<bool> {
        match self.waiver.until {
            None => Some(false),
            Some(until) => context.as_of.map(|today| until < today),
        }
    }
}

/// Whether some `allow` waives a finding. All that do count as used.
fn waive(waivers: &mut [Waived<'_>], rule: &Rule, found: &Found, context: &Context<'_>) -> bool {
    let Some(place) = found.diagnostic.span() else { return false };
    let mut waives = false;
    for waived in waivers.iter_mut() {
        let of_rule = waived.rule.is_some_and(|r| r.code == rule.code);
        let around =
            waived.waiver.block.is_none_or(|b| b.file == place.file && b.start <= place.start && place.end <= b.end);
        if of_rule && around && waived.is_past(context) != Some(true) {
            waived.used = true;
            waives = true;
        }
    }
    waives
}

fn smart(context: &Context<'_>, kept: &[(&'static Rule, Found)], not_judged: &[NotJudged]) -> Vec<Smart> {
    let count = context.design.indicators.len();
    let mut found: Vec<Vec<(&'static Rule, Severity)>> = vec![Vec::new(); count];
    for (rule, f) in kept {
        if let Some(list) = f.subject.and_then(|id| found.get_mut(id.index())) {
            list.push((rule, f.diagnostic.severity));
        }
    }
    let mut everywhere: Vec<&'static Rule> = Vec::new();
    let mut skipped: Vec<Vec<&'static Rule>> = vec![Vec::new(); count];
    for n in not_judged {
        let Some(rule) = rule(n.rule) else { continue };
        match n.indicator.and_then(|id| skipped.get_mut(id.index())) {
            Some(list) => list.push(rule),
            None => everywhere.push(rule),
        }
    }
    let indicators = context.design.indicators.iter().enumerate();
    indicators
        .zip(found.iter().zip(skipped))
        .map(|((at, indicator), (found, own))| {
            let mut skipped: Vec<&'static Rule> = everywhere.iter().copied().chain(own).collect();
            skipped.sort_by_key(|r| r.code.id);
            skipped.dedup_by_key(|r| r.code.id);
            Smart::new(IndicatorId(at as u32), &indicator.naming, found, &skipped)
        })
        .collect()
}
