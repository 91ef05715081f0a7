//! What a rule may look at.

use std::collections::BTreeSet;

use super::facts::Facts;
use crate::analysis::Analysis;
use crate::check::Checked;
use crate::config::Config;
use crate::design::{
    Child, Design, Factor, FactorId, Indicator, IndicatorId, Measure, MeasureId, ObjectiveId, Stage, Subject,
};
use crate::diagnostic::{Diagnostics, Edit};
use crate::model::{Model, Node};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::Parse;
use crate::syntax::ast::Entry;
use crate::value::calendar::Date;

/// A checked design with its text.
pub struct Input<'a> {
    /// The `.kpi` files with their trees, as they were checked.
    pub files: Vec<(&'a SourceFile, &'a Parse)>,
    pub checked: &'a Checked,
    pub config: &'a Config,
    pub facts: Option<&'a dyn Facts>,
}

/// What a rule may look at.
pub struct Context<'a> {
    pub design: &'a Design,
    /// The declarations as written, in the order of the design's lists: `model.indicators[i]` is `design.indicators[i]`.
    pub model: Model<'a>,
    pub config: &'a Config,
    /// Today, as the user says. With data: the day up to which it is judged.
    pub as_of: Option<Date>,
    pub facts: Option<&'a dyn Facts>,
    /// What can be said of the formulas.
    pub analysis: Analysis<'a>,
    homes: Vec<Vec<FactorId>>,
    broken: &'a BTreeSet<Subject>,
    files: Vec<(&'a SourceFile, &'a Parse)>,
    /// Places of errors, ascending.
    errors: Vec<Span>,
    /// Whether something could not be read, or a name between declarations not be resolved.
    torn: bool,
}

/// Keys that make the graph: an unknown name in one of them may be what a rule would miss.
const GRAPH_KEYS: [&str; 8] =
    ["objective", "perspective", "factors", "process", "addresses", "drives", "counter_metric", "weight"];

impl<'a> Context<'a> {
    pub(super) fn new(input: &Input<'a>, as_of: Option<Date>) -> Context<'a> {
        // Judged already; here only the declarations are wanted.
        let model = Model::new(&input.files, &mut Diagnostics::default());
        let mut errors: Vec<Span> =
            input.checked.diagnostics.iter().filter(|d| d.is_error()).filter_map(|d| d.span()).collect();
        errors.sort_unstable();
        let mut context = Context {
            design: &input.checked.design,
            model,
            config: input.config,
            as_of: as_of.or_else(|| input.facts.map(Facts::as_of)),
            facts: input.facts,
            analysis: Analysis::new(&input.checked.design),
            homes: homes(&input.checked.design),
            broken: &input.checked.broken,
            files: input.files.clone(),
            errors,
            torn: input.files.iter().any(|(_, parse)| !parse.diagnostics.is_empty()),
        };
        context.torn = context.torn || context.has_loose_edges();
        context
    }

    fn has_loose_edges(&self) -> bool {
        let nodes = [&self.model.objectives, &self.model.factors, &self.model.indicators];
        nodes.into_iter().flatten().any(|node| {
            GRAPH_KEYS.iter().filter_map(|key| node.keys.get(key)).any(|(_, property)| self.has_error(property.span))
        })
    }

    // ---- what may be judged --------------------------------------------------------------------------------------

    /// Whether an error points into a span.
    pub fn has_error(&self, span: Span) -> bool {
        let first = self.errors.partition_point(|e| (e.file, e.start) < (span.file, span.start));
        self.errors.get(first).is_some_and(|e| e.file == span.file && e.start < span.end)
    }

    /// Whether every declaration was read and every edge between objectives, factors, indicators and contexts resolved:
    /// only then something can be said to be missing among them.
    pub fn graph_is_whole(&self) -> bool {
        !self.torn
    }

    /// Whether an indicator has formula, unit, direction and frequency.
    pub fn is_sound(&self, id: IndicatorId) -> bool {
        !self.broken.contains(&Subject::Indicator(id))
    }

    /// Whether a declaration lacks a key for certain: it is not there, and nothing in the block is unreadable.
    pub fn lacks(&self, node: &Node<'_>, key: &str) -> bool {
        let unread = |e: &Entry| matches!(e, Entry::Hole(_));
        !node.keys.has(key) && !node.decl.block.as_ref().is_some_and(|b| b.entries.iter().any(unread))
    }

    // ---- what there is -------------------------------------------------------------------------------------------

    /// All indicators, whole or not, that are not retired.
    pub fn indicators<'c>(&'c self) -> impl Iterator<Item = (IndicatorId, &'a Indicator, &'c Node<'a>)> + 'c {
        self.design
            .indicators
            .iter()
            .zip(&self.model.indicators)
            .enumerate()
            .map(|(at, (indicator, node))| (IndicatorId(at as u32), indicator, node))
            .filter(|(_, indicator, _)| indicator.stage != Stage::Retired)
    }

    /// Those of [`Context::indicators`] that have formula, unit, direction and frequency.
    pub fn sound<'c>(&'c self) -> impl Iterator<Item = (IndicatorId, &'a Indicator, &'c Node<'a>)> + 'c {
        self.indicators().filter(|(id, _, _)| self.is_sound(*id))
    }

    /// The measures whose formula is typed.
    pub fn measures<'c>(&'c self) -> impl Iterator<Item = (MeasureId, &'a Measure, &'c Node<'a>)> + 'c {
        self.design
            .measures
            .iter()
            .zip(&self.model.measures)
            .enumerate()
            .map(|(at, (measure, node))| (MeasureId(at as u32), measure, node))
            .filter(|(id, _, _)| !self.broken.contains(&Subject::Measure(*id)))
    }

    pub fn indicator(&self, id: IndicatorId) -> Option<&'a Indicator> {
        self.design.indicators.get(id.index())
    }

    /// The factors that an indicator stands in, or names.
    pub fn homes(&self, id: IndicatorId) -> &[FactorId] {
        self.homes.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// The factors of an indicator and those that they stand in.
    pub fn factors_above(&self, id: IndicatorId) -> impl Iterator<Item = &'a Factor> {
        let factors = &self.design.factors;
        self.homes(id).iter().flat_map(move |home| {
            std::iter::successors(factors.get(home.index()), |f| f.parent.and_then(|p| factors.get(p.index())))
        })
    }

    pub fn objectives_of(&self, id: IndicatorId) -> impl Iterator<Item = ObjectiveId> {
        self.homes(id).iter().filter_map(|home| self.design.factors.get(home.index())?.objective)
    }

    /// The indicators of a factor and its sub-factors, retired ones left out.
    pub fn indicators_below(&self, factor: FactorId) -> impl Iterator<Item = IndicatorId> + '_ {
        let mut waiting = vec![factor];
        let mut found = Vec::new();
        while let Some(at) = waiting.pop() {
            for child in self.design.factors.get(at.index()).into_iter().flat_map(|f| &f.children) {
                match child {
                    Child::Factor(inner) => waiting.push(*inner),
                    Child::Indicator(id, _) => found.push(*id),
                }
            }
        }
        found.into_iter().filter(|id| self.indicator(*id).is_some_and(|i| i.stage != Stage::Retired))
    }

    /// Where a finding about the whole design points: the name of the design, else its first declaration.
    pub fn head(&self) -> Span {
        let first = [&self.model.objectives, &self.model.factors, &self.model.indicators, &self.model.sources];
        let design = self.model.design.as_ref();
        design.or_else(|| first.into_iter().flatten().next()).map(Node::place).unwrap_or_default()
    }

    /// Whether every formula, source and constant was understood.
    pub fn is_sound_throughout(&self) -> bool {
        self.errors.is_empty()
    }

    pub fn files(&self) -> &[(&'a SourceFile, &'a Parse)] {
        &self.files
    }

    pub fn file(&self, id: FileId) -> Option<&'a SourceFile> {
        // Files stand in the order of their ids; what `kpi.toml` has is none of them.
        self.files.get(id.0 as usize).map(|(file, _)| *file).filter(|file| file.id == id)
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &'a str {
        self.file(span.file).map_or("", |f| f.slice(span))
    }

    /// The place of a part of a text, inside its quotes; the whole text where escapes or quotes of another kind stand between.
    pub fn place_in_text(&self, literal: Span, text: &str, part: std::ops::Range<usize>) -> Span {
        let written = self.slice(literal);
        let inside = written.strip_prefix('"').and_then(|w| w.strip_suffix('"'));
        if inside != Some(text) {
            return literal;
        }
        let start = literal.start as usize + 1;
        Span::new(literal.file, start + part.start, start + part.end)
    }

    // ---- edits ---------------------------------------------------------------------------------------------------

    /// Puts a property into a declaration's block, behind the last of the keys that it has, else at the end. Of a block on
    /// one line it becomes one more item of that line. None: the declaration has no block.
    pub fn insert(&self, node: &Node<'_>, behind: &[&str], property: &str) -> Option<Edit> {
        let block = node.decl.block.as_ref()?;
        let file = self.file(block.span.file)?;
        let known = block.entries.iter().filter_map(|entry| match entry {
            Entry::Property(p) => Some(p),
            _ => None,
        });
        let last = known.clone().rfind(|p| behind.contains(&p.key.text.as_str())).or(known.clone().next_back());
        let ends = file.line_of(block.span.end);
        let one_line = file.line_of(block.span.start) == ends;
        let Some(last) = last else {
            let at = block.span.start as usize + 1;
            let text = if one_line { format!(" {property} ") } else { format!("\n  {property}") };
            return Some(Edit { span: Span::new(file.id, at, at), text });
        };
        let one_line = one_line || file.line_of(last.span.end) == ends;
        let text = if one_line {
            format!(", {property}")
        } else {
            let line = file.line_range(file.line_of(last.span.start));
            let start = file.text.get(line).unwrap_or("");
            let indent: String = start.chars().take_while(|c| c.is_whitespace()).collect();
            format!("\n{indent}{property}")
        };
        // Behind a comment at the line's end, which belongs to the property before.
        let end = if one_line {
            last.span.end as usize
        } else {
            file.line_range(file.line_of(last.span.end.saturating_sub(1))).end
        };
        Some(Edit { span: Span::new(file.id, end, end), text })
    }
}

/// The factors of every indicator.
fn homes(design: &Design) -> Vec<Vec<FactorId>> {
    let mut homes = vec![Vec::new(); design.indicators.len()];
    for (at, factor) in design.factors.iter().enumerate() {
        for child in &factor.children {
            if let Child::Indicator(id, _) = child
                && let Some(list) = homes.get_mut(id.index())
            {
                list.push(FactorId(at as u32));
            }
        }
    }
    homes
}
