//! Units and their algebra.

mod human;

use std::collections::BTreeMap;
use std::fmt;

use bigdecimal::{BigDecimal, One, Zero};

use super::Number;
use super::number::finite;
pub use human::{format_difference, format_human};

/// What units are made of. Two currencies never convert; durations do, and are counted in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Base {
    Money(String),
    Count(String),
    Scale(String),
    Time,
}

impl Base {
    /// As in messages: `CNY`, `person`, `time`.
    pub fn name(&self) -> &str {
        match self {
            Base::Money(name) | Base::Count(name) | Base::Scale(name) => name,
            Base::Time => "time",
        }
    }
}

/// A kind of quantity: a product of powers of bases (what physics calls a dimension; here that word means a way to
/// slice). Empty: a plain number, a count without unit, a share. No power is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quantity(pub BTreeMap<Base, i8>);

impl Quantity {
    /// A plain number.
    pub fn none() -> Quantity {
        Quantity::default()
    }

    pub fn of(base: Base) -> Quantity {
        Quantity([(base, 1)].into())
    }

    pub fn is_plain(&self) -> bool {
        self.0.is_empty()
    }

    /// Its only base, where it is that to the power of 1.
    pub fn single(&self) -> Option<&Base> {
        let mut bases = self.0.iter();
        match (bases.next(), bases.next()) {
            (Some((base, 1)), None) => Some(base),
            _ => None,
        }
    }

    pub fn is_time(&self) -> bool {
        self.single() == Some(&Base::Time)
    }

    /// Powers stop at 127.
    pub fn times(&self, other: &Quantity) -> Quantity {
        self.combine(other, i8::saturating_add)
    }

    /// Powers stop at 127.
    pub fn over(&self, other: &Quantity) -> Quantity {
        self.combine(other, i8::saturating_sub)
    }

    fn combine(&self, other: &Quantity, power: impl Fn(i8, i8) -> i8) -> Quantity {
        let mut bases = self.0.clone();
        for (base, exponent) in &other.0 {
            let own = bases.entry(base.clone()).or_insert(0);
            *own = power(*own, *exponent);
        }
        bases.retain(|_, exponent| *exponent != 0);
        Quantity(bases)
    }

    /// The square root; None where a power is odd.
    pub fn root(&self) -> Option<Quantity> {
        let halved = self.0.iter().map(|(base, e)| (e % 2 == 0).then(|| (base.clone(), e / 2)));
        halved.collect::<Option<_>>().map(Quantity)
    }

    /// `n` times itself; powers stop at 127.
    pub fn power(&self, n: i8) -> Quantity {
        if n == 0 {
            return Quantity::none();
        }
        Quantity(self.0.iter().map(|(base, e)| (base.clone(), e.saturating_mul(n))).collect())
    }

    /// As in messages: `CNY per person`, `time`, `1` for a plain number.
    pub fn display(&self) -> String {
        self.written(Base::name)
    }

    fn written<'a>(&'a self, name: impl Fn(&'a Base) -> &'a str) -> String {
        let part = |positive: bool| -> Vec<String> {
            let bases = self.0.iter().filter(|(_, e)| (**e > 0) == positive);
            bases.map(|(base, e)| format!("{}{}", name(base), superscript(e.unsigned_abs()))).collect()
        };
        let above = match part(true) {
            none if none.is_empty() => "1".to_string(),
            some => some.join("·"),
        };
        part(false).into_iter().fold(above, |text, base| format!("{text} per {base}"))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

fn superscript(power: u8) -> String {
    if power == 1 {
        return String::new();
    }
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = power.to_string();
    digits.bytes().filter_map(|b| DIGITS.get(usize::from(b.wrapping_sub(b'0')))).collect()
}

/// A unit as values are written and shown in: `CNY`, `万元`, `%`, `hours`, `CNY per person`.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// As written in the design, `per` included.
    pub name: String,
    /// What people see: `元`; the name where there is none.
    pub label: String,
    /// A currency sign written before the number: `¥`.
    pub sign: Option<String>,
    pub quantity: Quantity,
    /// Base units in one of this: 10000 for 万元, 86400 for days; 0.01 for `%` as displayed, though machine formats
    /// write shares as fractions.
    pub factor: BigDecimal,
}

impl Unit {
    /// Those that every design has.
    pub const BUILTIN: [&'static str; 6] = ["1", "%", "seconds", "minutes", "hours", "days"];

    /// `1`, `%`, `seconds`, `minutes`, `hours`, `days`; durations in the singular too, as in `1 day` and `CNY per hour`.
    pub fn builtin(name: &str) -> Option<Unit> {
        let (canonical, seconds) = match name {
            "1" => return Some(Unit::simple("1", Quantity::none(), BigDecimal::one())),
            "%" => return Some(Unit::simple("%", Quantity::none(), BigDecimal::new(1.into(), 2))),
            "second" | "seconds" => ("seconds", 1),
            "minute" | "minutes" => ("minutes", 60),
            "hour" | "hours" => ("hours", 3_600),
            "day" | "days" => ("days", 86_400),
            _ => return None,
        };
        Some(Unit::simple(canonical, Quantity::of(Base::Time), BigDecimal::from(seconds)))
    }

    fn simple(name: &str, quantity: Quantity, factor: BigDecimal) -> Unit {
        Unit { name: name.to_string(), label: name.to_string(), sign: None, quantity, factor }
    }

    /// `CNY per person`.
    pub fn per(&self, other: &Unit) -> Unit {
        let factor = if other.factor.is_zero() { BigDecimal::zero() } else { &self.factor / &other.factor };
        Unit {
            name: format!("{} per {}", self.name, singular(&other.name)),
            label: format!("{}/{}", self.label, singular(&other.label)),
            sign: self.sign.clone(),
            quantity: self.quantity.over(&other.quantity),
            factor,
        }
    }

    /// The unit that values of a quantity have where the design names none: `1`, `days`, and else what its bases are
    /// called, with the labels of `units`.
    pub fn made_up(quantity: &Quantity, units: &[Unit]) -> Unit {
        let of_base = |base: &Base| match base {
            Base::Time => Unit::builtin("days"),
            _ => {
                let wanted = Quantity::of(base.clone());
                units.iter().find(|u| u.name == base.name() && u.quantity == wanted).cloned()
            }
        };
        match quantity.single() {
            Some(base) => {
                of_base(base).unwrap_or_else(|| Unit::simple(base.name(), quantity.clone(), BigDecimal::one()))
            }
            None if quantity.is_plain() => Unit::simple("1", Quantity::none(), BigDecimal::one()),
            None => {
                let ratio: Option<Vec<_>> = quantity.0.iter().map(|(b, e)| (e.abs() == 1).then_some((b, *e))).collect();
                match ratio.as_deref() {
                    // The one kind of compound that people have words for.
                    Some(&[(above, 1), (below, -1)] | &[(below, -1), (above, 1)])
                        if let (Some(above), Some(below)) = (of_base(above), of_base(below)) =>
                    {
                        above.per(&below)
                    }
                    _ => {
                        let seconds = |base| if base == &Base::Time { "second" } else { Base::name(base) };
                        Unit::simple(&quantity.written(seconds), quantity.clone(), BigDecimal::one())
                    }
                }
            }
        }
    }

    /// A share that is shown in hundredths.
    pub fn is_percent(&self) -> bool {
        self.name == "%"
    }

    pub fn is_money(&self) -> bool {
        matches!(self.quantity.single(), Some(Base::Money(_)))
    }

    /// A value in base units as one in this unit. Exact where the quotient has an end.
    pub fn from_base(&self, value: &Number) -> Number {
        if self.factor.is_one() {
            return value.clone();
        }
        let float = || Number::Float(finite(value.to_f64() / Number::Decimal(self.factor.clone()).to_f64()));
        match value {
            Number::Decimal(d) if !self.factor.is_zero() => {
                let quotient = (d / &self.factor).normalized();
                if &quotient * &self.factor == *d { Number::from_decimal(quotient) } else { float() }
            }
            _ => float(),
        }
    }

    /// A value in this unit as one in base units.
    pub fn to_base(&self, value: &Number) -> Number {
        if self.factor.is_one() { value.clone() } else { value.mul(&Number::Decimal(self.factor.clone())) }
    }

    /// What machine formats write: the value in this unit, but `%` as a fraction.
    pub fn for_machines(&self, value: &Number) -> Number {
        if self.is_percent() { value.clone() } else { self.from_base(value) }
    }
}

/// `days` → `day`, as it stands after `per`.
fn singular(name: &str) -> &str {
    match name {
        "seconds" | "minutes" | "hours" | "days" => name.strip_suffix('s').unwrap_or(name),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::*;

    fn money(name: &str) -> Quantity {
        Quantity::of(Base::Money(name.into()))
    }

    fn count(name: &str) -> Quantity {
        Quantity::of(Base::Count(name.into()))
    }

    fn exact(text: &str) -> Number {
        Number::from_decimal(text.parse().unwrap())
    }

    #[test]
    fn units_multiply_divide_and_cancel() {
        let per_person = money("CNY").over(&count("person"));
        assert_eq!(per_person.display(), "CNY per person");
        assert_eq!(per_person.times(&count("person")), money("CNY"));
        assert!(per_person.over(&per_person).is_plain());
        assert_eq!(Quantity::none().display(), "1");
        assert_eq!(Quantity::none().over(&Quantity::of(Base::Time)).display(), "1 per time");
        assert_eq!(money("CNY").times(&money("CNY")).display(), "CNY²");
        assert_eq!(money("CNY").power(12).over(&count("a")).over(&count("b")).display(), "CNY¹² per a per b");
        assert_eq!(money("CNY").power(4).root(), Some(money("CNY").power(2)));
        assert_eq!(money("CNY").power(3).root(), None);
        assert_eq!(money("CNY").single(), Some(&Base::Money("CNY".into())));
        assert_eq!(per_person.single(), None);
    }

    #[test]
    fn powers_saturate() {
        let mut much = money("CNY");
        for _ in 0..9 {
            much = much.times(&much);
        }
        assert_eq!(much.0.values().copied().collect::<Vec<_>>(), [127]);
        assert_eq!(Quantity::none().over(&much).over(&much).0.values().copied().collect::<Vec<_>>(), [-128]);
        let _ = much.power(-128).display();
    }

    #[test]
    fn durations_convert() {
        let hours = Unit::builtin("hours").unwrap();
        let days = Unit::builtin("day").unwrap();
        assert_eq!(hours.quantity, days.quantity);
        assert_eq!(days.name, "days");
        assert_eq!(days.from_base(&hours.to_base(&exact("36"))).machine(), "1.5");
        assert_eq!(days.from_base(&exact("3600")).machine(), "0.0416666666667");
        assert_eq!(Unit::builtin("weeks"), None);
        for name in Unit::BUILTIN {
            assert_eq!(Unit::builtin(name).unwrap().name, name);
        }
    }

    #[test]
    fn percent_is_shown_in_hundredths_and_written_as_a_fraction() {
        let percent = Unit::builtin("%").unwrap();
        assert_eq!(percent.from_base(&exact("0.853")).machine(), "85.3");
        assert_eq!(percent.to_base(&exact("85")).machine(), "0.85");
        assert_eq!(percent.for_machines(&exact("0.853")).machine(), "0.853");
    }

    #[test]
    fn units_are_made_up_from_their_parts() {
        let yuan =
            Unit {
                label: "元".into(), sign: Some("¥".into()), ..Unit::simple("CNY", money("CNY"), BigDecimal::one())
            };
        let person = Unit { label: "人".into(), ..Unit::simple("person", count("person"), BigDecimal::one()) };
        let units = [yuan.clone(), person];
        let made = |quantity: &Quantity| Unit::made_up(quantity, &units);
        assert_eq!(made(&money("CNY")), yuan);
        assert_eq!(made(&Quantity::none()).name, "1");
        assert_eq!(made(&Quantity::of(Base::Time)).name, "days");
        let per_person = made(&money("CNY").over(&count("person")));
        assert_eq!((per_person.name.as_str(), per_person.label.as_str()), ("CNY per person", "元/人"));
        let daily = made(&money("CNY").over(&Quantity::of(Base::Time)));
        assert_eq!(daily.name, "CNY per day");
        assert_eq!(daily.from_base(&exact("2").div(&exact("86400")).unwrap()).machine(), "2");
        assert_eq!(made(&money("CNY").times(&count("person"))).name, "CNY·person");
    }

    #[test]
    fn other_names_of_a_quantity_have_a_factor() {
        let wan = Unit { factor: BigDecimal::from(10_000), ..Unit::simple("万元", money("CNY"), BigDecimal::one()) };
        assert_eq!(wan.from_base(&exact("4123456")).machine(), "412.3456");
        assert_eq!(wan.to_base(&exact("412.3456")).machine(), "4123456");
    }

    proptest! {
        #[test]
        fn there_and_back(digits in any::<i64>(), scale in 0i64..6, unit in 0usize..6) {
            let unit = Unit::builtin(Unit::BUILTIN[unit]).unwrap();
            let value = Number::Decimal(BigDecimal::new(digits.into(), scale));
            prop_assert_eq!(unit.from_base(&unit.to_base(&value)), value);
        }

        #[test]
        fn division_undoes_multiplication(a in powers(), b in powers()) {
            prop_assert_eq!(a.times(&b).over(&b), a.clone());
            prop_assert_eq!(a.times(&b), b.times(&a));
        }
    }

    fn powers() -> impl Strategy<Value = Quantity> {
        prop::collection::vec((0usize..4, -3i8..=3), 0..5).prop_map(|parts| {
            let bases =
                [Base::Money("CNY".into()), Base::Money("USD".into()), Base::Count("person".into()), Base::Time];
            parts
                .into_iter()
                .fold(Quantity::none(), |q, (base, e)| q.times(&Quantity::of(bases[base].clone()).power(e)))
        })
    }
}
