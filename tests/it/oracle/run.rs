//! Asks the program and the oracle the same questions.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use fishbone::design::DimensionId;
use fishbone::evaluate::{EvalRequest, Periods};
use fishbone::results::{Flags, Member, Reason, Row};
use fishbone::value::{Grain, Period};
use fishbone::workspace::{DataOptions, Loaded};

use super::days::Win;
use super::draw::{Case, Lot};
use super::exact::Val;
use super::forms;
use super::interpret::{Gap, Oracle, Slicing, agrees};
use super::tree::{Aggregate, Body, Num, Subject, subject_name};
use super::world::{DIMENSIONS, SCHEMAS};

#[derive(Default)]
pub struct Tally {
    pub cases: u64,
    pub known: u64,
    pub missing: u64,
    /// Hangs on the last digits of a double, so not compared.
    pub doubtful: u64,
    pub disagreements: Vec<String>,
    /// In how many values that are known each form stands.
    pub forms: BTreeMap<String, u64>,
    /// Why values are missing.
    pub reasons: BTreeMap<String, u64>,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.cases += other.cases;
        self.known += other.known;
        self.missing += other.missing;
        self.doubtful += other.doubtful;
        self.disagreements.extend(other.disagreements);
        for (form, values) in other.forms {
            *self.forms.entry(form).or_default() += values;
        }
        for (reason, values) in other.reasons {
            *self.reasons.entry(reason).or_default() += values;
        }
    }

    /// How often each form and each reason was met.
    pub fn statistics(&self) -> String {
        let mut text = String::from("known values by what their formulas and designs hold:\n");
        for form in forms::ALL.iter().chain(forms::OUTCOMES) {
            text.push_str(&format!("{:>8}  {form}\n", self.forms.get(*form).copied().unwrap_or_default()));
        }
        text.push_str("missing values by reason:\n");
        for (reason, values) in &self.reasons {
            text.push_str(&format!("{values:>8}  {reason}\n"));
        }
        text
    }

    pub fn summary(&self, seed: u64) -> String {
        format!(
            "oracle: seed {seed}, {} designs, {} values and {} missing ones compared, {} doubtful ones skipped, {} disagreements",
            self.cases,
            self.known,
            self.missing,
            self.doubtful,
            self.disagreements.len()
        )
    }
}

/// After so many the rest would be more of the same.
const ENOUGH: usize = 20;

/// The cases, on all cores: each is drawn, written, evaluated and compared on its own.
pub fn run(seed: u64, cases: Range<u64>) -> Tally {
    let next = AtomicU64::new(cases.start);
    let tally = Mutex::new(Tally::default());
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= cases.end || tally.lock().unwrap().disagreements.len() >= ENOUGH {
                return;
            }
            let kept = std::env::var_os("FISHBONE_ORACLE_KEEP");
            let temporary = tempfile::tempdir().unwrap();
            let folder = kept.as_ref().map_or(temporary.path(), Path::new);
            let mut own = Tally { cases: 1, ..Tally::default() };
            if let Err(problem) = compare(&Lot::new(seed, number).case(), folder, &mut own) {
                let problem = format!("case {number} of seed {seed}: {problem}");
                println!("{problem}\n");
                own.disagreements.push(problem);
            }
            let mut tally = tally.lock().unwrap();
            tally.add(own);
            if tally.cases % 1_000 == 0 {
                println!("{}", tally.summary(seed));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    tally.into_inner().unwrap()
}

fn load(case: &Case, subjects: &[Subject], folder: &Path) -> Result<Loaded, String> {
    for (source, schema) in SCHEMAS.iter().enumerate() {
        std::fs::write(folder.join(format!("{}.csv", schema.name)), case.world.csv(source)).unwrap();
    }
    let mut text = case.world.declarations();
    for (index, subject) in subjects.iter().enumerate() {
        text.push_str(&subject.text(&case.world, index));
        text.push('\n');
    }
    let path = folder.join("random.kpi");
    std::fs::write(&path, text).unwrap();
    let loaded = fishbone::load_path(&path).map_err(|why| why.en)?;
    match loaded.checked.diagnostics.iter().find(|d| d.is_error()) {
        Some(error) => Err(format!("does not check: {} {}", error.code.id, error.message.en)),
        None => Ok(loaded),
    }
}

/// What the program says.
struct Got {
    value: Option<f64>,
    reason: Option<Reason>,
    flags: Flags,
}

/// By period, subject and members.
type Shown = BTreeMap<(String, String, Vec<Member>), Got>;

fn evaluate(case: &Case, loaded: &Loaded) -> Result<Shown, String> {
    let design = loaded.design();
    let dimension = |d: usize| {
        let place = design.dimensions.iter().position(|x| x.naming.name == DIMENSIONS[d]).unwrap();
        DimensionId(place as u32)
    };
    let (first, last) = (&case.asked[0], &case.asked[case.asked.len() - 1]);
    let periods = match case.asked.len() {
        1 => Periods::One(Period::parse(&case.world.almanac.name(case.cut, first.last())).map_err(|why| why.en)?),
        _ => Periods::Between {
            from: first.start.unwrap(),
            to: last.last(),
            grain: Grain::parse(case.cut.word()).ok_or("an unknown grain")?,
        },
    };
    let sliced = case.slice.iter().map(|s| match s {
        Slicing::Members { dimension: d, members, .. } => (dimension(*d), Member::Value(members[0].clone())),
        other => panic!("not asked for: {other:?}"),
    });
    let request = EvalRequest {
        periods,
        history: 0,
        only: Vec::new(),
        measures: true,
        slice: sliced.collect(),
        by: if case.by.is_empty() { Vec::new() } else { vec![case.by.iter().map(|d| dimension(*d)).collect()] },
        as_of: case.as_of,
    };
    let options = DataOptions { threads: Some(1), ..DataOptions::default() };
    let results = loaded.evaluate(&options, &request).map_err(|errors| {
        errors.iter().map(|d| format!("{} {}", d.code.id, d.message.en)).collect::<Vec<_>>().join("; ")
    })?;
    let fixed = case.slice.len();
    let of_row = |row: Row| {
        let members = row.slice.iter().skip(fixed).map(|(_, member)| member.clone()).collect();
        let got = Got { value: row.value.map(|v| v.to_f64()), reason: row.reason, flags: row.flags };
        ((row.period, row.name, members), got)
    };
    Ok(results.rows.into_iter().map(of_row).collect())
}

fn compare(case: &Case, folder: &Path, tally: &mut Tally) -> Result<(), String> {
    let loaded = load(case, &case.subjects, folder)?;
    let oracle = Oracle::new(&case.world, &case.subjects, case.as_of);
    if !oracle.has_data() {
        return Ok(());
    }
    let shown = evaluate(case, &loaded)?;
    let (of_case, of_subjects) = (forms::of_case(case), forms::of_subjects(&case.subjects));
    // A window that starts after the as-of day is not due: the language gives it no value.
    for window in case.asked.iter().filter(|w| w.start.is_some_and(|start| start <= oracle.as_of)) {
        let period = case.world.almanac.name(case.cut, window.last());
        for (index, subject) in case.subjects.iter().enumerate() {
            let Body::Num(num) = &subject.body else { continue };
            let name = subject_name(index);
            let lines: Vec<Vec<Member>> =
                shown.keys().filter(|(p, n, _)| *p == period && *n == name).map(|(_, _, m)| m.clone()).collect();
            if !lines.contains(&Vec::new()) {
                return Err(format!("no row for {name} in {period}"));
            }
            if let Some(line) = left_out(case, &oracle, index, *window, &lines) {
                return Err(format!("no row for {name} in {period}, {line:?}\n  {}", subject.text(&case.world, index)));
            }
            for members in lines {
                let slice = sliced(case, &members);
                let want = oracle.value(index, *window, &slice);
                if oracle.doubt.take() {
                    tally.doubtful += 1;
                    continue;
                }
                let got = &shown[&(period.clone(), name.clone(), members.clone())];
                match &want {
                    Ok(_) => {
                        tally.known += 1;
                        let outcomes = [members.contains(&Member::NotGiven), got.flags.in_progress, got.flags.partial];
                        let outcomes = forms::OUTCOMES.iter().zip(outcomes).filter(|(_, is)| *is);
                        let met = of_case.union(&of_subjects[index]).cloned();
                        for form in met.chain(outcomes.map(|(outcome, _)| outcome.to_string())) {
                            *tally.forms.entry(form).or_default() += 1;
                        }
                    }
                    Err(_) => {
                        tally.missing += 1;
                        let reason = format!("{:?}", got.reason);
                        let reason = reason.trim_start_matches("Some(").split([' ', ')']).next().unwrap_or_default();
                        *tally.reasons.entry(reason.to_string()).or_default() += 1;
                    }
                }
                let flags = Flags {
                    in_progress: oracle.is_in_progress(index, *window),
                    partial: want.is_ok() && oracle.is_partial(),
                    provisional: false,
                };
                if same(&want, got) && flags != got.flags {
                    return Err(format!(
                        "{name} in {period}, slice {slice:?}, as of {}: expected {flags:?}, got {:?}\n  {}",
                        oracle.as_of,
                        got.flags,
                        subject.text(&case.world, index),
                    ));
                }
                if !same(&want, got) {
                    return Err(format!(
                        "{name} in {period}, slice {slice:?}, as of {}: {}\n  {}{}",
                        oracle.as_of,
                        differ(&want, got),
                        subject.text(&case.world, index),
                        smallest(case, &oracle, folder, num, *window, (&members, &slice)),
                    ));
                }
            }
        }
    }
    Ok(())
}

fn sliced(case: &Case, members: &[Member]) -> Vec<Slicing> {
    let more = case.by.iter().zip(members).map(|(dimension, member)| match member {
        Member::Value(m) => Slicing::is(*dimension, m),
        Member::NotGiven => Slicing::NotGiven { dimension: *dimension },
    });
    case.slice.iter().cloned().chain(more).collect()
}

/// A line that a drill-down lacks, though rows are counted there.
fn left_out(
    case: &Case,
    oracle: &Oracle<'_>,
    subject: usize,
    window: Win,
    lines: &[Vec<Member>],
) -> Option<Vec<Member>> {
    let counts = matches!(&case.subjects[subject].body,
        Body::Num(Num::Leaf(leaf)) if matches!(leaf.aggregate, Aggregate::Count));
    if !counts || case.by.is_empty() {
        return None;
    }
    let mut possible: Vec<Vec<Member>> = vec![Vec::new()];
    for dimension in &case.by {
        let members = oracle.all_members(*dimension).into_iter().map(Member::Value).chain([Member::NotGiven]);
        let members: Vec<Member> = members.collect();
        possible = possible
            .iter()
            .flat_map(|line| members.iter().map(|m| [line.as_slice(), std::slice::from_ref(m)].concat()))
            .collect();
    }
    possible.into_iter().find(|line| {
        let rows = oracle.value(subject, window, &sliced(case, line));
        !lines.contains(line) && rows.is_ok_and(|rows| rows.to_f64() > 0.0)
    })
}

/// The same value; or none, and for the same kind of reason.
fn same(want: &Result<Val, Gap>, got: &Got) -> bool {
    match (want, got.value) {
        (Ok(want), Some(got)) => agrees(want, got),
        (Err(gap), None) => {
            let uncovered = matches!(got.reason, Some(Reason::NotCovered { .. } | Reason::BeforeCoverage { .. }));
            uncovered == (*gap == Gap::Coverage)
        }
        _ => false,
    }
}

fn differ(want: &Result<Val, Gap>, got: &Got) -> String {
    let want = match want {
        Ok(value) => format!("{} (±{:e})", value.to_f64(), value.err),
        Err(gap) => format!("missing ({gap:?})"),
    };
    match got.value {
        Some(got) => format!("expected {want}, got {got}"),
        None => format!("expected {want}, got {:?}", got.reason),
    }
}

/// The first part of a formula on which the two disagree, where there is one on the same window and slice.
fn smallest(
    case: &Case,
    oracle: &Oracle<'_>,
    folder: &Path,
    num: &Num,
    window: Win,
    (members, slice): (&[Member], &[Slicing]),
) -> String {
    let mut parts = Vec::new();
    num.parts(&mut parts);
    parts.retain(|p| !matches!(p, Num::Lit(_) | Num::Name(_)));
    let mut subjects = case.subjects.clone();
    let first = subjects.len();
    subjects.extend(parts.iter().map(|part| Subject { body: Body::Num(part.clone()), indicator: false }));
    let scratch = folder.join("parts");
    std::fs::create_dir_all(&scratch).unwrap();
    let shown = match load(case, &subjects, &scratch).and_then(|loaded| evaluate(case, &loaded)) {
        Ok(shown) => shown,
        Err(error) => return format!("\n  (its parts: {error})"),
    };
    let period = case.world.almanac.name(case.cut, window.last());
    for (place, part) in parts.iter().enumerate() {
        let want = oracle.value_of(part, window, slice);
        let doubtful = oracle.doubt.take();
        let Some(got) = shown.get(&(period.clone(), subject_name(first + place), members.to_vec())) else { continue };
        if !same(&want, got) && !doubtful {
            return format!("\n  its part: {}\n  {}", part.text(&case.world), differ(&want, got));
        }
    }
    "\n  (its parts agree)".to_string()
}
