//! An independent oracle: random small designs over random small tables, evaluated by the program and by a naive
//! interpreter of sections 4 and 5 of the language that shares no code with it.
//!
//! `FISHBONE_ORACLE_CASES` says how many designs (else [`CASES`]), `FISHBONE_ORACLE_SEED` which (else [`SEED`]),
//! `FISHBONE_ORACLE_CASE` picks a single one and writes it to `FISHBONE_ORACLE_KEEP`, a folder.

mod days;
pub mod draw;
mod exact;
mod forms;
mod interpret;
#[cfg(feature = "engine")]
mod run;
mod tree;
mod world;

use std::collections::BTreeMap;

use draw::{Case, Lot};

const CASES: u64 = 1_000;
pub const SEED: u64 = 20_260_630;

fn from_env(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

impl Case {
    /// The design as its author would write it.
    pub fn design(&self) -> String {
        let mut text = self.world.declarations();
        for (index, subject) in self.subjects.iter().enumerate() {
            text.push_str(&subject.text(&self.world, index));
            text.push('\n');
        }
        text
    }
}

/// Every design that is drawn has a meaning.
#[test]
fn designs_by_lot_are_right() {
    for number in 0..200 {
        let text = Lot::new(SEED, number).case().design();
        let loaded = fishbone::load_texts([("random.kpi".to_string(), text.clone())]);
        let errors: Vec<String> = loaded
            .checked
            .diagnostics
            .iter()
            .filter(|d| d.is_error())
            .map(|d| {
                let span = d.labels.first().map(|l| l.span);
                let at = span.map(|s| loaded.sources.slice(s).to_string()).unwrap_or_default();
                format!("{} {} at `{at}`", d.code.id, d.message.en)
            })
            .collect();
        assert!(errors.is_empty(), "case {number}\n{text}\n{}", errors.join("\n"));
    }
}

/// Most of what is asked is known, and little hangs on last digits: else the comparison would show nothing.
#[test]
fn most_questions_have_an_answer() {
    let (mut known, mut missing, mut doubtful) = (0u32, 0u32, 0u32);
    for number in 0..100 {
        let case = Lot::new(SEED, number).case();
        let oracle = interpret::Oracle::new(&case.world, &case.subjects, case.as_of);
        for subject in (0..case.subjects.len()).filter(|i| matches!(case.subjects[*i].body, tree::Body::Num(_))) {
            for asked in &case.asked {
                let value = oracle.value(subject, *asked, &[]);
                doubtful += u32::from(oracle.doubt.take());
                *(if value.is_ok() { &mut known } else { &mut missing }) += 1;
            }
        }
    }
    assert!(known * 2 > missing, "{known} known, {missing} missing");
    assert!(doubtful * 50 < known, "{known} known, {doubtful} doubtful");
}

/// Every form is drawn, and all that is drawn is a form of the list.
#[test]
fn every_form_is_drawn() {
    let mut drawn: BTreeMap<String, u64> = BTreeMap::new();
    for number in 0..CASES {
        let case = Lot::new(SEED, number).case();
        let all: forms::Forms =
            forms::of_subjects(&case.subjects).into_iter().chain([forms::of_case(&case)]).flatten().collect();
        all.into_iter().for_each(|form| *drawn.entry(form).or_default() += 1);
    }
    for (form, designs) in &drawn {
        println!("{designs:>8}  {form}");
        assert!(forms::ALL.contains(&form.as_str()), "`{form}` is not in the list");
    }
    let never: Vec<&&str> = forms::ALL.iter().filter(|form| !drawn.contains_key(**form)).collect();
    assert!(never.is_empty(), "never drawn: {never:?}");
}

/// The program and the oracle agree on every value and on every missing one.
#[cfg(feature = "engine")]
#[test]
fn agrees_with_the_program() {
    let seed = from_env("FISHBONE_ORACLE_SEED").unwrap_or(SEED);
    let cases = match from_env("FISHBONE_ORACLE_CASE") {
        Some(one) => one..one + 1,
        None => 0..from_env("FISHBONE_ORACLE_CASES").unwrap_or(CASES),
    };
    let tally = run::run(seed, cases);
    println!("{}\n{}", tally.summary(seed), tally.statistics());
    assert!(tally.disagreements.is_empty(), "{}", tally.disagreements.join("\n\n"));
    let unseen: Vec<&&str> =
        forms::ALL.iter().chain(forms::OUTCOMES).filter(|f| !tally.forms.contains_key(**f)).collect();
    assert!(tally.cases < CASES || unseen.is_empty(), "in no known value: {unseen:?}");
    assert!(
        tally.cases < 100 || tally.known * 2 > tally.missing,
        "too little is known to show anything: {}",
        tally.summary(seed)
    );
}
