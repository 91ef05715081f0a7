//! Designs, tables, windows and slices by lot. The same number draws the same case.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday, date};

use super::days::{Almanac, Cut, Span, Win, forth_days};
use super::interpret::Slicing;
use super::tree::{
    Aggregate, Atom, Body, ByFunc, Cmp, Cond, Func, Keys, Leaf, Narrow, Num, Op, Over, Pred, RowExpr, Set, SetOp,
    Shift, Subject, Unit, key_fields,
};
use super::world::{
    AMOUNT, AT, CLIENT, CLIENTS, DAY, DIMENSIONS, DONE, Dedupe, FieldRef, KIND, Kind, Manners, ORDERS, QTY, REGION,
    RUSH, Raw, SCHEMAS, SCORE, SPENT, STOCK, World, carrier,
};

/// SplitMix64.
pub struct Lot(u64);

impl Lot {
    pub fn new(seed: u64, case: u64) -> Lot {
        // Drawn twice, so that the streams of neighbours are not one stream shifted.
        let mut of_seed = Lot(seed);
        let mut of_case = Lot(of_seed.next() ^ case);
        Lot(of_case.next().rotate_left(32) ^ of_case.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to `n - 1`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }

    /// True once in `n`.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

pub struct Case {
    pub world: World,
    pub subjects: Vec<Subject>,
    pub as_of: Option<Date>,
    /// One period, or some in a row, of this kind.
    pub cut: Cut,
    pub asked: Vec<Win>,
    /// `--slice`
    pub slice: Vec<Slicing>,
    /// `--by-dimension`: of one dimension or of pairs.
    pub by: Vec<usize>,
}

const REGIONS: [&str; 4] = ["North", "South, inner", "华东", "O'Neil \"x\""];
const KINDS: [&str; 3] = ["x", "y", "z"];
const SEGMENTS: [&str; 3] = ["big", "small", "middle"];

impl Lot {
    pub fn case(&mut self) -> Case {
        let world = self.world();
        let mut subjects: Vec<Subject> = Vec::new();
        let mut cost = 0.0;
        let count = 4 + self.below(5);
        while subjects.len() < count {
            let index = subjects.len();
            let mut draw = Draw { lot: self, subjects: &subjects, world: &world, partners: true };
            let body = if draw.lot.below(5) == 0 {
                let keys = *draw.lot.pick(&[Keys::Clients, Keys::Clients, Keys::Orders, Keys::Sites]);
                Body::Set(draw.set(keys, 2), keys)
            } else {
                let depth = 1 + draw.lot.below(3);
                Body::Num(draw.num(depth))
            };
            let candidate = Subject { body, indicator: index % 2 == 1 };
            let facts = match &candidate.body {
                Body::Num(num) => facts_num(num, &subjects),
                Body::Set(set, _) => facts_set(set, &subjects),
            };
            // A formula of constants alone has nothing to read, and a set cannot be an indicator.
            if facts.cost <= 250.0 && !facts.sources.is_empty() {
                let indicator = candidate.indicator && matches!(candidate.body, Body::Num(_));
                cost += facts.cost;
                subjects.push(Subject { indicator, ..candidate });
            }
        }
        let span = self.span_of(&world);
        let cuts = [
            Cut::Day,
            Cut::Week,
            Cut::Month,
            Cut::Month,
            Cut::Month,
            Cut::Quarter,
            Cut::Quarter,
            Cut::Half,
            Cut::Year,
            Cut::Year,
            Cut::FiscalQuarter,
            Cut::FiscalYear,
        ];
        let as_of = match (span, self.below(3)) {
            (Some((first, last)), 0) => {
                let days = super::days::count_days(first, last) + 40;
                Some(forth_days(first, self.between(0, days)))
            }
            (None, _) => Some(date(2026, 3, 17)),
            _ => None,
        };
        let (first, last) = span.unwrap_or((date(2026, 1, 1), date(2026, 3, 31)));
        let latest = as_of.unwrap_or(last).max(first);
        let cut = *self.pick(&cuts);
        let days = super::days::count_days(first, latest);
        let back = self.between(0, 20);
        // More often late, where the windows before have data too.
        let late = (0..4).map(|_| self.between(0, days + back)).max().unwrap_or(0);
        let day = forth_days(super::days::back_days(first, back), late);
        let mut asked = vec![world.almanac.holding(cut, day)];
        // None that starts after the as-of day.
        for _ in 0..self.below(3) {
            let end = asked[asked.len() - 1].end;
            if end <= latest {
                asked.push(world.almanac.holding(cut, end));
            }
        }
        let mut slice = Vec::new();
        if self.once_in(4) {
            slice.push(Slicing::is(REGION, self.pick::<&str>(&REGIONS)));
        }
        if self.once_in(16) {
            slice.push(Slicing::is(KIND, self.pick::<&str>(&KINDS)));
        }
        let mut by = match self.below(8) {
            0 | 1 => vec![REGION],
            2 => vec![self.below(DIMENSIONS.len())],
            3 if self.once_in(2) => vec![REGION, 1 + self.below(DIMENSIONS.len() - 1)],
            _ => Vec::new(),
        };
        // A dimension is sliced once.
        by.retain(|b| !slice.iter().any(|s| matches!(s, Slicing::Members { dimension, .. } if dimension == b)));
        // As many lines as can be computed in a while.
        while cost * asked.len() as f64 * 6f64.powi(by.len() as i32) > 2_500.0 && by.pop().is_some() {}
        Case { world, subjects, as_of, cut, asked, slice, by }
    }

    /// First and last day in the data.
    fn span_of(&mut self, world: &World) -> Option<(Date, Date)> {
        let days: Vec<Date> = (0..3)
            .filter(|s| !world.manners[*s].plan)
            .flat_map(|s| world.raw[s].iter().map(move |row| row[SCHEMAS[s].time].parse().unwrap()))
            .collect();
        Some((*days.iter().min()?, *days.iter().max()?))
    }

    fn world(&mut self) -> World {
        let week =
            *self.pick(&[Weekday::Monday, Weekday::Monday, Weekday::Sunday, Weekday::Saturday, Weekday::Wednesday]);
        let fiscal_start = *self.pick(&[1, 1, 1, 4, 7, 10, 2, 12]);
        let start = forth_days(date(2023, 10, 1), self.between(0, 500));
        let days = *self.pick(&[30, 150, 400, 700, 700, 900]);
        let some_days = |lot: &mut Lot, n: usize| -> BTreeSet<Date> {
            (0..lot.below(n)).map(|_| forth_days(start, lot.between(0, days + 20))).collect()
        };
        let holidays = some_days(self, 12);
        let worked = some_days(self, 5).difference(&holidays).copied().collect();
        let almanac = Almanac { fiscal_start, named_by_end: self.once_in(2), week_first: week, holidays, worked };

        // Often a month's first or last day, where windows begin and end.
        let day = |lot: &mut Lot| {
            let day = forth_days(start, lot.between(0, days));
            match lot.below(6) {
                0 => day.first_of_month(),
                1 => day.last_of_month(),
                _ => day,
            }
        };
        let clients: Vec<String> = (0..self.below(9)).map(|n| format!("c{n}")).collect();
        let mut raw: [Vec<Raw>; 3] = Default::default();
        for client in &clients {
            let row = vec![
                client.clone(),
                day(self).to_string(),
                self.maybe(5, |lot| lot.pick(&SEGMENTS).to_string()),
                self.maybe(5, |lot| lot.pick(&REGIONS).to_string()),
                self.maybe(5, |lot| lot.between(-3, 40).to_string()),
                self.maybe(5, |lot| lot.decimal(-200, 3000, 2)),
            ];
            raw[CLIENTS].push(row);
        }
        let dedupe =
            if self.once_in(3) { Some(*self.pick(&[Dedupe::Equal, Dedupe::Latest, Dedupe::Earliest])) } else { None };
        let size = if self.once_in(12) { 0 } else { 8 + self.below(72) };
        for n in 0..size {
            let at_day = day(self);
            // Later corrections of the same order, never two at one time.
            let again = dedupe.is_some() && n > 0 && self.once_in(4);
            if again && dedupe == Some(Dedupe::Equal) {
                let row = self.pick(&raw[ORDERS]).clone();
                raw[ORDERS].push(row);
                continue;
            }
            let id = if again { self.below(n) } else { n };
            let done = self.maybe(4, |lot| forth_days(at_day, lot.between(0, 45)).to_string());
            let (hour, minute) = (self.below(24), self.below(60));
            let at = format!("{}T{hour:02}:{minute:02}:{:02}", forth_days(at_day, self.between(0, 3)), n % 60);
            let row = vec![
                format!("o{id}"),
                at_day.to_string(),
                done,
                at,
                self.maybe(5, |lot| format!("c{}", lot.below(10))),
                self.maybe(6, |lot| lot.pick(&REGIONS).to_string()),
                self.maybe(6, |lot| lot.pick(&KINDS).to_string()),
                self.maybe(5, |lot| lot.decimal(-2000, 90000, 2)),
                self.maybe(5, |lot| lot.between(-2, 12).to_string()),
                self.maybe(5, |lot| lot.decimal(0, 5000, 3)),
                self.maybe(5, |lot| lot.once_in(2).to_string()),
                self.maybe(5, |lot| lot.decimal(0, 3000, 2)),
            ];
            raw[ORDERS].push(row);
        }
        let stock = if self.once_in(8) { 0 } else { 5 + self.below(50) };
        let few: Vec<Date> = (0..1 + self.below(20)).map(|_| day(self)).collect();
        for _ in 0..stock {
            let row = vec![
                self.pick(&few).to_string(),
                format!("s{}", self.below(4)),
                self.maybe(6, |lot| lot.pick(&REGIONS).to_string()),
                self.maybe(6, |lot| lot.pick(&KINDS).to_string()),
                self.maybe(6, |lot| lot.between(0, 300).to_string()),
                self.maybe(6, |lot| lot.decimal(-1000, 20000, 2)),
            ];
            raw[STOCK].push(row);
        }
        let constants = vec![
            vec![(None, self.decimal(1, 400, 2))],
            vec![
                (self.once_in(2).then(|| forth_days(start, days / 4)), self.decimal(1, 400, 2)),
                (Some(forth_days(start, days / 2)), self.decimal(1, 400, 2)),
            ],
        ];
        let mut world = World { almanac, raw, manners: Default::default(), computed: Vec::new(), constants };
        for source in 0..3 {
            let refreshed = [
                ("daily", Cut::Day),
                ("weekly", Cut::Week),
                ("monthly", Cut::Month),
                ("quarterly", Cut::FiscalQuarter),
                ("half_yearly", Cut::Half),
                ("yearly", Cut::FiscalYear),
            ];
            let refreshed = if self.once_in(3) { Some(*self.pick(&refreshed)) } else { None };
            let covers = self.once_in(5).then(|| super::days::back_days(start, self.between(0, 100)));
            let drop_where = self.once_in(5).then(|| {
                let mut draw = Draw { lot: self, subjects: &[], world: &world, partners: false };
                draw.simple_pred(source)
            });
            let dedupe = dedupe.filter(|_| source == ORDERS);
            world.manners[source] =
                Manners { refreshed, covers, dedupe, drop_where, plan: source == STOCK && self.once_in(6) };
        }
        if self.once_in(2) {
            let expr = Draw { lot: self, subjects: &[], world: &world, partners: true }.computed();
            world.computed.push(("extra".to_string(), expr));
        }
        world
    }

    fn maybe(&mut self, missing_once_in: usize, value: impl Fn(&mut Lot) -> String) -> String {
        if self.once_in(missing_once_in) { String::new() } else { value(self) }
    }

    /// With up to so many digits after the point; often a round one, so that equals occur.
    fn decimal(&mut self, low: i64, high: i64, digits: u32) -> String {
        let unit = 10i64.pow(digits);
        let mut value = self.between(low, high);
        if self.once_in(2) {
            value -= value % unit;
        }
        let sign = if value < 0 { "-" } else { "" };
        let value = value.abs();
        match value % unit {
            0 => format!("{sign}{}", value / unit),
            rest => format!("{sign}{}.{rest:0width$}", value / unit, width = digits as usize),
        }
    }
}

/// What must be known of a formula to put it somewhere.
#[derive(Clone, Default)]
struct Facts {
    sources: BTreeSet<usize>,
    /// Of them those that a slice by each dimension reaches: what stands in `overall` is not sliced.
    sliced: [BTreeSet<usize>; 4],
    /// It moves or cuts the window: what that would mean from the beginning of time on, the language does not say.
    moves: bool,
    cost: f64,
}

impl Facts {
    fn and(mut self, other: Facts) -> Facts {
        self.sources.extend(other.sources);
        for (mine, theirs) in self.sliced.iter_mut().zip(other.sliced) {
            mine.extend(theirs);
        }
        Facts { moves: self.moves || other.moves, cost: self.cost + other.cost, ..self }
    }

    fn times(self, cost: f64, moves: bool) -> Facts {
        Facts { cost: self.cost * cost, moves: self.moves || moves, ..self }
    }

    fn leaf(source: usize) -> Facts {
        let all = BTreeSet::from([source]);
        Facts { sources: all.clone(), sliced: [(); 4].map(|()| all.clone()), moves: false, cost: 1.0 }
    }

    fn widened(mut self, dimensions: &[usize]) -> Facts {
        for (dimension, sliced) in self.sliced.iter_mut().enumerate() {
            if dimensions.is_empty() || dimensions.contains(&dimension) {
                sliced.clear();
            }
        }
        self
    }
}

/// 0 for days, more for longer periods.
fn fineness(cut: Cut) -> u8 {
    match cut {
        Cut::Day => 0,
        Cut::Week => 1,
        Cut::Month => 2,
        Cut::Quarter | Cut::FiscalQuarter => 3,
        Cut::Half => 4,
        Cut::Year | Cut::FiscalYear => 5,
    }
}

fn over_cost(over: &Over) -> f64 {
    match over {
        Over::Grain(Cut::Day) => 100.0,
        Over::Grain(Cut::Week) => 16.0,
        Over::Grain(Cut::Month) => 6.0,
        Over::Grain(_) => 3.0,
        Over::Dimension(_) => 4.0,
    }
}

fn facts_narrows(narrows: &[Narrow], subjects: &[Subject]) -> Facts {
    narrows.iter().fold(Facts::default(), |facts, narrow| match narrow {
        // A set is told apart on every window and slice.
        Narrow::InSet(_, set) => facts.and(facts_set(set, subjects).times(12.0, false)),
        _ => facts,
    })
}

fn facts_num(num: &Num, subjects: &[Subject]) -> Facts {
    let of = |n: &Num| facts_num(n, subjects);
    match num {
        Num::Lit(_) | Num::Constant(_) => Facts::default(),
        Num::Name(index) => match &subjects[*index].body {
            Body::Num(num) => of(num),
            Body::Set(set, _) => facts_set(set, subjects),
        },
        Num::Leaf(leaf) => Facts::leaf(leaf.source),
        Num::Count(set) => facts_set(set, subjects),
        Num::Neg(x) => of(x),
        Num::Overall(x, dimensions) => of(x).widened(dimensions),
        Num::PerYear(x) => of(x).times(1.0, true),
        Num::Only(x, narrows) => of(x).and(facts_narrows(narrows, subjects)),
        Num::Bin(_, a, b) | Num::Otherwise(a, b) => of(a).and(of(b)),
        Num::Func(_, args) => args.iter().fold(Facts::default(), |facts, arg| facts.and(of(arg))),
        Num::If(c, a, b) => {
            let facts = facts_cond(c, subjects).and(of(a));
            b.iter().fold(facts, |facts, b| facts.and(of(b)))
        }
        Num::Shift(_, x) => of(x).times(1.0, true),
        Num::Growth(x, _) => of(x).times(2.0, true),
        Num::By(_, x, over) => of(x).times(over_cost(over), matches!(over, Over::Grain(_))),
        Num::CountBy(c, over) => facts_cond(c, subjects).times(over_cost(over), matches!(over, Over::Grain(_))),
    }
}

fn facts_cond(cond: &Cond, subjects: &[Subject]) -> Facts {
    match cond {
        Cond::Compare(_, a, b) => facts_num(a, subjects).and(facts_num(b, subjects)),
        Cond::And(a, b) | Cond::Or(a, b) => facts_cond(a, subjects).and(facts_cond(b, subjects)),
        Cond::Not(a) => facts_cond(a, subjects),
        Cond::Missing(_, a) | Cond::Between(_, a, _, _) => facts_num(a, subjects),
    }
}

fn facts_set(set: &Set, subjects: &[Subject]) -> Facts {
    match set {
        Set::Name(index) => match &subjects[*index].body {
            Body::Set(set, _) => facts_set(set, subjects),
            Body::Num(num) => facts_num(num, subjects),
        },
        Set::Atom(atom) => Facts::leaf(atom.source),
        Set::Op(_, a, b) => facts_set(a, subjects).and(facts_set(b, subjects)),
        Set::Shift(_, x) => facts_set(x, subjects).times(1.0, true),
        Set::Overall(x, dimensions) => facts_set(x, subjects).widened(dimensions),
        Set::Only(x, narrows) => facts_set(x, subjects).and(facts_narrows(narrows, subjects)),
    }
}

/// The sources that a formula reads, sets that choose a slice included.
pub fn sources_num(num: &Num, subjects: &[Subject]) -> BTreeSet<usize> {
    facts_num(num, subjects).sources
}

/// Of them those that a slice by the dimension reaches.
pub fn sliced_sources(num: &Num, dimension: usize, subjects: &[Subject]) -> BTreeSet<usize> {
    facts_num(num, subjects).sliced[dimension].clone()
}

pub fn sources_cond(cond: &Cond, subjects: &[Subject]) -> BTreeSet<usize> {
    facts_cond(cond, subjects).sources
}

pub fn sources_set(set: &Set, subjects: &[Subject]) -> BTreeSet<usize> {
    facts_set(set, subjects).sources
}

struct Draw<'a> {
    lot: &'a mut Lot,
    subjects: &'a [Subject],
    world: &'a World,
    /// Whether rows may look at their partners: not while they are cleaned.
    partners: bool,
}

impl Draw<'_> {
    // ---- rows ----

    /// Fields of a source of these kinds, those of the partner included.
    fn fields(&self, source: usize, kinds: &[Kind]) -> Vec<FieldRef> {
        let of = |source: usize, via_client| {
            let fields = SCHEMAS[source].fields.iter().enumerate();
            fields.filter(|(_, f)| kinds.contains(&f.kind)).map(move |(field, _)| FieldRef { via_client, field })
        };
        let mut found: Vec<FieldRef> = of(source, false).collect();
        if source == ORDERS && self.partners {
            found.extend(of(CLIENTS, true));
            if kinds.contains(&Kind::Number) {
                found.extend((0..self.world.computed.len()).map(|n| FieldRef::own(SCHEMAS[ORDERS].fields.len() + n)));
            }
        }
        found
    }

    fn number_field(&mut self, source: usize) -> FieldRef {
        let fields = self.fields(source, &[Kind::Integer, Kind::Decimal, Kind::Number]);
        *self.lot.pick(&fields)
    }

    /// Its members as they occur.
    fn text_literal(&mut self, source: usize, field: FieldRef) -> String {
        let owner = if field.via_client { CLIENTS } else { source };
        let name = SCHEMAS[owner].fields[field.field].name;
        match name {
            "region" => self.lot.pick(&REGIONS).to_string(),
            "kind" => self.lot.pick(&KINDS).to_string(),
            "segment" => self.lot.pick(&SEGMENTS).to_string(),
            "client" => format!("c{}", self.lot.below(8)),
            "site" => format!("s{}", self.lot.below(4)),
            _ => format!("o{}", self.lot.below(20)),
        }
    }

    fn text_field(&mut self, source: usize) -> FieldRef {
        let fields = self.fields(source, &[Kind::Text]);
        *self.lot.pick(&fields)
    }

    fn row_literal(&mut self) -> String {
        match self.lot.below(3) {
            0 => self.lot.between(0, 10).to_string(),
            1 => self.lot.decimal(-50, 500, 1),
            _ => self.lot.decimal(0, 60000, 2),
        }
    }

    /// The field itself, or a little arithmetic that starts with it.
    fn argument(&mut self, source: usize) -> RowExpr {
        let field = RowExpr::Field(self.number_field(source));
        match self.lot.below(8) {
            6 if source == ORDERS => {
                let (later, earlier) = self.times();
                RowExpr::Elapsed(later, earlier)
            }
            7 if source == ORDERS => RowExpr::Within(FieldRef::own(SPENT), *self.lot.pick(&Unit::ALL)),
            0 => {
                let op = *self.lot.pick(&[Op::Add, Op::Sub, Op::Mul, Op::Mul, Op::Div]);
                let right = match self.lot.below(4) {
                    0 => RowExpr::Constant(self.lot.below(2)),
                    1 => RowExpr::Lit(self.positive()),
                    _ => RowExpr::Field(self.number_field(source)),
                };
                RowExpr::Bin(op, Box::new(field), Box::new(right))
            }
            1 => {
                let right = self.row_expr(source, 1);
                RowExpr::Bin(Op::Mul, Box::new(field), Box::new(right))
            }
            _ => field,
        }
    }

    /// Two times of an order, the later first.
    fn times(&mut self) -> (FieldRef, FieldRef) {
        let (later, earlier) = *self.lot.pick(&[(DONE, DAY), (DONE, DAY), (AT, DAY), (DONE, AT)]);
        (FieldRef::own(later), FieldRef::own(earlier))
    }

    fn exponent(&mut self) -> String {
        self.lot.pick(&["2", "0.5", "3", "-1"]).to_string()
    }

    fn positive(&mut self) -> String {
        self.lot.pick(&["2", "0.5", "3", "1.25", "100", "7"]).to_string()
    }

    fn row_expr(&mut self, source: usize, depth: usize) -> RowExpr {
        if depth == 0 {
            return match self.lot.below(4) {
                0 => RowExpr::Lit(self.row_literal()),
                _ => RowExpr::Field(self.number_field(source)),
            };
        }
        let boxed = |draw: &mut Self| Box::new(draw.row_expr(source, depth - 1));
        match self.lot.below(12) {
            11 if source == ORDERS => RowExpr::Within(FieldRef::own(SPENT), *self.lot.pick(&Unit::ALL)),
            8 => RowExpr::Func(Func::Round(*self.lot.pick(&[0, 1, 2])), vec![*boxed(self)]),
            9 => match self.lot.below(5) {
                0 => RowExpr::Func(Func::Sqrt, vec![*boxed(self)]),
                1 => RowExpr::Func(Func::Ln, vec![*boxed(self)]),
                2 => {
                    // Not of thousands: a sum has 76 digits.
                    let small = RowExpr::Bin(Op::Div, boxed(self), Box::new(RowExpr::Lit("1000".into())));
                    RowExpr::Func(Func::Exp, vec![small])
                }
                3 => RowExpr::Func(Func::Power, vec![*boxed(self), RowExpr::Lit(self.exponent())]),
                _ => {
                    let low = self.lot.between(-5, 5);
                    let high = RowExpr::Lit((low + self.lot.between(1, 50)).to_string());
                    RowExpr::Func(Func::Clamp, vec![*boxed(self), RowExpr::Lit(low.to_string()), high])
                }
            },
            0 => RowExpr::Bin(*self.lot.pick(&[Op::Add, Op::Sub, Op::Mul]), boxed(self), boxed(self)),
            1 => RowExpr::Bin(Op::Div, boxed(self), Box::new(RowExpr::Lit(self.positive()))),
            2 => RowExpr::Neg(boxed(self)),
            3 => RowExpr::Func(Func::Abs, vec![*boxed(self)]),
            4 => {
                let func = self.lot.pick(&[Func::Min, Func::Max]).clone();
                RowExpr::Func(func, vec![*boxed(self), *boxed(self)])
            }
            5 => {
                let other = if self.lot.once_in(3) { None } else { Some(boxed(self)) };
                RowExpr::If(Box::new(self.simple_pred(source)), boxed(self), other)
            }
            6 => RowExpr::Otherwise(boxed(self), Box::new(RowExpr::Lit(self.row_literal()))),
            7 if source == ORDERS => match self.lot.below(3) {
                0 => {
                    let (later, earlier) = self.times();
                    RowExpr::Elapsed(later, earlier)
                }
                1 => {
                    let (later, earlier) = self.times();
                    RowExpr::Workdays(earlier, later)
                }
                _ => RowExpr::Part(
                    self.lot.pick::<&str>(&["year", "month", "weekday"]),
                    FieldRef::own(*self.lot.pick(&[DAY, DONE, AT])),
                ),
            },
            _ => RowExpr::Field(self.number_field(source)),
        }
    }

    /// A computed field, which stands on declared ones.
    fn computed(&mut self) -> RowExpr {
        let of = |field| RowExpr::Field(FieldRef::own(field));
        match self.lot.below(4) {
            0 => RowExpr::Elapsed(FieldRef::own(DONE), FieldRef::own(DAY)),
            1 => RowExpr::Bin(
                Op::Mul,
                Box::new(of(SCORE)),
                Box::new(RowExpr::Field(FieldRef { via_client: true, field: 5 })),
            ),
            2 => RowExpr::Bin(Op::Div, Box::new(of(AMOUNT)), Box::new(of(QTY))),
            _ => RowExpr::Otherwise(Box::new(of(SCORE)), Box::new(RowExpr::Lit("1.5".into()))),
        }
    }

    fn simple_pred(&mut self, source: usize) -> Pred {
        let text = self.text_field(source);
        let cmp = *self.lot.pick(&Cmp::ALL);
        match self.lot.below(10) {
            0 | 1 => {
                let field = RowExpr::Field(self.declared_number(source));
                Pred::Compare(cmp, field, RowExpr::Lit(self.row_literal()))
            }
            2 => {
                let equal = if self.lot.once_in(3) { Cmp::Ne } else { Cmp::Eq };
                let member = self.text_literal(source, text);
                Pred::Text(equal, text, member)
            }
            3 => {
                let members = (0..1 + self.lot.below(3)).map(|_| self.text_literal(source, text)).collect();
                Pred::In(self.lot.once_in(3), text, members)
            }
            4 => {
                let kinds = [Kind::Text, Kind::Integer, Kind::Decimal, Kind::Number, Kind::Bool];
                let fields = self.fields(source, &kinds);
                // `extra` is made of other fields and is not among those that cleaning may read.
                let declared: Vec<FieldRef> = fields.into_iter().filter(|f| is_declared(source, *f)).collect();
                Pred::Missing(self.lot.once_in(2), *self.lot.pick(&declared))
            }
            5 if source == ORDERS => Pred::Flag(FieldRef::own(RUSH)),
            6 if source == ORDERS => {
                let cmp = *self.lot.pick(&[Cmp::Lt, Cmp::Ge, Cmp::Le, Cmp::Gt]);
                let (later, earlier) = self.times();
                match self.lot.below(2) {
                    0 => Pred::Lasts(cmp, later, earlier, self.lot.between(0, 30)),
                    _ => Pred::Moved(cmp, later, earlier, self.span()),
                }
            }
            7 if text_of(source, text) != "kind" => {
                let member = self.text_literal(source, text);
                let part: String = member.chars().take(1 + self.lot.below(2)).collect();
                if self.lot.once_in(2) { Pred::Contains(text, part) } else { Pred::Starts(text, part) }
            }
            8 => {
                let day = forth_days(date(2023, 12, 1), self.lot.between(0, 700));
                let time = FieldRef::own(SCHEMAS[source].time);
                Pred::Day(*self.lot.pick(&[Cmp::Lt, Cmp::Ge, Cmp::Le, Cmp::Gt]), time, day)
            }
            _ => {
                let (low, high) = (self.lot.between(-5, 20), self.lot.between(20, 400));
                let field = self.declared_number(source);
                Pred::Between(self.lot.once_in(4), RowExpr::Field(field), low.to_string(), high.to_string())
            }
        }
    }

    fn declared_number(&mut self, source: usize) -> FieldRef {
        loop {
            let field = self.number_field(source);
            if is_declared(source, field) {
                return field;
            }
        }
    }

    fn pred(&mut self, source: usize, depth: usize) -> Pred {
        if depth == 0 {
            return match self.lot.below(8) {
                0 | 1 => {
                    let cmp = *self.lot.pick(&Cmp::ALL);
                    Pred::Compare(cmp, self.row_expr(source, 1), self.row_expr(source, 1))
                }
                _ => self.simple_pred(source),
            };
        }
        match self.lot.below(6) {
            0 | 1 => Pred::And(Box::new(self.pred(source, depth - 1)), Box::new(self.pred(source, depth - 1))),
            2 => Pred::Or(Box::new(self.pred(source, depth - 1)), Box::new(self.pred(source, depth - 1))),
            3 => Pred::Not(Box::new(self.pred(source, depth - 1))),
            _ => self.pred(source, 0),
        }
    }

    fn filter(&mut self, source: usize) -> Option<Pred> {
        if self.lot.once_in(2) {
            return None;
        }
        let depth = self.lot.below(5).saturating_sub(2);
        Some(self.pred(source, depth))
    }

    fn on(&mut self, source: usize) -> Option<usize> {
        (source == ORDERS && self.lot.once_in(4)).then(|| *self.lot.pick(&[DONE, AT]))
    }

    // ---- leaves ----

    fn leaf(&mut self) -> Leaf {
        let source = *self.lot.pick(&[ORDERS, ORDERS, ORDERS, CLIENTS, STOCK, STOCK]);
        let (on, filter) = (self.on(source), self.filter(source));
        let aggregate = match self.lot.below(16) {
            0..=2 => Aggregate::Count,
            3 => Aggregate::CountDistinct,
            4..=6 => Aggregate::Sum,
            7 => Aggregate::Avg,
            8 => Aggregate::Min,
            9 => Aggregate::Max,
            10 => Aggregate::Median,
            11 => Aggregate::Percentile(self.lot.pick(&["90", "25", "50", "0", "100", "37.5"]).to_string()),
            12 => Aggregate::Stddev,
            13 => Aggregate::WeightedAvg(RowExpr::Field(self.number_field(source))),
            _ if source == STOCK => {
                self.lot.pick(&[Aggregate::Opening, Aggregate::Closing, Aggregate::AverageBalance]).clone()
            }
            _ => Aggregate::Sum,
        };
        let argument = match &aggregate {
            Aggregate::Count => None,
            Aggregate::CountDistinct => {
                let fields = self.fields(source, &[Kind::Text, Kind::Id, Kind::Integer]);
                Some(RowExpr::Field(*self.lot.pick(&fields)))
            }
            Aggregate::WeightedAvg(_) | Aggregate::Opening | Aggregate::Closing | Aggregate::AverageBalance => {
                Some(RowExpr::Field(self.number_field(source)))
            }
            _ => Some(self.argument(source)),
        };
        Leaf { aggregate, source, argument, on, filter }
    }

    fn atom(&mut self, keys: Keys) -> Atom {
        let (source, field) = *self.lot.pick(key_fields(keys));
        Atom { source, key: FieldRef::own(field), on: self.on(source), filter: self.filter(source) }
    }

    // ---- sets ----

    fn set(&mut self, keys: Keys, depth: usize) -> Set {
        let named: Vec<usize> = (0..self.subjects.len())
            .filter(|i| matches!(&self.subjects[*i].body, Body::Set(_, k) if *k == keys))
            .collect();
        if !named.is_empty() && self.lot.once_in(3) {
            return Set::Name(*self.lot.pick(&named));
        }
        if depth == 0 {
            return Set::Atom(Box::new(self.atom(keys)));
        }
        match self.lot.below(8) {
            0..=2 => {
                let op = *self.lot.pick(&[SetOp::Intersect, SetOp::Union, SetOp::Except]);
                Set::Op(op, Box::new(self.set(keys, depth - 1)), Box::new(self.set(keys, depth - 1)))
            }
            3 | 4 => {
                let inner = self.set(keys, depth - 1);
                let moves = facts_set(&inner, self.subjects).moves;
                Set::Shift(self.shift(moves), Box::new(inner))
            }
            5 => {
                let inner = self.set(keys, depth - 1);
                let sources = facts_set(&inner, self.subjects).sources;
                match self.overall(&sources) {
                    Some(dimensions) => Set::Overall(Box::new(inner), dimensions),
                    None => inner,
                }
            }
            6 => {
                let inner = self.set(keys, depth - 1);
                let sources = facts_set(&inner, self.subjects).sources;
                match self.narrows(&sources, depth - 1) {
                    Some(narrows) => Set::Only(Box::new(inner), narrows),
                    None => inner,
                }
            }
            _ => Set::Atom(Box::new(self.atom(keys))),
        }
    }

    fn span(&mut self) -> Span {
        *self.lot.pick(&[
            Span::Years(1),
            Span::Years(1),
            Span::Months(1),
            Span::Months(3),
            Span::Months(12),
            Span::Days(30),
            Span::Days(7),
            Span::Weeks(2),
        ])
    }

    fn shift(&mut self, moves: bool) -> Shift {
        let from = if moves { 6 } else { 8 };
        match self.lot.below(from) {
            0 => Shift::Previous(1),
            1 => Shift::Previous(1 + self.lot.below(3) as u32),
            2 | 3 => Shift::Ago(self.span()),
            4 => self.lot.pick(&[Shift::Ytd, Shift::Qtd, Shift::Mtd]).clone(),
            5 => Shift::Rolling(self.span()),
            6 => Shift::Before,
            _ => Shift::ToDate,
        }
    }

    /// The dimensions that all of the sources have.
    fn shared(&self, sources: &BTreeSet<usize>) -> Vec<usize> {
        (0..DIMENSIONS.len()).filter(|d| sources.iter().all(|s| carrier(*d, *s).is_some())).collect()
    }

    fn overall(&mut self, sources: &BTreeSet<usize>) -> Option<Vec<usize>> {
        if self.lot.once_in(2) {
            return Some(Vec::new());
        }
        let shared = self.shared(sources);
        (!shared.is_empty()).then(|| vec![*self.lot.pick(&shared)])
    }

    fn narrows(&mut self, sources: &BTreeSet<usize>, depth: usize) -> Option<Vec<Narrow>> {
        let shared = self.shared(sources);
        if shared.is_empty() {
            return None;
        }
        let dimension = *self.lot.pick(&shared);
        let member = |draw: &mut Self| -> String {
            match dimension {
                REGION => draw.lot.pick(&REGIONS).to_string(),
                KIND => draw.lot.pick(&KINDS).to_string(),
                CLIENT => format!("c{}", draw.lot.below(8)),
                _ => draw.lot.pick(&SEGMENTS).to_string(),
            }
        };
        let mut narrows = vec![match self.lot.below(4) {
            0 | 1 => Narrow::Is(dimension, member(self)),
            2 => Narrow::Not(dimension, member(self)),
            _ => {
                let negated = self.lot.once_in(3);
                let members = (0..1 + self.lot.below(2)).map(|_| member(self)).collect();
                Narrow::In(negated, dimension, members)
            }
        }];
        if shared.contains(&CLIENT) && self.lot.once_in(2) {
            let set = Box::new(self.set(Keys::Clients, depth.min(1)));
            narrows.push(Narrow::InSet(self.lot.once_in(4), set));
            if self.lot.once_in(2) {
                narrows.remove(0);
            }
        }
        Some(narrows)
    }

    // ---- numbers ----

    fn num(&mut self, depth: usize) -> Num {
        let named: Vec<usize> =
            (0..self.subjects.len()).filter(|i| matches!(self.subjects[*i].body, Body::Num(_))).collect();
        if !named.is_empty() && self.lot.once_in(8) {
            return Num::Name(*self.lot.pick(&named));
        }
        if depth == 0 {
            return match self.lot.below(12) {
                0 => Num::Lit(self.row_literal()),
                1 => Num::Constant(self.lot.below(2)),
                2 | 3 => {
                    let keys = *self.lot.pick(&[Keys::Clients, Keys::Clients, Keys::Orders, Keys::Sites]);
                    Num::Count(Box::new(self.set(keys, 1)))
                }
                _ => Num::Leaf(Box::new(self.leaf())),
            };
        }
        let boxed = |draw: &mut Self| Box::new(draw.num(depth - 1));
        match self.lot.below(22) {
            0 | 1 => Num::Bin(Op::Div, boxed(self), self.divisor(depth - 1)),
            2 => Num::Bin(*self.lot.pick(&[Op::Add, Op::Sub, Op::Mul]), boxed(self), boxed(self)),
            3 => {
                let other = if self.lot.once_in(3) { None } else { Some(boxed(self)) };
                Num::If(Box::new(self.cond(depth - 1)), boxed(self), other)
            }
            4 => match self.lot.below(2) {
                0 => Num::Otherwise(boxed(self), Box::new(Num::Lit(self.lot.between(0, 9).to_string()))),
                _ => Num::Otherwise(boxed(self), boxed(self)),
            },
            5 => self.scalar(depth),
            6..=9 => {
                let inner = boxed(self);
                let moves = facts_num(&inner, self.subjects).moves;
                Num::Shift(self.shift(moves), inner)
            }
            10 | 11 => {
                let span = if self.lot.once_in(2) { None } else { Some(self.span()) };
                Num::Growth(boxed(self), span)
            }
            12 => Num::PerYear(boxed(self)),
            13..=15 => {
                let inner = boxed(self);
                let sources = facts_num(&inner, self.subjects).sources;
                let over = self.over(&sources);
                let func = match self.lot.below(8) {
                    0 => ByFunc::Sum,
                    1 | 2 => ByFunc::Avg,
                    3 => ByFunc::Min,
                    4 => ByFunc::Max,
                    5 => ByFunc::Median,
                    6 => ByFunc::Stddev,
                    _ => ByFunc::Percentile(self.lot.pick(&["90", "25", "62.5"]).to_string()),
                };
                match sources.is_empty() {
                    true => *inner,
                    false => Num::By(func, inner, over),
                }
            }
            16 => {
                let cond = self.cond(depth - 1);
                let sources = facts_cond(&cond, self.subjects).sources;
                match sources.is_empty() {
                    true => self.num(depth - 1),
                    false => Num::CountBy(Box::new(cond), self.over(&sources)),
                }
            }
            17 => {
                let inner = boxed(self);
                let sources = facts_num(&inner, self.subjects).sources;
                match self.overall(&sources) {
                    Some(dimensions) if !sources.is_empty() => Num::Overall(inner, dimensions),
                    _ => *inner,
                }
            }
            18 | 19 => {
                let inner = boxed(self);
                let sources = facts_num(&inner, self.subjects).sources;
                match self.narrows(&sources, depth - 1) {
                    Some(narrows) if !sources.is_empty() => Num::Only(inner, narrows),
                    _ => *inner,
                }
            }
            20 => Num::Neg(boxed(self)),
            _ => self.num(0),
        }
    }

    /// Never a literal 0.
    fn divisor(&mut self, depth: usize) -> Box<Num> {
        Box::new(match self.num(depth) {
            Num::Lit(_) => Num::Lit(self.positive()),
            other => other,
        })
    }

    fn scalar(&mut self, depth: usize) -> Num {
        let x = self.num(depth - 1);
        match self.lot.below(9) {
            0 | 1 => Num::Func(Func::Round(*self.lot.pick(&[0, 0, 1, 2])), vec![x]),
            2 => Num::Func(Func::Abs, vec![x]),
            3 => Num::Func(self.lot.pick(&[Func::Min, Func::Max]).clone(), vec![x, self.num(depth - 1)]),
            4 => {
                let low = self.lot.between(-5, 5);
                let high = low + self.lot.between(1, 50);
                Num::Func(Func::Clamp, vec![x, Num::Lit(low.to_string()), Num::Lit(high.to_string())])
            }
            5 => Num::Func(Func::Sqrt, vec![x]),
            6 => Num::Func(Func::Ln, vec![x]),
            7 => Num::Func(Func::Exp, vec![Num::Bin(Op::Div, Box::new(x), Box::new(Num::Lit("1000".into())))]),
            _ => Num::Func(Func::Power, vec![x, Num::Lit(self.exponent())]),
        }
    }

    fn over(&mut self, sources: &BTreeSet<usize>) -> Over {
        let shared = self.shared(sources);
        if !shared.is_empty() && self.lot.once_in(2) {
            return Over::Dimension(*self.lot.pick(&shared));
        }
        let cuts = [
            Cut::Day,
            Cut::Week,
            Cut::Week,
            Cut::Month,
            Cut::Month,
            Cut::Month,
            Cut::Quarter,
            Cut::FiscalQuarter,
            Cut::Half,
            Cut::Year,
            Cut::FiscalYear,
        ];
        // A source that is refreshed monthly has no values by day.
        let coarsest =
            sources.iter().filter_map(|s| self.world.manners[*s].refreshed).map(|(_, cut)| fineness(cut)).max();
        let possible: Vec<Cut> =
            cuts.into_iter().filter(|c| coarsest.is_none_or(|least| fineness(*c) >= least)).collect();
        Over::Grain(*self.lot.pick(&possible))
    }

    fn cond(&mut self, depth: usize) -> Cond {
        let cmp = *self.lot.pick(&Cmp::ALL);
        match self.lot.below(9) {
            0 if depth > 0 => Cond::And(Box::new(self.cond(depth - 1)), Box::new(self.cond(depth - 1))),
            1 if depth > 0 => Cond::Or(Box::new(self.cond(depth - 1)), Box::new(self.cond(depth - 1))),
            2 if depth > 0 => Cond::Not(Box::new(self.cond(depth - 1))),
            3 => Cond::Missing(self.lot.once_in(2), self.num(depth)),
            4 => Cond::Compare(cmp, self.num(depth), self.num(depth)),
            5 => {
                let (low, high) = (self.lot.between(-5, 5), self.lot.between(5, 300));
                Cond::Between(self.lot.once_in(4), self.num(depth), low.to_string(), high.to_string())
            }
            _ => {
                let literal = if self.lot.once_in(2) { self.lot.between(0, 5).to_string() } else { self.row_literal() };
                Cond::Compare(cmp, self.num(depth), Num::Lit(literal))
            }
        }
    }
}

fn is_declared(source: usize, field: FieldRef) -> bool {
    field.via_client || field.field < SCHEMAS[source].fields.len()
}

fn text_of(source: usize, field: FieldRef) -> &'static str {
    SCHEMAS[if field.via_client { CLIENTS } else { source }].fields[field.field].name
}
