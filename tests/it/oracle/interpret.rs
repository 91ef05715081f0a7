//! Sections 4 and 5 of the language, row by row, in the order in which they are written.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::days::{Cut, Span, Win, back_months, count_days, forth_days, forth_months};
use super::exact::{Doubt, Ratio, Val};
use super::tree::{
    Aggregate, Atom, Body, ByFunc, Cond, Func, Leaf, Narrow, Num, Op, Over, Pred, RowExpr, Set, SetOp, Shift, Subject,
    Unit,
};
use super::world::{
    CLIENT, CLIENT_IN_ORDERS, CLIENTS, Cell, Dedupe, FieldRef, ORDERS, Partners, SCHEMAS, World, carrier,
};

/// Why a value is missing, as far as it matters to others: want of coverage makes a whole missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    Coverage,
    Other,
}

/// A condition on the slice.
#[derive(Clone, Debug)]
pub enum Slicing {
    Members { dimension: usize, members: Vec<String>, negated: bool },
    NotGiven { dimension: usize },
    InSet { keys: BTreeSet<String>, negated: bool },
}

impl Slicing {
    pub fn is(dimension: usize, member: &str) -> Slicing {
        Slicing::Members { dimension, members: vec![member.to_string()], negated: false }
    }

    fn dimension(&self) -> usize {
        match self {
            Slicing::Members { dimension, .. } | Slicing::NotGiven { dimension } => *dimension,
            Slicing::InSet { .. } => CLIENT,
        }
    }
}

/// Window and slice.
#[derive(Clone)]
struct At {
    /// As asked for, and where it is cut by the as-of day.
    asked: Win,
    upto: Date,
    /// Of sources that are plans, which nothing cuts.
    plan: Win,
    slice: Vec<Slicing>,
}

impl At {
    fn window(&self) -> Win {
        Win { start: self.asked.start, end: self.upto }
    }

    fn whole(&self, window: Win) -> At {
        At { asked: window, upto: window.end, plan: window, ..self.clone() }
    }

    fn narrowed(&self, condition: Slicing) -> At {
        let mut narrowed = self.clone();
        narrowed.slice.push(condition);
        narrowed
    }
}

type Row = Vec<Option<Cell>>;

/// What it means that a source has no rows in a window.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Emptiness {
    /// It covers the window: nothing happened.
    Known,
    /// The window reaches from the source's beginning over no days.
    NothingYet,
    Unknown,
}

pub struct Oracle<'w> {
    world: &'w World,
    subjects: &'w [Subject],
    /// Cleaned, with the computed fields behind the others.
    rows: [Vec<Row>; 3],
    partners: Partners,
    /// The first day that each source covers, and the last one where that is not the as-of day.
    from: [Option<Date>; 3],
    to: [Option<Date>; 3],
    pub as_of: Date,
    pub doubt: Doubt,
    /// Whether a leaf was read on a window that starts before its source does.
    partial: Flag,
}

type Flag = std::cell::Cell<bool>;

impl<'w> Oracle<'w> {
    /// `as_of`: given, else the latest day that any source has data for.
    pub fn new(world: &'w World, subjects: &'w [Subject], as_of: Option<Date>) -> Oracle<'w> {
        let doubt = Doubt::default();
        let mut oracle = Oracle {
            world,
            subjects,
            rows: [0, 1, 2].map(|s| world.typed(s)),
            partners: Partners::new(),
            from: [None; 3],
            to: [None; 3],
            as_of: Date::MIN,
            doubt,
            partial: Flag::default(),
        };
        for source in [CLIENTS, 2, ORDERS] {
            oracle.clean(source);
            if source == CLIENTS {
                oracle.partners = oracle.rows[CLIENTS]
                    .iter()
                    .enumerate()
                    .map(|(place, row)| match &row[0] {
                        Some(Cell::Text(key)) => (key.clone(), place),
                        _ => panic!("a client without a key"),
                    })
                    .collect();
            }
        }
        for source in 0..3 {
            let days: Vec<Date> =
                oracle.rows[source].iter().filter_map(|row| oracle.day(source, row, SCHEMAS[source].time)).collect();
            let manners = &world.manners[source];
            let almanac = &world.almanac;
            // The month that holds a day, or the period of refreshing where that is longer.
            let natural = |day: Date| match manners.refreshed {
                Some((_, cut @ (Cut::FiscalQuarter | Cut::FiscalYear | Cut::Half))) => almanac.holding(cut, day),
                _ => almanac.holding(Cut::Month, day),
            };
            oracle.from[source] = manners.covers.or(days.iter().min().map(|first| natural(*first).start.unwrap()));
            let Some(last) = days.iter().max() else { continue };
            if manners.plan {
                oracle.to[source] = Some(natural(*last).last());
                continue;
            }
            let last = match manners.refreshed {
                Some((_, cut)) => almanac.holding(cut, *last).last(),
                None => *last,
            };
            oracle.as_of = oracle.as_of.max(last);
        }
        if let Some(day) = as_of {
            oracle.as_of = day;
        }
        oracle.doubt.take();
        oracle
    }

    pub fn has_data(&self) -> bool {
        self.as_of != Date::MIN
    }

    fn clean(&mut self, source: usize) {
        let manners = &self.world.manners[source];
        let mut rows = std::mem::take(&mut self.rows[source]);
        if let Some(dedupe) = manners.dedupe {
            let mut latest: BTreeMap<String, usize> = BTreeMap::new();
            let stamp = |row: &Row| match &row[3] {
                Some(Cell::Stamp(at)) => *at,
                _ => panic!("an order without `at`"),
            };
            for (place, row) in rows.iter().enumerate() {
                let Some(Cell::Text(id)) = &row[0] else { panic!("an order without an id") };
                let best = latest.entry(id.clone()).or_insert(place);
                let (here, there) = (stamp(row), stamp(&rows[*best]));
                let better = match dedupe {
                    Dedupe::Equal => false,
                    Dedupe::Latest => here > there,
                    Dedupe::Earliest => here < there,
                };
                if better {
                    *best = place;
                }
            }
            let kept: BTreeSet<usize> = latest.into_values().collect();
            let mut place = 0;
            rows.retain(|_| {
                place += 1;
                kept.contains(&(place - 1))
            });
        }
        if let Some(pred) = &manners.drop_where {
            rows.retain(|row| self.pred(pred, source, row, Date::MIN) != Some(true));
        }
        if source == ORDERS {
            for row in &mut rows {
                for (_, expr) in &self.world.computed {
                    let day = Date::MIN;
                    let value = self.row(expr, source, row, day).map(Cell::Num);
                    row.push(value);
                }
            }
        }
        self.rows[source] = rows;
    }

    // ---- one row ----

    fn cell(&self, source: usize, row: &Row, at: FieldRef) -> Option<Cell> {
        if !at.via_client {
            return row[at.field].clone();
        }
        assert_eq!(source, ORDERS);
        let Some(Cell::Text(key)) = &row[CLIENT_IN_ORDERS] else { return None };
        let partner = self.partners.get(key)?;
        self.rows[CLIENTS][*partner][at.field].clone()
    }

    fn text(&self, source: usize, row: &Row, at: FieldRef) -> Option<String> {
        match self.cell(source, row, at)? {
            Cell::Text(text) => Some(text),
            other => panic!("not a text: {other:?}"),
        }
    }

    fn day(&self, source: usize, row: &Row, field: usize) -> Option<Date> {
        self.day_at(source, row, FieldRef::own(field))
    }

    fn day_at(&self, source: usize, row: &Row, at: FieldRef) -> Option<Date> {
        match self.cell(source, row, at)? {
            Cell::Date(day) => Some(day),
            Cell::Stamp(at) => Some(at.date()),
            other => panic!("not a date: {other:?}"),
        }
    }

    fn constant(&self, index: usize, day: Date) -> Option<Val> {
        let phases = &self.world.constants[index];
        let held = phases.iter().filter(|(from, _)| from.is_none_or(|f| f <= day)).next_back();
        held.map(|(_, value)| Val::parse(value))
    }

    /// None: missing. `day`: the row's time, for constants.
    fn row(&self, expr: &RowExpr, source: usize, row: &Row, day: Date) -> Option<Val> {
        let of = |e: &RowExpr| self.row(e, source, row, day);
        match expr {
            RowExpr::Field(field) => match self.cell(source, row, *field)? {
                Cell::Num(value) => Some(value),
                other => panic!("not a number: {other:?}"),
            },
            RowExpr::Lit(text) => Some(Val::parse(text)),
            RowExpr::Constant(index) => self.constant(*index, day),
            RowExpr::Neg(inner) => Some(of(inner)?.neg()),
            RowExpr::Bin(op, left, right) => {
                let (left, right) = (of(left)?, of(right)?);
                self.arithmetic(*op, &left, &right)
            }
            RowExpr::Func(func, args) => {
                let args: Option<Vec<Val>> = args.iter().map(of).collect();
                self.function(func, &args?)
            }
            RowExpr::If(condition, then, other) => match self.pred(condition, source, row, day)? {
                true => of(then),
                false => of(other.as_ref()?),
            },
            RowExpr::Otherwise(left, right) => of(left).or_else(|| of(right)),
            RowExpr::Elapsed(later, earlier) => {
                let seconds = self.elapsed(source, row, *later, *earlier)?;
                Some(Val::int(seconds).div(&Val::int(Unit::Days.seconds())))
            }
            RowExpr::Within(field, unit) => {
                let Some(Cell::Num(hours)) = self.cell(source, row, *field) else { return None };
                Some(hours.mul(&Val::int(Unit::Hours.seconds())).div(&Val::int(unit.seconds())))
            }
            RowExpr::Workdays(from, to) => {
                let (from, to) = (self.day_at(source, row, *from)?, self.day_at(source, row, *to)?);
                Some(Val::int(self.world.almanac.workdays(from, to)))
            }
            RowExpr::Part(part, field) => {
                let day = self.day_at(source, row, *field)?;
                Some(Val::int(match *part {
                    "year" => day.year().into(),
                    "month" => day.month().into(),
                    _ => day.weekday().to_monday_one_offset().into(),
                }))
            }
        }
    }

    /// Day and second of the day: a date is its midnight.
    fn instant(&self, source: usize, row: &Row, at: FieldRef) -> Option<(Date, i64)> {
        match self.cell(source, row, at)? {
            Cell::Date(day) => Some((day, 0)),
            Cell::Stamp(at) => {
                let time = at.time();
                Some((
                    at.date(),
                    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second()),
                ))
            }
            other => panic!("not a time: {other:?}"),
        }
    }

    /// In seconds.
    fn elapsed(&self, source: usize, row: &Row, later: FieldRef, earlier: FieldRef) -> Option<i64> {
        let (later, earlier) = (self.instant(source, row, later)?, self.instant(source, row, earlier)?);
        let days = if later >= earlier { count_days(earlier.0, later.0) } else { -count_days(later.0, earlier.0) };
        Some(days * 86_400 + later.1 - earlier.1)
    }

    /// None: neither true nor false.
    fn pred(&self, pred: &Pred, source: usize, row: &Row, day: Date) -> Option<bool> {
        let of = |p: &Pred| self.pred(p, source, row, day);
        let value = |e: &RowExpr| self.row(e, source, row, day);
        match pred {
            Pred::Compare(cmp, left, right) => Some(cmp.holds(value(left)?.compare_rows(&value(right)?, &self.doubt))),
            Pred::Between(negated, x, low, high) => {
                let x = value(x)?;
                let above = x.compare_rows(&Val::parse(low), &self.doubt).is_ge();
                let below = x.compare_rows(&Val::parse(high), &self.doubt).is_le();
                Some((above && below) != *negated)
            }
            Pred::Text(cmp, field, text) => {
                Some(cmp.holds(self.text(source, row, *field)?.as_bytes().cmp(text.as_bytes())))
            }
            Pred::In(negated, field, texts) => Some(texts.contains(&self.text(source, row, *field)?) != *negated),
            Pred::Contains(field, text) => Some(self.text(source, row, *field)?.contains(text.as_str())),
            Pred::Starts(field, text) => Some(self.text(source, row, *field)?.starts_with(text.as_str())),
            Pred::Day(cmp, field, than) => Some(cmp.holds(self.day_at(source, row, *field)?.cmp(than))),
            Pred::Moved(cmp, later, earlier, span) => {
                let (later, (day, second)) = (self.instant(source, row, *later)?, self.instant(source, row, *earlier)?);
                let day = match span {
                    Span::Days(n) => forth_days(day, *n),
                    Span::Weeks(n) => forth_days(day, 7 * n),
                    Span::Months(n) => forth_months(day, *n),
                    Span::Years(n) => forth_months(day, 12 * n),
                };
                Some(cmp.holds(later.cmp(&(day, second))))
            }
            Pred::Lasts(cmp, later, earlier, days) => {
                Some(cmp.holds(self.elapsed(source, row, *later, *earlier)?.cmp(&(days * 86_400))))
            }
            Pred::Missing(missing, field) => Some(self.cell(source, row, *field).is_none() == *missing),
            Pred::Flag(field) => match self.cell(source, row, *field)? {
                Cell::Bool(flag) => Some(flag),
                other => panic!("not a bool: {other:?}"),
            },
            Pred::And(a, b) => match (of(a), of(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Pred::Or(a, b) => match (of(a), of(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Pred::Not(a) => of(a).map(|a| !a),
        }
    }

    // ---- arithmetic ----

    fn arithmetic(&self, op: Op, a: &Val, b: &Val) -> Option<Val> {
        Some(match op {
            Op::Add => a.add(b),
            Op::Sub => a.sub(b),
            Op::Mul => a.mul(b),
            Op::Div if b.is_zero(&self.doubt) => return None,
            Op::Div => a.div(b),
        })
    }

    fn function(&self, func: &Func, args: &[Val]) -> Option<Val> {
        let least = |a: &Val, b: &Val| if b.exact < a.exact { b.clone() } else { a.clone() };
        let most = |a: &Val, b: &Val| if b.exact > a.exact { b.clone() } else { a.clone() };
        let x = &args[0];
        match func {
            Func::Round(digits) => Some(x.round(*digits, &self.doubt)),
            Func::Abs => Some(x.abs()),
            Func::Min => args.iter().cloned().reduce(|a, b| least(&a, &b)),
            Func::Max => args.iter().cloned().reduce(|a, b| most(&a, &b)),
            Func::Clamp => Some(least(&most(x, &args[1]), &args[2])),
            Func::Sqrt => {
                if x.exact.is_zero() && x.err == 0.0 {
                    return Some(Val::float(Ratio::int(0)));
                }
                if x.is_zero(&self.doubt) || x.exact.is_negative() {
                    return None;
                }
                x.apply(f64::sqrt, |x| 0.5 / x.sqrt())
            }
            Func::Ln => {
                if x.is_positive(&self.doubt) {
                    x.apply(f64::ln, f64::recip)
                } else {
                    None
                }
            }
            Func::Exp => x.apply(f64::exp, f64::exp),
            Func::Power => {
                let y = args[1].to_f64();
                if x.is_zero(&self.doubt) && y < 0.0 {
                    return None;
                }
                x.apply(|x| x.powf(y), |x| y * x.powf(y - 1.0))
            }
        }
    }

    fn statistic(&self, func: &ByFunc, mut values: Vec<Val>) -> Option<Val> {
        let n = values.len() as i64;
        let sum = |values: &[Val]| values.iter().fold(Val::int(0), |a, b| a.add(b));
        values.sort_by(|a, b| a.exact.cmp(&b.exact));
        let percentile = |p: &Ratio| -> Option<Val> {
            let rank = p.mul(&Ratio::int((n - 1).max(0))).div(&Ratio::int(100));
            let below = (0..n).rev().find(|i| Ratio::int(*i) <= rank)?;
            let low = &values[below as usize];
            let high = values.get(below as usize + 1).unwrap_or(low);
            let share = Val::decimal(rank.sub(&Ratio::int(below)));
            let wide = low.add(&high.sub(low).mul(&share));
            Some(Val::inexact(wide.exact.clone(), wide.err + (low.to_f64().abs() + high.to_f64().abs()) * 1e-15))
        };
        match func {
            ByFunc::Sum => Some(sum(&values)),
            ByFunc::Min => values.first().cloned(),
            ByFunc::Max => values.last().cloned(),
            _ if values.is_empty() => None,
            ByFunc::Avg => Some(sum(&values).div(&Val::int(n))),
            ByFunc::Median => percentile(&Ratio::int(50)),
            ByFunc::Percentile(p) => percentile(&Ratio::parse(p)),
            ByFunc::Stddev => {
                if n < 2 {
                    return None;
                }
                let mean = sum(&values).exact.div(&Ratio::int(n));
                let squares = values.iter().fold(Ratio::int(0), |total, v| {
                    let off = v.exact.sub(&mean);
                    total.add(&off.mul(&off))
                });
                let deviation = squares.div(&Ratio::int(n - 1)).to_f64().sqrt();
                // How a deviation is summed is the engine's affair, so long as it keeps nine digits of the values.
                let largest = values.iter().map(|v| v.to_f64().abs()).fold(0.0, f64::max);
                Some(Val::inexact(Ratio::from_f64(deviation), largest * 1e-12))
            }
        }
    }

    // ---- windows ----

    fn shifted(&self, shift: &Shift, at: &At) -> At {
        At { plan: self.shifted_plan(shift, at.plan), ..self.shifted_data(shift, at) }
    }

    fn shifted_plan(&self, shift: &Shift, plan: Win) -> Win {
        let almanac = &self.world.almanac;
        let to_date = |cut| Win { start: Some(almanac.start_of(cut, plan.last())), end: plan.end };
        match shift {
            Shift::Previous(n) => almanac.previous(plan, *n),
            Shift::Ago(span) => almanac.ago(plan, *span),
            Shift::Rolling(span) => Win { start: Some(almanac.back(plan.end, *span)), end: plan.end },
            Shift::Ytd => to_date(Cut::FiscalYear),
            Shift::Qtd => to_date(Cut::FiscalQuarter),
            Shift::Mtd => to_date(Cut::Month),
            Shift::Before => Win { start: None, end: plan.start.unwrap() },
            Shift::ToDate => Win { start: None, end: plan.end },
        }
    }

    fn shifted_data(&self, shift: &Shift, at: &At) -> At {
        let almanac = &self.world.almanac;
        let window = at.window();
        let is_cut = at.upto < at.asked.end;
        match shift {
            Shift::Previous(n) => {
                let asked = almanac.previous(at.asked, *n);
                let upto = match is_cut {
                    true => {
                        forth_days(asked.start.unwrap(), count_days(at.asked.start.unwrap(), at.upto)).min(asked.end)
                    }
                    false => asked.end,
                };
                At { asked, upto, ..at.clone() }
            }
            Shift::Ago(span) => {
                let asked = almanac.ago(at.asked, *span);
                // By years a week goes to a week, and so as many days are gone; by months it goes to other days of the week.
                let by_days = span.months().is_none_or(|months| months % 12 == 0 && almanac.is_week(at.asked));
                let upto = if !is_cut {
                    asked.end
                } else if by_days {
                    forth_days(asked.start.unwrap(), count_days(at.asked.start.unwrap(), at.upto)).min(asked.end)
                } else {
                    let months = match span {
                        Span::Months(n) => *n,
                        Span::Years(n) => n * 12,
                        Span::Days(_) | Span::Weeks(_) => unreachable!(),
                    };
                    // February goes to February, however many days it has; else to the same day of the month.
                    let end = match almanac.whole_months(window) {
                        Some(_) => back_months(window.end, months),
                        None => back_months(window.last(), months).tomorrow().unwrap(),
                    };
                    end.min(asked.end)
                };
                At { asked, upto, ..at.clone() }
            }
            Shift::Rolling(span) => {
                let start = almanac.back(window.end, *span);
                at.whole(Win { start: Some(start), end: window.end })
            }
            Shift::Ytd | Shift::Qtd | Shift::Mtd => {
                let cut = match shift {
                    Shift::Ytd => Cut::FiscalYear,
                    Shift::Qtd => Cut::FiscalQuarter,
                    _ => Cut::Month,
                };
                at.whole(Win { start: Some(almanac.start_of(cut, window.last())), end: window.end })
            }
            Shift::Before => at.whole(Win { start: None, end: at.asked.start.unwrap() }),
            Shift::ToDate => at.whole(Win { start: None, end: at.upto }),
        }
    }

    /// `previous`, `ago` and `rolling` are missing where they start before a source that is read does.
    fn reached(&self, shift: &Shift, at: &At, reads: &BTreeSet<usize>) -> Result<At, Gap> {
        let shifted = self.shifted(shift, at);
        let strict = matches!(shift, Shift::Previous(_) | Shift::Ago(_) | Shift::Rolling(_));
        let early = |source: &usize| {
            let asked = if self.is_plan(*source) { shifted.plan } else { shifted.asked };
            self.from[*source].is_some_and(|from| from > asked.start.unwrap())
        };
        if strict && reads.iter().any(early) { Err(Gap::Coverage) } else { Ok(shifted) }
    }

    fn is_plan(&self, source: usize) -> bool {
        self.world.manners[source].plan
    }

    /// The days of a source that are read.
    fn days(&self, source: usize, at: &At) -> Win {
        if self.is_plan(source) { at.plan } else { at.window() }
    }

    /// The days that a formula reads: uncut where it reads plans alone.
    fn days_of(&self, reads: &BTreeSet<usize>, at: &At) -> Win {
        let plans_alone = !reads.is_empty() && reads.iter().all(|s| self.is_plan(*s));
        if plans_alone { at.plan } else { at.window() }
    }

    fn reads_num(&self, num: &Num) -> BTreeSet<usize> {
        super::draw::sources_num(num, self.subjects)
    }

    fn reads_cond(&self, cond: &Cond) -> BTreeSet<usize> {
        super::draw::sources_cond(cond, self.subjects)
    }

    fn reads_set(&self, set: &Set) -> BTreeSet<usize> {
        super::draw::sources_set(set, self.subjects)
    }

    // ---- rows of a window and slice ----

    /// What no rows of a source mean on a window.
    fn emptiness(&self, source: usize, at: &At) -> Result<Emptiness, Gap> {
        if at.slice.iter().any(|s| carrier(s.dimension(), source).is_none()) {
            return Err(Gap::Other);
        }
        let window = self.days(source, at);
        let Some(from) = self.from[source] else { return Ok(Emptiness::Unknown) };
        if window.start.is_some_and(|start| start < from) {
            self.partial.set(true);
        }
        let first = window.start.map_or(from, |start| start.max(from));
        let to = self.to[source].map_or(self.as_of, |to| to.max(self.as_of));
        Ok(match first < window.end && first <= to {
            true => Emptiness::Known,
            false if window.start.is_none() => Emptiness::NothingYet,
            false => Emptiness::Unknown,
        })
    }

    fn matching(
        &self,
        source: usize,
        window: Win,
        on: Option<usize>,
        filter: Option<&Pred>,
        slice: &[Slicing],
    ) -> Vec<&Row> {
        let time = on.unwrap_or(SCHEMAS[source].time);
        let fits = |row: &&Row| {
            let Some(day) = self.day(source, row, time) else { return false };
            window.contains(day)
                && slice.iter().all(|s| self.in_slice(s, source, row))
                && filter.is_none_or(|p| self.pred(p, source, row, day) == Some(true))
        };
        self.rows[source].iter().filter(fits).collect()
    }

    fn in_slice(&self, condition: &Slicing, source: usize, row: &Row) -> bool {
        let Some(carrier) = carrier(condition.dimension(), source) else { return false };
        let member = self.text(source, row, carrier);
        match (condition, member) {
            (Slicing::NotGiven { .. }, member) => member.is_none(),
            (_, None) => false,
            (Slicing::Members { members, negated, .. }, Some(m)) => members.contains(&m) != *negated,
            (Slicing::InSet { keys, negated }, Some(m)) => keys.contains(&m) != *negated,
        }
    }

    // ---- leaves ----

    fn leaf(&self, leaf: &Leaf, at: &At) -> Result<Val, Gap> {
        let emptiness = self.emptiness(leaf.source, at)?;
        let window = self.days(leaf.source, at);
        let time = leaf.on.unwrap_or(SCHEMAS[leaf.source].time);
        let rows = self.matching(leaf.source, window, leaf.on, leaf.filter.as_ref(), &at.slice);
        let number = |expr: &RowExpr, row: &Row| match expr {
            // Aggregated as a time, and then divided.
            RowExpr::Elapsed(later, earlier) if leaf.argument.as_ref().is_some_and(|x| std::ptr::eq(x, expr)) => {
                self.elapsed(leaf.source, row, *later, *earlier).map(Val::int)
            }
            _ => self.row(expr, leaf.source, row, self.day(leaf.source, row, time).unwrap()),
        };
        let argument = || leaf.argument.as_ref().unwrap();
        let values = || -> Vec<Val> { rows.iter().filter_map(|row| number(argument(), row)).collect() };
        let on = |day: Date| -> Val {
            let of_day = rows.iter().filter(|row| self.day(leaf.source, row, time) == Some(day));
            of_day.filter_map(|row| number(argument(), row)).fold(Val::int(0), |a, b| a.add(&b))
        };
        // Before slice and filter.
        let dates = || -> BTreeSet<Date> {
            let all = self.rows[leaf.source].iter().filter_map(|row| self.day(leaf.source, row, time));
            all.filter(|day| window.contains(*day)).collect()
        };
        let counts = matches!(leaf.aggregate, Aggregate::Count | Aggregate::CountDistinct | Aggregate::Sum);
        let known = match (&leaf.aggregate, &leaf.argument) {
            (Aggregate::Count, _) => rows.len(),
            (Aggregate::CountDistinct, Some(RowExpr::Field(field))) => {
                rows.iter().filter(|row| self.cell(leaf.source, row, *field).is_some()).count()
            }
            (Aggregate::WeightedAvg(weight), Some(x)) => {
                rows.iter().filter(|row| number(x, row).is_some() && number(weight, row).is_some()).count()
            }
            _ => values().len(),
        };
        if known == 0 && emptiness != Emptiness::Known && !(counts && emptiness == Emptiness::NothingYet) {
            return Err(Gap::Coverage);
        }
        let found = match &leaf.aggregate {
            Aggregate::Count => Some(Val::int(rows.len() as i64)),
            Aggregate::CountDistinct => {
                let RowExpr::Field(field) = argument() else { panic!("a field") };
                let distinct: BTreeSet<String> = rows
                    .iter()
                    .filter_map(|row| self.cell(leaf.source, row, *field))
                    .map(|cell| match cell {
                        Cell::Num(value) => format!("{:?}", value.exact),
                        other => format!("{other:?}"),
                    })
                    .collect();
                Some(Val::int(distinct.len() as i64))
            }
            Aggregate::Sum => self.statistic(&ByFunc::Sum, values()),
            Aggregate::Avg => self.statistic(&ByFunc::Avg, values()),
            Aggregate::Min => self.statistic(&ByFunc::Min, values()),
            Aggregate::Max => self.statistic(&ByFunc::Max, values()),
            Aggregate::Median => self.statistic(&ByFunc::Median, values()),
            Aggregate::Percentile(p) => self.statistic(&ByFunc::Percentile(p.clone()), values()),
            Aggregate::Stddev => self.statistic(&ByFunc::Stddev, values()),
            Aggregate::WeightedAvg(weight) => {
                let pairs: Vec<(Val, Val)> =
                    rows.iter().filter_map(|row| Some((number(argument(), row)?, number(weight, row)?))).collect();
                let total = pairs.iter().fold(Val::int(0), |a, (_, w)| a.add(w));
                let sum = pairs.iter().fold(Val::int(0), |a, (f, w)| a.add(&f.mul(w)));
                if total.is_zero(&self.doubt) { None } else { Some(sum.div(&total)) }
            }
            Aggregate::Opening => dates().first().map(|day| on(*day)),
            Aggregate::Closing => dates().last().map(|day| on(*day)),
            Aggregate::AverageBalance => self.statistic(&ByFunc::Avg, dates().iter().map(|day| on(*day)).collect()),
        };
        let found = match leaf.argument {
            Some(RowExpr::Elapsed(..)) => found.map(|time| time.div(&Val::int(Unit::Days.seconds()))),
            _ => found,
        };
        found.ok_or(Gap::Other)
    }

    fn atom(&self, atom: &Atom, at: &At) -> Result<BTreeSet<String>, Gap> {
        let emptiness = self.emptiness(atom.source, at)?;
        let rows = self.matching(atom.source, self.days(atom.source, at), atom.on, atom.filter.as_ref(), &at.slice);
        let keys: BTreeSet<String> = rows.iter().filter_map(|row| self.text(atom.source, row, atom.key)).collect();
        if keys.is_empty() && emptiness == Emptiness::Unknown { Err(Gap::Coverage) } else { Ok(keys) }
    }

    // ---- formulas ----

    fn num(&self, num: &Num, at: &At) -> Result<Val, Gap> {
        match num {
            Num::Lit(text) => Ok(Val::parse(text)),
            Num::Constant(index) => self.constant(*index, at.window().last()).ok_or(Gap::Other),
            Num::Name(index) => match &self.subjects[*index].body {
                Body::Num(num) => self.num(num, at),
                Body::Set(..) => panic!("a set is no number"),
            },
            Num::Leaf(leaf) => self.leaf(leaf, at),
            Num::Count(set) => Ok(Val::int(self.set(set, at)?.len() as i64)),
            Num::Neg(inner) => Ok(self.num(inner, at)?.neg()),
            Num::Bin(op, left, right) => {
                let (left, right) = both(self.num(left, at), self.num(right, at))?;
                self.arithmetic(*op, &left, &right).ok_or(Gap::Other)
            }
            Num::Func(func, args) => {
                let mut values = Vec::new();
                let mut gap = None;
                for arg in args {
                    match self.num(arg, at) {
                        Ok(value) => values.push(value),
                        Err(g) => gap = Some(worse(gap, g)),
                    }
                }
                match gap {
                    Some(gap) => Err(gap),
                    None => self.function(func, &values).ok_or(Gap::Other),
                }
            }
            Num::If(condition, then, other) => match (self.cond(condition, at)?, other) {
                (true, _) => self.num(then, at),
                (false, Some(other)) => self.num(other, at),
                (false, None) => Err(Gap::Other),
            },
            Num::Otherwise(left, right) => self.num(left, at).or_else(|_| self.num(right, at)),
            Num::Shift(shift, inner) => self.num(inner, &self.reached(shift, at, &self.reads_num(inner))?),
            Num::Growth(inner, span) => {
                let shift = span.map_or(Shift::Previous(1), Shift::Ago);
                let base = self.reached(&shift, at, &self.reads_num(inner)).and_then(|at| self.num(inner, &at));
                let (now, base) = both(self.num(inner, at), base)?;
                if !base.is_positive(&self.doubt) {
                    return Err(Gap::Other);
                }
                Ok(now.div(&base).sub(&Val::int(1)))
            }
            Num::PerYear(inner) => {
                let value = self.num(inner, at)?;
                let window = self.days_of(&self.reads_num(inner), at);
                Ok(match self.world.almanac.whole_months(window) {
                    Some(months) => value.mul(&Val::int(12)).div(&Val::int(months)),
                    None => {
                        let days = count_days(window.start.unwrap(), window.end);
                        value.mul(&Val::int(365)).div(&Val::int(days))
                    }
                })
            }
            Num::By(func, inner, over) => {
                let mut values = Vec::new();
                let parts = self.parts(over, &self.reads_num(inner), at, &|out| self.gather_num(inner, at, over, out));
                // With nobody to ask, x itself says whether anybody could be there.
                if parts.is_empty() && self.is_uncovered(|| self.num(inner, at)) {
                    return Err(Gap::Coverage);
                }
                for part in parts {
                    match self.skipping(|| self.num(inner, &part)) {
                        Ok(value) => values.push(value),
                        Err(Gap::Coverage) => return Err(Gap::Coverage),
                        Err(Gap::Other) => {}
                    }
                }
                self.statistic(func, values).ok_or(Gap::Other)
            }
            Num::CountBy(condition, over) => {
                let mut count = 0;
                let parts = self
                    .parts(over, &self.reads_cond(condition), at, &|out| self.gather_cond(condition, at, over, out));
                if parts.is_empty() && self.is_uncovered(|| self.cond(condition, at)) {
                    return Err(Gap::Coverage);
                }
                for part in parts {
                    match self.skipping(|| self.cond(condition, &part)) {
                        Ok(holds) => count += i64::from(holds),
                        Err(Gap::Coverage) => return Err(Gap::Coverage),
                        Err(Gap::Other) => {}
                    }
                }
                Ok(Val::int(count))
            }
            Num::Overall(inner, dimensions) => self.num(inner, &widened(at, dimensions)),
            Num::Only(inner, narrows) => self.num(inner, &self.narrowed(narrows, at)?),
        }
    }

    fn cond(&self, cond: &Cond, at: &At) -> Result<bool, Gap> {
        match cond {
            Cond::Compare(cmp, left, right) => {
                let (left, right) = both(self.num(left, at), self.num(right, at))?;
                Ok(cmp.holds(left.compare(&right, &self.doubt)))
            }
            Cond::And(a, b) => match (self.cond(a, at), self.cond(b, at)) {
                (Ok(false), _) | (_, Ok(false)) => Ok(false),
                (a, b) => both(a, b).map(|_| true),
            },
            Cond::Or(a, b) => match (self.cond(a, at), self.cond(b, at)) {
                (Ok(true), _) | (_, Ok(true)) => Ok(true),
                (a, b) => both(a, b).map(|_| false),
            },
            Cond::Not(a) => self.cond(a, at).map(|a| !a),
            Cond::Missing(missing, a) => Ok(self.num(a, at).is_err() == *missing),
            Cond::Between(negated, a, low, high) => {
                let a = self.num(a, at)?;
                let above = a.compare(&Val::parse(low), &self.doubt).is_ge();
                let below = a.compare(&Val::parse(high), &self.doubt).is_le();
                Ok((above && below) != *negated)
            }
        }
    }

    fn set(&self, set: &Set, at: &At) -> Result<BTreeSet<String>, Gap> {
        match set {
            Set::Name(index) => match &self.subjects[*index].body {
                Body::Set(set, _) => self.set(set, at),
                Body::Num(_) => panic!("a number is no set"),
            },
            Set::Atom(atom) => self.atom(atom, at),
            Set::Op(op, a, b) => {
                let (a, b) = both(self.set(a, at), self.set(b, at))?;
                Ok(match op {
                    SetOp::Intersect => &a & &b,
                    SetOp::Union => &a | &b,
                    SetOp::Except => &a - &b,
                })
            }
            Set::Shift(shift, inner) => self.set(inner, &self.reached(shift, at, &self.reads_set(inner))?),
            Set::Overall(inner, dimensions) => self.set(inner, &widened(at, dimensions)),
            Set::Only(inner, narrows) => self.set(inner, &self.narrowed(narrows, at)?),
        }
    }

    fn narrowed(&self, narrows: &[Narrow], at: &At) -> Result<At, Gap> {
        let mut narrowed = at.clone();
        for narrow in narrows {
            let members = |dimension: usize, members: &[String], negated| Slicing::Members {
                dimension,
                members: members.to_vec(),
                negated,
            };
            narrowed.slice.push(match narrow {
                Narrow::Is(d, member) => members(*d, std::slice::from_ref(member), false),
                Narrow::Not(d, member) => members(*d, std::slice::from_ref(member), true),
                Narrow::In(negated, d, list) => members(*d, list, *negated),
                Narrow::InSet(negated, set) => Slicing::InSet { keys: self.set(set, at)?, negated: *negated },
            });
        }
        Ok(narrowed)
    }

    // ---- `by` ----

    /// The windows or slices that `by` ranges over.
    fn parts(&self, over: &Over, reads: &BTreeSet<usize>, at: &At, gather: &dyn Fn(&mut BTreeSet<String>)) -> Vec<At> {
        match over {
            Over::Grain(cut) => self
                .world
                .almanac
                .within(*cut, self.days_of(reads, at))
                .into_iter()
                .map(|window| at.whole(window))
                .collect(),
            Over::Dimension(dimension) => {
                let mut members = BTreeSet::new();
                self.aside(|| gather(&mut members));
                members.iter().map(|m| at.narrowed(Slicing::is(*dimension, m))).collect()
            }
        }
    }

    /// The members of a dimension with a row in a leaf.
    fn members(
        &self,
        source: usize,
        on: Option<usize>,
        filter: Option<&Pred>,
        at: &At,
        over: &Over,
        out: &mut BTreeSet<String>,
    ) {
        let Over::Dimension(dimension) = over else { return };
        let Some(carrier) = carrier(*dimension, source) else { return };
        for row in self.matching(source, self.days(source, at), on, filter, &at.slice) {
            out.extend(self.text(source, row, carrier));
        }
    }

    fn gather_num(&self, num: &Num, at: &At, over: &Over, out: &mut BTreeSet<String>) {
        match num {
            Num::Lit(_) | Num::Constant(_) => {}
            Num::Name(index) => match &self.subjects[*index].body {
                Body::Num(num) => self.gather_num(num, at, over, out),
                Body::Set(set, _) => self.gather_set(set, at, over, out),
            },
            Num::Leaf(leaf) => self.members(leaf.source, leaf.on, leaf.filter.as_ref(), at, over, out),
            Num::Count(set) => self.gather_set(set, at, over, out),
            Num::Neg(x) | Num::PerYear(x) => self.gather_num(x, at, over, out),
            Num::Bin(_, a, b) | Num::Otherwise(a, b) => {
                self.gather_num(a, at, over, out);
                self.gather_num(b, at, over, out);
            }
            Num::Func(_, args) => args.iter().for_each(|a| self.gather_num(a, at, over, out)),
            Num::If(c, a, b) => {
                self.gather_cond(c, at, over, out);
                self.gather_num(a, at, over, out);
                if let Some(b) = b {
                    self.gather_num(b, at, over, out);
                }
            }
            Num::Shift(shift, x) => self.gather_num(x, &self.shifted(shift, at), over, out),
            Num::Growth(x, span) => {
                let shift = span.map_or(Shift::Previous(1), Shift::Ago);
                self.gather_num(x, at, over, out);
                self.gather_num(x, &self.shifted(&shift, at), over, out);
            }
            Num::By(_, x, inner) => {
                self.inner_parts(inner, &self.reads_num(x), at)
                    .iter()
                    .for_each(|part| self.gather_num(x, part, over, out));
            }
            Num::CountBy(c, inner) => {
                self.inner_parts(inner, &self.reads_cond(c), at)
                    .iter()
                    .for_each(|part| self.gather_cond(c, part, over, out));
            }
            Num::Overall(x, dimensions) => self.gather_num(x, &widened(at, dimensions), over, out),
            Num::Only(x, narrows) => {
                if let Ok(at) = self.narrowed(narrows, at) {
                    self.gather_num(x, &at, over, out);
                }
            }
        }
    }

    /// What an inner `by` reads: its sub-windows, or all of its members together.
    fn inner_parts(&self, over: &Over, reads: &BTreeSet<usize>, at: &At) -> Vec<At> {
        match over {
            Over::Grain(_) => self.parts(over, reads, at, &|_| {}),
            Over::Dimension(_) => vec![at.clone()],
        }
    }

    fn gather_cond(&self, cond: &Cond, at: &At, over: &Over, out: &mut BTreeSet<String>) {
        match cond {
            Cond::Compare(_, a, b) => {
                self.gather_num(a, at, over, out);
                self.gather_num(b, at, over, out);
            }
            Cond::And(a, b) | Cond::Or(a, b) => {
                self.gather_cond(a, at, over, out);
                self.gather_cond(b, at, over, out);
            }
            Cond::Not(a) => self.gather_cond(a, at, over, out),
            Cond::Missing(_, a) | Cond::Between(_, a, _, _) => self.gather_num(a, at, over, out),
        }
    }

    fn gather_set(&self, set: &Set, at: &At, over: &Over, out: &mut BTreeSet<String>) {
        match set {
            Set::Name(index) => match &self.subjects[*index].body {
                Body::Set(set, _) => self.gather_set(set, at, over, out),
                Body::Num(_) => {}
            },
            Set::Atom(atom) => self.members(atom.source, atom.on, atom.filter.as_ref(), at, over, out),
            Set::Op(_, a, b) => {
                self.gather_set(a, at, over, out);
                self.gather_set(b, at, over, out);
            }
            Set::Shift(shift, inner) => self.gather_set(inner, &self.shifted(shift, at), over, out),
            Set::Overall(inner, dimensions) => self.gather_set(inner, &widened(at, dimensions), over, out),
            Set::Only(inner, narrows) => {
                if let Ok(at) = self.narrowed(narrows, at) {
                    self.gather_set(inner, &at, over, out);
                }
            }
        }
    }

    /// All members of a dimension.
    pub fn all_members(&self, dimension: usize) -> BTreeSet<String> {
        let of = |source: usize| {
            let carrier = carrier(dimension, source);
            let rows = self.rows[source].iter();
            rows.filter_map(move |row| self.text(source, row, carrier?))
        };
        (0..SCHEMAS.len()).flat_map(of).collect()
    }

    // ---- flags ----

    /// What is read only to find out where to read leaves no flag.
    fn aside<T>(&self, read: impl FnOnce() -> T) -> T {
        let before = self.partial.get();
        let found = read();
        self.partial.set(before);
        found
    }

    /// A part that is missing is skipped with its flags; for want of coverage it is what makes the whole missing, so
    /// that a value that stands in for the whole has them. (The language does not say; this is the program's reading.)
    fn skipping<T>(&self, read: impl FnOnce() -> Result<T, Gap>) -> Result<T, Gap> {
        let before = self.partial.get();
        let found = read();
        if matches!(found, Err(Gap::Other)) {
            self.partial.set(before);
        }
        found
    }

    /// Whether something is missing for want of coverage; else nothing of it is left.
    fn is_uncovered<T>(&self, read: impl FnOnce() -> Result<T, Gap>) -> bool {
        let before = self.partial.get();
        let uncovered = read().err() == Some(Gap::Coverage);
        if !uncovered {
            self.partial.set(before);
        }
        uncovered
    }

    /// Whether the value that was computed last stands on less than its window.
    pub fn is_partial(&self) -> bool {
        self.partial.get()
    }

    /// Whether a window reaches past the as-of day, for a subject that reads more than plans.
    pub fn is_in_progress(&self, subject: usize, window: Win) -> bool {
        let reads = self.reads_num(&Num::Name(subject));
        window.last() > self.as_of && reads.iter().any(|source| !self.is_plan(*source))
    }

    // ---- the answer ----

    /// A subject's value on a window and slice.
    pub fn value(&self, subject: usize, window: Win, slice: &[Slicing]) -> Result<Val, Gap> {
        self.value_of(&Num::Name(subject), window, slice)
    }

    pub fn value_of(&self, num: &Num, window: Win, slice: &[Slicing]) -> Result<Val, Gap> {
        self.partial.set(false);
        // A drill-down into what a source does not know has no value, whatever else the formula says.
        let lacks = |s: &Slicing| {
            let sources = super::draw::sliced_sources(num, s.dimension(), self.subjects);
            sources.iter().any(|source| carrier(s.dimension(), *source).is_none())
        };
        if slice.iter().any(lacks) {
            return Err(Gap::Other);
        }
        let after = self.as_of.tomorrow().unwrap();
        let upto = window.end.min(after).max(window.start.unwrap());
        self.num(num, &At { asked: window, upto, plan: window, slice: slice.to_vec() })
    }
}

fn widened(at: &At, dimensions: &[usize]) -> At {
    let mut widened = at.clone();
    widened.slice.retain(|s| !dimensions.is_empty() && !dimensions.contains(&s.dimension()));
    widened
}

fn worse(a: Option<Gap>, b: Gap) -> Gap {
    if a == Some(Gap::Coverage) || b == Gap::Coverage { Gap::Coverage } else { Gap::Other }
}

fn both<A, B>(a: Result<A, Gap>, b: Result<B, Gap>) -> Result<(A, B), Gap> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(a), Err(b)) => Err(worse(Some(a), b)),
        (Err(gap), _) | (_, Err(gap)) => Err(gap),
    }
}

/// Whether two doubles are one value: 1e-9 relative, or no further apart than the computation itself may stray.
pub fn agrees(want: &Val, got: f64) -> bool {
    let expected = want.to_f64();
    let distance = (expected - got).abs();
    distance <= 1e-9 * expected.abs().max(got.abs()) || distance <= 32.0 * want.err
}

#[test]
fn agreement_is_relative() {
    let third = Val::int(1).div(&Val::int(3));
    assert!(agrees(&third, 1.0 / 3.0) && !agrees(&third, 0.33333));
    assert!(!agrees(&Val::int(0), 1e-12));
    let nothing = third.sub(&third);
    assert!(agrees(&nothing, 1e-17) && !agrees(&nothing, 1e-9));
    assert_eq!(third.compare(&Val::parse("0.3333333333"), &Doubt::default()), Ordering::Equal);
}
