//! Single days: arithmetic that saturates, and dates as they are written.

use crate::diagnostic::{Words, say};
use jiff::Span;
use jiff::civil::{Date, DateTime};

/// Days from `a` to `b`; negative where `b` is earlier.
pub fn days_between(a: Date, b: Date) -> i64 {
    a.duration_until(b).as_hours() / 24
}

pub(super) fn add_days(date: Date, days: i64) -> Date {
    saturating(date, Span::new().try_days(days), days)
}

/// The same day of the month, or the month's last.
pub(super) fn add_months(date: Date, months: i64) -> Date {
    saturating(date, Span::new().try_months(months), months)
}

fn saturating(date: Date, span: Result<Span, jiff::Error>, count: i64) -> Date {
    match span {
        Ok(span) => date.saturating_add(span),
        Err(_) if count < 0 => Date::MIN,
        Err(_) => Date::MAX,
    }
}

/// The first day of the month that lies `month` months after January of `year`; `month` may be any number.
pub(super) fn month_start(year: i64, month: i64) -> Date {
    let year = year.saturating_add(month.div_euclid(12));
    let Ok(year) = i16::try_from(year) else { return if year < 0 { Date::MIN } else { Date::MAX } };
    // 0 to 11, so it fits.
    let month = month.rem_euclid(12) as i8 + 1;
    Date::new(year, month, 1).unwrap_or(if year < 0 { Date::MIN } else { Date::MAX })
}

/// `2026-03-05`. The error is a sentence that says what is wrong with it.
pub fn parse_date(text: &str) -> Result<Date, Words> {
    let parts: Vec<&str> = text.split('-').collect();
    let &[year, month, day] = parts.as_slice() else { return Err(malformed(text)) };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2)) else {
        return Err(malformed(text));
    };
    let month = check_month(month)?;
    let day = i8::try_from(day).unwrap_or(i8::MAX);
    Date::new(year, month, day)
        .map_err(|_| say!("{year:04}-{month:02} has no day {day}", "{year:04}-{month:02} 没有 {day} 日"))
}

fn malformed(text: &str) -> Words {
    say!(
        "`{text}` is not a date; write year, month and day as `2026-03-05`",
        "`{text}` 不是日期；按年、月、日写成 `2026-03-05`"
    )
}

pub(super) fn check_month(month: i16) -> Result<i8, Words> {
    match i8::try_from(month) {
        Ok(m @ 1..=12) => Ok(m),
        _ => Err(say!("month {month} does not exist", "没有 {month} 月")),
    }
}

/// Exactly `count` ASCII digits (at most four).
pub(super) fn digits(text: &str, count: usize) -> Option<i16> {
    if text.len() == count && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// `2026-12-31T09:00`, with seconds and fractions where they are given. It is wall time: an offset is an error.
pub fn parse_timestamp(text: &str) -> Result<DateTime, Words> {
    let Some((date, time)) = text.split_once('T') else {
        return Err(say!(
            "`{text}` is not a timestamp; write it as `2026-03-05T09:00`",
            "`{text}` 不是时间戳；写成 `2026-03-05T09:00`"
        ));
    };
    let date = parse_date(date)?;
    if time.contains(['Z', 'z', '+', '-', '[']) {
        return Err(say!(
            "`{text}` has an offset; a timestamp in a design is wall time in the calendar's zone",
            "`{text}` 带有时差；设计里的时间戳是日历时区的当地时间"
        ));
    }
    let wrong = || {
        say!(
            "`{time}` is not a time of day; write it as `09:00` or `09:00:30`",
            "`{time}` 不是时刻；写成 `09:00` 或 `09:00:30`"
        )
    };
    let (clock, fraction) = match time.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (time, None),
    };
    let parts: Option<Vec<i16>> = clock.split(':').map(|part| digits(part, 2)).collect();
    let (hour, minute, second) = match parts.as_deref() {
        Some(&[hour, minute]) if fraction.is_none() => (hour, minute, 0),
        Some(&[hour, minute, second]) => (hour, minute, second),
        _ => return Err(wrong()),
    };
    let nanos = match fraction {
        None => 0,
        Some(f) if (1..=9).contains(&f.len()) && f.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{f:0<9}").parse::<i32>().map_err(|_| wrong())?
        }
        Some(_) => return Err(wrong()),
    };
    for (value, most, en, zh) in [(hour, 23, "hour", "时"), (minute, 59, "minute", "分"), (second, 59, "second", "秒")]
    {
        if value > most {
            return Err(say!("{} {value} does not exist", "没有 {value} {}", Words { en: en.into(), zh: zh.into() }));
        }
    }
    let small = |n: i16| i8::try_from(n).unwrap_or(0);
    jiff::civil::Time::new(small(hour), small(minute), small(second), nanos)
        .map(|time| date.to_datetime(time))
        .map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_date_that_does_not_exist_says_what_is_wrong() {
        assert_eq!(parse_date("2026-02-28"), Ok(date(2026, 2, 28)));
        assert_eq!(parse_date("2026-02-30").unwrap_err().en, "2026-02 has no day 30");
        assert_eq!(parse_date("2026-13-01").unwrap_err().en, "month 13 does not exist");
        assert_eq!(parse_date("2026-00-01").unwrap_err().en, "month 0 does not exist");
        assert!(parse_date("2026-3-5").unwrap_err().en.contains("`2026-03-05`"));
        assert!(parse_date("20260305").is_err());
        assert!(parse_date("+026-03-05").is_err());
    }

    #[test]
    fn timestamps_are_wall_time() {
        assert_eq!(parse_timestamp("2026-12-31T09:00"), Ok(date(2026, 12, 31).at(9, 0, 0, 0)));
        assert_eq!(parse_timestamp("2026-12-31T09:00:30.25"), Ok(date(2026, 12, 31).at(9, 0, 30, 250_000_000)));
        assert_eq!(parse_timestamp("2026-12-31T24:00").unwrap_err().en, "hour 24 does not exist");
        assert!(parse_timestamp("2026-12-31T09:00Z").unwrap_err().en.contains("offset"));
        assert!(parse_timestamp("2026-12-31T09:00+08:00").unwrap_err().en.contains("offset"));
        assert!(parse_timestamp("2026-12-31T9:00").is_err());
        assert!(parse_timestamp("2026-12-31").is_err());
        assert!(parse_timestamp("2026-12-31T09:00.5").is_err());
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(add_days(Date::MAX, 1), Date::MAX);
        assert_eq!(add_days(Date::MIN, i64::MIN), Date::MIN);
        assert_eq!(add_months(date(2026, 1, 1), i64::MAX), Date::MAX);
        assert_eq!(add_months(date(2026, 3, 31), -1), date(2026, 2, 28));
        assert_eq!(month_start(9999, 12), Date::MAX);
        assert_eq!(month_start(i64::MIN, 0), Date::MIN);
        assert_eq!(month_start(2026, -1), date(2025, 12, 1));
        assert_eq!(days_between(Date::MIN, Date::MAX), 7_304_483);
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_an_error(text in "[0-9T:.+Z-]{0,24}") {
            let _ = (parse_date(&text), parse_timestamp(&text));
        }

        #[test]
        fn dates_round_trip(days in -700_000i64..2_900_000) {
            let day = add_days(date(2000, 1, 1), days);
            if day.year() >= 0 {
                prop_assert_eq!(parse_date(&day.to_string()), Ok(day));
            }
            prop_assert_eq!(days_between(date(2000, 1, 1), day), days);
        }
    }
}
