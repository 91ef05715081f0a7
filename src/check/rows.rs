//! Typing of expressions over the rows of a source: filters, computed fields, cleaning steps.

use bigdecimal::{BigDecimal, One, ToPrimitive};

use super::formula::{arithmetic_op, compare_op};
use super::scope::{Entity, Poison, Scope};
use super::slices::unknown_member;
use super::units;
use crate::design::{
    ArithmeticOp, CompareOp, Field, FieldKind, FieldPath, RowExpr, RowFunction, RowKind, RowType, SourceId,
};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, closest, codes};
use crate::source::{Origin, Span};
use crate::syntax::ast::{Binary, Expr, ExprKind, Name, Unary};
use crate::value::calendar::{parse_date, parse_timestamp};
use crate::value::unit::Base;
use crate::value::{Quantity, Step};

/// Types an expression over the rows of `source`; bare names are its fields. None: it stands on something reported.
pub fn check(expr: &Expr, source: SourceId, scope: &Scope, sink: &mut Diagnostics) -> Option<RowExpr> {
    Rows { source, scope }.check(expr, sink)
}

/// Types a condition over the rows of `source`: as [`check`], and must be true or false.
pub fn condition(expr: &Expr, source: SourceId, scope: &Scope, sink: &mut Diagnostics) -> Option<RowExpr> {
    Rows { source, scope }.condition(expr, sink)
}

/// Types what computes `field` of `source`: as [`check`], and must be of the field's declared type and quantity.
pub fn computed(
    expr: &Expr,
    field: &Field,
    source: SourceId,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<RowExpr> {
    let typed = check(expr, source, scope, sink)?;
    let wanted = declared_type(field);
    let fits = match (&typed.ty, &wanted) {
        (RowType::Number { quantity, .. }, RowType::Number { quantity: wanted, .. }) => {
            quantity == wanted
                || units::common(wanted, quantity).as_ref() == Some(wanted)
                || units::bare(expr).is_some_and(|v| units::takes(&v, wanted))
        }
        (is, wanted) => is == wanted,
    };
    if !fits {
        let (is, wanted) = (units::describe_row(&typed.ty), units::describe_row(&wanted));
        sink.push(
            Diagnostic::error(
                codes::types::WRONG_TYPE,
                expr.span,
                format!("`{}` is declared as {wanted}, but this gives {is}", field.name),
            )
            .saying(format!("this is {is}"))
            .label(field.span, "declared here")
            .help("change the declared type, or what computes the field"),
        );
        return None;
    }
    Some(typed)
}

fn declared_type(field: &Field) -> RowType {
    let quantity = || field.unit.as_ref().map(|u| u.quantity.clone()).unwrap_or_default();
    match field.kind {
        FieldKind::Id | FieldKind::Text => RowType::Text,
        FieldKind::Bool => RowType::Bool,
        FieldKind::Date => RowType::Date,
        FieldKind::Timestamp => RowType::Timestamp,
        FieldKind::Integer | FieldKind::Decimal => RowType::Number { quantity: quantity(), exact: true },
        FieldKind::Number => RowType::Number { quantity: quantity(), exact: false },
    }
}

struct Rows<'a> {
    source: SourceId,
    scope: &'a Scope,
}

fn row(kind: RowKind, ty: RowType, span: Span) -> RowExpr {
    RowExpr { kind, ty, span: Origin(span) }
}

fn exactly(quantity: Quantity) -> RowType {
    RowType::Number { quantity, exact: true }
}

impl Rows<'_> {
    fn check(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<RowExpr> {
        super::step(|| self.walk(expr, sink))
    }

    fn walk(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<RowExpr> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Hole => None,
            ExprKind::Paren(inner) => self.check(inner, sink),
            ExprKind::Number(number) => {
                let (value, quantity, _) = units::number(number, self.scope, sink)?;
                Some(row(RowKind::Number(value), exactly(quantity), span))
            }
            ExprKind::Text(text) => Some(row(RowKind::Text(text.clone()), RowType::Text, span)),
            ExprKind::Bool(holds) => Some(row(RowKind::Bool(*holds), RowType::Bool, span)),
            ExprKind::Time(written) => time(written, span, sink),
            ExprKind::Path(parts) => self.path(parts, span, sink),
            ExprKind::Call { function, args } => self.call(function, args, span, sink),
            ExprKind::Unary { op: Unary::Negate, operand } => {
                let operand = self.number(operand, sink)?;
                let ty = operand.ty.clone();
                Some(row(RowKind::Negate(Box::new(operand)), ty, span))
            }
            ExprKind::Unary { op: Unary::Not, operand } => {
                let operand = self.condition(operand, sink)?;
                Some(row(RowKind::Not(Box::new(operand)), RowType::Bool, span))
            }
            ExprKind::Binary { op, op_span, left, right } => self.binary(*op, *op_span, left, right, span, sink),
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.condition(condition, sink);
                let typed_then = self.check(then, sink);
                let typed_else = otherwise.as_ref().map(|e| self.check(e, sink));
                let (condition, mut then_typed) = (condition?, typed_then?);
                let mut else_typed = match typed_else {
                    None => None,
                    Some(typed) => Some(typed?),
                };
                if let (Some(other), Some(written)) = (&mut else_typed, otherwise) {
                    alike("choose between", span, (&mut then_typed, then), (other, written), sink)?;
                }
                let ty = else_typed.as_ref().map_or_else(|| then_typed.ty.clone(), |e| inexact(&then_typed.ty, &e.ty));
                let kind = RowKind::If {
                    condition: Box::new(condition),
                    then: Box::new(then_typed),
                    otherwise: else_typed.map(Box::new),
                };
                Some(row(kind, ty, span))
            }
            ExprKind::Between { operand, low, high, negated } => {
                // Typed once: what is wrong with it is said once, and nesting costs nothing.
                let (x, a, b) = (self.check(operand, sink), self.check(low, sink), self.check(high, sink));
                let (x, a, b) = (x?, a?, b?);
                let above = self.compared(CompareOp::GreaterEqual, span, (operand, x.clone()), (low, a), span, sink);
                let below = self.compared(CompareOp::LessEqual, span, (operand, x), (high, b), span, sink);
                let both = row(RowKind::And(Box::new(above?), Box::new(below?)), RowType::Bool, span);
                Some(if *negated { row(RowKind::Not(Box::new(both)), RowType::Bool, span) } else { both })
            }
            ExprKind::InList { operand, items, negated } => {
                let typed = self.check(operand, sink);
                let written: Vec<(Option<RowExpr>, &Expr)> =
                    items.iter().map(|item| (self.check(item, sink), item)).collect();
                let mut typed = typed?;
                let mut list = Vec::new();
                for (item, item_expr) in written {
                    let mut item = item?;
                    self.days_in_quotes(&typed, &item, item_expr, sink)?;
                    alike("compare", span, (&mut typed, operand), (&mut item, item_expr), sink)?;
                    self.known_value(&typed, &item, sink)?;
                    list.push(item);
                }
                let kind = RowKind::InList { operand: Box::new(typed), items: list, negated: *negated };
                Some(row(kind, RowType::Bool, span))
            }
            ExprKind::InSet { set, .. } => {
                sink.push(
                    Diagnostic::error(codes::types::ONLY_OVER_ROWS, set.span, "a set cannot filter rows")
                        .saying("")
                        .help("choose a set as a slice, as in `only(x, customer in SET)`; values stand in parentheses, as in `in (\"a\", \"b\")`"),
                );
                None
            }
            ExprKind::Is { operand, known } => {
                let operand = self.check(operand, sink)?;
                let kind = RowKind::IsMissing { operand: Box::new(operand), negated: *known };
                Some(row(kind, RowType::Bool, span))
            }
            ExprKind::Unit(_) | ExprKind::Range { .. } => {
                sink.push(
                    Diagnostic::error(codes::types::WRONG_TYPE, span, "a value is wanted here")
                        .saying("not a value")
                        .help("ask for a range with `x between a and b`"),
                );
                None
            }
        }
    }

    fn condition(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<RowExpr> {
        let typed = self.check(expr, sink)?;
        if typed.ty == RowType::Bool {
            return Some(typed);
        }
        sink.push(
            Diagnostic::error(codes::types::WRONG_TYPE, expr.span, "a condition is wanted here")
                .saying(format!("this is {}", units::describe_row(&typed.ty)))
                .help("compare it, as in `status = \"paid\"`"),
        );
        None
    }

    fn number(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<RowExpr> {
        let typed = self.check(expr, sink)?;
        if matches!(typed.ty, RowType::Number { .. }) {
            return Some(typed);
        }
        not_a_number(&typed, expr, sink);
        None
    }

    // ---- names ---------------------------------------------------------------------------------------------------

    fn path(&self, parts: &[Name], span: Span, sink: &mut Diagnostics) -> Option<RowExpr> {
        let (first, rest) = parts.split_first()?;
        let own = self.scope.source(self.source)?;
        // `orders.amount` among the rows of orders is the field `amount`.
        let parts = match rest {
            [] => parts,
            rest if own.naming.name == first.text && self.scope.field_named(self.source, &first.text).is_none() => rest,
            _ => parts,
        };
        if let ([name], None) = (parts, self.scope.field_named(self.source, &first.text))
            && name.span == first.span
            && let Some(found) = self.not_a_field(name, span, sink)
        {
            return found;
        }
        let path = self.scope.field_path(self.source, parts, sink)?;
        self.field(path, span)
    }

    /// A name that is no field of the source, but something else: None where it is nothing at all.
    fn not_a_field(&self, name: &Name, span: Span, sink: &mut Diagnostics) -> Option<Option<RowExpr>> {
        let entity = self.scope.entity(&name.text)?;
        if let Entity::Constant(id) = entity {
            if self.scope.is_poisoned(&Poison::Constant(id)) {
                return Some(None);
            }
            let quantity = self.scope.constant(id)?.quantity.clone();
            return Some(Some(row(RowKind::Constant(id), exactly(quantity), span)));
        }
        let own = self.scope.source(self.source)?;
        let fields = own.fields.iter().map(|f| f.name.as_str());
        let help = match (entity, closest(&name.text, fields)) {
            (_, Some(near)) => format!("did you mean the field `{near}`?"),
            (Entity::Dimension(id), None) => match self.scope.dimension(id)?.field_in(self.source) {
                Some(path) => {
                    let field = self.scope.end_of(self.source, path).map_or("", |(_, f)| f.name.as_str());
                    format!("rows are filtered by the field itself, `{field}`")
                }
                None => format!("`{}` has no such dimension", own.naming.name),
            },
            _ => "rows are filtered by fields of their source and by constants".to_string(),
        };
        sink.push(
            Diagnostic::error(
                codes::names::WRONG_KIND_OF_NAME,
                span,
                format!("`{}` is {}, not a field of `{}`", name.text, entity.what(), own.naming.name),
            )
            .saying("a field is wanted")
            .help(help),
        );
        Some(None)
    }

    /// A field as a value in base units. What is computed is in base units already.
    fn field(&self, path: FieldPath, span: Span) -> Option<RowExpr> {
        let (_, field) = self.scope.end_of(self.source, &path)?;
        let ty = declared_type(field);
        let plain = row(RowKind::Field(path), ty.clone(), span);
        match &field.unit {
            Some(unit) if !unit.factor.is_one() && field.computed.is_none() => {
                Some(row(RowKind::Scaled(Box::new(plain), unit.factor.clone()), ty, span))
            }
            _ => Some(plain),
        }
    }

    // ---- operators -----------------------------------------------------------------------------------------------

    fn binary(
        &self,
        op: Binary,
        op_span: Span,
        left_expr: &Expr,
        right_expr: &Expr,
        span: Span,
        sink: &mut Diagnostics,
    ) -> Option<RowExpr> {
        if let Some(op) = compare_op(op) {
            return self.compare(op, op_span, left_expr, right_expr, span, sink);
        }
        if matches!(op, Binary::And | Binary::Or) {
            let (left, right) = (self.condition(left_expr, sink), self.condition(right_expr, sink));
            let (left, right) = (Box::new(left?), Box::new(right?));
            let kind = if op == Binary::And { RowKind::And(left, right) } else { RowKind::Or(left, right) };
            return Some(row(kind, RowType::Bool, span));
        }
        // Each side is typed once: a chain of steps would else cost twice as much with each.
        let left = self.check(left_expr, sink);
        if let Some(step) = step_of(op, right_expr) {
            let calendar_only = !matches!(step, Step::Days(_));
            match left {
                Some(day) if matches!(day.ty, RowType::Date | RowType::Timestamp) => {
                    let ty = day.ty.clone();
                    return Some(row(RowKind::Moved { operand: Box::new(day), step }, ty, span));
                }
                Some(other) if calendar_only => {
                    sink.push(
                        Diagnostic::error(
                            codes::types::WRONG_TYPE,
                            left_expr.span,
                            "only a date can be moved in the calendar",
                        )
                        .saying(format!("this is {}", units::describe_row(&other.ty))),
                    );
                    return None;
                }
                None if calendar_only => return None,
                _ => {}
            }
        }
        let right = self.check(right_expr, sink);
        let (mut left, mut right) = (left?, right?);
        let is_day = |e: &RowExpr| matches!(e.ty, RowType::Date | RowType::Timestamp);
        if op == Binary::Subtract && is_day(&left) && is_day(&right) {
            let ty = exactly(Quantity::of(Base::Time));
            return Some(row(RowKind::Elapsed { from: Box::new(right), to: Box::new(left) }, ty, span));
        }
        if let Some(op) = arithmetic_op(op) {
            for (side, written) in [(&left, left_expr), (&right, right_expr)] {
                if !matches!(side.ty, RowType::Number { .. }) {
                    not_a_number(side, written, sink);
                    return None;
                }
            }
            let ty = match op {
                ArithmeticOp::Add => {
                    alike("add", op_span, (&mut left, left_expr), (&mut right, right_expr), sink)?;
                    inexact(&left.ty, &right.ty)
                }
                ArithmeticOp::Subtract => {
                    alike("subtract", op_span, (&mut left, left_expr), (&mut right, right_expr), sink)?;
                    inexact(&left.ty, &right.ty)
                }
                ArithmeticOp::Multiply | ArithmeticOp::Divide => match (&left.ty, &right.ty) {
                    (RowType::Number { quantity: a, exact: x }, RowType::Number { quantity: b, exact: y }) => {
                        let divides = op == ArithmeticOp::Divide;
                        let quantity = if divides { a.over(b) } else { a.times(b) };
                        RowType::Number { quantity, exact: *x && *y && !divides }
                    }
                    _ => return None,
                },
            };
            let kind = RowKind::Arithmetic { op, left: Box::new(left), right: Box::new(right) };
            return Some(row(kind, ty, span));
        }
        match op {
            Binary::Otherwise => {
                alike("choose between", op_span, (&mut left, left_expr), (&mut right, right_expr), sink)?;
                let ty = inexact(&left.ty, &right.ty);
                Some(row(RowKind::Otherwise(Box::new(left), Box::new(right)), ty, span))
            }
            Binary::Contains | Binary::StartsWith => {
                for (side, written) in [(&left, left_expr), (&right, right_expr)] {
                    if side.ty != RowType::Text {
                        sink.push(
                            Diagnostic::error(
                                codes::types::WRONG_TYPE,
                                written.span,
                                format!("`{}` asks about text", op.symbol()),
                            )
                            .saying(format!("this is {}", units::describe_row(&side.ty))),
                        );
                        return None;
                    }
                }
                let (operand, text) = (Box::new(left), Box::new(right));
                let kind = match op {
                    Binary::Contains => RowKind::Contains { operand, text },
                    _ => RowKind::StartsWith { operand, text },
                };
                Some(row(kind, RowType::Bool, span))
            }
            _ => {
                sink.push(
                    Diagnostic::error(
                        codes::types::WRONG_TYPE,
                        op_span,
                        format!("`{}` joins sets, not the fields of a row", op.symbol()),
                    )
                    .saying("")
                    .help("a set is written `set(orders.customer_id)`"),
                );
                None
            }
        }
    }

    fn compare(
        &self,
        op: CompareOp,
        op_span: Span,
        left_expr: &Expr,
        right_expr: &Expr,
        span: Span,
        sink: &mut Diagnostics,
    ) -> Option<RowExpr> {
        let (left, right) = (self.check(left_expr, sink), self.check(right_expr, sink));
        self.compared(op, op_span, (left_expr, left?), (right_expr, right?), span, sink)
    }

    /// Both sides typed.
    fn compared(
        &self,
        op: CompareOp,
        op_span: Span,
        (left_expr, mut left): (&Expr, RowExpr),
        (right_expr, mut right): (&Expr, RowExpr),
        span: Span,
        sink: &mut Diagnostics,
    ) -> Option<RowExpr> {
        self.days_in_quotes(&left, &right, right_expr, sink)?;
        self.days_in_quotes(&right, &left, left_expr, sink)?;
        alike("compare", op_span, (&mut left, left_expr), (&mut right, right_expr), sink)?;
        self.known_value(&left, &right, sink)?;
        self.known_value(&right, &left, sink)?;
        let kind = RowKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Some(row(kind, RowType::Bool, span))
    }

    /// A day in quotes beside a date: None, and answered with the day itself.
    fn days_in_quotes(&self, day: &RowExpr, text: &RowExpr, written: &Expr, sink: &mut Diagnostics) -> Option<()> {
        if let (RowType::Date | RowType::Timestamp, RowKind::Text(content)) = (&day.ty, &text.kind)
            && (parse_date(content).is_ok() || parse_timestamp(content).is_ok())
        {
            let help = format!("write `{content}` without quotes");
            sink.push(
                Diagnostic::error(codes::types::WRONG_TYPE, written.span, "a date is compared with text")
                    .saying("text")
                    .help(help.clone())
                    .fix(Applicability::Safe, help, vec![Edit { span: written.span, text: content.clone() }]),
            );
            return None;
        }
        Some(())
    }

    /// A value that the field's closed list lacks: None, reported.
    fn known_value(&self, field: &RowExpr, value: &RowExpr, sink: &mut Diagnostics) -> Option<()> {
        let (RowKind::Field(path), RowKind::Text(text)) = (&field.kind, &value.kind) else { return Some(()) };
        let (_, declared) = self.scope.end_of(self.source, path)?;
        if declared.members.is_empty() || declared.members.contains(text) {
            return Some(());
        }
        let members = declared.members.iter().map(String::as_str);
        unknown_member(&declared.name, text, members, value.span.0, sink);
        None
    }

    // ---- functions -----------------------------------------------------------------------------------------------

    fn call(
        &self,
        function: &Name,
        args: &[crate::syntax::ast::Arg],
        span: Span,
        sink: &mut Diagnostics,
    ) -> Option<RowExpr> {
        const FUNCTIONS: &[(&str, RowFunction, usize, usize)] = &[
            ("round", RowFunction::Round, 1, 2),
            ("abs", RowFunction::Abs, 1, 1),
            ("min", RowFunction::Min, 2, usize::MAX),
            ("max", RowFunction::Max, 2, usize::MAX),
            ("clamp", RowFunction::Clamp, 3, 3),
            ("sqrt", RowFunction::Sqrt, 1, 1),
            ("ln", RowFunction::Ln, 1, 1),
            ("exp", RowFunction::Exp, 1, 1),
            ("power", RowFunction::Power, 2, 2),
            ("workdays", RowFunction::Workdays, 2, 2),
            ("year", RowFunction::Year, 1, 1),
            ("month", RowFunction::Month, 1, 1),
            ("weekday", RowFunction::Weekday, 1, 1),
        ];
        let Some((name, function_kind, least, most)) =
            FUNCTIONS.iter().copied().find(|(name, ..)| *name == function.text)
        else {
            let aggregate = ["count", "sum", "avg", "median", "set", "count_distinct", "percentile", "stddev"];
            if aggregate.contains(&function.text.as_str()) {
                sink.push(
                    Diagnostic::error(
                        codes::types::ONLY_OVER_ROWS,
                        function.span,
                        format!("`{}` stands where one row is looked at", function.text),
                    )
                    .saying("an aggregate inside an aggregate")
                    .help("aggregate over parts first, as in `avg(sum(orders.amount) by month)`"),
                );
                return None;
            }
            super::aggregates::unknown_function(function, |f| FUNCTIONS.iter().any(|(name, ..)| *name == f.name), sink);
            return None;
        };
        let misplaced = args
            .iter()
            .find_map(|a| a.filter.as_ref().map(|f| f.span).or(a.on.as_ref().or(a.by.as_ref()).map(|n| n.span)));
        if !(least..=most).contains(&args.len()) || misplaced.is_some() {
            let wanted = match (least, most) {
                (a, usize::MAX) => format!("at least {a}"),
                (a, b) if a == b => a.to_string(),
                (a, b) => format!("{a} or {b}"),
            };
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_ARGUMENTS,
                    misplaced.unwrap_or(function.span),
                    format!("`{name}` takes {wanted} plain arguments here"),
                )
                .saying(""),
            );
            return None;
        }
        let typed: Vec<Option<RowExpr>> = args.iter().map(|arg| self.check(&arg.expr, sink)).collect();
        let mut typed = typed.into_iter().collect::<Option<Vec<RowExpr>>>()?;
        let days = matches!(
            function_kind,
            RowFunction::Workdays | RowFunction::Year | RowFunction::Month | RowFunction::Weekday
        );
        for (argument, arg) in typed.iter().zip(args) {
            let fits = match &argument.ty {
                RowType::Date | RowType::Timestamp => days,
                RowType::Number { .. } => !days,
                RowType::Text | RowType::Bool => false,
            };
            if !fits {
                if days {
                    sink.push(
                        Diagnostic::error(codes::types::WRONG_TYPE, arg.expr.span, format!("`{name}` takes dates"))
                            .saying(format!("this is {}", units::describe_row(&argument.ty))),
                    );
                } else {
                    not_a_number(argument, &arg.expr, sink);
                }
                return None;
            }
        }
        let first = typed.first()?.ty.clone();
        let ty = match function_kind {
            RowFunction::Workdays | RowFunction::Year | RowFunction::Month | RowFunction::Weekday => {
                exactly(Quantity::none())
            }
            RowFunction::Round | RowFunction::Abs => first,
            RowFunction::Min | RowFunction::Max | RowFunction::Clamp => {
                let (head, rest) = typed.split_first_mut()?;
                let (head_arg, rest_args) = args.split_first()?;
                let mut ty = first;
                for (other, arg) in rest.iter_mut().zip(rest_args) {
                    alike("compare", span, (&mut *head, &head_arg.expr), (other, &arg.expr), sink)?;
                    ty = inexact(&head.ty, &inexact(&ty, &other.ty));
                }
                ty
            }
            RowFunction::Sqrt | RowFunction::Ln | RowFunction::Exp | RowFunction::Power => {
                let RowType::Number { quantity, .. } = &first else { return None };
                let power = args.get(1).and_then(|a| units::bare(&a.expr)).and_then(|p| p.to_i8());
                let quantity = match (function_kind, power) {
                    (RowFunction::Sqrt, _) => quantity.root(),
                    (RowFunction::Power, Some(n)) => Some(quantity.power(n)),
                    _ => quantity.is_plain().then(Quantity::none),
                };
                let Some(quantity) = quantity else {
                    sink.push(
                        Diagnostic::error(codes::types::UNIT_MISMATCH, span, format!("`{name}` takes a plain number"))
                            .saying(""),
                    );
                    return None;
                };
                RowType::Number { quantity, exact: false }
            }
        };
        Some(row(RowKind::Function { function: function_kind, args: typed }, ty, span))
    }
}

/// The step of `ordered_on + 14 days`, `ordered_on - 1 month`.
fn step_of(op: Binary, expr: &Expr) -> Option<Step> {
    let ExprKind::Number(number) = &expr.bare().kind else { return None };
    let unit = number.unit.as_ref().filter(|u| u.per.is_empty())?;
    let step = Step::parse(number.digits.parse().ok()?, &unit.name.text)?;
    match op {
        Binary::Add => Some(step),
        Binary::Subtract => Some(step.back()),
        _ => None,
    }
}

/// A day or a moment as written.
fn time(written: &str, span: Span, sink: &mut Diagnostics) -> Option<RowExpr> {
    let why = if written.contains('T') {
        match parse_timestamp(written) {
            Ok(moment) => return Some(row(RowKind::Timestamp(moment), RowType::Timestamp, span)),
            Err(why) => why,
        }
    } else {
        match parse_date(written) {
            Ok(day) => return Some(row(RowKind::Date(day), RowType::Date, span)),
            Err(_) if crate::value::Period::parse(written).is_ok() => {
                "a period is no day; compare with its first or last day, or use `between`".to_string()
            }
            Err(why) => why,
        }
    };
    sink.push(
        Diagnostic::error(codes::types::BAD_TIME, span, format!("`{written}`: {why}"))
            .saying("")
            .help("a day is written `2026-12-31`, a moment `2026-12-31T09:00`"),
    );
    None
}

fn not_a_number(typed: &RowExpr, written: &Expr, sink: &mut Diagnostics) {
    sink.push(
        Diagnostic::error(codes::types::WRONG_TYPE, written.span, "a number is wanted here")
            .saying(format!("this is {}", units::describe_row(&typed.ty)))
            .help("only numbers are computed with; two dates can be subtracted"),
    );
}

/// Exact only where both are.
fn inexact(a: &RowType, b: &RowType) -> RowType {
    match (a, b) {
        (RowType::Number { quantity, exact: x }, RowType::Number { exact: y, .. }) => {
            RowType::Number { quantity: quantity.clone(), exact: *x && *y }
        }
        _ => a.clone(),
    }
}

/// Two row expressions that must be alike; a bare number takes the other's unit.
fn alike(
    doing: &str,
    span: Span,
    (a, a_expr): (&mut RowExpr, &Expr),
    (b, b_expr): (&mut RowExpr, &Expr),
    sink: &mut Diagnostics,
) -> Option<()> {
    if let (RowType::Number { quantity: left, .. }, RowType::Number { quantity: right, .. }) = (&a.ty, &b.ty) {
        let (left, right) = (left.clone(), right.clone());
        let take = |e: &mut RowExpr, quantity: Quantity| {
            if let RowType::Number { quantity: own, .. } = &mut e.ty {
                *own = quantity;
            }
        };
        let bare = |e: &Expr, q: &Quantity| units::bare(e).is_some_and(|v: BigDecimal| units::takes(&v, q));
        if bare(a_expr, &right) {
            take(a, right);
            return Some(());
        }
        if bare(b_expr, &left) {
            take(b, left);
            return Some(());
        }
        if units::common(&left, &right).is_some() {
            return Some(());
        }
        let (left, right) = (units::describe_quantity(&left), units::describe_quantity(&right));
        units::mismatch(doing, span, (&left, a_expr.span), (&right, b_expr.span), sink);
        return None;
    }
    let day = |t: &RowType| matches!(t, RowType::Date | RowType::Timestamp);
    if a.ty == b.ty || day(&a.ty) && day(&b.ty) {
        return Some(());
    }
    let (left, right) = (units::describe_row(&a.ty), units::describe_row(&b.ty));
    sink.push(
        Diagnostic::error(codes::types::WRONG_TYPE, span, format!("cannot {doing} {left} and {right}"))
            .saying("")
            .label(a_expr.span, format!("this is {left}"))
            .label(b_expr.span, format!("this is {right}"))
            .help("both sides must be of one type; text stands in quotes, numbers and dates do not"),
    );
    None
}
