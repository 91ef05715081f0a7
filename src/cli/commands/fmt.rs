use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::cli::output::write_files;
use crate::cli::ui::{Exit, Failure, Ui};
use crate::diagnostic::codes::files::UNREADABLE_DESIGN;
use crate::diagnostic::{Diagnostic, Lang, Words, say};
use crate::format;
use crate::render::diff;
use crate::render::text::counted;
use crate::source::{Files, Sources};
use crate::syntax;
use crate::workspace::{self, Disk};

/// Write designs in the one format.
///
/// Comments, blank lines and blocks on one line stay; what has syntax errors is left alone.
#[derive(Debug, clap::Args)]
pub struct FmtArgs {
    /// Folders or `.kpi` files; `-`: from stdin to stdout.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Write nothing; list the files that are not formatted, and exit with 1 if there are any.
    #[arg(long)]
    pub check: bool,

    /// Write nothing; show what would change, and exit with 1 if anything would.
    #[arg(long)]
    pub diff: bool,
}

/// What became of one file.
struct Done {
    /// As the user would name it.
    shown: String,
    path: PathBuf,
    sources: Sources,
    /// Its text in the one format, or why it has none.
    made: Result<String, Vec<Diagnostic>>,
}

impl Done {
    fn before(&self) -> &str {
        self.sources.iter().next().map_or("", |file| &*file.text)
    }

    /// The new text, where it differs from the old.
    fn changed(&self) -> Option<&str> {
        self.made.as_deref().ok().filter(|made| *made != self.before())
    }
}

pub fn run(args: &FmtArgs, ui: &Ui) -> Result<Exit, Failure> {
    let from_stdin = args.paths.iter().any(|p| p == Path::new("-"));
    if from_stdin && args.paths.len() > 1 {
        return Err(Failure::usage(say!(
            "`-` stands alone: a text from stdin goes to stdout",
            "`-` 只能单独使用：从标准输入读取，写到标准输出"
        )));
    }
    if from_stdin {
        return stdin(args, ui);
    }
    let mut refused = Vec::new();
    let done: Vec<Done> = files(&args.paths, &mut refused)?.into_par_iter().map(of_file).collect();
    ui.say_diagnostics("", &Sources::default(), &refused);
    for one in &done {
        if let Err(problems) = &one.made {
            ui.say_diagnostics("", &one.sources, problems);
        }
    }
    let changed: Vec<&Done> = done.iter().filter(|d| d.changed().is_some()).collect();
    if args.diff {
        ui.print(&changed.iter().map(|d| shown_diff(d, ui)).collect::<String>())?;
    } else if args.check {
        ui.print(&changed.iter().map(|d| format!("{}\n", d.shown)).collect::<String>())?;
    } else {
        let files = changed.iter().filter_map(|d| Some((d.path.clone(), d.changed()?.as_bytes().to_vec())));
        write_files(&files.collect::<Vec<_>>())?;
    }
    let broken = done.iter().filter(|d| d.made.is_err()).count();
    let only_told = args.check || args.diff;
    ui.say(&sentence(only_told, changed.len(), done.len() - changed.len() - broken, broken, ui.diagnostics_lang()));
    let unread = |problems: &[Diagnostic]| problems.iter().any(|d| d.code == UNREADABLE_DESIGN);
    Ok(if unread(&refused) || done.iter().any(|d| d.made.as_ref().is_err_and(|p| unread(p))) {
        Exit::Usage
    } else if broken > 0 || only_told && !changed.is_empty() {
        Exit::Findings
    } else {
        Exit::Done
    })
}

/// `formatted 2 files; 3 files were formatted already; 1 file has errors and was left alone`
fn sentence(only_told: bool, changed: usize, same: usize, broken: usize, lang: Lang) -> String {
    let mut parts = Vec::new();
    let files = |n| counted(n, "file");
    if changed > 0 && only_told {
        let en = format!("{} would be formatted", files(changed));
        parts.push(Words { en, zh: format!("{changed} 个文件有待整理") });
    } else if changed > 0 {
        let en = format!("formatted {}", files(changed));
        parts.push(Words { en, zh: format!("整理了 {changed} 个文件") });
    }
    if same > 0 {
        let en = format!("{} {} formatted already", files(same), if same == 1 { "is" } else { "are" });
        parts.push(Words { en, zh: format!("{same} 个文件本已整齐") });
    }
    if broken > 0 {
        let (has, was) = if broken == 1 { ("has", "is") } else { ("have", "are") };
        let en = format!("{} {has} errors and {was} left alone", files(broken));
        parts.push(Words { en, zh: format!("{broken} 个文件有错误，未作改动") });
    }
    let parts: Vec<&str> = parts.iter().map(|part| part.get(lang)).collect();
    format!("{}\n", parts.join(lang.pick("; ", "；")))
}

fn shown_diff(done: &Done, ui: &Ui) -> String {
    done.changed().map_or_else(String::new, |made| {
        diff::unified(&done.shown, done.before(), made, ui.paint, ui.columns().is_some())
    })
}

/// All files at all paths, each once, with the name to show.
fn files(paths: &[PathBuf], refused: &mut Vec<Diagnostic>) -> Result<Vec<(String, PathBuf, String)>, Failure> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let places = workspace::find(path).map_err(Failure::usage)?;
        if places.iter().all(|p| p.files.is_empty()) {
            let message = say!("there is no `.kpi` file in `{}`", "`{}` 里没有 `.kpi` 文件", path.to_string_lossy());
            return Err(Failure::usage(message));
        }
        for place in places {
            refused.extend(place.refused);
            for file in place.files {
                let full = place.folder.join(&file);
                if seen.insert(full.canonicalize().unwrap_or(full)) {
                    let slash = if place.shown.is_empty() || place.shown.ends_with('/') { "" } else { "/" };
                    found.push((format!("{}{slash}{file}", place.shown), place.folder.clone(), file));
                }
            }
        }
    }
    Ok(found)
}

fn of_file((shown, folder, file): (String, PathBuf, String)) -> Done {
    let path = folder.join(&file);
    match (Disk { folder }).read(&file) {
        Ok(text) => of_text(shown, path, text),
        Err(why) => {
            let unread = Diagnostic::placeless(
                UNREADABLE_DESIGN,
                say!("cannot read `{shown}`: {}", "无法读取 `{shown}`：{}", why),
            );
            Done { shown, path, sources: Sources::default(), made: Err(vec![unread]) }
        }
    }
}

fn of_text(shown: String, path: PathBuf, text: String) -> Done {
    let sources = Sources::new([(shown.clone(), text)]);
    let made = match sources.iter().next() {
        Some(file) => {
            let parse = syntax::parse(file);
            if parse.diagnostics.is_empty() { Ok(format::format(file, &parse)) } else { Err(parse.diagnostics) }
        }
        None => Ok(String::new()),
    };
    Done { shown, path, sources, made }
}

fn stdin(args: &FmtArgs, ui: &Ui) -> Result<Exit, Failure> {
    let cannot = |why: Words| Failure::usage(say!("cannot read stdin: {}", "无法读取标准输入：{}", why));
    let mut bytes = Vec::new();
    let most = workspace::MAX_FILE_BYTES;
    std::io::stdin().lock().take(most + 1).read_to_end(&mut bytes).map_err(|e| cannot(Words::same(e.to_string())))?;
    if bytes.len() as u64 > most {
        return Err(cannot(say!("it has more than the {} MiB allowed", "它超过允许的 {} MiB", most >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| cannot(say!("it is not UTF-8", "它不是 UTF-8 编码")))?;
    let done = of_text("<stdin>".to_string(), PathBuf::new(), text);
    let made = match &done.made {
        Ok(made) => made,
        Err(problems) => {
            ui.say_diagnostics("", &done.sources, problems);
            return Ok(Exit::Findings);
        }
    };
    if args.diff {
        ui.print(&shown_diff(&done, ui))?;
    } else if !args.check {
        ui.print(made)?;
        return Ok(Exit::Done);
    }
    Ok(if done.changed().is_some() { Exit::Findings } else { Exit::Done })
}
