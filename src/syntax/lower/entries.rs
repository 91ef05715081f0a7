//! The entries with a form of their own: fields, cleaning, tests, waivers, `use`.

use super::super::ast::*;
use super::super::grammar::Rule;
use super::super::recover::Place;
use super::super::table;
use super::{Context, Lower, Node, Piece};
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Words, closest, say};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn field(&mut self, node: Node<'_>) -> Field {
        let span = self.span(&node);
        let start = node.as_span().start();
        let nowhere = Name { text: String::new(), span: span.after() };
        let mut field = Field {
            span,
            name: nowhere.clone(),
            label: None,
            kind: nowhere,
            optional: false,
            unit: None,
            domain: None,
            members: Vec::new(),
            refers: None,
            column: None,
            computed: None,
        };
        let mut colon = None;
        let mut junk = None;
        let reported = self.diagnostics.len();
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::word | Rule::quoted if colon.is_none() => field.name = self.new_name(&part),
                Rule::short_text | Rule::long_text => field.label = Some(self.text(&part)),
                Rule::colon => colon = Some(self.span(&part)),
                Rule::junk => junk = Some(part),
                _ => self.field_part(part, &mut field),
            }
        }
        if self.diagnostics.len() > reported || self.guessed(span) {
            return field;
        }
        match (junk, colon) {
            (Some(junk), None) => self.field_without_colon(start, junk, &mut field),
            (Some(junk), _) => self.explain(Place::Field, start, junk),
            (None, Some(colon)) if field.kind.text.is_empty() => self.report(
                Diagnostic::error(
                    codes::MISSING_VALUE,
                    colon.after(),
                    say!("the field `{}` has no type", "字段 `{}` 没有类型", field.name.text),
                )
                .help(say!(
                    "the types are `id`, `text`, `bool`, `date`, `timestamp`, `integer`, `decimal` and `number`",
                    "类型有 `id`、`text`、`bool`、`date`、`timestamp`、`integer`、`decimal` 和 `number`"
                )),
            ),
            (None, None) => self.report(
                Diagnostic::error(
                    codes::MISSING_VALUE,
                    span.after(),
                    say!("the field `{}` has no type", "字段 `{}` 没有类型", field.name.text),
                )
                .help(say!(
                    "write `field {}: text`, or another type",
                    "写成 `field {}: text`，或其他类型",
                    field.name.text
                )),
            ),
            (None, Some(_)) => {}
        }
        field
    }

    /// A piece of a field's type and what goes with it.
    fn field_part(&mut self, part: Node<'_>, field: &mut Field) {
        let again = match part.as_rule() {
            Rule::field_unit if field.unit.is_some() => Some(say!("a unit", "单位")),
            Rule::domain if field.domain.is_some() => Some(say!("a range", "取值范围")),
            Rule::members if !field.members.is_empty() => Some(say!("a list of values", "取值列表")),
            Rule::refers if field.refers.is_some() => Some(say!("a source that it refers to", "引用的来源")),
            Rule::column if field.column.is_some() => Some(say!("a column", "列名")),
            Rule::computed if field.computed.is_some() => Some(say!("a formula", "公式")),
            _ => None,
        };
        if let Some(what) = again {
            let (span, name) = (self.span(&part), &field.name.text);
            let message = say!("the field `{name}` has {} already", "字段 `{name}` 已经有{}", what);
            let report = Diagnostic::error(codes::UNEXPECTED, span, message);
            let report = report.saying(say!("a second one", "又写了一个"));
            return self.report(match part.as_rule() {
                Rule::field_unit => report.help(say!(
                    "a field has one unit: keep one of the two; a quotient is written `CNY per person`",
                    "一个字段只有一个单位：留下其中一个；两个单位相除写成 `CNY per person`"
                )),
                _ => report.help(say!("keep one of the two", "留下其中一个")),
            });
        }
        match part.as_rule() {
            Rule::word | Rule::quoted => field.kind = self.name(&part),
            Rule::optional => field.optional = true,
            Rule::field_unit => field.unit = Some(self.unit(part)),
            Rule::domain => field.domain = Some(self.domain(part)),
            Rule::members => self.members(part, field),
            Rule::refers => field.refers = part.into_inner().next().map(|n| self.name(&n)),
            Rule::column => field.column = part.into_inner().next().map(|n| self.text(&n)),
            Rule::computed => field.computed = part.into_inner().last().map(|n| self.expr(n)),
            _ => {}
        }
    }

    /// `in "a", "b"`; parentheses are only in formulas.
    fn members(&mut self, node: Node<'_>, field: &mut Field) {
        let mut edits = Vec::new();
        for part in node.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::short_text | Rule::long_text => field.members.push(self.text(&part)),
                Rule::open | Rule::close => edits.push(Edit { span, text: String::new() }),
                _ => {}
            }
        }
        if let Some(first) = edits.first().map(|e| e.span) {
            self.report(
                Diagnostic::error(
                    codes::UNEXPECTED,
                    first,
                    say!("the list of a field's values stands in parentheses", "字段的取值列表写在了括号里"),
                )
                .help(say!("in a field's type it is written `in \"a\", \"b\"`", "在字段的类型里写成 `in \"a\", \"b\"`"))
                .fix(Applicability::Safe, say!("delete the parentheses", "删去括号"), edits),
            );
        }
    }

    /// `field fee decimal`
    fn field_without_colon(&mut self, start: usize, junk: Node<'_>, field: &mut Field) {
        let (from, to) = (junk.as_span().start(), junk.as_span().end());
        let read = self.again(Rule::only_type, from, to, |lower, node| {
            node.into_inner().for_each(|part| lower.field_part(part, field));
        });
        if read.is_none() {
            return self.explain(Place::Field, start, junk);
        }
        let place = field.label.as_ref().map_or(field.name.span, |label| label.span).after();
        self.report(
            Diagnostic::error(
                codes::MISSING_COLON,
                place,
                say!("missing `:` after `{}`", "`{}` 之后缺少 `:`", field.name.text),
            )
            .help(say!("a field is written `field {}: type`", "字段写成 `field {}: 类型`", field.name.text))
            .fix(
                Applicability::Safe,
                say!("put in `:`", "补上 `:`"),
                vec![Edit { span: place, text: ":".into() }],
            ),
        );
    }

    fn domain(&mut self, node: Node<'_>) -> Expr {
        let span = self.span(&node);
        let mut low = None;
        let mut high = None;
        let mut range = false;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::dots => range = true,
                _ if range => high = Some(Box::new(self.bound(part))),
                _ => low = Some(Box::new(self.bound(part))),
            }
        }
        if !range {
            let text = format!("{0}..{0}", self.written(span));
            self.report(
                Diagnostic::error(
                    codes::UNEXPECTED,
                    span,
                    say!("one number stands where a range is expected", "此处应为范围，却只有一个数"),
                )
                .help(say!(
                    "a range is written `0..`, `..100` or `0..100`; one value alone is `{text}`",
                    "范围写成 `0..`、`..100` 或 `0..100`；只有一个值时写成 `{text}`"
                )),
            );
        }
        Expr { span, kind: ExprKind::Range { low, high } }
    }

    fn bound(&mut self, node: Node<'_>) -> Expr {
        let span = self.span(&node);
        let mut negative = false;
        let mut value = Expr::hole(span);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::minus => negative = true,
                _ => value = self.single(part),
            }
        }
        if negative {
            value = Expr { span, kind: ExprKind::Unary { op: Unary::Negate, operand: Box::new(value) } };
        }
        value
    }

    pub(super) fn clean(&mut self, node: Node<'_>) -> Clean {
        let span = self.span(&node);
        let start = node.as_span().start();
        let mut steps = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::junk => self.explain(Place::Clean, start, part),
                Rule::block | Rule::late_block => steps = Some(self.clean_steps(part)),
                _ => {}
            }
        }
        if steps.is_none() && !self.guessed(span) {
            self.report(
                Diagnostic::error(codes::MISSING_VALUE, span.after(), say!("`clean` has no block", "`clean` 没有块"))
                    .help(say!(
                        "its steps stand in braces: `clean {{ drop invalid }}`",
                        "步骤写在大括号里：`clean {{ drop invalid }}`"
                    )),
            );
        }
        Clean { span, steps: steps.unwrap_or_default() }
    }

    pub(super) fn clean_steps(&mut self, block: Node<'_>) -> Vec<CleanStep> {
        let block = self.late(block);
        let mut steps = Vec::new();
        self.each(block, Context::Clean, |lower, piece| match piece {
            Piece::Step(step) => steps.push(step),
            Piece::Entry(Entry::Hole(span)) => steps.push(CleanStep { span, kind: CleanKind::Hole, reason: None }),
            Piece::Entry(entry) => lower.not_in_clean(entry.span()),
            Piece::Use(used) => lower.not_in_clean(used.span),
        });
        steps
    }

    fn not_in_clean(&mut self, span: Span) {
        if !self.guessed(span) {
            self.report(
                Diagnostic::error(codes::MISPLACED, span, say!("this is no step of cleaning", "这不是清洗步骤")).help(
                    say!(
                        "the steps are `deduplicate by …`, `drop where …`, `drop invalid` and `blank invalid`",
                        "步骤有 `deduplicate by …`、`drop where …`、`drop invalid` 和 `blank invalid`"
                    ),
                ),
            );
        }
    }

    pub(super) fn step(&mut self, node: Node<'_>) -> CleanStep {
        let span = self.span(&node);
        let start = node.as_span().start();
        let mut step = CleanStep { span, kind: CleanKind::Hole, reason: None };
        let mut unfinished = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::deduplicate => {
                    let here = self.span(&part);
                    step.kind = self.deduplicate(part);
                    if matches!(&step.kind, CleanKind::Deduplicate { by, .. } if by.is_empty()) {
                        unfinished = Some(here);
                    }
                }
                Rule::drop => {
                    step.kind = match part.into_inner().last() {
                        Some(filter) if filter.as_rule() == Rule::filter => {
                            filter.into_inner().next().map_or(CleanKind::Hole, |n| CleanKind::DropWhere(self.expr(n)))
                        }
                        _ => CleanKind::DropInvalid,
                    }
                }
                Rule::blank => step.kind = CleanKind::BlankInvalid,
                Rule::short_text | Rule::long_text => step.reason = Some(self.text(&part)),
                Rule::junk => {
                    step.kind = CleanKind::Hole;
                    unfinished = None;
                    self.explain(Place::Step, start, part);
                }
                _ => {}
            }
        }
        if let Some(here) = unfinished {
            step.kind = CleanKind::Hole;
            if !self.guessed(span) {
                self.report(
                    Diagnostic::error(
                        codes::MISSING_VALUE,
                        here,
                        say!("`deduplicate` does not say by which fields", "`deduplicate` 没有写明按哪些字段"),
                    )
                    .help(say!(
                        "write `deduplicate by order_id`, or `deduplicate by order_id keep latest updated_at`",
                        "写成 `deduplicate by order_id`，或 `deduplicate by order_id keep latest updated_at`"
                    )),
                );
            }
        }
        step
    }

    fn deduplicate(&mut self, node: Node<'_>) -> CleanKind {
        let mut by = Vec::new();
        let mut keep = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::word => by.push(self.name(&part)),
                Rule::keep => {
                    let mut parts = part.into_inner();
                    if let (Some(which), Some(field)) = (parts.next(), parts.next()) {
                        keep = Some((self.which(&which), self.name(&field)));
                    }
                }
                _ => {}
            }
        }
        CleanKind::Deduplicate { by, keep }
    }

    /// `latest` or `earliest`.
    fn which(&mut self, node: &Node<'_>) -> Keep {
        let span = self.span(node);
        let word = node.as_str();
        let meant = match word {
            "latest" => return Keep::Latest,
            "earliest" => return Keep::Earliest,
            "last" | "newest" => Some("latest"),
            "first" | "oldest" => Some("earliest"),
            _ => closest(word, ["latest", "earliest"]),
        };
        let report = Diagnostic::error(
            codes::UNEXPECTED,
            span,
            say!(
                "`keep` is followed by `latest` or `earliest`, not by `{word}`",
                "`keep` 之后应为 `latest` 或 `earliest`，而不是 `{word}`"
            ),
        );
        self.report(match meant {
            Some(meant) => report.help(Words::meant(meant)).fix(
                Applicability::Proposed,
                say!("write `{meant}`", "写成 `{meant}`"),
                vec![Edit { span, text: meant.into() }],
            ),
            None => report.help(say!("write `keep latest updated_at`, say", "例如写成 `keep latest updated_at`")),
        });
        if meant == Some("earliest") { Keep::Earliest } else { Keep::Latest }
    }

    pub(super) fn given(&mut self, node: Node<'_>) -> Given {
        let span = self.span(&node);
        let start = node.as_span().start();
        let mut given =
            Given { span, source: Name { text: String::new(), span }, columns: Vec::new(), rows: Vec::new() };
        let mut header = false;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::word | Rule::quoted => given.source = self.name(&part),
                Rule::junk => self.explain(Place::Given, start, part),
                Rule::row | Rule::loose_row => {
                    if part.as_rule() == Rule::loose_row {
                        self.loose_row(&part);
                    }
                    let row = self.row(&part);
                    if header {
                        given.rows.push(row);
                    } else {
                        header = true;
                        given.columns = row
                            .cells
                            .into_iter()
                            .map(|cell| Name { text: cell.text.unwrap_or_default(), span: cell.span })
                            .collect();
                    }
                }
                _ => {}
            }
        }
        given
    }

    fn loose_row(&mut self, node: &Node<'_>) {
        let span = self.span(node);
        if !self.guessed(span) {
            let place = Span { end: span.start, ..span };
            self.report(
                Diagnostic::error(
                    codes::BAD_ROW,
                    place,
                    say!("a row of a table starts with `|`", "表格的行以 `|` 开头"),
                )
                .help(say!("put one before the first cell", "在第一格之前补上"))
                .fix(
                    Applicability::Safe,
                    say!("put in `|`", "补上 `|`"),
                    vec![Edit { span: place, text: "| ".into() }],
                ),
            );
        }
    }

    /// Splits a line of a table at its `|`.
    fn row(&mut self, node: &Node<'_>) -> GivenRow {
        let raw = node.as_str().trim_end();
        let base = node.as_span().start();
        let span = self.place(base, base + raw.len());
        let cells = table::cells(raw).0.into_iter().map(|cell| {
            let text = raw.get(cell.clone()).unwrap_or("");
            Cell { span: self.place(base + cell.start, base + cell.end), text: table::text(text) }
        });
        let cells = cells.collect();
        GivenRow { span, cells }
    }

    pub(super) fn expect(&mut self, node: Node<'_>) -> Expect {
        let span = self.span(&node);
        let start = node.as_span().start();
        let mut expect = Expect {
            span,
            name: Name { text: String::new(), span },
            period: None,
            slice: None,
            outcome: Outcome::Hole,
        };
        let mut junk = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::word | Rule::quoted => expect.name = self.name(&part),
                Rule::period => expect.period = part.into_inner().next().map(|n| self.period(n)),
                Rule::slice => expect.slice = Some(self.slice(part)),
                Rule::outcome => {
                    expect.outcome = match part.into_inner().last() {
                        Some(value) if value.as_rule() == Rule::expr => Outcome::Value(self.expr(value)),
                        Some(word) => Outcome::Is(self.name(&word)),
                        None => Outcome::Hole,
                    }
                }
                Rule::junk => junk = Some(part),
                _ => {}
            }
        }
        if let Some(junk) = junk {
            expect.outcome = Outcome::Hole;
            self.explain(Place::Expect, start, junk);
        } else if matches!(expect.outcome, Outcome::Hole) && !self.guessed(span) {
            self.report(
                Diagnostic::error(
                    codes::MISSING_VALUE,
                    span.after(),
                    say!("nothing is expected of `{}`", "没有写明 `{}` 应为多少", expect.name.text),
                )
                .help(say!(
                    "write `= VALUE`, `is missing`, or `is` and a status such as `on_target`",
                    "写成 `= 数值`、`is missing`，或 `is` 加状态，例如 `is on_target`"
                )),
            );
        }
        expect
    }

    fn period(&mut self, node: Node<'_>) -> Expr {
        let span = self.span(&node);
        if node.as_rule() == Rule::digits {
            let digits = node.as_str().replace('_', "");
            return Expr { span, kind: ExprKind::Number(Number { digits, digits_span: span, unit: None }) };
        }
        self.single(node)
    }

    fn slice(&mut self, node: Node<'_>) -> Expr {
        let span = self.span(&node);
        let mut slice: Option<Expr> = None;
        let mut joint = span;
        for part in node.into_inner() {
            if part.as_rule() != Rule::condition {
                joint = self.span(&part);
                continue;
            }
            let condition = self.condition(part);
            slice = Some(match slice {
                None => condition,
                Some(left) => Expr {
                    span: left.span.to(condition.span),
                    kind: ExprKind::Binary {
                        op: Binary::And,
                        op_span: joint,
                        left: Box::new(left),
                        right: Box::new(condition),
                    },
                },
            });
        }
        slice.unwrap_or_else(|| Expr::hole(span))
    }

    fn condition(&mut self, node: Node<'_>) -> Expr {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(name), Some(equals), Some(value)) => {
                let left = Expr { span: self.span(&name), kind: ExprKind::Path(vec![self.name(&name)]) };
                let op_span = self.span(&equals);
                let right = self.single(value);
                let kind =
                    ExprKind::Binary { op: Binary::Equal, op_span, left: Box::new(left), right: Box::new(right) };
                Expr { span, kind }
            }
            _ => Expr::hole(span),
        }
    }

    pub(super) fn allow(&mut self, node: Node<'_>) -> Allow {
        let span = self.span(&node);
        let start = node.as_span().start();
        let mut allow = Allow { span, rule: Name { text: String::new(), span }, until: None, reason: None };
        let mut colon = false;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::colon => colon = true,
                Rule::rule_name => allow.rule = self.name(&part),
                Rule::short_text | Rule::long_text => {
                    if !colon {
                        self.allow_without_colon(&allow);
                    }
                    allow.reason = Some(self.text(&part));
                }
                Rule::junk => self.explain(Place::Allow, start, part),
                Rule::allow_word | Rule::until => {}
                _ => allow.until = Some(self.single(part)),
            }
        }
        allow
    }

    /// `allow S02 "reason"`
    fn allow_without_colon(&mut self, allow: &Allow) {
        let place = allow.until.as_ref().map_or(allow.rule.span, |until| until.span).after();
        let rule = &allow.rule.text;
        self.report(
            Diagnostic::error(codes::MISSING_COLON, place, say!("missing `:` before the reason", "理由之前缺少 `:`"))
                .help(say!("write `allow {rule}: \"why\"`", "写成 `allow {rule}: \"理由\"`"))
                .fix(
                    Applicability::Safe,
                    say!("put in `:`", "补上 `:`"),
                    vec![Edit { span: place, text: ":".to_string() }],
                ),
        );
    }

    pub(super) fn use_file(&mut self, node: Node<'_>) -> Use {
        let span = self.span(&node);
        let start = node.as_span().start();
        let mut used = Use { span, path: Text { text: String::new(), span } };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::short_text | Rule::long_text => used.path = self.text(&part),
                Rule::junk => self.explain(Place::Use, start, part),
                _ => {}
            }
        }
        used
    }
}
