use std::path::PathBuf;

use super::data::{self, DataArgs};
use super::request::{self, SliceArgs};
use crate::cli::ui::{Exit, Failure, Ui};
use crate::design::{Design, Subject};
use crate::diagnostic::{Diagnostic, say};
use crate::evaluate::{self, Ask, EvalRequest, Evaluator, Periods, leaves};
use crate::plan::{Answers, Leaf, Slice, SliceCondition, SliceTest};
use crate::render::explain::{self, Explanation, Sample};
use crate::render::results::{Look, Shown, table};
use crate::results::{Member, Results, SourceReport, SubjectId};
use crate::workspace::Loaded;

/// Explain a value: formula, intermediate values, rows used and dropped, target.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// An indicator, measure, factor or objective.
    pub name: String,

    /// A folder or a `.kpi` file.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,

    /// Such as `2026`, `2026-Q2`, `2026-06`; else the latest that has ended.
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,

    #[command(flatten)]
    pub slice: SliceArgs,

    /// Show this many rows behind each aggregate.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1000))]
    pub rows: u16,

    #[command(flatten)]
    pub data: DataArgs,

    /// ASCII characters only, but for what the design says.
    #[arg(long)]
    pub ascii: bool,
}

pub fn run(args: &ExplainArgs, ui: &Ui) -> Result<Exit, Failure> {
    let loaded = match super::load_sound(&args.path, ui)? {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let bound = match args.data.bound(&loaded, ui) {
        Ok(bound) => bound,
        Err(exit) => return Ok(exit),
    };
    let design = bound.as_ref();
    let subject = request::subject(design, &args.name)?;
    let asked = EvalRequest {
        periods: match &args.period {
            Some(text) => Periods::One(request::period(design, text)?),
            None => Periods::Latest,
        },
        only: vec![subject],
        slice: args.slice.conditions(design)?,
        as_of: args.data.as_of()?,
        ..EvalRequest::default()
    };
    let lang = ui.lang(&loaded);
    let look = Look { paint: ui.paint, columns: ui.columns(), ascii: args.ascii };
    let options = args.data.options();
    let text = ui.while_working("evaluating", &options.progress, || -> Result<Option<String>, Vec<Diagnostic>> {
        let engine = loaded.open_data(design, &options, &loaded.needs(&asked))?;
        let mut results = evaluate::run(design, &loaded.sources, &engine, &asked)?;
        results.design_hash = loaded.hash();
        let shown = Shown { design, results: &results, lang };
        let of = match subject {
            SubjectId::Indicator(id) => Subject::Indicator(id),
            SubjectId::Measure(id) => Subject::Measure(id),
            // Scores are rolled up from scores: the scoreboard of what stands below says how.
            SubjectId::Factor(_) | SubjectId::Objective(_) | SubjectId::Design => {
                return Ok(Some(table::render(&shown, look)));
            }
        };
        explained(&loaded, &engine, &shown, of, &asked, args.rows.into(), look)
    });
    match text {
        Ok(Some(text)) => {
            ui.print(&text)?;
            Ok(Exit::Done)
        }
        Ok(None) => Err(Failure::usage(say!(
            "there is no data whose latest period could be taken",
            "没有数据，得不出最近的期间"
        ))
        .help(say!("name one: `--period 2026-06`", "写明期间：`--period 2026-06`"))),
        Err(errors) => Ok(data::report(&loaded, ui, &errors)),
    }
}

fn explained(
    loaded: &Loaded,
    engine: &dyn Answers,
    shown: &Shown<'_>,
    subject: Subject,
    asked: &EvalRequest,
    rows: usize,
    look: Look,
) -> Result<Option<String>, Vec<Diagnostic>> {
    let design = shown.design;
    let results: &Results = shown.results;
    let wanted = match subject {
        Subject::Indicator(id) => SubjectId::Indicator(id),
        Subject::Measure(id) => SubjectId::Measure(id),
    };
    let Some(row) = results.rows.iter().find(|r| r.subject == wanted) else { return Ok(None) };
    let slice = Slice {
        conditions: asked
            .slice
            .iter()
            .map(|(dimension, member)| SliceCondition {
                dimension: *dimension,
                test: match member {
                    Member::Value(value) => SliceTest::Members { members: vec![value.clone()], negated: false },
                    Member::NotGiven => SliceTest::NotGiven,
                },
            })
            .collect(),
    };
    let mut evaluator = Evaluator::new(design, &loaded.sources, engine, asked.as_of);
    let trace = evaluator.trace(&Ask::subject(subject, row.window, slice.clone()))?;
    let read = leaves(design, subject);
    let mut samples = Vec::new();
    if rows > 0 {
        for leaf in &read {
            let sample = engine.sample(leaf, row.window, &slice, rows)?;
            samples.push(Sample {
                of: leaf_text(loaded, design, leaf),
                columns: sample.columns,
                rows: sample.rows,
                total: sample.total,
            });
        }
    }
    let names: Vec<&str> =
        read.iter().filter_map(|l| design.sources.get(l.source().index())).map(|s| s.naming.name.as_str()).collect();
    let data: Vec<SourceReport> =
        results.sources.iter().filter(|s| names.contains(&s.name.as_str())).cloned().collect();
    let explanation =
        Explanation { shown: *shown, sources: &loaded.sources, row, trace: &trace, data: &data, samples: &samples };
    Ok(Some(explain::render(&explanation, look)))
}

/// The source and the filter of a leaf, as written.
fn leaf_text(loaded: &Loaded, design: &Design, leaf: &Leaf) -> String {
    let source = design.sources.get(leaf.source().index()).map(|s| s.naming.name.as_str()).unwrap_or_default();
    let filter = match leaf {
        Leaf::Aggregate(aggregate) => aggregate.filter.as_ref(),
        Leaf::Set(atom) => atom.filter.as_ref(),
    };
    match filter {
        Some(filter) => format!("{source} where {}", loaded.sources.slice(filter.span.0)),
        None => source.to_string(),
    }
}
