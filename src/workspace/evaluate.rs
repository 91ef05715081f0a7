//! From a checked design to values: its data opened, its formulas evaluated, its tests run.

use std::path::PathBuf;

use super::{CONFIG_FILE, Loaded};
use crate::data::{self, Access, Progress};
use crate::design::{Design, GivenTable, IndicatorId, MeasureId, SourceId, Subject, Test};
use crate::diagnostic::Diagnostic;
use crate::engine::{Embedded, Options};
use crate::evaluate::{self, DataFacts, EvalRequest, Reopen, needs};
use crate::lint::{Facts, Judgement};
use crate::plan::{Answers, Needs};
use crate::results::{Results, SubjectId};
use crate::source::{FileId, SourceFile};
use crate::testing::{Tested, coverage, run_tests};
use crate::value::calendar::Date;

/// Where data is read from, and with how much of the machine.
#[derive(Clone, Debug, Default)]
pub struct DataOptions {
    /// Paths of data start here instead of at the design's folder.
    pub data_dir: Option<PathBuf>,
    /// Folders that data may come from besides.
    pub allow: Vec<PathBuf>,
    /// None: one a core.
    pub threads: Option<usize>,
    /// Told how far the reading has come.
    pub progress: Progress,
}

impl DataOptions {
    fn engine(&self) -> Options {
        self.threads.map_or_else(Options::default, |threads| Options { threads, ..Options::default() })
    }
}

/// What is done with the answers of an engine.
type Answered<'a> = dyn FnMut(&dyn Answers) -> Result<(), Vec<Diagnostic>> + 'a;

impl Loaded {
    /// The design with the sources of a binding in `kpi.toml`. The errors are of the configuration.
    pub fn bound(&self, binding: &str) -> Result<Design, Vec<Diagnostic>> {
        let mut design = self.design().clone();
        let none = SourceFile::new(FileId::default(), CONFIG_FILE, "");
        let file = self.config_file.and_then(|id| self.sources.get(id)).unwrap_or(&none);
        data::bind(&mut design, &self.config, file, binding)?;
        Ok(design)
    }

    /// Reads, cleans and validates what is needed of a design: this one, or this one [`Loaded::bound`]. Errors are of the
    /// data, with file, row and value.
    pub fn open_data<'d>(
        &'d self,
        design: &'d Design,
        options: &DataOptions,
        needs: &Needs,
    ) -> Result<Embedded<'d>, Vec<Diagnostic>> {
        let access = self.access(options);
        Embedded::load(design, Some(&self.sources), options.engine(), needs, &|_, source, columns| {
            data::open(&access, &source.from, columns)
        })
    }

    /// The folders that its data may come from.
    pub(super) fn access(&self, options: &DataOptions) -> Access {
        let folder = self.folder.clone().unwrap_or_default();
        let allowed = self.config.data.allow.iter().map(|path| folder.join(path.as_ref()));
        let base = options.data_dir.clone().unwrap_or_else(|| folder.clone());
        allowed.chain(options.allow.iter().cloned()).fold(Access::new(base), Access::allow).telling(&options.progress)
    }

    /// What a request will read.
    pub fn needs(&self, request: &EvalRequest) -> Needs {
        let dimensions: Vec<_> =
            request.slice.iter().map(|(d, _)| *d).chain(request.by.iter().flatten().copied()).collect();
        needs(self.design(), &subjects(self.design(), request), &dimensions, request.as_of.is_none())
    }

    /// Evaluates a design without errors.
    pub fn evaluate(&self, options: &DataOptions, request: &EvalRequest) -> Result<Results, Vec<Diagnostic>> {
        self.evaluate_bound(self.design(), options, request)
    }

    /// Evaluates this design as it is [`Loaded::bound`].
    pub fn evaluate_bound(
        &self,
        design: &Design,
        options: &DataOptions,
        request: &EvalRequest,
    ) -> Result<Results, Vec<Diagnostic>> {
        let engine = self.open_data(design, options, &self.needs(request))?;
        let mut results = evaluate::run(design, &self.sources, &engine, request)?;
        results.design_hash = self.hash();
        Ok(results)
    }

    /// Judges a design without errors with all its data, every field of it read and validated; `judge` gets None where there
    /// is no data. Errors are of the data.
    pub(super) fn with_facts(
        &self,
        options: &DataOptions,
        as_of: Option<Date>,
        judge: impl FnOnce(Option<&dyn Facts>) -> Judgement,
    ) -> Result<(Judgement, Vec<Diagnostic>), Vec<Diagnostic>> {
        let request = EvalRequest { as_of, ..EvalRequest::default() };
        let needs = Needs { everything: true, ..self.needs(&request) };
        let engine = self.open_data(self.design(), options, &needs)?;
        let reopen: &Reopen<'_> = &|design, needs, see| {
            let engine = self.open_data(design, options, needs)?;
            see(&engine);
            Ok(())
        };
        let Some(facts) = DataFacts::new(self.design(), &self.sources, &engine, reopen, as_of) else {
            return Ok((judge(None), Vec::new()));
        };
        let judgement = judge(Some(&facts));
        Ok((judgement, facts.into_errors()))
    }

    /// Runs the tests of a design without errors whose titles are wanted.
    pub fn run_tests(&self, wanted: impl Fn(&str) -> bool, threads: Option<usize>) -> Vec<Tested<'_>> {
        let options = DataOptions { threads, ..DataOptions::default() }.engine();
        run_tests(self.design(), &self.sources, wanted, &|design, test, run| self.open_test(options, design, test, run))
    }

    /// What the tests whose titles are wanted reach of a design without errors.
    pub fn coverage(&self, wanted: impl Fn(&str) -> bool) -> Vec<coverage::Piece> {
        let options = DataOptions::default().engine();
        coverage::coverage(self.design(), &self.sources, wanted, &|design, test, run| {
            self.open_test(options, design, test, run)
        })
    }

    fn open_test(
        &self,
        options: Options,
        design: &Design,
        test: &Test,
        run: &mut Answered<'_>,
    ) -> Result<(), Vec<Diagnostic>> {
        run(&Embedded::load(design, Some(&self.sources), options, &needs_of(design, test), &given(test))?)
    }
}

/// The indicators and measures that a request evaluates.
fn subjects(design: &Design, request: &EvalRequest) -> Vec<Subject> {
    let indicators = (0..design.indicators.len()).map(|i| Subject::Indicator(IndicatorId(i as u32)));
    let measures = (0..design.measures.len()).map(|i| Subject::Measure(MeasureId(i as u32)));
    let rolled_up = |s: &SubjectId| matches!(s, SubjectId::Factor(_) | SubjectId::Objective(_) | SubjectId::Design);
    let mut subjects: Vec<Subject> = Vec::new();
    if request.only.is_empty() || request.only.iter().any(rolled_up) {
        subjects.extend(indicators);
    }
    if request.measures {
        subjects.extend(measures);
    }
    subjects.extend(request.only.iter().filter_map(|subject| match subject {
        SubjectId::Indicator(id) => Some(Subject::Indicator(*id)),
        SubjectId::Measure(id) => Some(Subject::Measure(*id)),
        SubjectId::Factor(_) | SubjectId::Objective(_) | SubjectId::Design => None,
    }));
    subjects
}

fn needs_of(design: &Design, test: &Test) -> Needs {
    let subjects: Vec<Subject> = test.expect.iter().map(|e| e.subject).collect();
    let dimensions: Vec<_> = test.expect.iter().flat_map(|e| e.slice.iter().map(|(d, _)| *d)).collect();
    needs(design, &subjects, &dimensions, false)
}

/// The rows of a test as raw tables; a source without any is empty.
fn given(
    test: &Test,
) -> impl Fn(SourceId, &crate::design::Source, &[data::Wanted]) -> Result<data::RawTable, Vec<Diagnostic>> + Sync {
    move |id, source, columns| {
        let empty = GivenTable { source: id, span: test.span, columns: Vec::new(), rows: Vec::new() };
        let table = test.given.iter().find(|g| g.source == id).unwrap_or(&empty);
        Ok(data::given(table, source, columns))
    }
}
