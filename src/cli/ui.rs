//! What the commands share: streams, colours, language, exit codes.

use std::io::{IsTerminal, Write};

use super::args::{ColorChoice, Global, Lang};
use crate::diagnostic::{Diagnostic, Severity, Words, say};
use crate::render::diagnostics::{Report, Section, human};
use crate::render::text::{AnsiColor, Paint, color, visible};
use crate::render::words::check as words;
use crate::source::Sources;

/// Exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Did what was asked.
    Done = 0,
    /// Errors in a design, failed tests.
    Findings = 1,
    /// Usage, configuration, input or output.
    Usage = 2,
    /// Data: unreadable, not as declared, or missing under `--gate=no-data`.
    Data = 3,
    /// Targets missed under `--gate`.
    Missed = 99,
    /// A defect of the program.
    Defect = 101,
    Interrupted = 130,
}

/// Why a command could not do what was asked.
#[derive(Clone, Debug)]
pub struct Failure {
    pub exit: Exit,
    pub message: Words,
    pub help: Option<Words>,
}

impl Failure {
    pub fn usage(message: impl Into<Words>) -> Failure {
        Failure { exit: Exit::Usage, message: message.into(), help: None }
    }

    pub fn help(mut self, help: impl Into<Words>) -> Failure {
        self.help = Some(help.into());
        self
    }
}

pub struct Ui {
    /// Colours on stdout.
    pub paint: Paint,
    paint_stderr: Paint,
    lang: Option<Lang>,
}

fn wants_color<S: anstream::stream::RawStream>(choice: ColorChoice, stream: &S) -> Paint {
    let on = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        // Knows NO_COLOR, CLICOLOR_FORCE, TERM=dumb and whether it is a terminal.
        ColorChoice::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
    };
    Paint { on }
}

impl Ui {
    pub fn new(global: &Global) -> Ui {
        Ui {
            paint: wants_color(global.color, &std::io::stdout()),
            paint_stderr: wants_color(global.color, &std::io::stderr()),
            lang: global.lang,
        }
    }

    /// The language of results: as asked for, else as `kpi.toml` says, else the design's.
    pub fn lang(&self, loaded: &crate::workspace::Loaded) -> crate::render::words::Lang {
        use crate::config::Lang as Configured;
        use crate::render::words::Lang as Words;
        match (self.lang, loaded.config.output.lang) {
            (Some(Lang::En), _) | (None, Some(Configured::En)) => Words::En,
            (Some(Lang::Zh), _) | (None, Some(Configured::Zh)) => Words::Zh,
            (None, None) => loaded.design().locale.as_deref().map_or(Words::En, Words::of_locale),
        }
    }

    /// The language of diagnostics: English, unless another is asked for.
    pub fn diagnostics_lang(&self) -> crate::render::words::Lang {
        match self.lang {
            Some(Lang::Zh) => crate::render::words::Lang::Zh,
            Some(Lang::En) | None => crate::render::words::Lang::En,
        }
    }

    /// Cells of a line on stdout; None where it is no terminal, and nothing is cut.
    pub fn columns(&self) -> Option<usize> {
        let stdout = std::io::stdout();
        let known = terminal_size::terminal_size_of(&stdout).map(|(width, _)| width.0 as usize);
        stdout.is_terminal().then(|| known.unwrap_or(80))
    }

    /// Does the work; where it takes longer than half a second and stderr is a terminal, a bar shows there meanwhile how much
    /// of the data is read, or that it is worked.
    #[cfg(feature = "engine")]
    pub fn while_working<T>(
        &self,
        what: &'static str,
        progress: &crate::data::Progress,
        work: impl FnOnce() -> T,
    ) -> T {
        use std::sync::mpsc::{self, RecvTimeoutError::Timeout};
        use std::time::Duration;
        if !std::io::stderr().is_terminal() {
            return work();
        }
        std::thread::scope(|scope| {
            let (done, wait) = mpsc::channel::<()>();
            scope.spawn(move || {
                if wait.recv_timeout(Duration::from_millis(500)) != Err(Timeout) {
                    return;
                }
                let bar = indicatif::ProgressBar::no_length().with_message(what);
                let looks = |template| indicatif::ProgressStyle::with_template(template);
                let spinner = looks("{spinner} {msg}");
                let read = looks("{msg} {bar:30} {bytes} of {total_bytes}");
                while wait.recv_timeout(Duration::from_millis(100)) == Err(Timeout) {
                    let (read_now, expected) = progress.state();
                    // All is read, or nothing is to be: what is left has no measure.
                    let style = if read_now < expected { &read } else { &spinner };
                    if let Ok(style) = style {
                        bar.set_style(style.clone());
                    }
                    bar.set_length(expected);
                    bar.set_position(read_now);
                    bar.tick();
                }
                bar.finish_and_clear();
            });
            let result = work();
            drop(done);
            result
        })
    }

    /// Writes the result. A reader that has gone away (`kpi check | head`) is no error.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = anstream::AutoStream::always_ansi(std::io::stdout().lock());
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::usage(say!("cannot write to stdout: {error}", "无法写到标准输出：{error}")))
            }
            _ => Ok(()),
        }
    }

    /// Writes on stderr; a stderr that is closed is nobody's concern.
    pub fn say(&self, text: &str) {
        let mut stderr = anstream::AutoStream::always_ansi(std::io::stderr().lock());
        let _ = stderr.write_all(text.as_bytes());
    }

    pub fn fail(&self, failure: &Failure) -> Exit {
        let (lang, paint) = (self.diagnostics_lang(), self.paint_stderr);
        let (word, colon) = (words::severity(Severity::Error, lang), lang.colon());
        let word = paint.paint(color(AnsiColor::Red).bold(), word);
        self.say(&format!("{word}{colon}{}\n", visible(failure.message.get(lang))));
        if let Some(help) = &failure.help {
            let word = paint.paint(color(AnsiColor::Cyan).bold(), words::help(lang));
            self.say(&format!("  {word}{colon}{}\n", visible(help.get(lang))));
        }
        failure.exit
    }

    /// Diagnostics on stderr, for commands whose result is something else.
    pub fn say_diagnostics(&self, folder: &str, sources: &Sources, diagnostics: &[Diagnostic]) {
        let section = Section { folder, sources, diagnostics, files: 0, judgement: None, parses: &[] };
        let report = Report { sections: vec![section], max: Some(100), lang: self.diagnostics_lang(), known: 0 };
        let options = human::Options { paint: self.paint_stderr, columns: None };
        self.say(&human::render_plain(&report, options));
    }
}
