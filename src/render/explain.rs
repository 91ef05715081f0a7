//! How a value came about: formula, trace, rows, cleaning, the rule that judged it, and what is missing to reach it.

use std::fmt::Write;

use super::results::{Look, Shown, format};
use super::text::{BOLD, DIM, Paint, cut, pad, visible, width, wrap};
use super::words::{self, Lang};
use crate::design::{Bound, Due, Formula, Indicator, Level};
use crate::results::{BoundValue, Row, SourceReport, SubjectId, Trace, TraceValue};
use crate::source::Sources;
use crate::value::unit::format_difference;

/// Members of `by` that are shown beneath one node.
const CHILDREN: usize = 20;

/// A few rows behind one aggregate of the formula.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The aggregate as written, with its window where that is another.
    pub of: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Option<String>>>,
    /// How many there are in all.
    pub total: u64,
}

#[derive(Clone, Copy, Debug)]
pub struct Explanation<'a> {
    pub shown: Shown<'a>,
    pub sources: &'a Sources,
    pub row: &'a Row,
    pub trace: &'a Trace,
    /// The sources that the value was computed from.
    pub data: &'a [SourceReport],
    pub samples: &'a [Sample],
}

pub fn render(of: &Explanation<'_>, look: Look) -> String {
    let lang = of.shown.lang;
    let paint = look.paint;
    let mut out = String::new();
    let naming = match of.row.subject {
        SubjectId::Indicator(id) => of.shown.design.indicators.get(id.index()).map(|i| &i.naming),
        SubjectId::Measure(id) => of.shown.design.measures.get(id.index()).map(|m| &m.naming),
        SubjectId::Factor(_) | SubjectId::Objective(_) | SubjectId::Design => None,
    };
    let mut head = vec![
        paint.paint(BOLD, visible(&of.row.title)).into_owned(),
        visible(&of.row.name).into_owned(),
        of.row.period.clone(),
    ];
    if !of.row.slice.is_empty() {
        head.push(visible(&words::slice(&of.row.slice, lang)).into_owned());
    }
    if let Some(as_of) = of.shown.results.as_of {
        head.push(format!("{} {as_of}", lang.pick("data to", "数据截至")));
    }
    let _ = writeln!(out, "{}", head.join("   "));
    if let Some(definition) = naming.and_then(|n| n.definition.as_ref()) {
        for line in wrap(&visible(definition), look.columns.unwrap_or(100)) {
            let _ = writeln!(out, "{line}");
        }
    }

    let section = |out: &mut String, en: &'static str, zh: &'static str| {
        let _ = writeln!(out, "\n{}", paint.paint(BOLD, lang.pick(en, zh)));
    };
    section(&mut out, "value", "数值");
    Tree { of, look, out: &mut out }.node(of.trace, "  ", "  ", true);
    for note in of.shown.notes(of.row) {
        let _ = writeln!(out, "  {}", paint.paint(DIM, note));
    }

    if !of.samples.is_empty() {
        section(&mut out, "rows", "记录");
        for sample in of.samples {
            rows(&mut out, sample, look, lang);
        }
    }
    if !of.data.is_empty() {
        section(&mut out, "data", "数据");
        for source in of.data {
            source_lines(&mut out, source, lang, paint);
        }
    }
    if let SubjectId::Indicator(id) = of.row.subject
        && let Some(indicator) = of.shown.design.indicators.get(id.index())
    {
        section(&mut out, "target", "目标");
        target(&mut out, of, indicator, paint);
    }
    out
}

/// Formulas may be written over several lines.
pub fn one_line(formula: &str) -> String {
    visible(&formula.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

// ---- the words of a trace, for every output that shows one --------------------------------------------------------

/// What a part of a formula gave; `?`: nothing.
pub fn value_text(node: &Trace, lang: Lang) -> String {
    match &node.value {
        TraceValue::Number(n, unit) => format::people(n, unit.as_ref(), lang),
        TraceValue::Bool(b) => b.to_string(),
        TraceValue::Text(text) => format!("\"{}\"", visible(text)),
        TraceValue::Set(count) => match lang {
            Lang::En => format!("{count} keys"),
            Lang::Zh => format!("{count} 个键"),
        },
        TraceValue::Missing(_) => "?".to_string(),
    }
}

/// The part as written, with its name where it is named.
pub fn written(node: &Trace, root: bool) -> String {
    let formula = one_line(&node.formula);
    match &node.name {
        Some(name) if root || *name == node.formula => {
            if root {
                formula
            } else {
                visible(name).into_owned()
            }
        }
        Some(name) => format!("{} = {formula}", visible(name)),
        None => formula,
    }
}

/// Window and slice where they are others than above, and how many rows stand behind.
pub fn beside(node: &Trace, lang: Lang) -> Vec<String> {
    let mut beside = Vec::new();
    beside.extend(node.window.clone());
    beside.extend(node.slice.as_ref().map(|s| visible(s).into_owned()));
    beside.extend(node.rows.map(|rows| match lang {
        Lang::En => super::text::counted(usize::try_from(rows).unwrap_or(usize::MAX), "row"),
        Lang::Zh => format!("{rows} 条记录"),
    }));
    beside
}

/// Why a part gave nothing, where nothing below it says so.
pub fn missing_part(node: &Trace, lang: Lang) -> Option<String> {
    match &node.value {
        TraceValue::Missing(reason) if node.children.is_empty() => {
            Some(visible(&words::reason(reason, lang)).into_owned())
        }
        _ => None,
    }
}

/// `and 3 more`
pub fn and_more(more: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("and {more} more"),
        Lang::Zh => format!("另有 {more} 项"),
    }
}

/// The children that are shown, and what stands for the others.
pub fn shown_children(node: &Trace, lang: Lang) -> (&[Trace], Option<String>) {
    let shown = node.children.get(..CHILDREN).unwrap_or(&node.children);
    let more = node.children.len() - shown.len();
    let rest = (more > 0).then(|| and_more(more, lang));
    (shown, rest)
}

struct Tree<'a, 'o> {
    of: &'a Explanation<'a>,
    look: Look,
    out: &'o mut String,
}

impl Tree<'_, '_> {
    /// `first` stands before the node, `rest` before what hangs below it. Nesting is bounded by that of formulas.
    fn node(&mut self, node: &Trace, first: &str, rest: &str, root: bool) {
        let lang = self.of.shown.lang;
        let paint = self.look.paint;
        let mut line = format!("{first}{}  {}", paint.paint(BOLD, value_text(node, lang)), written(node, root));
        let beside = beside(node, lang);
        if !beside.is_empty() {
            let _ = write!(line, "  {}", paint.paint(DIM, format!("[{}]", beside.join(", "))));
        }
        self.out.push_str(line.trim_end());
        self.out.push('\n');
        if let Some(reason) = missing_part(node, lang) {
            let _ = writeln!(self.out, "{rest}  {}", paint.paint(DIM, reason));
        }
        let (shown, others) = shown_children(node, lang);
        let (tee, corner, bar) = if self.look.ascii { ("|- ", "`- ", "|  ") } else { ("├─ ", "└─ ", "│  ") };
        for (i, child) in shown.iter().enumerate() {
            let last = i + 1 == shown.len() && others.is_none();
            let (hook, below) = if last { (corner, "   ") } else { (tee, bar) };
            self.node(child, &format!("{rest}{hook}"), &format!("{rest}{below}"), false);
        }
        if let Some(others) = others {
            let _ = writeln!(self.out, "{rest}{corner}{}", paint.paint(DIM, others));
        }
    }
}

fn source_lines(out: &mut String, source: &SourceReport, lang: Lang, paint: Paint) {
    let counts = match lang {
        Lang::En => format!("{} rows read, {} kept", source.rows_read, source.rows_kept),
        Lang::Zh => format!("读入 {} 条，保留 {} 条", source.rows_read, source.rows_kept),
    };
    let days = match (source.first, source.last) {
        (Some(first), Some(last)) => format!("  {first}..{last}"),
        _ => String::new(),
    };
    let _ = writeln!(out, "  {}  {counts}{days}", visible(&source.name));
    for file in &source.files {
        let _ = writeln!(out, "    {}", paint.paint(DIM, visible(&file.path)));
    }
    for step in &source.steps {
        let reason = step.reason.as_ref().map(|r| format!("  ({})", visible(r))).unwrap_or_default();
        let _ = writeln!(out, "    {:>6}  {}{reason}", step.count, one_line(&step.step));
    }
}

/// A small table of rows; long cells are cut on a terminal.
fn rows(out: &mut String, sample: &Sample, look: Look, lang: Lang) {
    let missing = lang.pick("(missing)", "（缺失）");
    let longest = if look.columns.is_some() { 24 } else { usize::MAX };
    let cell = |text: &str| cut(&visible(text), longest, look.ascii).into_owned();
    let header: Vec<String> = sample.columns.iter().map(|c| cell(c)).collect();
    let body: Vec<Vec<String>> = sample
        .rows
        .iter()
        .map(|row| row.iter().map(|c| c.as_ref().map_or(missing.to_string(), |t| cell(t))).collect())
        .collect();
    let widths: Vec<usize> = (0..header.len())
        .map(|i| {
            let cells = body.iter().filter_map(|r| r.get(i)).chain(header.get(i));
            cells.map(|c| width(c)).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().zip(&widths).map(|(c, w)| pad(c, *w, super::text::Align::Left)).collect();
        cells.join("  ").trim_end().to_string()
    };
    let _ = writeln!(out, "  {}", one_line(&sample.of));
    let _ = writeln!(out, "    {}", look.paint.paint(DIM, line(&header)));
    for row in &body {
        let _ = writeln!(out, "    {}", line(row));
    }
    let more = sample.total.saturating_sub(sample.rows.len() as u64);
    if more > 0 {
        let text = match lang {
            Lang::En => format!("and {more} more"),
            Lang::Zh => format!("另有 {more} 条"),
        };
        let _ = writeln!(out, "    {}", look.paint.paint(DIM, text));
    }
}

/// The rule as written, what it asks of this period, the verdict, and how far the value is from it.
fn target(out: &mut String, of: &Explanation<'_>, indicator: &Indicator, paint: Paint) {
    let lang = of.shown.lang;
    let lines = rules(&of.shown, of.sources, indicator);
    let wide = lines.iter().map(|(word, _)| width(word)).max().unwrap_or(0);
    for (word, rule) in &lines {
        let _ = writeln!(out, "  {}  {rule}", paint.paint(DIM, pad(word, wide, super::text::Align::Left)));
    }
    let row = of.row;
    for line in judgement(&of.shown, row) {
        let _ = writeln!(out, "  {line}");
    }
    if let Some(status) = row.status {
        let mut verdict = format!("  {} {}", words::mark(status), words::status(status, lang));
        if let Some(score) = row.score {
            let _ = write!(verdict, "   {} {}", lang.pick("score", "得分"), format::score(score));
        }
        let _ = writeln!(out, "{verdict}");
    }
    for line in distances(&of.shown, row, indicator) {
        let _ = writeln!(out, "  {line}");
    }
}

// ---- the words of a verdict, for every output that explains one ---------------------------------------------------

/// Baseline, targets, thresholds, stretch and worst values: what each is called, and the rule as written.
pub fn rules(shown: &Shown<'_>, sources: &Sources, indicator: &Indicator) -> Vec<(&'static str, String)> {
    let lang = shown.lang;
    let text = |formula: &Formula| one_line(sources.slice(formula.span.0));
    let bound = |bound: &Bound| match bound {
        Bound::One(value) => text(value),
        Bound::Range(low, high) => format!("{}..{}", text(low), text(high)),
    };
    let slice = |conditions: &[(crate::design::DimensionId, String)]| {
        let name = |id: crate::design::DimensionId| shown.design.dimensions.get(id.index()).map(|d| &d.naming.name);
        let parts: Vec<String> =
            conditions.iter().filter_map(|(d, m)| Some(format!("{} = {}", name(*d)?, visible(m)))).collect();
        if parts.is_empty() { String::new() } else { format!(" for {}", parts.join(" and ")) }
    };
    let mut lines: Vec<(&'static str, String)> = Vec::new();
    if let Some(baseline) = &indicator.baseline {
        lines.push((
            lang.pick("baseline", "基准值"),
            format!("{} in {}", bound(&baseline.value), baseline.period.label()),
        ));
    }
    for target in &indicator.targets {
        let due = match target.due {
            Due::By(day) => format!("by {day}"),
            Due::Until(day) => format!("until {day}"),
            Due::In(period) => format!("in {}", period.label()),
        };
        lines.push((lang.pick("target", "目标值"), format!("{} {due}{}", bound(&target.value), slice(&target.slice))));
    }
    let levels: [(&'static str, &[Level]); 3] = [
        (lang.pick("threshold", "门槛值"), &indicator.thresholds),
        (lang.pick("stretch", "挑战值"), &indicator.stretches),
        (lang.pick("worst", "底线值"), &indicator.worsts),
    ];
    for (word, levels) in levels {
        lines.extend(levels.iter().map(|l| (word, format!("{}{}", bound(&l.value), slice(&l.slice)))));
    }
    lines
}

/// What the period asks, and the period that was judged where it is another than the row's.
pub fn judgement(shown: &Shown<'_>, row: &Row) -> Vec<String> {
    let lang = shown.lang;
    let mut lines = Vec::new();
    let period = row.judged.as_ref().map_or(row.period.as_str(), |(period, _)| period);
    if let Some(expected) = &row.expected {
        let expected = format::bound(expected, row.unit.as_ref(), shown.direction(row), lang);
        lines.push(match lang {
            Lang::En => format!("expected in {period}: {expected}"),
            Lang::Zh => format!("{period} 的要求：{expected}"),
        });
    }
    if let Some((period, value)) = &row.judged {
        let value = format::people(value, row.unit.as_ref(), lang);
        lines.push(match lang {
            Lang::En => format!("judged on {period}: {value}"),
            Lang::Zh => format!("按 {period} 判定：{value}"),
        });
    }
    lines
}

/// What a value that is not on target needs, to reach its target and its threshold.
pub fn distances(shown: &Shown<'_>, row: &Row, indicator: &Indicator) -> Vec<String> {
    let lang = shown.lang;
    let value = row.judged.as_ref().map(|(_, value)| value).or(row.value.as_ref());
    let (Some(value), Some(unit), Some(status)) = (value, &row.unit, row.status) else { return Vec::new() };
    if !status.is_verdict() || status == crate::results::Status::OnTarget {
        return Vec::new();
    }
    [(&row.expected, "the target", "距目标"), (&row.threshold, "the threshold", "距门槛")]
        .into_iter()
        .filter_map(|(bound, en, zh)| {
            let missing = missing(value, bound.as_ref()?, indicator)?;
            let missing = format_difference(&missing, unit, Some(lang.locale()));
            Some(match lang {
                Lang::En => format!("needs {} to reach {en}", visible(&missing)),
                Lang::Zh => format!("{zh} {}", visible(&missing)),
            })
        })
        .collect()
}

/// What must be added to a value to reach a bound; None where it is reached.
fn missing(value: &crate::value::Number, bound: &BoundValue, indicator: &Indicator) -> Option<crate::value::Number> {
    use crate::design::Direction;
    use std::cmp::Ordering;
    let below = |least: &crate::value::Number| value.cmp_tolerant(least) == Ordering::Less;
    let above = |most: &crate::value::Number| value.cmp_tolerant(most) == Ordering::Greater;
    let end = match (bound, indicator.direction) {
        (BoundValue::One(n), Direction::Higher) if below(n) => n,
        (BoundValue::One(n), Direction::Lower) if above(n) => n,
        (BoundValue::One(n), Direction::Range) if below(n) || above(n) => n,
        (BoundValue::Range(low, _), _) if below(low) => low,
        (BoundValue::Range(_, high), _) if above(high) => high,
        _ => return None,
    };
    Some(end.sub(value))
}
