//! What needs attention, the scoreboard, and the scoreboards of slices.

use maud::{Markup, html};

use super::{Page, glyph, section, status, subject};
use crate::design::Action;
use crate::render::explain;
use crate::render::picture::outline::typographic;
use crate::render::picture::scene::Bounds;
use crate::render::picture::{marks, svg};
use crate::render::report::speech;
use crate::render::results::format;
use crate::render::results::view::{Board, Key, Line, Role, SliceKey};
use crate::render::text::visible;
use crate::render::words;
use crate::results::{Row, Status, SubjectId};

const BULLET: Bounds = Bounds { x: 0.0, y: 3.0, width: 72.0, height: 8.0 };
const SPARK: Bounds = Bounds { x: 3.0, y: 3.0, width: 66.0, height: 14.0 };

impl Page<'_> {
    // ---- attention -----------------------------------------------------------------------------------------------

    pub(super) fn attention(&self) -> Markup {
        let found = self.report.attention(self.report.whole_slice());
        let actions = found.iter().any(|a| self.due(a.row).next().is_some());
        html! {
            section id="attention" {
                h2 { (self.pick("What needs attention", "需要关注")) }
                @if found.is_empty() {
                    p class="note" {
                        @if self.report.of_slice(self.report.whole_slice()).any(|r| r.status.is_some_and(Status::is_verdict)) {
                            (self.pick("Everything that is judged is on target.", "所有已判定的指标均已达标。"))
                        } @else {
                            (self.pick("Nothing is judged in this period.", "本期尚无已判定的指标。"))
                        }
                    }
                } @else {
                    p class="note" {
                        (self.pick(
                            "By the points that the score loses: share of the score × gap to 100. What has no data comes last.",
                            "按总分的失分排序：占总分的比重 × 与 100 分的差距；无数据的排在最后。",
                        ))
                    }
                    (self.of_whole())
                    div class="wide cards at" {
                        table {
                            thead {
                                tr {
                                    th scope="col" { (self.pick("Indicator", "指标")) }
                                    th scope="col" class="n" { (self.pick("Actual", "实际")) }
                                    th scope="col" class="n" { (self.pick("Target", "目标")) }
                                    th scope="col" { (self.pick("Gap", "差距")) }
                                    th scope="col" class="n" { (self.pick("Points lost", "失分")) }
                                    @if actions { th scope="col" { (self.pick("Action", "措施")) } }
                                }
                            }
                            tbody { @for item in &found { (self.attention_row(item.row, item.lost, actions)) } }
                        }
                    }
                }
            }
        }
    }

    fn attention_row(&self, row: &Row, lost: Option<f64>, actions: bool) -> Markup {
        let shown = self.report.shown();
        let SubjectId::Indicator(id) = row.subject else { return html! {} };
        let Some(indicator) = self.report.design.indicators.get(id.index()) else { return html! {} };
        let (_, value) = judged(&shown, row);
        let gaps = match row.status {
            Some(Status::NoData) => shown.notes(row),
            _ => explain::distances(&shown, row, indicator),
        };
        html! {
            tr data-for=(subject(row.subject)) data-status=[row.status.map(Status::word)] {
                th scope="row" {
                    span class="s" { (glyph(row.status)) (self.link(row)) }
                    span class="note" {
                        (row.status.map_or("", |s| words::status(s, self.lang)))
                        @if let Some(owner) = &indicator.naming.owner { " · " bdi lang=[self.foreign] { (visible(owner)) } }
                    }
                }
                td class="n" {
                    (value.unwrap_or_else(|| "–".to_string()))
                    @if let Some((period, _)) = &row.judged { span class="note" { (period) } }
                }
                td class="n t" { (typographic(&shown.target(row))) }
                td class="p" { @for gap in &gaps { span class="note" { (gap) } } }
                td class="n q" {
                    @match lost {
                        Some(lost) => b { (format::score(lost)) },
                        None => "–",
                    }
                    @if let Some(share) = row.share {
                        span class="note" { (self.pick("of ", "/ ")) (format::score(share * 100.0)) }
                    }
                }
                @if actions {
                    td class="w" { @for action in self.due(row) { span class="note" { (self.action(action)) } } }
                }
            }
        }
    }

    /// The actions that the status of an indicator asks for.
    fn due(&self, row: &Row) -> impl Iterator<Item = &Action> {
        let indicator = match row.subject {
            SubjectId::Indicator(id) => self.report.design.indicators.get(id.index()),
            _ => None,
        };
        speech::due(indicator.map(|i| i.actions.as_slice()).unwrap_or_default(), row.status)
    }

    /// What it says, who does it, until when.
    pub(super) fn action(&self, action: &Action) -> Markup {
        let beside = speech::beside(action, self.lang);
        html! {
            bdi lang=[self.foreign] { (visible(&action.text)) }
            @if !beside.is_empty() { span class="quiet" { (self.pick(" (", "（")) (beside.join(self.lang.comma())) (self.pick(")", "）")) } }
        }
    }

    /// Says that what follows is of the whole, while a member is shown elsewhere.
    pub(super) fn of_whole(&self) -> Markup {
        html! {
            @if self.report.slices().len() > 1 {
                p class="note of-whole" { (self.pick("This shows the whole.", "此处为总体数据。")) }
            }
        }
    }

    pub(super) fn link(&self, row: &Row) -> Markup {
        html! {
            @match self.section_of(row.subject) {
                Some(id) => a href={ "#" (id) } { bdi lang=[self.foreign] { (visible(&row.title)) } },
                None => bdi lang=[self.foreign] { (visible(&row.title)) },
            }
        }
    }

    // ---- the scoreboard ------------------------------------------------------------------------------------------

    pub(super) fn scoreboard(&self) -> Markup {
        html! {
            section id="scoreboard" {
                h2 { (self.pick("Scoreboard", "计分表")) }
                (self.table(&self.board, true))
            }
        }
    }

    /// `whole`: the one of the page, with courses, which the script fills with those of members; else plain numbers.
    fn table(&self, board: &Board<'_>, whole: bool) -> Markup {
        let total = board.total.first().copied().flatten();
        html! {
            div class="wide cards" {
                table {
                    thead {
                        tr {
                            th scope="col" { (self.pick("Status", "状态")) }
                            th scope="col" { (self.pick("Indicator", "指标")) }
                            th scope="col" class="n" { (self.pick("Actual", "实际")) }
                            th scope="col" class="n" { (self.pick("Target", "目标")) }
                            th scope="col" class="n" { (self.pick("Score", "得分")) }
                            @if whole { th scope="col" class="x" { (self.pick("Trend", "走势")) } }
                            th scope="col" class="n x" { (self.pick("Weight", "权重")) }
                        }
                    }
                    tbody {
                        @for line in &board.lines { (self.line(line, whole)) }
                    }
                    @if let Some(row) = total {
                        tfoot {
                            (self.line(
                                &Line {
                                    role: Role::Heading { perspective: None },
                                    depth: 0,
                                    title: self.pick("Overall", "总得分").to_string(),
                                    rows: vec![Some(row)],
                                },
                                whole,
                            ))
                        }
                    }
                }
            }
        }
    }

    fn line(&self, line: &Line<'_>, whole: bool) -> Markup {
        let Some(row) = line.rows.first().copied().flatten() else { return html! {} };
        let shown = self.report.shown();
        let heading = matches!(line.role, Role::Heading { .. });
        let alias = matches!(line.role, Role::Alias { .. });
        let (period, _) = judged(&shown, row);
        let owner = match row.subject {
            SubjectId::Indicator(id) => self.report.design.indicators.get(id.index()),
            _ => None,
        };
        let owner = owner.and_then(|i| i.naming.owner.as_deref()).map(visible);
        let notes = shown.notes(row);
        // The whole is called in the page's own words.
        let own = self.foreign.filter(|_| row.subject != SubjectId::Design);
        let class = if heading {
            Some("f")
        } else if alias {
            Some("a")
        } else {
            None
        };
        let anchor = whole.then(|| subject(row.subject));
        let depth = whole.then_some(line.depth);
        html! {
            tr class=[class] data-subject=[anchor] data-status=[row.status.map(Status::word)] data-depth=[depth]
                data-name=[whole.then_some(&row.name)] data-owner=[owner.as_ref().filter(|_| whole)] {
                td class="m" { (status(row.status, self.lang)) }
                th scope="row" {
                    div class={ "d" (line.depth.min(5)) } {
                        @if heading { bdi lang=[own] { (line.title) } } @else { (self.link(row)) }
                        @match &line.role {
                            Role::Heading { perspective: Some(perspective) } => span class="note" { bdi { (perspective) } },
                            Role::Alias { home } => span class="note" { (self.pick("see ", "见 ")) bdi lang=[self.foreign] { (home) } },
                            _ => "",
                        }
                        @if !alias && (whole || !notes.is_empty()) {
                            span class="note" data-t=[whole.then_some("notes")] { (notes.join(self.pick("; ", "；"))) }
                        }
                    }
                }
                td class="n" {
                    span data-t=[whole.then_some("actual")] { (shown.actual(row)) }
                    @if whole && !heading || period.is_some() {
                        span class="note" data-t=[whole.then_some("judged")] { (period.unwrap_or_default()) }
                    }
                }
                td class="n t" data-t=[whole.then_some("target")] { (typographic(&shown.target(row))) }
                td class="n z" {
                    span data-t=[whole.then_some("score")] { (shown.score(row)) }
                    @if whole { (bullet(row)) }
                }
                @if whole { td class="x" { (self.spark(row)) } }
                td class="n x" { @if !alias { (shown.weight(row)) } }
            }
        }
    }

    fn spark(&self, row: &Row) -> Markup {
        let rolled = !matches!(row.subject, SubjectId::Indicator(_) | SubjectId::Measure(_));
        let history = self.report.history(row);
        let values: Vec<Option<f64>> =
            history.iter().map(|r| if rolled { r.score } else { r.value.as_ref().map(|v| v.to_f64()) }).collect();
        let first = values.iter().position(Option::is_some).unwrap_or(0);
        let items = marks::spark(SPARK, values.get(first..).unwrap_or_default(), row.status);
        html! {
            @if !items.is_empty() {
                svg class="k whole-only" viewBox="0 0 72 20" aria-hidden="true" { (svg::inline(&items)) }
            }
        }
    }

    // ---- slices --------------------------------------------------------------------------------------------------

    pub(super) fn slices(&self) -> Markup {
        let slices = self.report.slices();
        let Some((_, members)) = slices.split_first().filter(|(_, members)| !members.is_empty()) else {
            return html! {};
        };
        let shown = self.report.shown();
        let mut kinds: Vec<(Vec<&str>, Vec<SliceKey<'_>>)> = Vec::new();
        for slice in members {
            let dimensions: Vec<&str> = slice.iter().map(|(d, _)| d.as_str()).collect();
            match kinds.iter_mut().find(|(known, _)| *known == dimensions) {
                Some((_, slices)) => slices.push(slice),
                None => kinds.push((dimensions, vec![slice])),
            }
        }
        html! {
            section id="slices" {
                h2 { (self.pick("By dimension", "按维度")) }
                @for (_, slices) in &kinds {
                    (self.matrix(slices))
                    @for slice in slices {
                        details {
                            summary { (self.slice_title(slice)) }
                            (self.table(&Board::new(&shown, vec![Key { period: self.report.period(), slice }]), false))
                        }
                    }
                }
                @for notice in &self.report.results.notices {
                    p class="note" { (visible(&words::notice(notice, self.lang))) }
                }
            }
        }
    }

    /// Indicators by members: values and marks.
    fn matrix(&self, slices: &[SliceKey<'_>]) -> Markup {
        let shown = self.report.shown();
        let whole = self.report.whole_slice();
        let keys = std::iter::once(whole).chain(slices.iter().copied());
        let board = Board::new(&shown, keys.map(|slice| Key { period: self.report.period(), slice }).collect());
        let cell = |line: &Line<'_>, row: Option<&Row>| {
            let Some(row) = row else { return html! { td class="n quiet" { "–" } } };
            let text = match line.role {
                Role::Heading { .. } => shown.score(row),
                _ => shown.actual(row),
            };
            let off = if row.status == Some(Status::OffTarget) { "n off" } else { "n" };
            html! {
                td class=(off) {
                    (if text.is_empty() { "–" } else { &text }) " " (section::spoken_glyph(row.status, self.lang))
                }
            }
        };
        let total = Line {
            role: Role::Heading { perspective: None },
            depth: 0,
            title: self.pick("Overall", "总得分").to_string(),
            rows: board.total.clone(),
        };
        let scored = board.total.iter().any(Option::is_some);
        html! {
            div class="wide" tabindex="0" role="group" aria-label=(self.pick("Values by member", "各成员的数值")) {
                table {
                    thead {
                        tr {
                            th scope="col" { (self.pick("Indicator", "指标")) }
                            th scope="col" class="n" { (self.pick("All", "全部")) }
                            @for slice in slices { th scope="col" class="n" { (self.slice_title(slice)) } }
                        }
                    }
                    tbody {
                        @for line in board.lines.iter().filter(|l| !matches!(l.role, Role::Alias { .. })).chain(scored.then_some(&total)) {
                            @let heading = matches!(line.role, Role::Heading { .. });
                            @let whole = line.rows.iter().flatten().any(|r| r.subject == SubjectId::Design);
                            @let own = self.foreign.filter(|_| !whole);
                            tr class=[heading.then_some("f")] {
                                th scope="row" {
                                    div class={ "d" (line.depth.min(5)) } { bdi lang=[own] { (line.title) } }
                                }
                                @for row in &line.rows { (cell(line, *row)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The period that was judged and its value as texts; the value is the row's own where no other was.
pub(super) fn judged(shown: &crate::render::results::Shown<'_>, row: &Row) -> (Option<String>, Option<String>) {
    let other = shown.judged(row);
    let value = row.judged.as_ref().map(|(_, value)| value).or(row.value.as_ref());
    (other, value.map(|v| format::people(v, row.unit.as_ref(), shown.lang)))
}

fn bullet(row: &Row) -> Markup {
    html! {
        @if row.score.is_some() {
            svg class="b whole-only" viewBox="0 0 72 14" aria-hidden="true" {
                (svg::inline(&marks::bullet(BULLET, row.score, row.status)))
            }
        }
    }
}
