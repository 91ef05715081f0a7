mod gather;
mod server;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Instant;

use notify::{RecursiveMode, Watcher};

use super::report::{Contents, Format};
use crate::cli::output::write_files;
use crate::cli::ui::{Exit, Failure, Ui};
use crate::diagnostic::{Diagnostic, say};
use crate::lint;
use crate::render::diagnostics::{Report, Section, human};
use crate::render::live::{self, Page};
use crate::render::report::html;
use crate::render::results::summary;
use crate::render::text::{DIM, Paint, visible};
use crate::render::words::{Lang, check as words};
use crate::workspace::{self, Inputs, Loaded};
use gather::{Gathered, changed};
use server::Server;

/// Check, evaluate and report again whenever the design or its data changes.
#[derive(Debug, clap::Args)]
pub struct WatchArgs {
    /// A folder or a `.kpi` file.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,

    /// Write the report to this file each time; the extension picks the format, as in `kpi report`.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Show the report as a page on this machine only, at a free port; the page follows each change.
    #[arg(long)]
    pub serve: bool,

    #[command(flatten)]
    pub of: Contents,
}

/// Diagnostics shown at most, as `kpi check` does.
const SHOWN: usize = 100;

pub fn run(args: &WatchArgs, ui: &Ui) -> Result<Exit, Failure> {
    // A path that leads nowhere is wrong from the start; later it may come back.
    workspace::find_one(&args.path).map_err(Failure::usage)?;
    let lang = ui.diagnostics_lang();
    let format = args.report.as_deref().map(Format::of).transpose()?;
    let mut changes = Changes::new(args)?;
    let server = match args.serve {
        true => Some(Server::start(live::text("kpi watch", "…", ui.diagnostics_lang()))?),
        false => None,
    };
    if let Some(server) = &server {
        ui.print(&format!("{} {}\n", lang.pick("serving", "页面地址"), server.url()))?;
    }
    let mut round = Round { args, ui, server, format, said: None };
    loop {
        round.run(&mut changes)?;
        let waiting = lang.pick("waiting for changes, Ctrl-C ends", "等待改动，按 Ctrl-C 结束");
        ui.print(&format!("{}\n", ui.paint.paint(DIM, waiting)))?;
        let paths = changes.next()?;
        let changed = ui.paint.paint(DIM, lang.pick("changed:", "改动："));
        ui.print(&format!("\n{changed}{}{}\n", lang.pick(" ", ""), listed(&paths, lang)))?;
    }
}

/// Up to three names.
fn listed(paths: &[String], lang: Lang) -> String {
    let more = paths.len().saturating_sub(3);
    let mut names: Vec<String> = paths.iter().take(3).map(|p| visible(p).into_owned()).collect();
    if more > 0 {
        names.push(format!("{more} {}", lang.pick("more", "个其他文件")));
    }
    names.join(lang.comma())
}

// ---- one round ---------------------------------------------------------------------------------------------------

struct Round<'a> {
    args: &'a WatchArgs,
    ui: &'a Ui,
    server: Option<Server>,
    /// Of the file that is written.
    format: Option<Format>,
    /// What `check` said the last time: it is not said again.
    said: Option<String>,
}

/// Why there is no new report, as text without colours.
struct Problem {
    title: String,
    text: String,
}

impl Round<'_> {
    /// Checks, evaluates and reports; what goes wrong is said, on the page too, and the next change may mend it.
    fn run(&mut self, changes: &mut Changes) -> Result<(), Failure> {
        let place = workspace::find_one(&self.args.path);
        changes.watch(Inputs::of(&self.args.path, place.as_ref().ok()))?;
        let loaded = match place {
            Ok(place) => workspace::load(place),
            Err(why) => {
                let lang = self.ui.diagnostics_lang();
                self.ui.fail(&Failure::usage(why.clone()));
                self.show_problem(&Problem { title: "kpi watch".to_string(), text: why.get(lang).to_string() }, lang);
                return Ok(());
            }
        };
        let lang = self.ui.lang(&loaded);
        match self.judge(loaded, changes)? {
            Ok(page) => self.show(page),
            Err(problem) => {
                if self.args.report.is_some() {
                    let lang = self.ui.diagnostics_lang();
                    self.ui.print(&format!("{}\n", lang.pick("the report is left as it was", "报告保持不变")))?;
                }
                self.show_problem(&problem, lang);
            }
        }
        Ok(())
    }

    fn show_problem(&self, problem: &Problem, lang: Lang) {
        self.show(live::text(&problem.title, &problem.text, lang));
    }

    fn show(&self, page: Page) {
        if let Some(server) = &self.server {
            server.show(page);
        }
    }

    fn judge(&mut self, mut loaded: Loaded, changes: &mut Changes) -> Result<Result<Page, Problem>, Failure> {
        let ui = self.ui;
        // As in `eval`, findings of rules keep nobody from evaluating, not even those of the weight of an error.
        let sound = !loaded.has_errors();
        loaded.lint(&lint::Options::default(), None);
        let title = loaded.design().naming.title().to_string();
        let problem = |text: String| Problem { title: title.clone(), text };
        self.check(&loaded)?;
        let of = &self.args.of;
        let design = match &of.data.binding {
            None => Ok(loaded.design().clone()),
            Some(binding) => loaded.bound(binding),
        };
        let options = of.data.options();
        let inputs = changes.inputs.clone();
        changes.watch(inputs.with(&loaded, design.as_ref().unwrap_or(loaded.design()), &options))?;
        if !sound {
            return Ok(Err(problem(plain(loaded.section(), ui.diagnostics_lang()))));
        }
        // All that is said is one log, on stdout: its order is what tells one round from the next.
        let of_data = |errors: &[Diagnostic]| -> Result<Problem, Failure> {
            let section = Section { diagnostics: errors, judgement: None, ..loaded.section() };
            ui.print(&listed_in(section, ui.diagnostics_lang(), ui.paint))?;
            Ok(problem(plain(section, ui.diagnostics_lang())))
        };
        let design = match design {
            Ok(design) => design,
            Err(errors) => {
                return Ok(Err(of_data(&errors)?));
            }
        };
        // A period that this design does not have may be one of the next.
        let asked = match of.request(&design) {
            Ok(asked) => asked,
            Err(failure) => {
                ui.fail(&failure);
                return Ok(Err(problem(failure.message.get(ui.diagnostics_lang()).to_string())));
            }
        };
        let lang = ui.lang(&loaded);
        let made = ui.while_working("evaluating", &options.progress, || {
            loaded.report(&design, &options, &asked, of.title.as_deref(), lang)
        });
        let report = match made {
            Ok(report) => report,
            Err(errors) => {
                return Ok(Err(of_data(&errors)?));
            }
        };
        ui.print(&format!("{}\n", summary::line(&report.shown())))?;
        if report.results.periods.is_empty() {
            return Ok(Err(problem(summary::line(&report.shown()))));
        }
        let theme = of.theme.into();
        if let (Some(path), Some(format)) = (&self.args.report, self.format) {
            write_files(&[(path.clone(), format.rendered(&report, theme)?)])?;
            let wrote = ui.diagnostics_lang().pick("wrote", "已写入");
            ui.print(&format!("{wrote} {}\n", visible(&path.to_string_lossy())))?;
        }
        Ok(Ok(html::live(&report, theme)))
    }

    /// What `kpi check` says: whole where it is something else than the last time, else its last line.
    fn check(&mut self, loaded: &Loaded) -> Result<(), Failure> {
        let lang = self.ui.diagnostics_lang();
        let report = Report { sections: vec![loaded.section()], max: Some(SHOWN), lang, known: 0 };
        let options = human::Options { paint: self.ui.paint, columns: self.ui.columns() };
        let text = human::render(&report, options);
        if self.said.as_ref() == Some(&text) {
            let as_before = lang.pick(", as before", "，与上次相同");
            return self.ui.print(&format!("{}{as_before}\n", words::sentence(report.counts(), lang)));
        }
        self.ui.print(&text)?;
        self.said = Some(text);
        Ok(())
    }
}

fn plain(section: Section<'_>, lang: Lang) -> String {
    listed_in(section, lang, Paint::default())
}

fn listed_in(section: Section<'_>, lang: Lang, paint: Paint) -> String {
    let report = Report { sections: vec![section], max: Some(SHOWN), lang, known: 0 };
    human::render_plain(&report, human::Options { paint, columns: None })
}

// ---- changes -----------------------------------------------------------------------------------------------------

/// What is watched, and what happens there.
struct Changes {
    watcher: notify::RecommendedWatcher,
    events: Receiver<notify::Result<notify::Event>>,
    inputs: Inputs,
    watched: BTreeSet<PathBuf>,
    /// The file that is written here.
    own: Option<PathBuf>,
}

impl Changes {
    fn new(args: &WatchArgs) -> Result<Changes, Failure> {
        let (sender, events) = mpsc::channel();
        let watcher = notify::recommended_watcher(sender).map_err(cannot_watch)?;
        let own = args.report.as_deref().map(workspace::resolved);
        Ok(Changes { watcher, events, inputs: Inputs::default(), watched: BTreeSet::new(), own })
    }

    /// Watches what a design is read from, and nothing else. A folder that was replaced by another of its name has to be
    /// watched anew.
    fn watch(&mut self, inputs: Inputs) -> Result<(), Failure> {
        let folders = inputs.folders();
        self.inputs = inputs;
        for gone in self.watched.difference(&folders) {
            let _ = self.watcher.unwatch(gone);
        }
        self.watched.clear();
        for folder in folders {
            match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(folder);
                }
                // Gone meanwhile: the folder that it stood in is watched.
                Err(_) if !folder.is_dir() => {}
                Err(error) => return Err(cannot_watch(error)),
            }
        }
        Ok(())
    }

    /// Waits until something has changed and come to rest, and gives what: paths as users should see them.
    fn next(&mut self) -> Result<Vec<String>, Failure> {
        let began = Instant::now();
        let mut gathered = Gathered::default();
        loop {
            let event = match gathered.due() {
                None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => self.events.recv_timeout(due.saturating_sub(began.elapsed())),
            };
            let paths = match event {
                Ok(Ok(event)) => changed(&event, &self.inputs, self.own.as_deref()),
                // What was lost may have been anything.
                Ok(Err(_)) => vec![self.inputs.root().to_path_buf()],
                Err(RecvTimeoutError::Timeout) => {
                    return Ok(gathered.paths().map(|p: &Path| self.inputs.shown(p)).collect());
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::usage(say!("files can no longer be watched", "不能再监视文件")));
                }
            };
            gathered.add(paths, began.elapsed());
        }
    }
}

fn cannot_watch(error: notify::Error) -> Failure {
    let paths: Vec<String> = error.paths.iter().map(|p| format!("`{}`", p.to_string_lossy())).collect();
    let what = if paths.is_empty() { "files".to_string() } else { paths.join(", ") };
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => Failure::usage(say!(
            "cannot watch {what}: the system watches as many folders as it may",
            "无法监视 {what}：系统监视的文件夹已达上限"
        ))
        .help(say!("on Linux, raise `fs.inotify.max_user_watches`", "在 Linux 上调大 `fs.inotify.max_user_watches`")),
        notify::ErrorKind::Io(error) => {
            Failure::usage(say!("cannot watch {what}: {error}", "无法监视 {what}：{error}"))
        }
        kind => Failure::usage(say!("cannot watch {what}: {kind:?}", "无法监视 {what}：{kind:?}")),
    }
}
