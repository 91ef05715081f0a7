//! Values as people read them: `81.5%`, `¥4,123,456`, `18.3 days`, `3.86 分`.

use super::super::number::fixed;
use super::{Number, Unit};

/// A value in base units, for tables: thousands grouped, as many digits as make sense. Percent has one after the point,
/// money none from 1000 up and two below, durations one with the unit's word, anything else up to three significant ones.
/// Money stands as `4,123,456 元` where the locale is Chinese and the unit has such a label, else as `¥4,123,456` or
/// `4,123,456 CNY`.
pub fn format_human(value: &Number, unit: &Unit, locale: Option<&str>) -> String {
    let shown = unit.from_base(value);
    let text = digits_of(&shown, unit);
    with_unit(text, unit, locale)
}

/// The difference of two values of a unit, with its sign: `+1.5 pp`, `-¥200`. One that is there never reads as zero.
pub fn format_difference(value: &Number, unit: &Unit, locale: Option<&str>) -> String {
    let shown = unit.from_base(value);
    let number = told_from_zero(&shown, unit);
    let zero = !has_digit(&number);
    let text = if unit.is_percent() { format!("{number} pp") } else { with_unit(number, unit, locale) };
    if text.starts_with('-') || zero { text } else { format!("+{text}") }
}

/// Rounded as any number is, but to its first digit where all of it would be rounded away.
fn told_from_zero(shown: &Number, unit: &Unit) -> String {
    let text = digits_of(shown, unit);
    let size = shown.to_f64().abs();
    let digits = (-size.log10().floor()) as i64;
    // What is smaller is what floats leave behind.
    if has_digit(&text) || size == 0.0 || digits > 9 { text } else { grouped(shown, digits) }
}

fn has_digit(number: &str) -> bool {
    number.contains(|c: char| ('1'..='9').contains(&c))
}

/// The number itself, grouped and rounded.
fn digits_of(shown: &Number, unit: &Unit) -> String {
    let size = shown.to_f64().abs();
    if unit.is_percent() || unit.quantity.is_time() {
        return grouped(shown, 1);
    }
    if unit.is_money() {
        return grouped(shown, if size >= 999.995 { 0 } else { 2 });
    }
    let digits = if size >= 1000.0 {
        0
    } else if size >= 100.0 {
        1
    } else if size >= 1.0 || size == 0.0 {
        2
    } else {
        // So many zeros after the point, and three digits more.
        (-size.log10().floor()) as i64 + 2
    };
    if digits > 9 {
        return shown.round(11).machine();
    }
    let text = grouped(shown, digits);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

fn with_unit(number: String, unit: &Unit, locale: Option<&str>) -> String {
    if unit.is_percent() {
        return format!("{number}%");
    }
    if unit.name == "1" {
        return number;
    }
    let chinese = locale.is_some_and(|l| l == "zh" || l.starts_with("zh-") || l.starts_with("zh_"));
    let named_otherwise = unit.label != unit.name;
    if let Some(sign) = &unit.sign
        && !(chinese && named_otherwise)
    {
        let (minus, number) = match number.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", number.as_str()),
        };
        // `¥575 per person`: the sign stands for the currency alone.
        let rest = unit.name.split_once(" per ").map(|(_, per)| format!(" per {per}")).unwrap_or_default();
        return format!("{minus}{sign}{number}{rest}");
    }
    let word = match (unit.label.as_str(), chinese) {
        ("seconds", true) => "秒",
        ("minutes", true) => "分钟",
        ("hours", true) => "小时",
        ("days", true) => "天",
        (label, _) => label,
    };
    format!("{number} {word}")
}

/// Half away from zero to so many digits after the point, with commas between thousands. No `-0`.
fn grouped(value: &Number, digits: i64) -> String {
    let (negative, whole, fraction) = fixed(value, digits);
    let mut text = String::with_capacity(whole.len() * 4 / 3 + fraction.len() + 2);
    if negative {
        text.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(&fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use bigdecimal::{BigDecimal, One};
    use proptest::prelude::*;

    use super::super::{Base, Quantity};
    use super::*;

    fn exact(text: &str) -> Number {
        Number::from_decimal(text.parse().unwrap())
    }

    fn yuan() -> Unit {
        Unit {
            name: "CNY".into(),
            label: "元".into(),
            sign: Some("¥".into()),
            quantity: Quantity::of(Base::Money("CNY".into())),
            factor: BigDecimal::one(),
        }
    }

    fn thing(name: &str, label: &str) -> Unit {
        let quantity = Quantity::of(Base::Count(name.into()));
        Unit { name: name.into(), label: label.into(), sign: None, quantity, factor: BigDecimal::one() }
    }

    #[test]
    fn values_read_as_people_write_them() {
        let percent = Unit::builtin("%").unwrap();
        let plain = Unit::builtin("1").unwrap();
        let days = Unit::builtin("days").unwrap();
        let zh = Some("zh-CN");
        for (value, unit, locale, text) in [
            ("0.8149", &percent, None, "81.5%"),
            ("1", &percent, zh, "100.0%"),
            ("-0.0004", &percent, None, "0.0%"),
            ("4123456.4", &yuan(), zh, "4,123,456 元"),
            ("4123456.4", &yuan(), Some("en"), "¥4,123,456"),
            ("-575.5", &yuan(), None, "-¥575.50"),
            ("999.999", &yuan(), None, "¥1,000"),
            ("1581120", &days, None, "18.3 days"),
            ("1581120", &days, zh, "18.3 天"),
            ("84", &plain, None, "84"),
            ("3.857142857", &thing("point", "分"), zh, "3.86 分"),
            ("12345.6", &thing("person", "人"), None, "12,346 人"),
            ("0.00123456", &plain, None, "0.00123"),
            ("0", &plain, None, "0"),
            ("123.44", &plain, None, "123.4"),
        ] {
            assert_eq!(format_human(&exact(value), unit, locale), text);
        }
        let per_person = yuan().per(&thing("person", "人"));
        assert_eq!(format_human(&exact("575"), &per_person, Some("en")), "¥575 per person");
        assert_eq!(format_human(&exact("575"), &per_person, zh), "575 元/人");
    }

    #[test]
    fn differences_of_percents_are_points() {
        let percent = Unit::builtin("%").unwrap();
        assert_eq!(format_difference(&exact("0.015"), &percent, None), "+1.5 pp");
        assert_eq!(format_difference(&exact("-0.015"), &percent, None), "-1.5 pp");
        assert_eq!(format_difference(&exact("0"), &percent, None), "0.0 pp");
        assert_eq!(format_difference(&exact("-0.000316"), &percent, None), "-0.03 pp");
        assert_eq!(format_difference(&exact("0.00096"), &percent, None), "+0.1 pp");
        assert_eq!(format_difference(&exact("0.00004"), &percent, None), "+0.004 pp");
        assert_eq!(format_difference(&exact("200"), &yuan(), None), "+¥200.00");
        assert_eq!(format_difference(&exact("-200"), &yuan(), Some("zh")), "-200.00 元");
    }

    proptest! {
        #[test]
        fn any_number_is_shown(value in any::<f64>(), unit in 0usize..6) {
            let unit = Unit::builtin(Unit::BUILTIN[unit]).unwrap();
            if let Some(value) = Number::from_f64(value) {
                prop_assert!(format_human(&value, &unit, None).len() < 500);
            }
        }
    }
}
