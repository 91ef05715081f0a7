//! The scoreboard: all indicators of one period and slice below their factors.

use std::collections::HashMap;

use super::{GAP, LEAST_TITLE, headline, mark, note_lines, sparkline, status_style, trends};
use crate::render::results::view::{Board, Key, Line, Role};
use crate::render::results::{Look, Shown, format};
use crate::render::text::{Align, BOLD, DIM, Style, cut, pad, width};
use crate::render::words::{self, Lang};
use crate::results::Row;

/// One cell for each ten points of a score, up to 120; the target stands at the tenth.
const BAR: usize = 12;
const BAR_SCALE: &str = "0%     100%";

/// The columns that are shown, with their widths; 0: not shown.
#[derive(Clone, Copy, Debug, Default)]
struct Widths {
    title: usize,
    actual: usize,
    judged: usize,
    target: usize,
    score: usize,
    bar: usize,
    trend: usize,
    weight: usize,
}

impl Widths {
    fn all(self) -> [usize; 8] {
        [self.title, self.actual, self.judged, self.target, self.score, self.bar, self.trend, self.weight]
    }

    fn total(self) -> usize {
        self.all().iter().sum::<usize>() + self.gaps().iter().sum::<usize>()
    }

    /// What stands before each column. A trend belongs to the bar before it.
    fn gaps(self) -> [usize; 8] {
        let gap = |w: usize| if w > 0 { GAP } else { 0 };
        let trend = if self.bar > 0 { gap(self.trend).min(1) } else { gap(self.trend) };
        let [_, actual, judged, target, score, bar, _, weight] = self.all().map(gap);
        [0, actual, judged, target, score, bar, trend, weight]
    }

    /// Gives up what is missed least until the line fits with titles that can be read: the trend (`--history` and `explain`
    /// tell it), the bar (the score tells it), the weights, and last the target (the score tells how near it is). Then
    /// titles are cut. Never the actual value, nor the score. `target`: the width that targets need; what they have beyond it
    /// goes before anything else.
    fn fit(self, columns: usize, target: usize) -> Widths {
        let squeezed = |mut w: Widths| {
            let over = |w: &Widths| w.total().saturating_sub(columns);
            w.target = w.target.saturating_sub(over(&w)).max(target.min(w.target));
            w.title = w.title.saturating_sub(over(&w)).max(LEAST_TITLE.min(w.title));
            w
        };
        let readable = self.title.min((columns * 2 / 5).max(LEAST_TITLE + 8));
        let no_trend = Widths { trend: 0, ..self };
        let no_bar = Widths { bar: 0, ..no_trend };
        let no_weight = Widths { weight: 0, ..no_bar };
        let steps = [self, no_trend, no_bar, no_weight].map(squeezed);
        let fits = |w: &&Widths| w.total() <= columns;
        let step = steps.iter().find(|w| w.title >= readable && fits(w)).or_else(|| steps.last().filter(fits));
        step.copied().unwrap_or_else(|| squeezed(Widths { target: 0, ..no_weight }))
    }
}

/// One line of the scoreboard as text.
struct Cells {
    actual: String,
    judged: String,
    target: String,
    score: String,
    trend: String,
    weight: String,
}

impl Cells {
    fn of(shown: &Shown<'_>, line: &Line<'_>, row: &Row, trend: Option<&Vec<Option<f64>>>) -> Cells {
        Cells {
            actual: shown.actual(row),
            judged: shown.judged(row).unwrap_or_default(),
            target: match &line.role {
                Role::Alias { home } => format!("{} {home}", shown.lang.pick("see", "见")),
                Role::Heading { .. } | Role::Indicator | Role::Measure => shown.target(row),
            },
            score: shown.score(row),
            trend: trend.map(|values| sparkline(values)).unwrap_or_default(),
            weight: match line.role {
                Role::Alias { .. } => String::new(),
                Role::Heading { .. } | Role::Indicator | Role::Measure => shown.weight(row),
            },
        }
    }
}

pub(super) fn scoreboard(out: &mut String, shown: &Shown<'_>, look: Look, key: Key<'_>) {
    let lang = shown.lang;
    let board = Board::new(shown, vec![key]);
    headline(out, shown, look, Some(key.period), key.slice);

    let lines: Vec<(&Line<'_>, Option<&Row>)> =
        board.lines.iter().map(|l| (l, l.rows.first().copied().flatten())).collect();
    // Braille is no ASCII, and a line of letters would say less than the values do.
    let trends = if look.ascii { HashMap::new() } else { trends(shown, key.slice) };
    let cells_of = |l: &Line<'_>, row: &Row| Cells::of(shown, l, row, trends.get(&row.subject));
    let mut cells: Vec<Option<Cells>> = lines.iter().map(|(l, r)| r.map(|row| cells_of(l, row))).collect();
    let marks = marks_width(board.lines.iter().flat_map(|l| &l.rows).flatten(), look, lang);
    let titles = Titles { marks, words: [lang.pick("indicator", "指标"), lang.pick("actual", "实际")] };
    let [judged, target] = [lang.pick("judged on", "考核期"), lang.pick("target", "目标")];
    let [score, trend, weight] = [lang.pick("score", "得分"), lang.pick("trend", "趋势"), lang.pick("weight", "权重")];

    let of = |cells: &[Option<Cells>], header: &str, cell: fn(&Cells) -> &str| {
        let cells = lines.iter().zip(cells).filter_map(|((l, _), c)| c.as_ref().map(|c| (l, cell(c))));
        let wide = cells.filter(|(l, _)| !matches!(l.role, Role::Heading { .. })).map(|(_, c)| width(c)).max();
        wide.filter(|w| *w > 0).map_or(0, |w| w.max(width(header)))
    };
    let [indicator_word, actual_word] = titles.words;
    let name = |l: &Line<'_>| titles.lead(l) + width(&l.title);
    let measured = board.lines.iter().chain(&board.measures).filter(|l| !matches!(l.role, Role::Heading { .. }));
    let any_score = cells.iter().flatten().any(|c| !c.score.is_empty());
    let any_weight = cells.iter().flatten().any(|c| !c.weight.is_empty());
    let mut natural = Widths {
        title: measured.map(name).max().unwrap_or(0).max(marks + 3 + width(indicator_word)),
        actual: of(&cells, actual_word, |c| &c.actual).max(measure_width(shown, &board)),
        judged: of(&cells, judged, |c| &c.judged),
        target: of(&cells, target, |c| &c.target),
        score: if any_score { width(score).max(5) } else { 0 },
        bar: if any_score { BAR } else { 0 },
        trend: of(&cells, trend, |c| &c.trend),
        weight: if any_weight { width(weight).max(5) } else { 0 },
    };
    // Where not all has room, a target does without the word of its unit: the actual value beside it has it.
    if look.columns.is_some_and(|c| natural.total() > c) {
        for cell in cells.iter_mut().flatten() {
            let word = cell.actual.split_once(' ').map(|(_, word)| format!(" {word}"));
            if let Some(short) = word.and_then(|word| cell.target.strip_suffix(&word)).map(str::to_string) {
                cell.target = short;
            }
        }
        natural.target = of(&cells, target, |c| &c.target);
    }
    // A reference to another factor may be cut, a target may not.
    let own = |l: &Line<'_>| matches!(l.role, Role::Indicator);
    let targets = lines.iter().zip(&cells).filter(|((l, _), _)| own(l)).filter_map(|(_, c)| c.as_ref());
    let least_target = targets.map(|c| width(&c.target)).max().unwrap_or(0).max(width(target));
    // Where the judged period has no room, a star at the actual value leads to a line below that tells it.
    let starred = natural.judged > 0 && look.columns.is_some_and(|c| natural.total() > c);
    if starred {
        (natural.judged, natural.actual) = (0, natural.actual + 1);
        for cell in cells.iter_mut().flatten().filter(|c| !c.actual.is_empty()) {
            cell.actual.push(if cell.judged.is_empty() { ' ' } else { '*' });
        }
    }
    let widths = look.columns.map_or(natural, |c| natural.fit(c, least_target));
    let limit = look.columns.map(|c| c.min(widths.total().max(40)));

    if !board.lines.is_empty() {
        let actual_head = format!("{actual_word}{}", if starred { " " } else { "" });
        let head = Drawn {
            title: format!("{}{indicator_word}", " ".repeat(marks + 3)),
            cells: [actual_head.as_str(), judged, target, score, BAR_SCALE, trend, weight].map(String::from),
            styles: [DIM; 7],
        };
        out.push_str(&head.line(widths, look, DIM));
    }
    for ((line, row), cells) in lines.iter().zip(&cells) {
        match line.role {
            Role::Heading { .. } => {
                let style = row.and_then(|r| r.status).map_or(Style::new(), status_style);
                heading_line(out, line, cells.as_ref(), style, widths, look);
            }
            Role::Indicator | Role::Alias { .. } | Role::Measure => {
                let status = row.and_then(|r| r.status);
                let drawn = Drawn::of(line, *row, cells.as_ref(), &titles, widths, look, lang);
                out.push_str(&drawn.line(widths, look, status.map_or(Style::new(), status_style)));
            }
        }
        let alias = matches!(line.role, Role::Alias { .. });
        for note in row.filter(|_| !alias).map(|r| shown.notes(r)).unwrap_or_default() {
            let below_heading = if matches!(line.role, Role::Heading { .. }) { 2 } else { 0 };
            note_lines(out, &note, titles.lead(line) + below_heading, limit, look);
        }
    }
    if starred {
        let told: Vec<String> = lines
            .iter()
            .filter(|(l, _)| l.role == Role::Indicator)
            .filter_map(|(l, r)| Some(format!("{} {}", l.title, shown.judged((*r)?)?)))
            .collect();
        let lead = lang.pick("* judged on the last period that ended: ", "* 按最近一个已结束的考核期判定：");
        note_lines(out, &format!("{lead}{}", told.join(lang.comma())), 0, limit, look);
    }
    summary(out, shown, &board, widths, look);
    if !board.measures.is_empty() {
        let gap = if board.lines.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}{}\n", look.paint.paint(DIM, lang.pick("measures", "度量"))));
        let widths = Widths { judged: 0, target: 0, score: 0, bar: 0, trend: 0, weight: 0, ..widths };
        for line in &board.measures {
            let Some(row) = line.rows.first().copied().flatten() else { continue };
            let cells = cells_of(line, row);
            let drawn = Drawn::of(line, Some(row), Some(&cells), &titles, widths, look, lang);
            out.push_str(&drawn.line(widths, look, Style::new()));
            for note in shown.notes(row) {
                note_lines(out, &note, titles.lead(line), limit, look);
            }
        }
    }
}

fn measure_width(shown: &Shown<'_>, board: &Board<'_>) -> usize {
    let rows = board.measures.iter().flat_map(|l| &l.rows).flatten();
    rows.map(|r| width(&shown.actual(r))).max().unwrap_or(0)
}

fn marks_width<'r>(rows: impl Iterator<Item = &'r &'r Row>, look: Look, lang: Lang) -> usize {
    rows.map(|r| width(mark(r.status, look, lang))).max().unwrap_or(1).max(1)
}

/// What stands before and above the titles.
struct Titles {
    marks: usize,
    words: [&'static str; 2],
}

impl Titles {
    /// Cells before a title: indentation, mark and a space.
    fn lead(&self, line: &Line<'_>) -> usize {
        match line.role {
            Role::Heading { .. } => 2 * line.depth,
            Role::Measure => 2,
            Role::Indicator | Role::Alias { .. } => 2 * line.depth.max(1) + self.marks + 1,
        }
    }
}

/// A line whose cells are texts, ready for padding.
struct Drawn {
    title: String,
    cells: [String; 7],
    styles: [Style; 7],
}

impl Drawn {
    fn of(
        line: &Line<'_>,
        row: Option<&Row>,
        cells: Option<&Cells>,
        titles: &Titles,
        widths: Widths,
        look: Look,
        lang: Lang,
    ) -> Drawn {
        let status = row.and_then(|r| r.status);
        let lead = match line.role {
            Role::Measure | Role::Heading { .. } => " ".repeat(titles.lead(line)),
            Role::Indicator | Role::Alias { .. } => {
                let mark = pad(mark(status, look, lang), titles.marks, Align::Left);
                format!("{}{mark} ", " ".repeat(2 * line.depth.max(1)))
            }
        };
        let room = widths.title.saturating_sub(width(&lead));
        let style = status.map_or(Style::new(), status_style);
        let text = |f: fn(&Cells) -> &String| cells.map(f).cloned().unwrap_or_default();
        let bar = row.and_then(|r| r.score).map(bar).unwrap_or_default();
        Drawn {
            title: format!("{lead}{}", cut(&line.title, room, look.ascii)),
            cells: [
                text(|c| &c.actual),
                text(|c| &c.judged),
                cut(&text(|c| &c.target), widths.target, look.ascii).into_owned(),
                text(|c| &c.score),
                bar,
                text(|c| &c.trend),
                text(|c| &c.weight),
            ],
            styles: [Style::new(), DIM, Style::new(), style, style, Style::new(), DIM],
        }
    }

    /// Cells padded to the widths, those of width 0 left out. The mark before the title takes `style`.
    fn line(&self, widths: Widths, look: Look, style: Style) -> String {
        let [_, rest @ ..] = widths.all();
        let aligns = [Align::Right, Align::Left, Align::Left, Align::Right, Align::Left, Align::Left, Align::Right];
        let [_, gaps @ ..] = widths.gaps();
        let mut text = painted_mark(&pad(&self.title, widths.title, Align::Left), style, look);
        for ((((cell, width), gap), align), style) in self.cells.iter().zip(rest).zip(gaps).zip(aligns).zip(self.styles)
        {
            if width > 0 {
                let padded = pad(cell, width, align);
                // Colour what is there, not the padding.
                let bare = padded.trim();
                let style = if bare.is_empty() { Style::new() } else { style };
                let painted = padded.replacen(bare, &look.paint.paint(style, bare), usize::from(!bare.is_empty()));
                text.push_str(&format!("{}{painted}", " ".repeat(gap)));
            }
        }
        format!("{}\n", text.trim_end())
    }
}

/// Colours the mark (the first word), or the whole where the style is that of a header.
fn painted_mark(title: &str, style: Style, look: Look) -> String {
    if style == DIM && title.trim_start().starts_with(|c: char| c.is_alphanumeric()) {
        return look.paint.paint(style, title).into_owned();
    }
    let start = title.len() - title.trim_start().len();
    let Some((lead, rest)) = title.split_at_checked(start) else { return title.to_string() };
    match rest.split_once(' ') {
        Some((mark, rest)) if !style.is_plain() => format!("{lead}{} {rest}", look.paint.paint(style, mark)),
        _ => title.to_string(),
    }
}

/// `=========|..` for 95.7: a cell for each ten points, the target at the tenth.
fn bar(score: f64) -> String {
    (1..=BAR)
        .map(|cell| match cell {
            10 => '|',
            cell if score >= cell as f64 * 10.0 - 1e-9 => '=',
            _ => '.',
        })
        .collect()
}

/// A heading runs over the columns that it has nothing for.
fn heading_line(out: &mut String, line: &Line<'_>, cells: Option<&Cells>, style: Style, widths: Widths, look: Look) {
    let before = Widths { score: 0, bar: 0, trend: 0, weight: 0, ..widths }.total();
    let lead = " ".repeat(2 * line.depth);
    let title = cut(&line.title, before.saturating_sub(lead.len()), look.ascii).into_owned();
    let mut used = width(&title) + lead.len();
    let mut text = format!("{lead}{}", look.paint.paint(BOLD, title.as_str()));
    if let Role::Heading { perspective: Some(perspective) } = &line.role
        && used + 2 + width(perspective) <= before
    {
        used += 2 + width(perspective);
        text.push_str(&format!("  {}", look.paint.paint(DIM, perspective.as_str())));
    }
    if let Some(cells) = cells {
        text.push_str(&" ".repeat(before.saturating_sub(used)));
        let score = look.paint.paint(style.bold(), cells.score.as_str());
        let weight = look.paint.paint(BOLD, cells.weight.as_str());
        let [_, _, _, _, score_gap, bar_gap, trend_gap, weight_gap] = widths.gaps();
        let between = bar_gap + widths.bar + trend_gap + widths.trend;
        if widths.score > 0 {
            text.push_str(&" ".repeat(score_gap + widths.score.saturating_sub(width(&cells.score))));
            text.push_str(&format!("{score}{}", " ".repeat(between)));
        }
        if widths.weight > 0 {
            text.push_str(&" ".repeat(weight_gap + widths.weight.saturating_sub(width(&cells.weight))));
            text.push_str(&weight);
        }
    }
    out.push_str(text.trim_end());
    out.push('\n');
}

/// `✓ 7 on target   ! 5 at risk   ✗ 3 off target   ? 0 no data            score 84.0 / 100`
fn summary(out: &mut String, shown: &Shown<'_>, board: &Board<'_>, widths: Widths, look: Look) {
    let counts = board.counts(0);
    if counts.iter().all(|(_, count)| *count == 0) && board.total.iter().all(Option::is_none) {
        return;
    }
    let mut parts: Vec<(String, Style)> = Vec::new();
    for (status, count) in counts {
        let word = words::status(status, shown.lang);
        let style = if count == 0 { DIM } else { status_style(status) };
        let text = match look.ascii {
            true => format!("{count} {word}"),
            false => format!("{} {count} {word}", words::mark(status)),
        };
        parts.push((text, style));
    }
    let total = board.total.first().copied().flatten();
    let score = total.map(|row| match row.score {
        Some(score) => format!("{} {} / 100", shown.lang.pick("score", "得分"), format::score(score)),
        None => shown.lang.pick("no score", "无得分").to_string(),
    });
    let columns = look.columns.unwrap_or(usize::MAX);
    let (mut text, mut used) = (String::new(), 0);
    for (i, (part, style)) in parts.iter().enumerate() {
        if i > 0 {
            let fits = used + 3 + width(part) <= columns;
            text.push_str(if fits { "   " } else { "\n" });
            used = if fits { used + 3 } else { 0 };
        }
        used += width(part);
        text.push_str(&look.paint.paint(*style, part.as_str()));
    }
    if let Some(score) = score {
        let line = widths.total().min(columns);
        let gap = line.saturating_sub(used + width(&score)).max(3);
        let fits = used + gap + width(&score) <= columns;
        text.push_str(&if fits {
            " ".repeat(gap)
        } else {
            format!("\n{}", " ".repeat(line.saturating_sub(width(&score))))
        });
        text.push_str(&look.paint.paint(BOLD, score));
    }
    out.push_str(&format!("{text}\n"));
    for note in total.map(|row| shown.notes(row)).unwrap_or_default() {
        note_lines(out, &note, 0, look.columns, look);
    }
}
