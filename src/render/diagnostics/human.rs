//! Diagnostics for people: the message, the line of the design with what is to be said beneath it, the remedy.
//!
//! Drawn by our own code: lines are found by the table of [`SourceFile`], widths are those of a terminal (wide characters
//! take two cells), and nothing that stands in a design reaches the terminal as a command.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use super::{Report, Section};
use crate::diagnostic::{Code, DataPlace, Diagnostic, Severity};
use crate::render::text::{self, AnsiColor, BOLD, Paint, Style, color, visible, width, wrap};
use crate::render::words::{Lang, check as words};
use crate::source::{SourceFile, Span};

const TAB: usize = 4;
/// Longer lines are cut around what is marked in them.
const LONGEST: usize = 160;
/// Bytes of a line that are looked at before and behind the first mark; lines of megabytes exist.
const BEFORE: usize = 400;
const BEHIND: usize = 1600;
/// Values of the user's data in a message may be of any length.
const MESSAGE: usize = 600;

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub paint: Paint,
    /// Cells of the terminal; None: not a terminal.
    pub columns: Option<usize>,
}

/// Diagnostics of one code of which more than these are only listed, and how many are drawn then.
const OFTEN: usize = 10;
const DRAWN: usize = 3;
/// Lines of such a list.
const LISTED: usize = 10;

/// All diagnostics and the summary line. Those of a code that is found again and again are drawn a few times and then
/// listed, unless all are asked for.
pub fn render(report: &Report<'_>, options: Options) -> String {
    let paint = options.paint;
    let mut out = String::new();
    let (drawn, repeats) = grouped(report);
    let mut shown = drawn.len();
    for (section, diagnostic) in drawn {
        draw(&mut out, &section, diagnostic, report.lang, options);
        out.push('\n');
    }
    for (code, list) in repeats {
        shown += list.len();
        let _ = writeln!(out, "{}", paint.paint(BOLD, words::repeats(list.len(), code.id, report.lang)));
        for (section, diagnostic) in list.iter().take(LISTED) {
            let place = diagnostic.span().and_then(|s| section.place(s)).map(|p| p + ": ").unwrap_or_default();
            let _ = writeln!(out, "  {place}{}", message(diagnostic, report.lang));
        }
        if list.len() > LISTED {
            let _ = writeln!(out, "  {}", words::and_more(list.len() - LISTED, report.lang));
        }
        out.push('\n');
    }
    let counts = report.counts();
    if shown < counts.total() {
        let _ = writeln!(out, "{}", words::hidden(counts.total() - shown, report.lang));
        for (code, count) in report.by_code().iter().take(12) {
            let _ = writeln!(out, "  {count:>6}  {}  {}", paint.paint(BOLD, code.id), code.name);
        }
        out.push('\n');
    }
    let style = if counts.errors > 0 {
        severity_style(Severity::Error)
    } else if counts.warnings > 0 {
        severity_style(Severity::Warning)
    } else {
        color(AnsiColor::Green).bold()
    };
    let _ = writeln!(out, "{}", paint.paint(style, words::sentence(counts, report.lang)));
    out
}

type Shown<'a> = (Section<'a>, &'a Diagnostic);

/// Those that are drawn, and those that are listed, by code in the order of their first.
fn grouped<'a>(report: &Report<'a>) -> (Vec<Shown<'a>>, Vec<(Code, Vec<Shown<'a>>)>) {
    let often: HashMap<Code, usize> = match report.max {
        None => HashMap::new(),
        Some(_) => report.by_code().into_iter().filter(|(_, count)| *count > OFTEN).map(|(c, _)| (c, 0)).collect(),
    };
    let mut seen = often;
    let mut drawn = Vec::new();
    let mut repeats: Vec<(Code, Vec<Shown<'a>>)> = Vec::new();
    for (section, diagnostic) in report.all() {
        let repeated = seen.get_mut(&diagnostic.code).is_some_and(|count| {
            *count += 1;
            *count > DRAWN
        });
        if !repeated {
            if drawn.len() < report.max.unwrap_or(usize::MAX) {
                drawn.push((section, diagnostic));
            }
            continue;
        }
        match repeats.iter_mut().find(|(code, _)| *code == diagnostic.code) {
            Some((_, list)) => list.push((section, diagnostic)),
            None => repeats.push((diagnostic.code, vec![(section, diagnostic)])),
        }
    }
    // What is listed counts as shown: a code that is never drawn is not listed either.
    repeats.retain(|(code, _)| drawn.iter().any(|(_, d)| d.code == *code));
    (drawn, repeats)
}

/// Diagnostics without a summary, for commands whose result is something else.
pub fn render_plain(report: &Report<'_>, options: Options) -> String {
    let mut out = String::new();
    for (section, diagnostic) in report.shown() {
        draw(&mut out, &section, diagnostic, report.lang, options);
        out.push('\n');
    }
    let more = report.counts().total().saturating_sub(report.max.unwrap_or(usize::MAX));
    if more > 0 {
        let _ = writeln!(out, "{}\n", words::and_more(more, report.lang));
    }
    out
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => color(AnsiColor::Red).bold(),
        Severity::Warning => color(AnsiColor::Yellow).bold(),
        Severity::Info => color(AnsiColor::Cyan).bold(),
    }
}

const FRAME: Style = color(AnsiColor::BrightBlue);

/// `data/fees.csv, row 12, column `fee`, value `abc``
pub fn data_place(data: &DataPlace, lang: Lang) -> String {
    let mut place = visible(&data.file).into_owned();
    if let Some(row) = data.row {
        place.push_str(&words::row(row, lang));
    }
    if let Some(column) = &data.column {
        place.push_str(&words::column(&text::cut(&visible(column), 80, false), lang));
    }
    if let Some(value) = &data.value {
        let head: String = value.chars().take(200).collect();
        place.push_str(&words::value(&text::cut(&visible(&head), 80, false), lang));
    }
    place
}

fn message(diagnostic: &Diagnostic, lang: Lang) -> String {
    let message: String = diagnostic.message.get(lang).chars().take(MESSAGE * 2).collect();
    text::cut(&visible(&message), MESSAGE, false).into_owned()
}

fn draw(out: &mut String, section: &Section<'_>, diagnostic: &Diagnostic, lang: Lang, options: Options) {
    let paint = options.paint;
    let severity = severity_style(diagnostic.severity);
    let head = format!("{}[{}]", words::severity(diagnostic.severity, lang), diagnostic.code.id);
    let (message, colon) = (message(diagnostic, lang), lang.colon());
    let _ = writeln!(out, "{}{}", paint.paint(severity, head), paint.paint(BOLD, format!("{colon}{message}")));

    draw_places(out, section, diagnostic, lang, options);

    let remedy = |word: &'static str| paint.paint(color(AnsiColor::Cyan).bold(), word);
    if let Some(data) = &diagnostic.data {
        let _ = writeln!(out, "  {}{colon}{}", remedy(words::data(lang)), data_place(data, lang));
    }
    if let Some(help) = &diagnostic.help {
        let mut lines = help.get(lang).lines();
        let word = words::help(lang);
        let _ = writeln!(out, "  {}{colon}{}", remedy(word), visible(lines.next().unwrap_or("")));
        for line in lines {
            let _ = writeln!(out, "  {}  {}", " ".repeat(width(word)), visible(line));
        }
    }
    // `did you mean …` says already what the fix writes.
    let says = |help: &str, fix: &str| help == fix || fix.split_once(' ').is_some_and(|(_, what)| help.contains(what));
    if let Some(fix) = &diagnostic.fix
        && !diagnostic.help.as_ref().is_some_and(|help| says(help.get(lang), fix.title.get(lang)))
    {
        let _ = writeln!(out, "  {}{colon}{}", remedy(words::fix(lang)), visible(fix.title.get(lang)));
    }
}

/// A label, and whether it is the place of the diagnostic.
struct Mark<'a> {
    span: Span,
    text: &'a str,
    primary: bool,
}

/// Places shown of one diagnostic: a name that is missing may be used on a thousand lines.
const PLACES: usize = 12;

/// The lines of the design that the labels stand on, file by file, the place of the diagnostic first.
fn draw_places(out: &mut String, section: &Section<'_>, diagnostic: &Diagnostic, lang: Lang, options: Options) {
    let mut files: Vec<(&SourceFile, BTreeMap<usize, Vec<Mark<'_>>>)> = Vec::new();
    for (i, label) in diagnostic.labels.iter().take(PLACES).enumerate() {
        let Some(file) = section.sources.get(label.span.file) else { continue };
        let mark = Mark { span: label.span, text: label.text.get(lang), primary: i == 0 };
        let line = file.line_of(label.span.start);
        match files.iter_mut().find(|(f, _)| f.id == file.id) {
            Some((_, lines)) => lines.entry(line).or_default().push(mark),
            None => files.push((file, BTreeMap::from([(line, vec![mark])]))),
        }
    }
    let Some(last) = files.iter().filter_map(|(_, lines)| lines.keys().next_back()).max() else { return };
    let gutter = last.to_string().len();
    let paint = options.paint;
    let frame = |s: &str| paint.paint(FRAME, s.to_string()).into_owned();
    let space = " ".repeat(gutter);
    for (i, (file, lines)) in files.iter().enumerate() {
        let first = lines.values().flatten().min_by_key(|m| !m.primary);
        let place = first.and_then(|m| section.place(m.span)).unwrap_or_default();
        let corner = if i == 0 { "╭" } else { "├" };
        let _ = writeln!(out, "{space} {}{place}{}", frame(&format!("{corner}─[")), frame("]"));
        let mut before: Option<usize> = None;
        for (&line, marks) in lines {
            match before.map_or(0, |b| line - b) {
                0 | 1 => {}
                2 => draw_line(out, file, line - 1, &[], gutter, diagnostic.severity, options),
                _ => {
                    let _ = writeln!(out, "{space} {}", frame("⋮"));
                }
            }
            draw_line(out, file, line, marks, gutter, diagnostic.severity, options);
            before = Some(line);
        }
    }
    let more = words::more_places(diagnostic.labels.len().saturating_sub(PLACES), lang);
    let _ = writeln!(out, "{space} {}{more}", frame("╰────"));
}

/// One character (or its escape) as shown, with the byte where it starts.
struct Cell {
    byte: usize,
    text: String,
    width: usize,
}

/// A line as shown: its cells, and where bytes come to stand.
struct Line {
    cells: Vec<Cell>,
    /// The byte behind the last cell.
    end: usize,
    cut_before: bool,
    cut_behind: bool,
}

impl Line {
    /// Shows the part of a line that holds what is marked first, at most `room` cells wide.
    fn new(file: &SourceFile, line: usize, first: Option<usize>, room: usize) -> Line {
        let range = file.line_range(line);
        let boundary = |mut at: usize| {
            while !file.text.is_char_boundary(at) {
                at += 1;
            }
            at.min(range.end)
        };
        let focus = first.unwrap_or(range.start).clamp(range.start, range.end);
        let start = if focus - range.start > BEFORE { boundary(focus - BEFORE) } else { range.start };
        let end = if range.end - focus > BEHIND { boundary(focus + BEHIND) } else { range.end };
        let mut cells = Vec::new();
        let mut column = 0;
        for (at, c) in file.text.get(start..end).unwrap_or("").char_indices() {
            let (text, width) = match c {
                '\t' => {
                    let width = TAB - column % TAB;
                    (" ".repeat(width), width)
                }
                c => match text::visible_char(c) {
                    Some(escaped) => {
                        let width = width(&escaped);
                        (escaped, width)
                    }
                    None => (c.to_string(), c.width().unwrap_or(0)),
                },
            };
            column += width;
            cells.push(Cell { byte: start + at, text, width });
        }
        let mut line = Line { cells, end, cut_before: start > range.start, cut_behind: end < range.end };
        line.fit(focus, room);
        line
    }

    /// Takes cells away at both sides until the line fits, the focus staying in its first third.
    fn fit(&mut self, focus: usize, room: usize) {
        if self.column(self.end) <= room {
            return;
        }
        let from = self.column(focus).saturating_sub(room / 3);
        let (mut column, mut skip, mut take) = (0, 0, 0);
        for cell in &self.cells {
            if column < from {
                skip += 1;
            } else if column + cell.width + 2 <= from + room {
                take += 1;
            }
            column += cell.width;
        }
        if skip + take < self.cells.len() {
            self.end = self.cells.get(skip + take).map_or(self.end, |c| c.byte);
            self.cut_behind = true;
        }
        self.cut_before |= skip > 0;
        self.cells = self.cells.drain(..).skip(skip).take(take).collect();
    }

    /// The column (from 0) of a byte, clamped to what is shown.
    fn column(&self, byte: usize) -> usize {
        usize::from(self.cut_before) + self.cells.iter().take_while(|c| c.byte < byte).map(|c| c.width).sum::<usize>()
    }

    fn text(&self) -> String {
        let mut text = String::new();
        text.push_str(if self.cut_before { "…" } else { "" });
        text.extend(self.cells.iter().map(|c| c.text.as_str()));
        text.push_str(if self.cut_behind { "…" } else { "" });
        text
    }
}

/// An underline on a line: columns `start..end` and what hangs below.
struct Underline {
    start: usize,
    end: usize,
    style: Style,
    text: String,
}

impl Underline {
    /// Where the text hangs.
    fn anchor(&self) -> usize {
        self.start + (self.end - self.start - 1) / 2
    }
}

/// A line of the design and, below, its marks.
fn draw_line(
    out: &mut String,
    file: &SourceFile,
    number: usize,
    marks: &[Mark<'_>],
    gutter: usize,
    severity: Severity,
    options: Options,
) {
    let paint = options.paint;
    let room = options.columns.unwrap_or(LONGEST).clamp(40, LONGEST) - gutter - 3;
    let first = marks.iter().map(|m| m.span.start as usize).min();
    let line = Line::new(file, number, first, room);
    let bar = paint.paint(FRAME, "│");
    let shown = line.text();
    let gap = if shown.trim_end().is_empty() { "" } else { " " };
    let _ = writeln!(out, "{} {bar}{gap}{}", paint.paint(FRAME, format!("{number:>gutter$}")), shown.trim_end());

    let mut underlines: Vec<Underline> = marks
        .iter()
        .map(|mark| {
            let span = mark.span;
            let start = line.column(span.start as usize);
            let end = line.column(span.end as usize).max(start + 1);
            let style = if mark.primary { severity_style(severity) } else { color(AnsiColor::Cyan) };
            Underline { start, end, style, text: visible(mark.text).into_owned() }
        })
        .collect();
    underlines.sort_by_key(|u| (u.start, std::cmp::Reverse(u.end)));

    // Marks that overlap stand in layers below one another; one that says nothing and lies in another is left out.
    let mut layers: Vec<Vec<Underline>> = Vec::new();
    for underline in underlines {
        let inside = |u: &Underline| u.start <= underline.start && underline.end <= u.end;
        if underline.text.is_empty() && layers.iter().flatten().any(inside) {
            continue;
        }
        let free = layers.iter_mut().find(|l| l.last().is_none_or(|last| last.end <= underline.start));
        match free {
            Some(layer) => layer.push(underline),
            None => layers.push(vec![underline]),
        }
    }
    let prefix = format!("{} {} ", " ".repeat(gutter), paint.paint(FRAME, "·"));
    for layer in &layers {
        draw_layer(out, &prefix, layer, room, paint);
    }
}

fn draw_layer(out: &mut String, prefix: &str, layer: &[Underline], room: usize, paint: Paint) {
    let mut row = Row::new(prefix);
    for u in layer {
        let left = u.anchor() - u.start;
        let right = u.end - u.anchor() - 1;
        let hook = if u.text.is_empty() { "─" } else { "┬" };
        row.put(u.start, &format!("{}{hook}{}", "─".repeat(left), "─".repeat(right)), u.style, paint);
    }
    row.end(out);
    // The rightmost text hangs highest, so that no line crosses a text.
    let texts: Vec<&Underline> = layer.iter().filter(|u| !u.text.is_empty()).collect();
    for (i, u) in texts.iter().enumerate().rev() {
        let pending = texts.get(..i).unwrap_or_default();
        let place = u.anchor();
        for (k, line) in wrap(&u.text, room.saturating_sub(place + 4).max(40)).iter().enumerate() {
            let mut row = Row::new(prefix);
            for p in pending {
                row.put(p.anchor(), "│", p.style, paint);
            }
            let hook = if k == 0 { "╰── " } else { "    " };
            row.put(place, &format!("{hook}{line}"), u.style, paint);
            row.end(out);
        }
    }
}

/// A row below a line, filled from left to right.
struct Row {
    text: String,
    column: usize,
}

impl Row {
    fn new(prefix: &str) -> Row {
        Row { text: prefix.to_string(), column: 0 }
    }

    fn put(&mut self, column: usize, text: &str, style: Style, paint: Paint) {
        self.text.push_str(&" ".repeat(column.saturating_sub(self.column)));
        self.text.push_str(&paint.paint(style, text));
        self.column = column.max(self.column) + width(text);
    }

    fn end(self, out: &mut String) {
        out.push_str(self.text.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{FileId, Sources};

    const CODE: Code = Code::new("E0203", "unknown-name");

    fn span(sources: &Sources, file: u32, needle: &str) -> Span {
        let id = FileId(file);
        let start = sources.get(id).unwrap().text.find(needle).unwrap();
        Span::new(id, start, start + needle.len())
    }

    fn show_with(sources: &Sources, diagnostics: &[Diagnostic], columns: Option<usize>, max: Option<usize>) -> String {
        let section = Section { folder: "", sources, diagnostics, files: 1, judgement: None, parses: &[] };
        let report = Report { sections: vec![section], max, ..Report::default() };
        render(&report, Options { paint: Paint { on: false }, columns })
    }

    fn show(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
        show_with(sources, diagnostics, None, None)
    }

    fn one(text: &str) -> Sources {
        Sources::new([("training.kpi".to_string(), text.to_string())])
    }

    #[test]
    fn the_shape() {
        let text = "\n".repeat(161) + "    formula: count(surveis where score >= 4) / count(surveys)\n";
        let sources = one(&text);
        let d = Diagnostic::error(CODE, span(&sources, 0, "surveis"), "unknown name `surveis`".into())
            .saying("no source, measure or indicator has this name".into())
            .help("did you mean `surveys`?".into());
        insta::assert_snapshot!(show(&sources, &[d]), @r"
        error[E0203]: unknown name `surveis`
            ╭─[training.kpi:162:20]
        162 │     formula: count(surveis where score >= 4) / count(surveys)
            ·                    ───┬───
            ·                       ╰── no source, measure or indicator has this name
            ╰────
          help: did you mean `surveys`?

        checked 1 file: 1 error
        ");
    }

    #[test]
    fn wide_characters_tabs_and_several_labels() {
        let sources = Sources::new([
            ("a.kpi".to_string(), "\tindicator 客户满意度 \"客户满意度\" { unit: 元 }\n// x\n\nunit: 元\n".to_string()),
            ("b.kpi".to_string(), "indicator 客户满意度 {}".to_string()),
        ]);
        let d = Diagnostic::error(CODE, span(&sources, 0, "客户满意度"), "`客户满意度` is declared twice".into())
            .saying("here".into())
            .label(
                span(&sources, 0, "unit: 元"),
                "and this, which is said in so many words that they have to go on".into(),
            )
            .label(span(&sources, 0, "元"), "".into())
            .label(Span::new(FileId(0), 68, 69), "gap".into())
            .label(span(&sources, 1, "客户满意度"), "first declared here".into());
        insta::assert_snapshot!(show_with(&sources, &[d], Some(72), None));
    }

    #[test]
    fn nothing_in_a_design_commands_the_terminal() {
        let sources = one("note: \"\u{1b}[2Jx\u{202e}y\" z");
        let d = Diagnostic::error(CODE, span(&sources, 0, "z"), "bad \u{1b}]0;title\u{7}".into())
            .saying("\u{9b}31m".into());
        let shown = show(&sources, &[d]);
        assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let text = format!("x: {} surveis {}", "客户 ".repeat(2000), "y ".repeat(90_000));
        let sources = one(&text);
        let d = Diagnostic::error(CODE, span(&sources, 0, "surveis"), "unknown name".into()).saying("here".into());
        insta::assert_snapshot!(show_with(&sources, &[d], Some(80), None));
    }

    #[test]
    fn ends_of_lines_and_files() {
        let sources = one("a: 1\n");
        let d = [
            Diagnostic::error(CODE, Span::new(FileId(0), 4, 4), "at a line's end".into()).saying("here".into()),
            Diagnostic::error(CODE, Span::new(FileId(0), 5, 5), "at the file's end".into()).saying("here".into()),
            Diagnostic::error(CODE, Span::new(FileId(0), 0, 5), "over a line's end".into()),
            Diagnostic::placeless(CODE, "nowhere".into()),
        ];
        insta::assert_snapshot!(show(&sources, &d));
    }

    #[test]
    fn very_many_are_grouped() {
        let sources = one("a: 1\n");
        let d: Vec<_> =
            (0..5).map(|i| Diagnostic::error(CODE, Span::new(FileId(0), 0, 1), format!("number {i}").into())).collect();
        insta::assert_snapshot!(show_with(&sources, &d, None, Some(1)));
    }

    proptest::proptest! {
        /// Whatever stands in a file and wherever the labels point, something is drawn, and nothing of it is obeyed.
        #[test]
        fn any_text_is_drawn(
            text in "[a-z客é\\t\\n\\r\u{1b}\u{200d}\u{202e}\"{} ]{0,80}",
            places in proptest::collection::vec((0.0..1.0f64, 0.0..1.0f64, "[a-z客 \u{1b}]{0,60}"), 1..5),
            columns in proptest::option::of(10usize..200),
        ) {
            let sources = one(&text);
            let boundaries: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
            let at = |share: f64| boundaries[((boundaries.len() - 1) as f64 * share).round() as usize];
            let mut diagnostic = Diagnostic::placeless(CODE, text.clone().into()).help(text.clone().into());
            for (a, b, says) in places {
                let (start, end) = (at(a).min(at(b)), at(a).max(at(b)));
                diagnostic = diagnostic.label(Span::new(FileId(0), start, end), says.into());
            }
            let shown = show_with(&sources, &[diagnostic], columns, None);
            proptest::prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'));
            proptest::prop_assert!(shown.contains("╰────"));
        }
    }
}
