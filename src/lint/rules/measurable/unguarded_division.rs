//! a division whose denominator can be 0 while the numerator is not
//!
//! By the ends of the fields and the meaning of the functions the denominator can be 0, and nothing says what then
//! holds. The value is missing there, with a reason; but costs with no orders are a loss that a missing value hides. Say
//! what is meant: `if orders > 0 then … else …`, or `… otherwise …`.
//!
//! A part of a whole is left alone: where there are no cases there is no share, and missing is what it is. So is a sum
//! over rows that the denominator counts: without rows nothing is hidden.
//!
//! The fix asks for the denominator first.
//!
//! ```kpi,fails
//! source sales { from: csv("sales.csv"), time: day
//!   field day: date
//! }
//! source bills { from: csv("bills.csv"), time: day
//!   field day: date
//!   field cost: number 0..
//! }
//! indicator unit_cost "Cost of a sale" {
//!   formula: sum(bills.cost) / count(sales)
//!   unit: 1, direction: lower, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source sales { from: csv("sales.csv"), time: day
//!   field day: date
//! }
//! source bills { from: csv("bills.csv"), time: day
//!   field day: date
//!   field cost: number 0..
//! }
//! indicator unit_cost "Cost of a sale" {
//!   formula: if count(sales) > 0 then sum(bills.cost) / count(sales)
//!   unit: 1, direction: lower, frequency: monthly
//! }
//! ```
//!
//! Sources: R. E. Moore, R. B. Kearfott and M. J. Cloud, *Introduction to Interval Analysis*, SIAM 2009.
//!
//! ## 中文
//!
//! 分母可能为 0 而分子不为 0 的除法
//!
//! 按字段的取值范围和函数的含义，分母可能为 0，却没有写明那时怎么办。那时的值是缺失，并注明原因；但没有订单而有成本是亏损，
//! 缺失会把它掩盖。写明含义：`if 订单 > 0 then … else …`，或 `… otherwise …`。
//! 部分除以整体的不报：没有个案就没有占比；对分母所数的行求和的也不报。修复：先问分母是否为 0。

use crate::analysis::expression::Node;
use crate::analysis::implication::implies;
use crate::analysis::rows::Rows;
use crate::analysis::{Expression, Indicators, Ranges, interval};
use crate::design::{AggregateFunction, ArithmeticOp, Formula, FormulaKind, IndicatorId, RowKind};
use crate::lint::rules::prelude::*;
use crate::lint::shape::subject_of;
use crate::source::Span;
use crate::value::Interval;

pub const RULE: Rule = Rule {
    code: Code::new("M06", "unguarded-division"),
    severity: Severity::Info,
    fix: FixKind::Proposed,
    source: include_str!("unguarded_division.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let indicators = context.sound().map(|(id, i, _)| (Some(id), &i.naming, &i.formula));
    let measures = context.measures().map(|(_, m, _)| (None, &m.naming, &m.formula));
    for (id, naming, formula) in indicators.chain(measures) {
        let mut waiting = vec![formula];
        while let Some(part) = waiting.pop() {
            match &part.kind {
                // Whoever writes one of these has thought of it.
                FormulaKind::If { .. } | FormulaKind::Otherwise(..) => {}
                FormulaKind::Arithmetic { op: ArithmeticOp::Divide, left, right } => {
                    if let Some(below) = zero_below(context, part)
                        && !is_over_counted(context, left, right)
                    {
                        let guard = Guard { formula, part, below: right, possible: below };
                        findings.push(finding(context, id, naming.title(), &guard));
                    }
                    waiting.extend([&**right, &**left]);
                }
                _ => waiting.extend(part.operands()),
            }
        }
    }
}

/// What the denominator of a quotient can be, where 0 is among it and the numerator is no part of it.
fn zero_below(context: &Context<'_>, quotient: &Formula) -> Option<Interval> {
    let expression = Expression::new(context.design, quotient, Indicators::Inlined);
    let ranges = Ranges::new(&expression, &interval::variables(&expression));
    match expression.node(expression.root()) {
        Some(Node::Arithmetic(ArithmeticOp::Divide, above, below)) => {
            let possible = ranges.of(*below);
            (possible.contains(0.0) && !ranges.is_part(*above, *below)).then_some(possible)
        }
        _ => None,
    }
}

/// Whether the numerator sums and counts only rows that the denominator counts: where that is 0, there is nothing above.
fn is_over_counted<'a>(context: &Context<'a>, above: &'a Formula, below: &'a Formula) -> bool {
    let Some(FormulaKind::Aggregate(whole)) = named(context, below).map(|f| &f.kind) else { return false };
    let rows = Rows::new(context.design, whole.source);
    let counts = match (&whole.function, whole.argument.as_ref().map(|a| &a.kind)) {
        (AggregateFunction::Count, _) => true,
        // Where the field is in every row.
        (AggregateFunction::CountDistinct, Some(RowKind::Field(path))) => {
            path.via.is_empty() && rows.field(path).is_some_and(|(_, f)| !f.optional && f.computed.is_none())
        }
        _ => false,
    };
    let mut waiting = vec![above];
    while let Some(part) = waiting.pop().filter(|_| counts) {
        match named(context, part).map(|f| &f.kind) {
            Some(FormulaKind::Aggregate(a)) => {
                use AggregateFunction::{Count, CountDistinct, Sum};
                let adds = matches!(a.function, Sum | Count | CountDistinct);
                let same = a.source == whole.source && a.time == whole.time;
                if !adds || !same || !implies(&rows, a.filter.as_ref(), whole.filter.as_ref()) {
                    return false;
                }
            }
            Some(FormulaKind::Negate(x)) => waiting.push(x),
            Some(FormulaKind::Arithmetic { op, left, right }) => match (op, &left.kind, &right.kind) {
                (ArithmeticOp::Add | ArithmeticOp::Subtract, _, _) => waiting.extend([&**left, &**right]),
                (ArithmeticOp::Multiply | ArithmeticOp::Divide, _, FormulaKind::Number(_)) => waiting.push(left),
                (ArithmeticOp::Multiply, FormulaKind::Number(_), _) => waiting.push(right),
                _ => return false,
            },
            _ => return false,
        }
    }
    counts
}

/// The formula that a name leads to; names are no cycle, but a chain may be long.
fn named<'a>(context: &Context<'a>, formula: &'a Formula) -> Option<&'a Formula> {
    let mut formula = formula;
    while let Some(subject) = subject_of(formula) {
        formula = context.formula(subject)?;
    }
    Some(formula)
}

/// A division in a formula, and what its denominator can be.
struct Guard<'a> {
    formula: &'a Formula,
    part: &'a Formula,
    below: &'a Formula,
    possible: Interval,
}

impl Guard<'_> {
    /// The `if` that asks for the denominator.
    fn condition(&self, context: &Context<'_>) -> String {
        let text = context.slice(self.below.span.0);
        let binds = !matches!(
            self.below.kind,
            FormulaKind::Otherwise(..)
                | FormulaKind::If { .. }
                | FormulaKind::And(..)
                | FormulaKind::Or(..)
                | FormulaKind::Compare { .. }
        );
        let text = if binds { text.to_string() } else { format!("({text})") };
        // A denominator below 0 is one as well.
        let differs = if self.possible.is_not_negative() { ">" } else { "!=" };
        format!("if {text} {differs} 0 then")
    }

    /// The `if` before the division itself: around it another window or slice may hold. None: the text that it would
    /// repeat has more than one line.
    fn edits(&self, context: &Context<'_>) -> Option<Vec<Edit>> {
        let condition = self.condition(context);
        let place = self.part.span.0;
        let file = context.file(place.file)?;
        if condition.contains(['\n', '\r']) {
            return None;
        }
        let before = file.text.get(..place.start as usize)?.trim_end();
        let behind = file.text.get(place.end as usize..)?.trim_start();
        let alone = std::ptr::eq(self.part, self.formula) || (before.ends_with('(') && behind.starts_with(')'));
        let (open, close) = if alone { ("", "") } else { ("(", ")") };
        let start = Span { end: place.start, ..place };
        let mut edits = vec![Edit { span: start, text: format!("{open}{condition} ") }];
        if !close.is_empty() {
            edits.push(Edit { span: Span { start: place.end, ..place }, text: close.to_string() });
        }
        Some(edits)
    }
}

fn finding(context: &Context<'_>, id: Option<IndicatorId>, name: &str, guard: &Guard<'_>) -> Finding {
    let condition = guard.condition(context);
    let finding =
        Finding::at(guard.below.span.0, say!("the denominator of `{name}` can be 0", "“{name}”的分母可能为 0"))
            .saying(say!("what if it is 0?", "为 0 时怎么办？"))
            .help(say!(
                "say what then holds: `{condition} …`, or `… otherwise …`",
                "写明那时怎么办：`{condition} …`，或 `… otherwise …`"
            ));
    let finding = match guard.edits(context) {
        Some(edits) => finding.fix(say!("ask for the denominator first", "先问分母是否为 0"), edits),
        None => finding,
    };
    match id {
        Some(id) => finding.of(id),
        None => finding,
    }
}
