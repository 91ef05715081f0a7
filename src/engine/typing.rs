//! From the columns of a raw table to typed ones. What cannot be read as the field's type becomes null and is marked.
//!
//! Text is read by the rules of the language: ISO dates (a timestamp is cut to its day), decimals with a point. Parquet's
//! own types are converted where no digit can get lost.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBufferBuilder, Date32Array, Decimal128Array, Decimal256Array,
    Float64Array, Int64Array, NullBufferBuilder, StringViewArray, TimestampMicrosecondArray, new_null_array,
};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::compute::{cast, concat};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType,
    i256,
};
use datafusion::arrow::error::ArrowError;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::rows::{NARROW, Ty, WIDE};
use crate::design::FieldKind;
use crate::plan::epoch_day;
use crate::value::calendar::parse_date;

type Result<T> = std::result::Result<T, ArrowError>;

/// One batch's part of a column. Decimals wait for the scale that the whole column needs.
pub enum Parsed {
    Done(ArrayRef),
    /// Units and scale of each value.
    Decimals(Vec<Option<(i128, u8)>>),
}

/// A typed column of one batch, and which of its values could not be read (None: all could).
pub struct Piece {
    pub values: Parsed,
    pub bad: Option<BooleanBuffer>,
}

/// A whole typed column.
#[derive(Clone)]
pub struct Typed {
    pub values: ArrayRef,
    pub bad: Option<BooleanBuffer>,
}

/// Reads one raw column of a batch as a field of this kind; `zone` is the calendar's.
pub fn piece(raw: &ArrayRef, kind: FieldKind, zone: &TimeZone) -> Result<Piece> {
    let raw = match raw.data_type() {
        DataType::Dictionary(_, values) => &cast(raw, values)?,
        _ => raw,
    };
    let done = |values: ArrayRef| Piece { values: Parsed::Done(values), bad: None };
    let whole = |t: &DataType| t.is_integer();
    Ok(match (kind, raw.data_type()) {
        (_, DataType::Null) => nothing(kind, raw.len()),
        (_, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => {
            return texts(&cast(raw, &DataType::Utf8View)?, kind, zone);
        }
        (FieldKind::Id | FieldKind::Text, t) if whole(t) || matches!(t, DataType::Boolean | DataType::Date32) => {
            done(cast(raw, &DataType::Utf8View)?)
        }
        (FieldKind::Bool, DataType::Boolean) => done(Arc::clone(raw)),
        (FieldKind::Date, DataType::Date32) => done(Arc::clone(raw)),
        (FieldKind::Date | FieldKind::Timestamp, DataType::Timestamp(_, stored)) => {
            let instants = cast(raw, &DataType::Timestamp(TimeUnit::Microsecond, stored.clone()))?;
            let instants = instants.as_primitive::<TimestampMicrosecondType>();
            let wall = match stored {
                None => instants.clone(),
                Some(_) => instants.unary(|micros| wall_time(micros, zone)),
            };
            let wall: ArrayRef = Arc::new(wall.with_timezone_opt::<Arc<str>>(None));
            done(if kind == FieldKind::Date { days(&wall) } else { wall })
        }
        (FieldKind::Timestamp, DataType::Date32) => done(cast(raw, &super::rows::TIMESTAMP)?),
        (FieldKind::Integer, DataType::UInt64) => checked(raw, &DataType::Int64)?,
        (FieldKind::Integer, t) if whole(t) => done(cast(raw, &DataType::Int64)?),
        (FieldKind::Decimal, DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale)) if *scale >= 0 => {
            done(Arc::clone(raw))
        }
        (FieldKind::Decimal, t) if whole(t) => done(cast(raw, &DataType::Decimal128(20, 0))?),
        (FieldKind::Number, t) if t.is_numeric() => finite(&cast(raw, &DataType::Float64)?),
        // Everything else goes through its text: an integer stored as a decimal, a decimal as a double in its shortest form.
        _ => return texts(&cast(raw, &DataType::Utf8View)?, kind, zone),
    })
}

/// All pieces as one column; `None` where the table has no batch.
pub fn column(pieces: Vec<Piece>, kind: FieldKind) -> Result<Typed> {
    let rows: usize = pieces.iter().map(Piece::len).sum();
    let mut bad = None;
    if pieces.iter().any(|p| p.bad.is_some()) {
        let mut builder = BooleanBufferBuilder::new(rows);
        for piece in &pieces {
            match &piece.bad {
                Some(bits) => builder.append_buffer(bits),
                None => builder.append_n(piece.len(), false),
            }
        }
        bad = Some(builder.finish());
    }
    let scale = pieces.iter().filter_map(Piece::scale).max();
    let whole = pieces.iter().filter_map(Piece::whole_digits).max().unwrap_or(1);
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        arrays.push(match piece.values {
            Parsed::Done(array) => array,
            Parsed::Decimals(values) => decimals(&values, scale.unwrap_or(0), whole),
        });
    }
    if kind == FieldKind::Decimal {
        arrays = one_scale(arrays)?;
    }
    let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    let values = match arrays.as_slice() {
        [] => new_null_array(&empty_type(kind), 0),
        _ => concat(&arrays)?,
    };
    Ok(Typed { values, bad })
}

fn empty_type(kind: FieldKind) -> DataType {
    match kind {
        FieldKind::Id | FieldKind::Text => DataType::Utf8View,
        FieldKind::Bool => DataType::Boolean,
        FieldKind::Date => DataType::Date32,
        FieldKind::Timestamp => super::rows::TIMESTAMP,
        FieldKind::Integer => DataType::Int64,
        FieldKind::Decimal => DataType::Decimal128(1, 0),
        FieldKind::Number => DataType::Float64,
    }
}

fn nothing(kind: FieldKind, rows: usize) -> Piece {
    let values = match kind {
        FieldKind::Decimal => Parsed::Decimals(vec![None; rows]),
        _ => Parsed::Done(new_null_array(&empty_type(kind), rows)),
    };
    Piece { values, bad: None }
}

impl Piece {
    fn len(&self) -> usize {
        match &self.values {
            Parsed::Done(array) => array.len(),
            Parsed::Decimals(values) => values.len(),
        }
    }

    fn scale(&self) -> Option<u8> {
        match &self.values {
            Parsed::Done(array) => match array.data_type() {
                DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => u8::try_from(*scale).ok(),
                _ => None,
            },
            Parsed::Decimals(values) => values.iter().flatten().map(|(_, scale)| *scale).max(),
        }
    }

    fn whole_digits(&self) -> Option<u8> {
        match &self.values {
            Parsed::Done(array) => match array.data_type() {
                DataType::Decimal128(p, s) | DataType::Decimal256(p, s) => {
                    u8::try_from(i16::from(*p) - i16::from(*s)).ok()
                }
                _ => None,
            },
            Parsed::Decimals(values) => {
                values.iter().flatten().map(|(units, scale)| length(*units).saturating_sub(*scale)).max()
            }
        }
    }
}

fn length(units: i128) -> u8 {
    units.unsigned_abs().checked_ilog10().map_or(1, |n| n as u8 + 1)
}

fn decimals(values: &[Option<(i128, u8)>], scale: u8, whole: u8) -> ArrayRef {
    let precision = whole.saturating_add(scale).max(1);
    if precision <= NARROW {
        let units = values.iter().map(|v| {
            v.and_then(|(units, own)| units.checked_mul(10_i128.checked_pow(u32::from(scale.saturating_sub(own)))?))
        });
        let array: Decimal128Array = units.collect();
        return Arc::new(array.with_data_type(DataType::Decimal128(precision, scale as i8)));
    }
    let units = values.iter().map(|v| {
        v.and_then(|(units, own)| {
            let power = i256::from_i128(10).checked_pow(u32::from(scale.saturating_sub(own)))?;
            i256::from_i128(units).checked_mul(power)
        })
    });
    let array: Decimal256Array = units.collect();
    Arc::new(array.with_data_type(DataType::Decimal256(precision.min(WIDE), scale as i8)))
}

/// Decimals of one type, wide enough for all.
fn one_scale(arrays: Vec<ArrayRef>) -> Result<Vec<ArrayRef>> {
    let types = arrays.iter().filter_map(|a| match a.data_type() {
        DataType::Decimal128(p, s) | DataType::Decimal256(p, s) => Some((*p, *s)),
        _ => None,
    });
    let (mut whole, mut scale) = (0, 0);
    for (p, s) in types {
        whole = whole.max(i16::from(p) - i16::from(s));
        scale = scale.max(s);
    }
    let precision = (whole + i16::from(scale)).clamp(1, i16::from(WIDE)) as u8;
    let ty = Ty::Decimal { precision, scale, max: f64::INFINITY }.data_type();
    arrays.into_iter().map(|a| if *a.data_type() == ty { Ok(a) } else { cast(&a, &ty) }).collect()
}

/// Values that the cast cannot take are bad.
fn checked(raw: &ArrayRef, ty: &DataType) -> Result<Piece> {
    let values = cast(raw, ty)?;
    let bad = (values.null_count() > raw.null_count())
        .then(|| BooleanBuffer::collect_bool(raw.len(), |i| values.is_null(i) && raw.is_valid(i)));
    Ok(Piece { values: Parsed::Done(values), bad })
}

/// NaN and infinities are no numbers, and there is no -0.
fn finite(values: &ArrayRef) -> Piece {
    let values = values.as_primitive::<Float64Type>();
    let good = BooleanBuffer::collect_bool(values.len(), |i| values.is_null(i) || values.value(i).is_finite());
    let bad = (good.count_set_bits() < values.len()).then(|| !&good);
    let cleaned: Float64Array = values.iter().map(|v| v.filter(|v| v.is_finite()).map(|v| v + 0.0)).collect();
    Piece { values: Parsed::Done(Arc::new(cleaned)), bad }
}

fn days(wall: &ArrayRef) -> ArrayRef {
    let wall = wall.as_primitive::<TimestampMicrosecondType>();
    Arc::new(wall.unary::<_, Date32Type>(|micros| micros.div_euclid(86_400_000_000) as i32))
}

/// Wall time in a zone, in microseconds, of an instant.
fn wall_time(micros: i64, zone: &TimeZone) -> i64 {
    match jiff::Timestamp::from_microsecond(micros) {
        Ok(instant) => micros_of(zone.to_datetime(instant)),
        Err(_) => micros,
    }
}

fn micros_of(time: DateTime) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    i64::from(epoch_day(time.date())) * 86_400_000_000
        + seconds * 1_000_000
        + i64::from(time.subsec_nanosecond()) / 1000
}

// ---- text --------------------------------------------------------------------------------------------------------

/// Blank text is missing.
fn texts(raw: &ArrayRef, kind: FieldKind, zone: &TimeZone) -> Result<Piece> {
    let raw = raw.as_string_view();
    match kind {
        FieldKind::Id | FieldKind::Text => Ok(Piece { values: Parsed::Done(known_texts(raw)), bad: None }),
        FieldKind::Bool => Ok(each::<bool, BooleanArray>(raw, boolean)),
        FieldKind::Date => Ok(each::<i32, Date32Array>(raw, |text| day(text, zone))),
        FieldKind::Timestamp => Ok(each::<i64, TimestampMicrosecondArray>(raw, |text| timestamp(text, zone))),
        FieldKind::Integer => Ok(each::<i64, Int64Array>(raw, integer)),
        FieldKind::Number => Ok(each::<f64, Float64Array>(raw, number)),
        FieldKind::Decimal => {
            let mut bad = Bad::new(raw.len());
            let values = (0..raw.len()).map(|i| bad.read(raw, i, decimal)).collect();
            Ok(Piece { values: Parsed::Decimals(values), bad: bad.finish() })
        }
    }
}

fn known_texts(raw: &StringViewArray) -> ArrayRef {
    let blank = |i: usize| raw.is_valid(i) && raw.value(i).trim().is_empty();
    if !(0..raw.len()).any(blank) {
        return Arc::new(raw.clone());
    }
    let mut nulls = NullBufferBuilder::new(raw.len());
    (0..raw.len()).for_each(|i| nulls.append(raw.is_valid(i) && !blank(i)));
    let (views, buffers, _) = raw.clone().into_parts();
    match StringViewArray::try_new(views, buffers, nulls.finish()) {
        Ok(array) => Arc::new(array),
        Err(_) => Arc::new(raw.clone()),
    }
}

fn each<T, A>(raw: &StringViewArray, read: impl Fn(&str) -> Option<T>) -> Piece
where
    A: FromIterator<Option<T>> + Array + 'static,
{
    let mut bad = Bad::new(raw.len());
    let values: A = (0..raw.len()).map(|i| bad.read(raw, i, &read)).collect();
    Piece { values: Parsed::Done(Arc::new(values)), bad: bad.finish() }
}

/// Marks what cannot be read.
struct Bad {
    bits: BooleanBufferBuilder,
    any: bool,
}

impl Bad {
    fn new(rows: usize) -> Bad {
        Bad { bits: BooleanBufferBuilder::new(rows), any: false }
    }

    fn read<T>(&mut self, raw: &StringViewArray, i: usize, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = if raw.is_valid(i) { raw.value(i).trim() } else { "" };
        let value = if text.is_empty() { None } else { read(text) };
        let bad = value.is_none() && !text.is_empty();
        self.bits.append(bad);
        self.any |= bad;
        value
    }

    fn finish(mut self) -> Option<BooleanBuffer> {
        self.any.then(|| self.bits.finish())
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A day; of a timestamp the day in the calendar's zone.
fn day(text: &str, zone: &TimeZone) -> Option<i32> {
    if text.len() == 10 {
        return parse_date(text).ok().map(epoch_day);
    }
    timestamp(text, zone).map(|micros| micros.div_euclid(86_400_000_000) as i32)
}

/// `2026-01-05T09:00`, `2026-01-05 09:00:30.5`, either with `Z` or an offset; a day alone is its midnight.
fn timestamp(text: &str, zone: &TimeZone) -> Option<i64> {
    let date = parse_date(text.get(..10)?).ok()?;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return Some(micros_of(date.to_datetime(jiff::civil::Time::midnight())));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let clock_end = rest.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(clock_end);
    let time = date.to_datetime(clock_time(clock)?);
    match offset.trim() {
        "" => Some(micros_of(time)),
        "Z" | "z" => in_zone(time, Offset::UTC, zone),
        offset => in_zone(time, fixed(offset)?, zone),
    }
}

fn clock_time(text: &str) -> Option<jiff::civil::Time> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = clock.split(':').map(|p| if p.len() == 2 { p.parse::<i8>().ok() } else { None });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() || fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    jiff::civil::Time::new(hour, minute, second, nanos.parse().ok()?).ok()
}

/// `+08:00`, `+0800`, `-03`
fn fixed(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse::<i32>().ok()?),
        _ => return None,
    };
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

fn in_zone(time: DateTime, offset: Offset, zone: &TimeZone) -> Option<i64> {
    let instant = offset.to_timestamp(time).ok()?;
    Some(micros_of(zone.to_datetime(instant)))
}

/// A whole number; `12.0` is one.
fn integer(text: &str) -> Option<i64> {
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    let (units, scale) = decimal(text)?;
    let power = 10_i128.checked_pow(u32::from(scale))?;
    if units % power == 0 { i64::try_from(units / power).ok() } else { None }
}

fn number(text: &str) -> Option<f64> {
    // Rust's reader also takes `inf` and `nan`.
    if text.bytes().any(|b| b.is_ascii_alphabetic() && !b.eq_ignore_ascii_case(&b'e')) {
        return None;
    }
    text.parse::<f64>().ok().filter(|v| v.is_finite()).map(|v| v + 0.0)
}

/// Units and scale: at most 38 digits, at most 38 of them behind the point.
fn decimal(text: &str) -> Option<(i128, u8)> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (mut units, mut scale, mut point, mut any) = (0_i128, 0_u8, false, false);
    for b in unsigned.bytes() {
        match b {
            b'0'..=b'9' => {
                units = units.checked_mul(10)?.checked_add(i128::from(b - b'0'))?;
                scale = scale.checked_add(u8::from(point))?;
                any = true;
            }
            b'.' if !point => point = true,
            b'e' | b'E' if any => return scientific(text),
            _ => return None,
        }
    }
    if !any || scale > NARROW || length(units) > NARROW {
        return None;
    }
    // `12.500` is `12.5`, so that one long value does not widen a column.
    while scale > 0 && units % 10 == 0 {
        units /= 10;
        scale -= 1;
    }
    Some((if negative { -units } else { units }, scale))
}

fn scientific(text: &str) -> Option<(i128, u8)> {
    let (_, exponent) = text.split_once(['e', 'E'])?;
    if exponent.parse::<i32>().ok()?.unsigned_abs() > 60 {
        return None;
    }
    let value: BigDecimal = text.parse().ok()?;
    decimal(&value.normalized().to_plain_string())
}

// ---- what a typed column says of itself --------------------------------------------------------------------------

/// The type of a stored column and the bound of its values.
pub fn ty(values: &ArrayRef, kind: FieldKind) -> Ty {
    match (kind, values.data_type()) {
        (_, DataType::Decimal128(precision, scale)) => {
            let units = values.as_primitive::<Decimal128Type>();
            let most = units.iter().flatten().map(i128::unsigned_abs).max().unwrap_or(0);
            // Rounded up: a bound must not lie below what it bounds.
            let max = most as f64 * 1.000_000_1 / 10f64.powi(i32::from(*scale));
            Ty::Decimal { precision: *precision, scale: *scale, max }
        }
        (_, DataType::Decimal256(precision, scale)) => {
            let units = values.as_primitive::<Decimal256Type>();
            let most = units.iter().flatten().map(|u| u.to_string().len()).max().unwrap_or(0);
            let max = 10f64.powi(most as i32 - i32::from(*scale));
            Ty::Decimal { precision: *precision, scale: *scale, max }
        }
        (_, DataType::Int64) => {
            let values = values.as_primitive::<Int64Type>();
            let max = values.iter().flatten().map(i64::unsigned_abs).max().unwrap_or(0);
            Ty::Integer { max: max as f64 * 1.000_000_1 }
        }
        (_, DataType::Float64) => {
            let values = values.as_primitive::<Float64Type>();
            Ty::Float { max: values.iter().flatten().fold(0.0, |max, v| v.abs().max(max)) }
        }
        (FieldKind::Bool, _) => Ty::Bool,
        (FieldKind::Date, _) => Ty::Date,
        (FieldKind::Timestamp, _) => Ty::Timestamp,
        _ => Ty::Text,
    }
}

/// A day as a date; the days of Arrow reach further than the calendar's.
pub fn date_of(day: i32) -> Option<Date> {
    jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(day).ok()?).ok()
}
