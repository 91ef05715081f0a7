//! Values, phrases and expressions. The grammar gives one flat row of operands and operators; here precedence makes a
//! tree of it, at most [`MAX_DEPTH`] deep. (pest's own Pratt parser knows neither a depth nor operators that do not chain.)
//!
//! Loosest to tightest: `otherwise`; `or`; `and`; `not`; comparisons, `contains`, `starts with`, `between`, `in`, `is`
//! (which do not chain); `union`, `except`; `intersect`; `+`, `-`; `*`, `/`; the minus sign.

use super::ast::*;
use super::grammar::Rule;
use super::lower::{Lower, Node};
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, say};
use crate::source::Span;
use std::iter::Peekable;
use std::vec::IntoIter;

/// Nodes on the longest way from an expression down to a leaf.
pub(super) const MAX_DEPTH: u32 = 256;

/// Characters of a number: to read one takes the square of its length.
const MAX_NUMBER: usize = 1_000;

/// An expression and its depth.
struct Built {
    expr: Expr,
    depth: u32,
}

/// A piece of the flat row.
enum Item {
    Prefix(Unary, Span),
    Operand(Built),
    /// Several values in parentheses: what `in` takes.
    List {
        items: Vec<Expr>,
        span: Span,
        depth: u32,
    },
    Infix(Infix, Span),
    Between {
        low: Built,
        high: Built,
        negated: bool,
        span: Span,
    },
    Is {
        known: bool,
        span: Span,
    },
}

#[derive(Clone, Copy)]
enum Infix {
    Binary(Binary),
    Member { negated: bool },
}

type Row = Peekable<IntoIter<Item>>;

const COMPARISON: u8 = 5;

fn infix_power(infix: Infix) -> u8 {
    match infix {
        Infix::Member { .. } => COMPARISON,
        Infix::Binary(binary) => match binary {
            Binary::Otherwise => 1,
            Binary::Or => 2,
            Binary::And => 3,
            Binary::Equal
            | Binary::NotEqual
            | Binary::Less
            | Binary::LessEqual
            | Binary::Greater
            | Binary::GreaterEqual
            | Binary::Contains
            | Binary::StartsWith => COMPARISON,
            Binary::Union | Binary::Except => 6,
            Binary::Intersect => 7,
            Binary::Add | Binary::Subtract => 8,
            Binary::Multiply | Binary::Divide => 9,
        },
    }
}

fn prefix_power(op: Unary) -> u8 {
    match op {
        Unary::Not => 4,
        Unary::Negate => 10,
    }
}

impl Item {
    /// How tightly it binds what stands before it; `None` for what cannot stand behind an operand.
    fn power(&self) -> Option<u8> {
        match self {
            Item::Infix(infix, _) => Some(infix_power(*infix)),
            Item::Between { .. } | Item::Is { .. } => Some(COMPARISON),
            Item::Prefix(..) | Item::Operand(_) | Item::List { .. } => None,
        }
    }

    fn span(&self) -> Span {
        match self {
            Item::Prefix(_, span)
            | Item::List { span, .. }
            | Item::Infix(_, span)
            | Item::Between { span, .. }
            | Item::Is { span, .. } => *span,
            Item::Operand(built) => built.expr.span,
        }
    }
}

impl Lower<'_> {
    pub(super) fn phrase(&mut self, node: Node<'_>) -> Phrase {
        let span = self.span(&node);
        let mut phrase = Phrase { span, expr: Expr::hole(span), share: None, text: None, clauses: Vec::new() };
        // Beside a guess of the scanner nothing more is said.
        let mut faulty = self.guessed(span);
        for part in node.into_inner() {
            let here = self.span(&part);
            match part.as_rule() {
                Rule::value => phrase.expr = self.value(part),
                Rule::clause => {
                    let clause = self.clause(part);
                    phrase.clauses.extend(clause);
                }
                Rule::share => {
                    let share = part.into_inner().next().map(|n| self.number(n));
                    if phrase.share.is_some() || phrase.expr.as_name().is_none() {
                        phrase.expr = Expr::hole(phrase.expr.span);
                        if std::mem::replace(&mut faulty, true) {
                            continue;
                        }
                        self.report(
                            Diagnostic::error(
                                codes::UNEXPECTED,
                                here,
                                say!("`{}` stands beside a value", "值的旁边写了 `{}`", self.written(here)),
                            )
                            .saying(say!("no operator joins it to what stands before", "与前面的内容之间没有运算符"))
                            .help(say!(
                                "put an operator between them, or a comma where they are two values",
                                "两者之间写运算符；如果是两个值，用逗号隔开"
                            )),
                        );
                    } else {
                        phrase.share = share.map(Box::new);
                    }
                }
                _ => {
                    let text = self.text(&part);
                    if faulty {
                        continue;
                    }
                    if phrase.text.is_some() {
                        faulty = true;
                        self.report(
                            Diagnostic::error(
                                codes::UNEXPECTED,
                                here,
                                say!("two texts stand side by side", "两段文本连在一起"),
                            )
                            .saying(say!("a second text", "第二段文本"))
                            .help(say!("put a comma between them, or join them into one", "用逗号隔开，或合成一段")),
                        );
                    } else {
                        phrase.text = Some(text);
                    }
                }
            }
        }
        phrase
    }

    fn clause(&mut self, node: Node<'_>) -> Option<Clause> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let word = match parts.next()?.as_str() {
            "by" => ClauseWord::By,
            "until" => ClauseWord::Until,
            "in" => ClauseWord::In,
            "for" => ClauseWord::For,
            "from" => ClauseWord::From,
            _ => ClauseWord::Is,
        };
        let value = self.value(parts.next()?);
        Some(Clause { span, word, value })
    }

    /// An expression, or a range of two.
    pub(super) fn value(&mut self, node: Node<'_>) -> Expr {
        self.built_value(node).expr
    }

    pub(super) fn expr(&mut self, node: Node<'_>) -> Expr {
        self.built(node).expr
    }

    /// A node over parts of at most this depth, or a hole where that is too deep.
    fn make(&mut self, span: Span, depth: u32, kind: ExprKind) -> Built {
        if depth < MAX_DEPTH && !self.deep {
            return Built { expr: Expr { span, kind }, depth: depth + 1 };
        }
        // Once for an entry.
        if !std::mem::replace(&mut self.deep, true) && !self.guessed(span) {
            self.report(super::too_deep(span));
        }
        Built { expr: Expr::hole(span), depth: 1 }
    }

    fn leaf(span: Span, kind: ExprKind) -> Built {
        Built { expr: Expr { span, kind }, depth: 1 }
    }

    fn built_value(&mut self, node: Node<'_>) -> Built {
        let span = self.span(&node);
        let mut low = None;
        let mut high = None;
        let mut range = false;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::dots => range = true,
                _ if range => high = Some(self.built(part)),
                _ => low = Some(self.built(part)),
            }
        }
        match (low, range) {
            (Some(low), false) => low,
            (low, _) => {
                let depth = low.iter().chain(&high).map(|b| b.depth).max().unwrap_or(0);
                let kind = ExprKind::Range { low: low.map(|b| Box::new(b.expr)), high: high.map(|b| Box::new(b.expr)) };
                self.make(span, depth, kind)
            }
        }
    }

    fn built(&mut self, node: Node<'_>) -> Built {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let first = parts.next().map(|part| self.item(part));
        match (first, parts.len()) {
            // Most expressions are one operand.
            (Some(Item::Operand(built)), 0) => built,
            (Some(first), rest) => {
                let mut row = Vec::with_capacity(1 + rest);
                row.push(first);
                row.extend(parts.map(|part| self.item(part)));
                self.climb(&mut row.into_iter().peekable(), 0, 0, span)
            }
            (None, _) => Self::leaf(span, ExprKind::Hole),
        }
    }

    /// One operand in a position that takes nothing else.
    pub(super) fn single(&mut self, node: Node<'_>) -> Expr {
        let span = self.span(&node);
        match self.item(node) {
            Item::Operand(built) => built.expr,
            _ => Expr::hole(span),
        }
    }

    fn item(&mut self, node: Node<'_>) -> Item {
        let span = self.span(&node);
        let binary = |op| Item::Infix(Infix::Binary(op), span);
        match node.as_rule() {
            Rule::minus => Item::Infix(Infix::Binary(Binary::Subtract), span),
            Rule::not => Item::Prefix(Unary::Not, span),
            Rule::plus => binary(Binary::Add),
            Rule::times => binary(Binary::Multiply),
            Rule::divide => binary(Binary::Divide),
            Rule::equals => binary(Binary::Equal),
            Rule::not_equal => binary(Binary::NotEqual),
            Rule::less => binary(Binary::Less),
            Rule::less_equal => binary(Binary::LessEqual),
            Rule::greater => binary(Binary::Greater),
            Rule::greater_equal => binary(Binary::GreaterEqual),
            Rule::and => binary(Binary::And),
            Rule::or => binary(Binary::Or),
            Rule::contains => binary(Binary::Contains),
            Rule::starts_with => {
                if !node.as_str().ends_with("with") {
                    self.report(
                        Diagnostic::error(
                            codes::UNEXPECTED,
                            span,
                            say!("`starts` lacks its `with`", "`starts` 之后缺少 `with`"),
                        )
                        .help(say!("write `starts with`", "写成 `starts with`"))
                        .fix(
                            Applicability::Safe,
                            say!("write `starts with`", "写成 `starts with`"),
                            vec![Edit { span, text: "starts with".into() }],
                        ),
                    );
                }
                binary(Binary::StartsWith)
            }
            Rule::intersect => binary(Binary::Intersect),
            Rule::union => binary(Binary::Union),
            Rule::except => binary(Binary::Except),
            Rule::otherwise => binary(Binary::Otherwise),
            Rule::member => Item::Infix(Infix::Member { negated: false }, span),
            Rule::not_member => Item::Infix(Infix::Member { negated: true }, span),
            Rule::between => self.between(node),
            Rule::is_state => self.is_state(node),
            Rule::paren => self.paren(node),
            Rule::number => Item::Operand(Self::leaf(span, self.number(node).kind)),
            Rule::time => Item::Operand(Self::leaf(span, ExprKind::Time(node.as_str().to_string()))),
            Rule::short_text | Rule::long_text => {
                let text = self.text(&node).text;
                Item::Operand(Self::leaf(span, ExprKind::Text(text)))
            }
            Rule::conditional => Item::Operand(self.conditional(node)),
            Rule::term => Item::Operand(self.term(node)),
            Rule::percent_unit => Item::Operand(Self::leaf(span, ExprKind::Unit(Box::new(self.unit(node))))),
            _ => Item::Operand(Self::leaf(span, ExprKind::Hole)),
        }
    }

    /// Makes a tree of the row, as long as its operators bind at least as tightly as `least`.
    fn climb(&mut self, row: &mut Row, least: u8, level: u32, whole: Span) -> Built {
        if level > MAX_DEPTH {
            row.by_ref().for_each(drop);
            return self.make(whole, MAX_DEPTH, ExprKind::Hole);
        }
        let mut left = self.climb_operand(row, level, whole);
        let mut compared: Option<Span> = None;
        while let Some(item) = row.next_if(|item| item.power().is_some_and(|power| power >= least)) {
            let before = if item.power() == Some(COMPARISON) { compared.replace(item.span()) } else { None };
            if let Some(first) = before {
                self.chained(first, item.span());
            }
            left = match item {
                Item::Infix(Infix::Binary(op), op_span) => {
                    let right = self.climb(row, infix_power(Infix::Binary(op)) + 1, level + 1, whole);
                    let span = left.expr.span.to(right.expr.span);
                    let depth = left.depth.max(right.depth);
                    let (left, right) = (Box::new(left.expr), Box::new(right.expr));
                    self.make(span, depth, ExprKind::Binary { op, op_span, left, right })
                }
                Item::Infix(Infix::Member { negated }, _) => self.member(row, left, negated, level, whole),
                Item::Between { low, high, negated, span } => {
                    let span = left.expr.span.to(span);
                    let depth = left.depth.max(low.depth).max(high.depth);
                    let (operand, low, high) = (Box::new(left.expr), Box::new(low.expr), Box::new(high.expr));
                    self.make(span, depth, ExprKind::Between { operand, low, high, negated })
                }
                Item::Is { known, span } => {
                    let span = left.expr.span.to(span);
                    self.make(span, left.depth, ExprKind::Is { operand: Box::new(left.expr), known })
                }
                Item::Prefix(..) | Item::Operand(_) | Item::List { .. } => left,
            };
            if before.is_some() {
                // Reported as it is; of what type it might be is nobody's question.
                left.expr = Expr::hole(left.expr.span);
            }
        }
        left
    }

    /// An operand with what stands before it.
    fn climb_operand(&mut self, row: &mut Row, level: u32, whole: Span) -> Built {
        let mut prefixes = Vec::new();
        while let Some(item) =
            row.next_if(|item| matches!(item, Item::Prefix(..) | Item::Infix(Infix::Binary(Binary::Subtract), _)))
        {
            let op = if let Item::Prefix(op, _) = item { op } else { Unary::Negate };
            prefixes.push((op, item.span()));
        }
        if let Some((last, _)) = prefixes.last() {
            let mut built = self.climb(row, prefix_power(*last), level + 1, whole);
            for (op, span) in prefixes.into_iter().rev() {
                let span = span.to(built.expr.span);
                built = self.make(span, built.depth, ExprKind::Unary { op, operand: Box::new(built.expr) });
            }
            return built;
        }
        match row.next() {
            Some(Item::Operand(built)) => built,
            Some(Item::List { span, .. }) => {
                self.report(
                    Diagnostic::error(
                        codes::UNEXPECTED,
                        span,
                        say!("a list stands where one value is expected", "此处应为一个值，却是列表"),
                    )
                    .help(say!(
                        "a list in parentheses stands only behind `in`; the values of a function stand behind its name",
                        "括号里的列表只用在 `in` 之后；函数的参数写在函数名之后"
                    )),
                );
                Self::leaf(span, ExprKind::Hole)
            }
            Some(other) => Self::leaf(other.span(), ExprKind::Hole),
            None => Self::leaf(whole.after(), ExprKind::Hole),
        }
    }

    fn chained(&mut self, first: Span, second: Span) {
        self.report(
            Diagnostic::error(
                codes::CHAINED_COMPARISON,
                second,
                say!("`{}` follows another comparison", "比较之后又接了 `{}`", self.written(second)),
            )
            .saying(say!("a second comparison of the same value", "对同一个值的第二次比较"))
            .label(first, say!("the first", "第一次"))
            .help(say!(
                "comparisons do not chain: write `a < b and b < c`, or `b between a and c`",
                "比较不能连写：写成 `a < b and b < c`，或 `b between a and c`"
            )),
        );
    }

    /// What follows `in`: a list, or a set.
    fn member(&mut self, row: &mut Row, left: Built, negated: bool, level: u32, whole: Span) -> Built {
        if let Some(Item::List { items, span, depth }) = row.next_if(|item| matches!(item, Item::List { .. })) {
            let span = left.expr.span.to(span);
            let kind = ExprKind::InList { operand: Box::new(left.expr), items, negated };
            return self.make(span, left.depth.max(depth), kind);
        }
        let right = self.climb(row, COMPARISON + 1, level + 1, whole);
        let span = left.expr.span.to(right.expr.span);
        let depth = left.depth.max(right.depth);
        let operand = Box::new(left.expr);
        let right = right.expr;
        let kind = match right.kind {
            // One literal in parentheses is a list of one; anything else there is a set.
            ExprKind::Paren(inner) if is_literal(&inner) => ExprKind::InList { operand, items: vec![*inner], negated },
            ExprKind::Text(_) => {
                let written = self.written(right.span).to_string();
                self.report(
                    Diagnostic::error(
                        codes::UNEXPECTED,
                        right.span,
                        say!("`in` takes a list in parentheses", "`in` 之后应为括号里的列表"),
                    )
                    .help(say!("write `in ({written})`", "写成 `in ({written})`"))
                    .fix(
                        Applicability::Safe,
                        say!("put it in parentheses", "加上括号"),
                        vec![Edit { span: right.span, text: format!("({written})") }],
                    ),
                );
                ExprKind::InList { operand, items: vec![right], negated }
            }
            kind => ExprKind::InSet { operand, set: Box::new(Expr { span: right.span, kind }), negated },
        };
        self.make(span, depth, kind)
    }

    fn between(&mut self, node: Node<'_>) -> Item {
        let span = self.span(&node);
        let mut negated = false;
        let mut ends = Vec::with_capacity(2);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::not => negated = true,
                Rule::arithmetic => ends.push(self.built(part)),
                _ => {}
            }
        }
        let high = ends.pop().unwrap_or_else(|| Self::leaf(span, ExprKind::Hole));
        let low = ends.pop().unwrap_or_else(|| Self::leaf(span, ExprKind::Hole));
        Item::Between { low, high, negated, span }
    }

    fn is_state(&mut self, node: Node<'_>) -> Item {
        let span = self.span(&node);
        let mut negated = None;
        let mut known = None;
        for part in node.into_inner() {
            let here = self.span(&part);
            match (part.as_rule(), part.as_str()) {
                (Rule::not, _) => negated = Some(here),
                (_, "known") => known = Some(true),
                (_, "missing") => known = Some(false),
                (_, word) => {
                    let meant = match word.to_lowercase().as_str() {
                        "null" | "none" | "nil" | "empty" | "na" | "blank" | "unknown" => "missing",
                        "present" | "given" | "set" => "known",
                        other => crate::diagnostic::closest(other, ["missing", "known"]).unwrap_or_default(),
                    };
                    let report = Diagnostic::error(
                        codes::UNEXPECTED,
                        here,
                        say!(
                            "`is` is followed by `missing` or `known`, not by `{word}`",
                            "`is` 之后应为 `missing` 或 `known`，而不是 `{word}`"
                        ),
                    );
                    self.report(if meant.is_empty() {
                        report.help(say!("equality is written `=`", "相等写成 `=`"))
                    } else {
                        report.help(say!("write `is {meant}`", "写成 `is {meant}`")).fix(
                            Applicability::Proposed,
                            say!("write `{meant}`", "写成 `{meant}`"),
                            vec![Edit { span: here, text: meant.into() }],
                        )
                    });
                    known = Some(meant == "known");
                }
            }
        }
        let mut known = known.unwrap_or_default();
        if negated.is_some() {
            known = !known;
            let right = if known { "is known" } else { "is missing" };
            self.report(
                Diagnostic::error(
                    codes::UNEXPECTED,
                    span,
                    say!("`{}` is not how it is said", "这里不写 `{}`", self.written(span)),
                )
                .help(say!("write `{right}`", "写成 `{right}`"))
                .fix(
                    Applicability::Safe,
                    say!("write `{right}`", "写成 `{right}`"),
                    vec![Edit { span, text: right.into() }],
                ),
            );
        }
        Item::Is { known, span }
    }

    fn paren(&mut self, node: Node<'_>) -> Item {
        let span = self.span(&node);
        let mut values: Vec<Built> = Vec::with_capacity(1);
        for part in node.into_inner() {
            if part.as_rule() == Rule::value {
                values.push(self.built_value(part));
            }
        }
        let depth = values.iter().map(|b| b.depth).max().unwrap_or(0);
        match (values.pop(), values.is_empty()) {
            (Some(only), true) => Item::Operand(self.make(span, depth, ExprKind::Paren(Box::new(only.expr)))),
            (last, _) => {
                let items = values.into_iter().chain(last).map(|b| b.expr).collect();
                Item::List { items, span, depth }
            }
        }
    }

    fn conditional(&mut self, node: Node<'_>) -> Built {
        let span = self.span(&node);
        let mut parts = Vec::with_capacity(3);
        for part in node.into_inner() {
            if part.as_rule() == Rule::expr {
                parts.push(self.built(part));
            }
        }
        let depth = parts.iter().map(|b| b.depth).max().unwrap_or(0);
        let mut parts = parts.into_iter().map(|b| Box::new(b.expr));
        match (parts.next(), parts.next()) {
            (Some(condition), Some(then)) => {
                self.make(span, depth, ExprKind::If { condition, then, otherwise: parts.next() })
            }
            _ => Self::leaf(span, ExprKind::Hole),
        }
    }

    /// A call, a path, the words of a unit, `true` or `false`.
    fn term(&mut self, node: Node<'_>) -> Built {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let Some(first) = parts.next() else { return Self::leaf(span, ExprKind::Hole) };
        let plain = first.as_rule() == Rule::word;
        let name = self.name(&first);
        let Some(next) = parts.next() else {
            return Self::leaf(
                span,
                match name.text.as_str() {
                    "true" if plain => ExprKind::Bool(true),
                    "false" if plain => ExprKind::Bool(false),
                    _ => ExprKind::Path(vec![name]),
                },
            );
        };
        match next.as_rule() {
            Rule::open => {
                let mut args = Vec::new();
                let mut deepest = 0;
                for part in parts {
                    if part.as_rule() == Rule::arg {
                        let (arg, depth) = self.arg(part);
                        deepest = deepest.max(depth);
                        args.push(arg);
                    }
                }
                self.make(span, deepest, ExprKind::Call { function: name, args })
            }
            Rule::per => {
                let mut per = Vec::new();
                for part in std::iter::once(next).chain(parts) {
                    per.extend(self.per(part));
                }
                Self::leaf(span, ExprKind::Unit(Box::new(UnitExpr { span, name, per })))
            }
            _ => {
                let mut path = vec![name, self.name(&next)];
                for part in parts {
                    path.push(self.name(&part));
                }
                Self::leaf(span, ExprKind::Path(path))
            }
        }
    }

    fn arg(&mut self, node: Node<'_>) -> (Arg, u32) {
        let span = self.span(&node);
        let mut arg = Arg { span, name: None, expr: Expr::hole(span), on: None, filter: None, by: None };
        let mut depth = 1;
        let mut seen = 0;
        for part in node.into_inner() {
            let here = self.span(&part);
            let place = match part.as_rule() {
                Rule::word | Rule::quoted => {
                    arg.name = Some(self.name(&part));
                    continue;
                }
                Rule::value => {
                    let built = self.built_value(part);
                    depth = depth.max(built.depth);
                    arg.expr = built.expr;
                    continue;
                }
                Rule::on => {
                    arg.on = part.into_inner().next().map(|n| self.name(&n));
                    1
                }
                Rule::filter => {
                    if let Some(condition) = part.into_inner().next() {
                        let built = self.built(condition);
                        depth = depth.max(built.depth);
                        arg.filter = Some(built.expr);
                    }
                    2
                }
                Rule::by => {
                    arg.by = part.into_inner().next().map(|n| self.name(&n));
                    3
                }
                _ => continue,
            };
            if place <= seen {
                let word = ["", "on", "where", "by"].get(place).copied().unwrap_or_default();
                let report = if place == seen {
                    Diagnostic::error(codes::UNEXPECTED, here, say!("a second `{word}`", "第二个 `{word}`")).help(
                        if word == "where" {
                            say!("join conditions with `and`", "多个条件用 `and` 连接")
                        } else {
                            say!("one is all that can be said", "只能写一个")
                        },
                    )
                } else {
                    Diagnostic::error(
                        codes::UNEXPECTED,
                        here,
                        say!("`{word}` stands too late", "`{word}` 的位置太靠后"),
                    )
                    .help(say!(
                        "the order is `on field`, then `where condition`, then `by dimension`",
                        "次序是先 `on 字段`，再 `where 条件`，再 `by 维度`"
                    ))
                };
                self.report(report);
            }
            seen = seen.max(place);
        }
        (arg, depth)
    }

    pub(super) fn number(&mut self, node: Node<'_>) -> Expr {
        let span = self.span(&node);
        if node.as_str().len() > MAX_NUMBER && self.too_long(&node) {
            return Expr::hole(span);
        }
        let mut number = Number { digits: String::new(), digits_span: span, unit: None };
        for part in node.into_inner() {
            let here = self.span(&part);
            match part.as_rule() {
                Rule::digits => {
                    number.digits = part.as_str().replace('_', "");
                    number.digits_span = here;
                }
                Rule::percent => {
                    let name = Name { text: "%".into(), span: here };
                    number.unit = Some(Box::new(UnitExpr { span: here, name, per: Vec::new() }));
                }
                Rule::per => {
                    if let (Some(unit), Some(name)) = (&mut number.unit, self.per(part)) {
                        unit.span = unit.span.to(name.span);
                        unit.per.push(name);
                    }
                }
                _ => number.unit = Some(Box::new(self.unit(part))),
            }
        }
        Expr { span, kind: ExprKind::Number(number) }
    }

    /// Whether a number has more digits than any; reported.
    fn too_long(&mut self, node: &Node<'_>) -> bool {
        let digits = node.clone().into_inner().find(|part| part.as_rule() == Rule::digits);
        let Some(digits) = digits.filter(|digits| digits.as_str().len() > MAX_NUMBER) else { return false };
        let (span, length) = (self.span(&digits), digits.as_str().len());
        self.report(
            Diagnostic::error(codes::UNEXPECTED, span, say!("a number of {length} characters", "这个数有 {length} 位"))
                .help(say!("numbers have at most {MAX_NUMBER}", "数最多 {MAX_NUMBER} 位")),
        );
        true
    }

    /// The words of a unit; the node is a `unit`, `field_unit` or `percent_unit`.
    pub(super) fn unit(&mut self, node: Node<'_>) -> UnitExpr {
        let span = self.span(&node);
        let mut unit = UnitExpr { span, name: Name { text: String::new(), span }, per: Vec::new() };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::unit => return self.unit(part),
                Rule::per => unit.per.extend(self.per(part)),
                Rule::percent => unit.name = Name { text: "%".into(), span: self.span(&part) },
                _ => unit.name = self.name(&part),
            }
        }
        unit
    }

    fn per(&mut self, node: Node<'_>) -> Option<Name> {
        node.into_inner().next().map(|n| self.name(&n))
    }
}

fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Time(_) | ExprKind::Hole => true,
        ExprKind::Unary { op: Unary::Negate, operand } => is_literal(operand),
        _ => false,
    }
}
