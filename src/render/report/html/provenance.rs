//! Where the numbers came from: the design, the data with its hashes, what cleaning took.

use maud::{Markup, html};

use super::Page;
use crate::render::explain;
use crate::render::text::visible;
use crate::render::words;
use crate::results::SourceReport;

impl Page<'_> {
    pub(super) fn provenance(&self) -> Markup {
        let report = self.report;
        let results = &report.results;
        html! {
            section id="provenance" {
                h2 { (self.pick("Where it came from", "数据来源")) }
                dl class="facts" {
                    dt { (self.pick("Design", "设计")) }
                    dd {
                        bdi lang=[self.foreign] { (visible(&results.title)) } " " code { (visible(&results.name)) } " "
                        span class="hash" { (results.design_hash) }
                    }
                    dt { (self.pick("Period", "期间")) }
                    dd {
                        (report.period())
                        @if let Some((_, window)) = results.periods.first() { " (" (window.start) " – " (window.last()) ")" }
                    }
                    dt { (self.pick("As-of day", "数据截至")) }
                    dd { (results.as_of.map(|day| day.to_string()).unwrap_or_default()) }
                }
                @if !results.sources.is_empty() {
                    div class="wide" tabindex="0" role="group" aria-label=(self.pick("Sources of data", "各数据来源")) {
                        table {
                            thead {
                                tr {
                                    th scope="col" { (self.pick("Source", "来源")) }
                                    th scope="col" { (self.pick("Days", "日期")) }
                                    th scope="col" class="n" { (self.pick("Rows read", "读入记录")) }
                                    th scope="col" class="n" { (self.pick("Rows kept", "保留记录")) }
                                    th scope="col" { (self.pick("Taken by cleaning", "清洗去除")) }
                                    th scope="col" { (self.pick("Files (SHA-256)", "文件 (SHA-256)")) }
                                }
                            }
                            tbody { @for source in &results.sources { (self.source(source)) } }
                        }
                    }
                }
                @if report.slices().len() < 2 {
                    @for notice in &results.notices {
                        p class="note" { (visible(&words::notice(notice, self.lang))) }
                    }
                }
            }
        }
    }

    fn source(&self, source: &SourceReport) -> Markup {
        html! {
            tr {
                th scope="row" {
                    bdi lang=[self.foreign] { (visible(&source.title)) }
                    @if source.title != source.name { span class="note" { code { (visible(&source.name)) } } }
                }
                td class="days" {
                    @if let (Some(first), Some(last)) = (source.first, source.last) { (first) " – " (last) }
                }
                td class="n" { (source.rows_read) }
                td class="n" { (source.rows_kept) }
                td {
                    @if source.steps.is_empty() { span class="quiet" { "–" } } @else {
                        ul class="steps" {
                            @for step in &source.steps {
                                li {
                                    b { (step.count) }
                                    span {
                                        code { (explain::one_line(&step.step)) }
                                        @if let Some(reason) = &step.reason { span class="note" { bdi lang=[self.foreign] { (visible(reason)) } } }
                                    }
                                }
                            }
                        }
                    }
                }
                td {
                    @for file in &source.files {
                        div { code { (visible(&file.path)) } div class="hash" { (file.hash) } }
                    }
                }
            }
        }
    }
}
