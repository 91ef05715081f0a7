//! Numbers as people and as machines read them.

use crate::design::Direction;
use crate::render::text::visible;
use crate::render::words::Lang;
use crate::results::BoundValue;
use crate::value::unit::format_human;
use crate::value::{Number, Unit};

/// A number in a unit, for machines: `%` stays a fraction; exact for decimals, 12 significant digits for floats.
pub fn machine(number: &Number, unit: Option<&Unit>) -> String {
    unit.map_or_else(|| number.machine(), |u| u.for_machines(number).machine())
}

/// As [`machine`]; a range as `low..high`.
pub fn machine_bound(bound: &BoundValue, unit: Option<&Unit>) -> String {
    match bound {
        BoundValue::One(n) => machine(n, unit),
        BoundValue::Range(low, high) => format!("{}..{}", machine(low, unit), machine(high, unit)),
    }
}

/// A float with at most 12 significant digits, without an exponent.
pub fn float(number: f64) -> String {
    Number::from_f64(number).map(|n| n.machine()).unwrap_or_default()
}

/// A number in a unit, for people: `81.5%`, `¥4,100,000`, `15.2 days`, `18 人`.
pub fn people(number: &Number, unit: Option<&Unit>, lang: Lang) -> String {
    match unit {
        Some(unit) => visible(&format_human(number, unit, Some(lang.locale()))).into_owned(),
        None => number.machine(),
    }
}

/// As [`people`], but what an author wrote without decimals is shown so: `72%`, not `72.0%`.
pub fn as_written(number: &Number, unit: Option<&Unit>, lang: Lang) -> String {
    let text = people(number, unit, lang);
    let whole = unit.is_none_or(|u| u.from_base(number).round(0) == u.from_base(number));
    match text.split_once('.') {
        Some((whole_part, rest)) if number.is_exact() && whole => {
            format!("{whole_part}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        _ => text,
    }
}

/// What a value is held against: `>= 82.0%`, `<= 15 days`, `40%..60%`.
pub fn bound(bound: &BoundValue, unit: Option<&Unit>, direction: Option<Direction>, lang: Lang) -> String {
    match bound {
        BoundValue::One(n) => {
            let sign = match direction {
                Some(Direction::Higher) => ">= ",
                Some(Direction::Lower) => "<= ",
                Some(Direction::Range) => "= ",
                None => "",
            };
            format!("{sign}{}", as_written(n, unit, lang))
        }
        BoundValue::Range(low, high) => range(&as_written(low, unit, lang), &as_written(high, unit, lang)),
    }
}

/// `20..60 tickets`: a word behind both ends is said once.
fn range(low: &str, high: &str) -> String {
    let word = high.split_once(' ').map_or("", |(_, word)| word);
    match low.split_once(' ') {
        Some((number, same)) if same == word => format!("{number}..{high}"),
        _ => format!("{low}..{high}"),
    }
}

pub fn score(score: f64) -> String {
    format!("{:.1}", score + 0.0)
}

/// A share as a whole percent; one that is none has a decimal.
pub fn share(share: f64) -> String {
    let percent = share * 100.0;
    if (percent - percent.round()).abs() < 0.05 { format!("{percent:.0}%") } else { format!("{percent:.1}%") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn decimal(text: &str) -> Number {
        Number::from_decimal(text.parse().unwrap())
    }

    #[test]
    fn bounds_as_they_were_written() {
        let percent = Unit::builtin("%");
        let show = |b: &BoundValue, d| bound(b, percent.as_ref(), Some(d), Lang::En);
        assert_eq!(show(&BoundValue::One(decimal("0.72")), Direction::Higher), ">= 72%");
        assert_eq!(show(&BoundValue::One(decimal("0.8197")), Direction::Higher), ">= 82.0%");
        assert_eq!(show(&BoundValue::One(Number::Float(0.82)), Direction::Lower), "<= 82.0%");
        let range = BoundValue::Range(decimal("0.4"), decimal("0.605"));
        assert_eq!(show(&range, Direction::Range), "40%..60.5%");
    }

    #[test]
    fn for_machines() {
        let percent = Unit::builtin("%").unwrap();
        let days = Unit::builtin("days").unwrap();
        assert_eq!(machine(&decimal("0.85"), Some(&percent)), "0.85");
        assert_eq!(machine(&decimal("1296000"), Some(&days)), "15");
        assert_eq!(float(84.0), "84");
        assert_eq!(float(2.0 / 3.0 * 100.0), "66.6666666667");
        assert_eq!(float(-0.0), "0");
    }
}
