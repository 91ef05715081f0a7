//! The report as one HTML file that asks for nothing: styles, script, pictures and data stand in it. It is whole without
//! JavaScript, which filters, swaps texts and moves the focus, and never computes.
//!
//! What stands where, for tests and for those who link to it:
//!
//! | selector | what it is |
//! |---|---|
//! | `html[data-theme]` | `auto`, `light` or `dark`; `html[data-sliced]` while a member of a dimension is shown |
//! | `#verdict`, `#fishbone`, `#attention`, `#scoreboard`, `#indicators`, `#slices`, `#provenance` | the sections, in this order |
//! | `#controls`: `#slice`, `#status`, `#search`, `#theme`, `#found` | the filters, shown by the script |
//! | `#of-slice` | says which member is shown; its button leads back to the whole |
//! | `[data-subject=i3]` | something of a subject: `i` indicator, `f` factor, `o` objective, `design`, with its number; `data-status` is the language's word |
//! | `[data-subject] [data-t=actual]` | one of its texts: `actual`, `target`, `score`, `judged`, `word` (the status), `notes` |
//! | `#scoreboard tbody tr` | a line; `data-name` is the name in the design |
//! | `#i-NAME` | the section of an indicator; `data-for` has its `i3`, as rows of `#attention` do |
//! | `#fishbone .pic`, `#fishbone template[data-slice]` | the picture that is shown, and those of the members |
//! | `#fishbone a.indicator`, `a.alias` | what the arrows walk; the image in each has all in its `aria-label`, the status' word too |
//! | `#data` | the texts of the slices as JSON, made by [`island`] |

mod board;
mod island;
mod provenance;
mod section;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use crate::analysis::reach::Reach;
use crate::render::live;
use crate::render::picture::fishbone::fishbone;
use crate::render::picture::outline::{self, Outline};
use crate::render::picture::svg::{self, Theme, anchor};
use crate::render::results::format;
use crate::render::results::view::{Board, Key, SliceKey};
use crate::render::text::visible;
use crate::render::words::{self, Lang};
use crate::results::{Row, Status, SubjectId};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Wider pictures are not shrunk to the page: they scroll.
const PAGE_WIDTH: f64 = 2_200.0;
/// Lines of all pictures together, beyond which members have none.
const MOST_ROWS: usize = 1_500;

/// The page of a report.
pub fn render(report: &Report<'_>, theme: Theme) -> String {
    document(report, theme, false).0
}

/// The page of a report that shows itself anew when it has changed.
pub fn live(report: &Report<'_>, theme: Theme) -> live::Page {
    let (html, policy) = document(report, theme, true);
    live::Page::new(html, policy)
}

/// A page and what a browser may do with it.
fn document(report: &Report<'_>, theme: Theme, live: bool) -> (String, String) {
    let page = Page::new(report);
    let style = style();
    let lang = report.lang;
    let policy = live::policy(&style, &[Some(SCRIPT), live.then_some(live::SCRIPT)]);
    let theme = match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let page = html! {
        (DOCTYPE)
        html lang=(lang.locale()) data-theme=(theme) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                @if live { (live::head()) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "kpi " (env!("CARGO_PKG_VERSION")) };
                title { (page.title()) " · " (report.period()) }
                style { (PreEscaped(style)) }
            }
            body {
                a class="skip" href="#scoreboard" { (lang.pick("Skip to the scoreboard", "跳到计分表")) }
                (svg::symbols())
                (section::keys())
                (page.bar())
                main {
                    (page.verdict())
                    (page.fishbone())
                    (page.attention())
                    (page.scoreboard())
                    (page.indicators())
                    (page.slices())
                    (page.provenance())
                }
                footer { p { (page.made_by()) } }
                script type="application/json" id="data" { (PreEscaped(island::json(&page))) }
                script { (PreEscaped(SCRIPT)) }
                @if live { (live::script()) }
            }
        }
    };
    (page.into_string(), policy)
}

/// The colours of the pictures, light and dark, and the style of the page.
fn style() -> String {
    let (light, dark) = (svg::properties(false), svg::properties(true));
    format!(
        ":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\
         @media screen{{:root[data-theme=dark]{{{dark}}}}}{}{STYLE}",
        svg::rules()
    )
}

/// What all parts of the page are made from.
struct Page<'a> {
    report: &'a Report<'a>,
    lang: Lang,
    /// The language of the design's own texts, where it is another than the page's.
    foreign: Option<&'a str>,
    /// The whole.
    board: Board<'a>,
    reach: Reach,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report<'a>) -> Page<'a> {
        let shown = report.shown();
        let key = Key { period: report.period(), slice: report.whole_slice() };
        let language = |locale: &str| locale.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let tag = |locale: &&str| locale.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let locale = report.design.locale.as_deref().filter(tag);
        Page {
            report,
            lang: report.lang,
            foreign: locale.filter(|l| language(l) != language(report.lang.locale())),
            board: Board::new(&shown, vec![key]),
            reach: Reach::new(report.design),
        }
    }

    fn pick(&self, en: &'static str, zh: &'static str) -> &'static str {
        self.lang.pick(en, zh)
    }

    fn title(&self) -> String {
        visible(&self.report.title).into_owned()
    }

    fn made_by(&self) -> String {
        let of = &self.report.results;
        let version = env!("CARGO_PKG_VERSION");
        match self.lang {
            Lang::En => format!("Made by kpi {version} from design {}", of.design_hash),
            Lang::Zh => format!("由 kpi {version} 根据设计 {} 生成", of.design_hash),
        }
    }

    // ---- the bar -------------------------------------------------------------------------------------------------

    fn bar(&self) -> Markup {
        let parts = [
            ("#fishbone", self.pick("Fishbone", "鱼骨图")),
            ("#attention", self.pick("Attention", "关注")),
            ("#scoreboard", self.pick("Scoreboard", "计分表")),
            ("#indicators", self.pick("Indicators", "指标")),
            ("#provenance", self.pick("Sources", "数据来源")),
        ];
        let slices = self.report.slices();
        let statuses: Vec<Status> = Status::ALL.into_iter().filter(|s| self.occurs(*s)).collect();
        html! {
            header class="bar" {
                div {
                    nav aria-label=(self.pick("Sections", "章节")) {
                        ul { @for (to, word) in parts { li { a href=(to) { (word) } } } }
                    }
                    search id="controls" aria-label=(self.pick("Filters", "筛选")) hidden {
                        @if slices.len() > 1 {
                            label class="unsaid" for="slice" { (self.pick("Dimension", "维度")) }
                            select id="slice" {
                                @for (n, slice) in slices.iter().enumerate() {
                                    option value=(n) { (self.slice_title(slice)) }
                                }
                            }
                        }
                        label class="unsaid" for="status" { (self.pick("Status", "状态")) }
                        select id="status" {
                            option value="" { (self.pick("All statuses", "全部状态")) }
                            @for status in statuses {
                                option value=(status.word()) { (words::status(status, self.lang)) }
                            }
                        }
                        label class="unsaid" for="search" { (self.pick("Find an indicator", "查找指标")) }
                        input id="search" type="search" placeholder=(self.pick("Find  /", "查找  /")) autocomplete="off"
                            aria-keyshortcuts="/";
                        button id="theme" type="button" {
                            svg class="g" viewBox="0 0 16 16" aria-hidden="true" {
                                path d="M8 1.5a6.5 6.5 0 0 0 0 13z" class="half" {}
                                circle cx="8" cy="8" r="6.5" class="half" {}
                            }
                        }
                        span id="found" class="note" role="status" {}
                    }
                }
            }
        }
    }

    /// Whether any indicator has it, in the whole or in a member.
    fn occurs(&self, status: Status) -> bool {
        let rows = &self.report.results.rows;
        rows.iter().any(|r| matches!(r.subject, SubjectId::Indicator(_)) && r.status == Some(status))
    }

    /// How many indicators of the whole have each status; those of members stand there with none.
    fn counts(&self) -> Vec<(Status, usize)> {
        let mut counts = self.board.counts(0);
        let others = Status::ALL.into_iter().filter(|s| self.occurs(*s));
        let missing: Vec<Status> = others.filter(|s| !counts.iter().any(|(of, _)| of == s)).collect();
        counts.extend(missing.into_iter().map(|s| (s, 0)));
        counts
    }

    /// The whole is called so; a member by its dimension's label.
    fn slice_title(&self, slice: SliceKey<'_>) -> String {
        let own = self.report.whole_slice();
        match slice.get(own.len()..) {
            _ if slice == own => self.pick("All", "全部").to_string(),
            Some(rest) => {
                let parts: Vec<String> = rest
                    .iter()
                    .map(|(dimension, member)| {
                        let named = self.report.design.dimensions.iter().find(|d| d.naming.name == *dimension);
                        let title = named.map_or(dimension.as_str(), |d| d.naming.title());
                        visible(&format!("{title}{}{}", self.lang.colon(), words::member(member, self.lang)))
                            .into_owned()
                    })
                    .collect();
                parts.join(self.lang.comma())
            }
            None => words::slice(slice, self.lang),
        }
    }

    // ---- verdict -------------------------------------------------------------------------------------------------

    fn verdict(&self) -> Markup {
        let report = self.report;
        let total = self.board.total.first().copied().flatten();
        let window = report.results.periods.first().map(|(_, window)| *window);
        let definition = report.design.naming.definition.as_deref();
        html! {
            section id="verdict" {
                h1 { bdi lang=[self.foreign] { (self.title()) } }
                p class="meta" {
                    span { b { (report.period()) } }
                    @if let Some(window) = window { span { (window.start) " – " (window.last()) } }
                    @if !report.whole_slice().is_empty() { span { (visible(&words::slice(report.whole_slice(), self.lang))) } }
                    @if let Some(day) = report.results.as_of { span { (self.pick("data to", "数据截至")) " " (day) } }
                    @if let Some(owner) = &report.design.naming.owner { span { bdi lang=[self.foreign] { (visible(owner)) } } }
                }
                @if let Some(definition) = definition { p class="lead" { bdi lang=[self.foreign] { (visible(definition)) } } }
                div class="verdict" {
                    @if let Some(row) = total { (self.score(row)) }
                    div {
                        p class="says" id="says" { (report.says(report.whole_slice())) }
                        ul class="counts" {
                            @for (status, count) in self.counts() {
                                li class="s" {
                                    (glyph(Some(status)))
                                    b data-count=(status.word()) { (count) } " " (words::status(status, self.lang))
                                }
                            }
                        }
                    }
                }
                p id="of-slice" class="of-slice" role="status" hidden {
                    span {}
                    button class="clear" type="button" { (self.pick("Show all", "显示全部")) }
                }
            }
        }
    }

    fn score(&self, row: &Row) -> Markup {
        let shown = self.report.shown();
        let before = self.report.before(row).filter(|b| b.score.is_some());
        html! {
            div data-subject="design" data-status=[row.status.map(Status::word)] {
                p class="score" {
                    b data-t="score" { (row.score.map_or("–".to_string(), format::score)) } " " small { "/ 100" }
                }
                p class="under" {
                    (status(row.status, self.lang))
                    @if let (Some(before), Some(now)) = (before, row.score) {
                        @let change = now - before.score.unwrap_or(now);
                        span class="quiet whole-only" {
                            (signed(change)) " " (self.pick("since", "较")) " " (before.period)
                        }
                    }
                }
                @for note in shown.notes(row) { p class="note whole-only" { (note) } }
            }
        }
    }

    // ---- the picture ---------------------------------------------------------------------------------------------

    /// The picture of the whole; those of the members wait for the script, which shows one in its place.
    fn fishbone(&self) -> Markup {
        let slices = self.report.slices();
        let rows = self.board.lines.len() * slices.len();
        let members = slices.get(1..).filter(|_| rows <= MOST_ROWS).unwrap_or_default();
        html! {
            section id="fishbone" aria-label=(self.pick("Fishbone", "鱼骨图")) {
                h2 class="unsaid" { (self.pick("Fishbone", "鱼骨图")) }
                @if members.is_empty() { (self.of_whole()) }
                (self.picture(self.report.whole_slice()))
                @for (n, slice) in members.iter().enumerate() {
                    template data-slice=(n + 1) { (self.picture(slice)) }
                }
                p class="note keys" {
                    (self.pick(
                        "Arrows move from indicator to indicator, Enter opens one, Esc returns.",
                        "方向键在指标间移动，Enter 打开详情，Esc 返回。",
                    ))
                }
            }
        }
    }

    fn picture(&self, slice: SliceKey<'_>) -> Markup {
        let report = self.report;
        let subject = outline::Subject {
            design: report.design,
            sources: report.sources,
            hash: &report.results.design_hash,
            results: Some(&report.results),
            lang: self.lang,
        };
        let mut outline = Outline::of(&subject, Some(Key { period: report.period(), slice }));
        outline.title = self.title();
        let scene = fishbone(&outline, None);
        let class = if scene.width > PAGE_WIDTH { "pic wider" } else { "pic" };
        html! { div class=(class) { (svg::fragment(&scene, "fb", &|subject| self.link_to(subject))) } }
    }

    /// Where the section of a subject stands, as a link; only what was asked for has one.
    fn link_to(&self, subject: SubjectId) -> Option<String> {
        let id = self.section_of(subject)?;
        self.report.row(subject).map(|_| format!("#{id}"))
    }

    /// Where the section of an indicator stands.
    fn section_of(&self, subject: SubjectId) -> Option<String> {
        match subject {
            SubjectId::Indicator(id) => {
                self.report.design.indicators.get(id.index()).map(|i| format!("i-{}", i.naming.name))
            }
            SubjectId::Measure(_) | SubjectId::Factor(_) | SubjectId::Objective(_) | SubjectId::Design => None,
        }
    }
}

// ---- small parts ---------------------------------------------------------------------------------------------------

/// The mark of a status; beside its word, so that it is not read aloud.
fn glyph(status: Option<Status>) -> Markup {
    let to = status.map(|s| format!("#g-{}", s.word()));
    html! { svg class="g" aria-hidden="true" { use data-glyph href=[to] {} } }
}

fn status(status: Option<Status>, lang: Lang) -> Markup {
    html! {
        span class="s" { (glyph(status)) span data-t="word" { @if let Some(s) = status { (words::status(s, lang)) } } }
    }
}

/// A difference of scores.
fn signed(change: f64) -> String {
    let size = format::score(change.abs());
    match size.as_str() {
        "0.0" => "±0".to_string(),
        _ if change < 0.0 => format!("−{size}"),
        _ => format!("+{size}"),
    }
}

/// Ids of subjects in `data-subject`.
fn subject(subject: SubjectId) -> String {
    anchor(subject)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::render::results::sample;
    use crate::results::{Results, Trace, TraceValue};
    use crate::source::Sources;

    fn of<'a>(design: &'a crate::design::Design, sources: &'a Sources, results: Results) -> Report<'a> {
        Report { design, sources, title: results.title.clone(), results, traces: Vec::new(), lang: Lang::Zh }
    }

    /// Style, script and frame without any indicator.
    #[test]
    fn the_shell_is_small() {
        let (design, sources) = (crate::design::Design::default(), Sources::default());
        let page = render(&of(&design, &sources, Results::default()), Theme::Auto);
        assert!(page.len() <= 40_000, "{} bytes", page.len());
    }

    #[test]
    fn what_stands_where() {
        let (design, mut results) = sample::many();
        let (now, before) = results.rows.into_iter().partition(|r| r.period == "2026-06");
        (results.rows, results.history) = (now, before);
        results.periods.retain(|(label, _)| label == "2026-06");
        let sources = Sources::default();
        let report = of(&design, &sources, results);
        let page = Page::new(&report);
        let pretty = |markup: String| markup.replace("><", ">\n<");
        let island: serde_json::Value = serde_json::from_str(&island::json(&page)).unwrap();
        insta::assert_snapshot!("island", serde_json::to_string_pretty(&island).unwrap());
        insta::assert_snapshot!("attention", pretty(page.attention().into_string()));
        insta::assert_snapshot!("provenance", pretty(page.provenance().into_string()));
    }

    #[test]
    fn what_costs_most_comes_first() {
        let (design, mut results) = sample::results();
        for (row, share) in results.rows.iter_mut().zip([0.1, 0.2, 0.3, 0.4]) {
            row.share = Some(share);
        }
        let sources = Sources::default();
        let report = of(&design, &sources, results);
        let found: Vec<(&str, Option<String>)> = report
            .attention(&[])
            .iter()
            .map(|a| (a.row.name.as_str(), a.lost.map(crate::render::results::format::score)))
            .collect();
        // 0.4 × 45, 0.1 × 4.28; what has no data comes last, what is on target not at all.
        let expected = [("cycle", Some("18.0".to_string())), ("csat", Some("0.4".to_string())), ("share", None)];
        assert_eq!(found, expected);
    }

    /// Many members are folded, none is left out before the limit.
    #[test]
    fn a_trace_of_many_parts_is_folded() {
        let part = |n: usize| Trace {
            formula: format!("part{n}"),
            name: None,
            window: None,
            slice: None,
            value: TraceValue::Bool(true),
            rows: None,
            children: Vec::new(),
        };
        let trace = Trace { children: (0..30).map(part).collect(), ..part(99) };
        let (design, sources) = (crate::design::Design::default(), Sources::default());
        let report = of(&design, &sources, Results::default());
        let html = Page::new(&report).node(&trace, true).into_string();
        assert!(html.contains("<summary>另有 24 项</summary>") && html.contains("另有 10 项"), "{html}");
        assert_eq!(html.matches("<code>part").count(), 20);
    }
}
