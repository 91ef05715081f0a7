//! Asks the program and the oracle the same questions.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use fishbone::design::DimensionId;
use fishbone::evaluate::{EvalRequest, Periods};
use fishbone::results::{Member, Row};
use fishbone::value::{Grain, Period};
use fishbone::workspace::{DataOptions, Loaded};

use super::days::Win;
use super::draw::{Case, Lot};
use super::exact::Val;
use super::interpret::{Gap, Oracle, Slicing, agrees};
use super::tree::{Body, Num, Subject, subject_name};
use super::world::{DIMENSIONS, SCHEMAS};

#[derive(Default)]
pub struct Tally {
    pub cases: u64,
    pub known: u64,
    pub missing: u64,
    /// Hangs on the last digits of a double, so not compared.
    pub doubtful: u64,
    pub disagreements: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.cases += other.cases;
        self.known += other.known;
        self.missing += other.missing;
        self.doubtful += other.doubtful;
        self.disagreements.extend(other.disagreements);
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
                own.disagreements.push(format!("case {number} of seed {seed}: {problem}"));
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
    let loaded = fishbone::load_path(&path)?;
    match loaded.checked.diagnostics.iter().find(|d| d.is_error()) {
        Some(error) => Err(format!("does not check: {} {}", error.code.id, error.message)),
        None => Ok(loaded),
    }
}

/// Values of the program, or why there is none, by period, subject and member.
type Shown = BTreeMap<(String, String, Option<Member>), (Option<f64>, String)>;

fn evaluate(case: &Case, loaded: &Loaded) -> Result<Shown, String> {
    let design = loaded.design();
    let dimension = |d: usize| {
        let place = design.dimensions.iter().position(|x| x.naming.name == DIMENSIONS[d]).unwrap();
        DimensionId(place as u32)
    };
    let (first, last) = (&case.asked[0], &case.asked[case.asked.len() - 1]);
    let periods = match case.asked.len() {
        1 => Periods::One(Period::parse(&case.world.almanac.name(case.cut, first.last()))?),
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
        only: Vec::new(),
        measures: true,
        slice: sliced.collect(),
        by: case.by.map(|d| vec![dimension(d)]).into_iter().collect(),
        as_of: case.as_of,
    };
    let options = DataOptions { threads: Some(1), ..DataOptions::default() };
    let results = loaded.evaluate(&options, &request).map_err(|errors| {
        errors.iter().map(|d| format!("{} {}", d.code.id, d.message)).collect::<Vec<_>>().join("; ")
    })?;
    let fixed = case.slice.len();
    let of_row = |row: Row| {
        let member = row.slice.get(fixed).map(|(_, member)| member.clone());
        let reason = row.reason.map(|r| format!("{r:?}")).unwrap_or_default();
        ((row.period, row.name, member), (row.value.map(|v| v.to_f64()), reason))
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
    for window in &case.asked {
        let period = case.world.almanac.name(case.cut, window.last());
        for (index, subject) in case.subjects.iter().enumerate() {
            let Body::Num(num) = &subject.body else { continue };
            let name = subject_name(index);
            let members: Vec<Option<Member>> =
                shown.keys().filter(|(p, n, _)| *p == period && *n == name).map(|(_, _, m)| m.clone()).collect();
            if !members.contains(&None) {
                return Err(format!("no row for {name} in {period}"));
            }
            for member in members {
                let mut slice = case.slice.clone();
                match (&member, case.by) {
                    (Some(Member::Value(m)), Some(d)) => slice.push(Slicing::is(d, m)),
                    (Some(Member::NotGiven), Some(d)) => slice.push(Slicing::NotGiven { dimension: d }),
                    _ => {}
                }
                let want = oracle.value(index, *window, &slice);
                if oracle.doubt.take() {
                    tally.doubtful += 1;
                    continue;
                }
                *(if want.is_ok() { &mut tally.known } else { &mut tally.missing }) += 1;
                let got = &shown[&(period.clone(), name.clone(), member.clone())];
                if !same(&want, got.0) {
                    return Err(format!(
                        "{name} in {period}, slice {slice:?}, as of {}: {}\n  {}{}",
                        oracle.as_of,
                        differ(&want, got),
                        subject.text(&case.world, index),
                        smallest(case, &oracle, folder, num, *window, (&member, &slice)),
                    ));
                }
            }
        }
    }
    Ok(())
}

fn same(want: &Result<Val, Gap>, got: Option<f64>) -> bool {
    match (want, got) {
        (Ok(want), Some(got)) => agrees(want, got),
        (Err(_), None) => true,
        _ => false,
    }
}

fn differ(want: &Result<Val, Gap>, got: &(Option<f64>, String)) -> String {
    let want = match want {
        Ok(value) => format!("{} (±{:e})", value.to_f64(), value.err),
        Err(gap) => format!("missing ({gap:?})"),
    };
    match got {
        (Some(got), _) => format!("expected {want}, got {got}"),
        (None, reason) => format!("expected {want}, got {reason}"),
    }
}

/// The first part of a formula on which the two disagree, where there is one on the same window and slice.
fn smallest(
    case: &Case,
    oracle: &Oracle<'_>,
    folder: &Path,
    num: &Num,
    window: Win,
    (member, slice): (&Option<Member>, &[Slicing]),
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
        let Some(got) = shown.get(&(period.clone(), subject_name(first + place), member.clone())) else { continue };
        if !same(&want, got.0) && !doubtful {
            return format!("\n  its part: {}\n  {}", part.text(&case.world), differ(&want, got));
        }
    }
    "\n  (its parts agree)".to_string()
}
