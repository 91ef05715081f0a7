//! What arguments ask of a design: names, periods, slices, resolved against it.

use super::eval::EvalArgs;
use crate::cli::ui::Failure;
use crate::design::{Design, DimensionId, FactorId, IndicatorId, MeasureId, Naming, ObjectiveId};
use crate::diagnostic::{Words, closest, say};
use crate::evaluate::Periods;
use crate::results::{Member, SubjectId};
use crate::value::calendar::{Date, parse_date};
use crate::value::{Grain, Period};

#[derive(Debug, clap::Args)]
pub struct SliceArgs {
    /// Only rows where the dimension has this member; `D=`: where it is not given. Several must all hold.
    #[arg(long, value_name = "D=V")]
    pub slice: Vec<String>,
}

impl SliceArgs {
    pub fn conditions(&self, design: &Design) -> Result<Vec<(DimensionId, Member)>, Failure> {
        let mut conditions: Vec<(DimensionId, Member)> = Vec::new();
        for text in &self.slice {
            let (name, member) = text.split_once('=').ok_or_else(|| {
                Failure::usage(say!(
                    "`--slice {text}` is not of the form `dimension=member`",
                    "`--slice {text}` 应写成 `维度=成员`"
                ))
            })?;
            let id = dimension(design, name.trim())?;
            if conditions.iter().any(|(d, _)| *d == id) {
                return Err(Failure::usage(say!("`{name}` is sliced twice", "`{name}` 切片了两次")));
            }
            let member = match member.trim() {
                "" => Member::NotGiven,
                member => known_member(design, id, member)?,
            };
            conditions.push((id, member));
        }
        Ok(conditions)
    }
}

/// A member that no closed list speaks against.
fn known_member(design: &Design, id: DimensionId, member: &str) -> Result<Member, Failure> {
    let Some(dimension) = design.dimensions.get(id.index()) else { return Ok(Member::Value(member.to_string())) };
    let mut members: Vec<&str> = Vec::new();
    for (source, path) in &dimension.fields {
        let field = design.sources.get(source.index()).and_then(|s| s.fields.get(path.field.index()));
        // A path that goes on to another source, or a field of any values, closes nothing.
        match field {
            Some(field) if path.via.is_empty() && !field.members.is_empty() => {
                members.extend(field.members.iter().map(String::as_str));
            }
            _ => return Ok(Member::Value(member.to_string())),
        }
    }
    if members.is_empty() || members.contains(&member) {
        return Ok(Member::Value(member.to_string()));
    }
    Err(unknown(
        say!("`{}` has no member `{member}`", "`{}` 没有成员 `{member}`", dimension.naming.name),
        member,
        members,
    ))
}

/// The error of a name that is not there, with the nearest that is.
fn unknown(message: Words, name: &str, known: Vec<&str>) -> Failure {
    let failure = Failure::usage(message);
    let mut known = known;
    known.sort_unstable();
    known.dedup();
    match closest(name, known.iter().copied()) {
        Some(near) => failure.help(Words::meant(near)),
        None if known.is_empty() || known.len() > 20 => failure,
        None => failure.help(say!("there are {}", "已有的是 {}", known.join(", "))),
    }
}

fn position<'a>(mut namings: impl Iterator<Item = &'a Naming>, name: &str) -> Option<u32> {
    namings.position(|n| n.name == name).and_then(|i| u32::try_from(i).ok())
}

/// An indicator, measure, factor or objective, in this order.
pub fn subject(design: &Design, name: &str) -> Result<SubjectId, Failure> {
    let name = name.trim();
    let indicators = || design.indicators.iter().map(|i| &i.naming);
    let measures = || design.measures.iter().map(|m| &m.naming);
    let factors = || design.factors.iter().map(|f| &f.naming);
    let objectives = || design.objectives.iter().map(|o| &o.naming);
    let found = position(indicators(), name)
        .map(|i| SubjectId::Indicator(IndicatorId(i)))
        .or_else(|| position(measures(), name).map(|i| SubjectId::Measure(MeasureId(i))))
        .or_else(|| position(factors(), name).map(|i| SubjectId::Factor(FactorId(i))))
        .or_else(|| position(objectives(), name).map(|i| SubjectId::Objective(ObjectiveId(i))));
    found.ok_or_else(|| {
        let all = indicators().chain(measures()).chain(factors()).chain(objectives());
        let message = say!(
            "no indicator, measure, factor or objective is called `{name}`",
            "没有叫 `{name}` 的指标、度量、因素或目标"
        );
        unknown(message, name, all.map(|n| n.name.as_str()).collect())
    })
}

pub fn dimension(design: &Design, name: &str) -> Result<DimensionId, Failure> {
    let namings = || design.dimensions.iter().map(|d| &d.naming);
    position(namings(), name).map(DimensionId).ok_or_else(|| {
        unknown(
            say!("no dimension is called `{name}`", "没有叫 `{name}` 的维度"),
            name,
            namings().map(|n| n.name.as_str()).collect(),
        )
    })
}

/// `region` or `region,course`
pub fn dimensions(design: &Design, names: &str) -> Result<Vec<DimensionId>, Failure> {
    names.split(',').map(|name| dimension(design, name.trim())).collect()
}

pub fn period(design: &Design, text: &str) -> Result<Period, Failure> {
    let wrong = |why: Words| Failure::usage(say!("`{text}` is no period: {}", "`{text}` 不是期间：{}", why));
    let period = Period::parse(text).map_err(wrong)?;
    period.exists(&design.calendar).map_err(wrong)?;
    Ok(period)
}

pub fn day(text: &str) -> Result<Date, Failure> {
    parse_date(text).map_err(|why| Failure::usage(say!("`{text}` is no day: {}", "`{text}` 不是日期：{}", why)))
}

pub fn periods(args: &EvalArgs, design: &Design) -> Result<Periods, Failure> {
    if let Some(text) = &args.period {
        return Ok(Periods::One(period(design, text)?));
    }
    let (Some(from), Some(to)) = (&args.from, &args.to) else { return Ok(Periods::Latest) };
    let (first, last) = (period(design, from)?, period(design, to)?);
    let grain = match &args.by {
        Some(word) => Grain::parse(word).ok_or_else(|| {
            Failure::usage(say!("`{word}` is no grain", "`{word}` 不是粒度")).help(say!(
                "use day, week, month, quarter, half or year",
                "用 `day`、`week`、`month`、`quarter`、`half` 或 `year`"
            ))
        })?,
        None if first.grain != Grain::Day => first.grain,
        None => {
            return Err(Failure::usage(say!(
                "`--from` a day takes `--by` a grain such as `month`",
                "`--from` 为某一天时，要用 `--by` 写明粒度，例如 `month`"
            )));
        }
    };
    let (from, to) = (first.window(&design.calendar).start, last.window(&design.calendar).last());
    if from > to {
        return Err(Failure::usage(say!(
            "`--from` {from} comes after `--to` {to}",
            "`--from` {from} 晚于 `--to` {to}"
        )));
    }
    Ok(Periods::Between { from, to, grain })
}
