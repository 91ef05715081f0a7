//! The section of an indicator: what it means, who answers for it, how its value came about, what it is held against, its
//! past, what it is used by, and where it is written.

use maud::{Markup, html};

use super::{Page, status, subject};
use crate::analysis::reach::{Edge, Thing};
use crate::design::{Direction, Indicator, IndicatorId, Naming, Stage};
use crate::render::explain;
use crate::render::picture::chart::{self, Point};
use crate::render::picture::outline::typographic;
use crate::render::picture::scene::{Form, Item, Shape, Stroke};
use crate::render::picture::svg;
use crate::render::results::format;
use crate::render::results::view::Role;
use crate::render::text::visible;
use crate::render::words::{self, Lang};
use crate::results::{Row, Status, SubjectId, Trace};

/// Of more parts than this, the first few are shown at once.
const MANY: usize = 8;
const FEW: usize = 6;

impl Page<'_> {
    pub(super) fn indicators(&self) -> Markup {
        let mut sections: Vec<Markup> = Vec::new();
        // The headings that are open above a line, each with its depth.
        let mut above: Vec<(usize, &str)> = Vec::new();
        for line in &self.board.lines {
            above.retain(|(depth, _)| *depth < line.depth);
            if matches!(line.role, Role::Heading { .. }) {
                above.push((line.depth, &line.title));
            }
            if let (Role::Indicator, Some(row)) = (&line.role, line.rows.first().copied().flatten())
                && let SubjectId::Indicator(id) = row.subject
                && let Some(indicator) = self.report.design.indicators.get(id.index())
            {
                let home: Vec<&str> = above.iter().map(|(_, title)| *title).collect();
                sections.push(self.section(id, indicator, row, &home));
            }
        }
        html! {
            section id="indicators" {
                h2 { (self.pick("Indicators", "指标")) }
                @for section in sections { (section) }
            }
        }
    }

    fn section(&self, id: IndicatorId, indicator: &Indicator, row: &Row, home: &[&str]) -> Markup {
        let report = self.report;
        let own = subject(row.subject);
        let heading = format!("h-{own}");
        let naming = &indicator.naming;
        html! {
            article class="i" id=[self.section_of(row.subject)] data-for=(own) tabindex="-1" aria-labelledby=(heading) {
                header {
                    div {
                        @if !home.is_empty() {
                            p class="crumb" {
                                @for (n, part) in home.iter().enumerate() { @if n > 0 { " › " } bdi lang=[self.foreign] { (part) } }
                            }
                        }
                        h3 id=(heading) { bdi lang=[self.foreign] { (visible(naming.title())) } }
                        p class="meta" {
                            @for part in self.about(indicator, row) { span { (part) } }
                        }
                    }
                    div class="fig" data-subject=(own) data-status=[row.status.map(Status::word)] {
                        b data-t="actual" { (report.shown().actual(row)) }
                        (status(row.status, self.lang))
                        span class="quiet t" data-t="target" { (typographic(&report.shown().target(row))) }
                        span class="quiet" data-t="judged" { (report.shown().judged(row).unwrap_or_default()) }
                    }
                }
                @if let Some(definition) = &naming.definition { p class="def" { bdi lang=[self.foreign] { (visible(definition)) } } }
                (self.of_whole())
                div class="two" {
                    (self.history(row, indicator))
                    (self.target(row, indicator))
                }
                div class="two" {
                    (self.how(id, indicator))
                    (self.ties(id, indicator))
                }
            }
        }
    }

    /// Owner, frequency, direction, weight: half a line.
    fn about(&self, indicator: &Indicator, row: &Row) -> Vec<Markup> {
        let mut parts = vec![html! { code { (visible(&indicator.naming.name)) } }];
        if let Some(owner) = &indicator.naming.owner {
            parts.push(html! { bdi lang=[self.foreign] { (visible(owner)) } });
        }
        parts.push(html! { (frequency(indicator.frequency, self.lang)) });
        parts.push(html! {
            (match indicator.direction {
                Direction::Higher => self.pick("higher is better", "越高越好"),
                Direction::Lower => self.pick("lower is better", "越低越好"),
                Direction::Range => self.pick("within a range", "区间内为佳"),
            })
        });
        if row.weight.is_some() {
            parts.push(html! { (self.pick("weight", "权重")) " " (self.report.shown().weight(row)) });
        }
        if let Some(share) = row.share {
            parts.push(match self.lang {
                Lang::En => html! { (format::share(share)) " of the score" },
                Lang::Zh => html! { "占总分 " (format::share(share)) },
            });
        }
        if indicator.veto {
            parts.push(html! { (self.pick("veto", "一票否决")) });
        }
        match indicator.stage {
            Stage::Active => {}
            Stage::Draft => parts.push(html! { (self.pick("draft", "草案")) }),
            Stage::Retired => parts.push(html! { (self.pick("retired", "已停用")) }),
        }
        parts
    }

    // ---- history -------------------------------------------------------------------------------------------------

    fn history(&self, row: &Row, indicator: &Indicator) -> Markup {
        let lang = self.lang;
        let all = self.report.history(row);
        let first = all.iter().position(|r| r.value.is_some()).unwrap_or(all.len());
        let rows = all.get(first..).unwrap_or_default();
        if rows.is_empty() {
            return html! {
                figure {
                    h4 { (self.pick("History", "历史走势")) }
                    p class="note" { (self.pick("No values in these periods.", "这些期间没有数值。")) }
                }
            };
        }
        let shown = self.report.shown();
        let points: Vec<Point> = rows.iter().map(|r| Point::new(r)).collect();
        let scene = chart::history(&chart::Course {
            title: &row.title,
            points: &points,
            unit: row.unit.as_ref(),
            direction: indicator.direction,
            lang,
        });
        let (targets, thresholds, others) = (
            points.iter().any(|p| p.target.is_some()),
            points.iter().any(|p| p.threshold.is_some()),
            points.iter().any(|p| p.judged.is_some()),
        );
        html! {
            figure {
                h4 { (self.pick("History", "历史走势")) }
                (svg::image(&scene, "c"))
                figcaption class="key" {
                    (key("value", self.pick("value", "数值")))
                    @if targets { (key("target", self.pick("target", "目标值"))) }
                    @if thresholds { (key("threshold", self.pick("threshold", "门槛值"))) }
                    @if others { (key("judged", self.pick("what was judged", "考核值"))) }
                }
                details {
                    summary {
                        @match lang {
                            Lang::En => { "Values of " (crate::render::text::counted(rows.len(), "period")) },
                            Lang::Zh => { (rows.len()) " 期数值" },
                        }
                    }
                    div class="wide" tabindex="0" role="group" aria-label=(self.pick("Values by period", "各期数值")) {
                        table class="h" {
                            thead {
                                tr {
                                    th scope="col" { (self.pick("Period", "期间")) }
                                    th scope="col" { (self.pick("Value", "数值")) }
                                    @if others { th scope="col" { (self.pick("Judged", "考核")) } }
                                    th scope="col" { (self.pick("Target", "目标")) }
                                    th scope="col" { (self.pick("Score", "得分")) }
                                    th scope="col" { (self.pick("Status", "状态")) }
                                }
                            }
                            tbody {
                                @for row in rows.iter().rev() {
                                    tr {
                                        // The first cell of a row heads it without saying so, thousands of times.
                                        th { (row.period) }
                                        td { (if row.value.is_some() { shown.actual(row) } else { "–".to_string() }) }
                                        @if others { td { (shown.judged(row).unwrap_or_default()) } }
                                        td { (typographic(&shown.target(row))) }
                                        td { (shown.score(row)) }
                                        td { @if let Some(s) = row.status { (words::mark(s)) " " (words::status(s, lang)) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    // ---- target --------------------------------------------------------------------------------------------------

    fn target(&self, row: &Row, indicator: &Indicator) -> Markup {
        let shown = self.report.shown();
        let rules = explain::rules(&shown, self.report.sources, indicator);
        let judgement = explain::judgement(&shown, row);
        let distances = explain::distances(&shown, row, indicator);
        html! {
            div {
                h4 { (self.pick("Target and bands", "目标与区间")) }
                dl class="facts" {
                    @for (word, rule) in &rules { dt { (word) } dd { (rule) } }
                    @if let Some(why) = &indicator.no_baseline {
                        dt { (self.pick("baseline", "基准值")) } dd { (self.pick("none: ", "无：")) bdi lang=[self.foreign] { (visible(why)) } }
                    }
                    @if let Some(review) = &indicator.review {
                        dt { (self.pick("review", "复核")) }
                        dd {
                            (frequency(review.every, self.lang))
                            @if let Some(by) = &review.by { " · " bdi lang=[self.foreign] { (visible(by)) } }
                        }
                    }
                    @for (at, meaning) in &indicator.anchors {
                        dt { (at.normalized()) } dd { bdi lang=[self.foreign] { (visible(meaning)) } }
                    }
                }
                ul class="says-so" {
                    @for line in &judgement { li { (line.replace(">= ", "≥ ").replace("<= ", "≤ ")) } }
                    @if let Some(score) = row.score { li { (self.pick("score", "得分")) " " (format::score(score)) } }
                    @for line in &distances { li { b { (line) } } }
                    @for note in shown.notes(row) { li class="quiet" { (note) } }
                }
            }
        }
    }

    // ---- how its value came about --------------------------------------------------------------------------------

    fn how(&self, id: IndicatorId, indicator: &Indicator) -> Markup {
        let formula = explain::one_line(self.report.sources.slice(indicator.formula.span.0));
        html! {
            div {
                h4 { (self.pick("Formula, and how the value came about", "公式与计算过程")) }
                code class="formula" { (formula) }
                @if let Some(trace) = self.report.trace(id) {
                    ul class="tr" { (self.node(trace, true)) }
                }
            }
        }
    }

    /// Nesting is bounded by that of formulas.
    pub(super) fn node(&self, node: &Trace, root: bool) -> Markup {
        let (children, others) = explain::shown_children(node, self.lang);
        let beside = explain::beside(node, self.lang);
        html! {
            li {
                b { (explain::value_text(node, self.lang)) }
                @if !root { code { (explain::written(node, false)) } }
                @if !beside.is_empty() { span class="quiet" { (beside.join(self.lang.comma())) } }
                @if let Some(reason) = explain::missing_part(node, self.lang) { span class="note" { " " (reason) } }
                @let (first, rest) = children.split_at(if children.len() > MANY { FEW } else { children.len() });
                @if !first.is_empty() {
                    ul {
                        @for child in first { (self.node(child, false)) }
                        @if let Some(others) = others.as_ref().filter(|_| rest.is_empty()) { li class="quiet" { (others) } }
                    }
                }
                @if !rest.is_empty() {
                    details {
                        summary { (explain::and_more(node.children.len() - first.len(), self.lang)) }
                        ul {
                            @for child in rest { (self.node(child, false)) }
                            @if let Some(others) = others { li class="quiet" { (others) } }
                        }
                    }
                }
            }
        }
    }

    // ---- what it is tied to --------------------------------------------------------------------------------------

    fn ties(&self, id: IndicatorId, indicator: &Indicator) -> Markup {
        let own = Thing::Indicator(id);
        let reads = self.reach.before(own, Edge::Reads);
        let used_by = self.reach.next(own, Edge::Reads);
        let driven_by = self.reach.before(own, Edge::Drives);
        let drives = self.reach.next(own, Edge::Drives);
        let counter: Vec<Thing> = indicator.counter_metrics.iter().map(|id| Thing::Indicator(*id)).collect();
        let contexts: Vec<Thing> =
            indicator.processes.iter().chain(&indicator.addresses).map(|id| Thing::Context(*id)).collect();
        let lists = [
            (self.pick("computed from", "计算自"), reads),
            (self.pick("used by", "被用于"), used_by),
            (self.pick("drives", "推动"), drives),
            (self.pick("driven by", "受推动于"), driven_by),
            (self.pick("counter metric", "制衡指标"), counter),
            (self.pick("process, context", "流程与背景"), contexts),
        ];
        html! {
            div {
                h4 { (self.pick("Where it belongs", "关联")) }
                dl class="facts" {
                @for (word, things) in lists.iter().filter(|(_, things)| !things.is_empty()) {
                    dt { (word) }
                    dd {
                        @for (n, thing) in things.iter().enumerate() {
                            @if n > 0 { (self.lang.comma()) }
                            (self.thing(*thing))
                        }
                    }
                }
                @for action in &indicator.actions {
                    dt { (self.when(action.when.as_deref())) } dd { (self.action(action)) }
                }
                @if let Some(note) = &indicator.naming.note {
                    dt { (self.pick("note", "备注")) } dd { bdi lang=[self.foreign] { (visible(note)) } }
                }
                dt { (self.pick("written in", "定义于")) }
                dd { code { (visible(&self.report.place(indicator.naming.span))) } }
                }
            }
        }
    }

    /// The word before an action: when it is to be done.
    fn when(&self, when: Option<&str>) -> String {
        let status = when.and_then(|w| Status::ALL.into_iter().find(|s| s.word() == w));
        match (status.map(|s| words::status(s, self.lang)).or(when), self.lang) {
            (None, _) => self.pick("action", "措施").to_string(),
            (Some(word), Lang::En) => format!("when {word}"),
            (Some(word), Lang::Zh) => format!("{word}时"),
        }
    }

    fn thing(&self, thing: Thing) -> Markup {
        let design = self.report.design;
        let naming: Option<&Naming> = match thing {
            Thing::Source(id) => design.sources.get(id.index()).map(|s| &s.naming),
            Thing::Measure(id) => design.measures.get(id.index()).map(|m| &m.naming),
            Thing::Indicator(id) => design.indicators.get(id.index()).map(|i| &i.naming),
            Thing::Factor(id) => design.factors.get(id.index()).map(|f| &f.naming),
            Thing::Objective(id) => design.objectives.get(id.index()).map(|o| &o.naming),
            Thing::Context(id) => design.contexts.get(id.index()).map(|c| &c.naming),
        };
        let title = naming.map_or("", |n| n.title());
        let link = match thing {
            Thing::Indicator(id) => self.link_to(SubjectId::Indicator(id)),
            _ => None,
        };
        html! {
            @match link {
                Some(link) => a href=(link) { bdi lang=[self.foreign] { (visible(title)) } },
                None => bdi lang=[self.foreign] { (visible(title)) },
            }
        }
    }
}

/// A mark that is read aloud, where no word stands beside it.
pub(super) fn spoken_glyph(status: Option<Status>, lang: Lang) -> Markup {
    html! {
        @if let Some(s) = status {
            svg class="g" role="img" aria-label=(words::status(s, lang)) { use href={ "#g-" (s.word()) } {} }
        }
    }
}

/// What the lines of charts look like, once for the page.
pub(super) fn keys() -> Markup {
    let line = |stroke: Stroke| Shape::drawn(Form::line(1.0, 6.0, 21.0, 6.0), stroke).into();
    let keys: [(&str, Item); 4] = [
        ("value", line(chart::lines::VALUE)),
        ("target", line(chart::lines::TARGET)),
        ("threshold", line(chart::lines::THRESHOLD)),
        ("judged", chart::judged(11.0, 6.0, None)),
    ];
    html! {
        svg class="defs" aria-hidden="true" {
            @for (name, item) in keys { symbol id={ "k-" (name) } viewBox="0 0 22 12" { (svg::inline(&[item])) } }
        }
    }
}

fn key(name: &str, word: &str) -> Markup {
    html! { span { svg aria-hidden="true" { use href={ "#k-" (name) } {} } (word) } }
}

fn frequency(frequency: crate::value::Frequency, lang: Lang) -> &'static str {
    use crate::value::Frequency;
    match frequency {
        Frequency::Daily => lang.pick("daily", "每日"),
        Frequency::Weekly => lang.pick("weekly", "每周"),
        Frequency::Monthly => lang.pick("monthly", "每月"),
        Frequency::Quarterly => lang.pick("quarterly", "每季"),
        Frequency::HalfYearly => lang.pick("half-yearly", "每半年"),
        Frequency::Yearly => lang.pick("yearly", "每年"),
    }
}
