use crate::diagnostic::{Words, say};
use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::output::{extension, write_files};
use crate::cli::ui::{Exit, Failure, Ui};
use crate::render::picture::fishbone::fishbone;
use crate::render::picture::graph::{Graph, View};
use crate::render::picture::lineage::lineage;
use crate::render::picture::outline::Subject;
use crate::render::picture::{dot, json, layout, mermaid, svg};
use crate::workspace::Loaded;
#[cfg(feature = "engine")]
use crate::{
    cli::commands::{data::DataArgs, request, request::SliceArgs},
    evaluate::{EvalRequest, Periods, usual_history},
    results::Results,
};

/// Draw a design, with its values or without: as a fishbone, or what its numbers are computed from.
#[derive(Debug, clap::Args)]
pub struct GraphArgs {
    /// A folder or a `.kpi` file.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,

    /// What is drawn.
    #[arg(long, value_enum, default_value_t, value_name = "VIEW")]
    pub view: ViewArg,

    /// Of the lineage only this (an indicator, measure, source, factor or objective), what it is computed from and what uses
    /// it.
    #[arg(long, value_name = "NAME")]
    pub focus: Option<String>,

    /// The design alone: no data is read.
    #[arg(long)]
    pub no_data: bool,

    /// Such as `2026`, `2026-Q2`, `2026-06`, `2026-W05`, `FY2026`; else the latest that has ended.
    #[cfg(feature = "engine")]
    #[arg(long, value_name = "PERIOD", conflicts_with = "no_data")]
    pub period: Option<String>,

    /// Periods before it that the small lines show; else as many as are usual for its grain.
    #[cfg(feature = "engine")]
    #[arg(long, value_name = "N", conflicts_with = "no_data", value_parser = clap::value_parser!(u16).range(..=400))]
    pub history: Option<u16>,

    #[cfg(feature = "engine")]
    #[command(flatten)]
    pub slice: SliceArgs,

    #[cfg(feature = "engine")]
    #[command(flatten)]
    pub data: DataArgs,

    /// How much room each indicator gets.
    #[arg(long, value_enum, default_value_t, value_name = "DENSITY")]
    pub density: Density,

    #[arg(long, value_enum, default_value_t, value_name = "THEME")]
    pub theme: Theme,

    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<GraphFormat>,

    /// Write to a file instead of stdout; the extension picks the format (`.svg`, `.mmd`, `.dot`, `.json`).
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Density {
    /// As much as the number of indicators leaves.
    #[default]
    Auto,
    /// Target, weight, score and trend below each name.
    Full,
    /// One line each, with the target.
    Compact,
    /// One narrow line each.
    Mini,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Theme {
    /// Light, and dark where the viewer asks for it.
    #[default]
    Auto,
    Light,
    Dark,
}

impl From<Theme> for svg::Theme {
    fn from(theme: Theme) -> svg::Theme {
        match theme {
            Theme::Auto => svg::Theme::Auto,
            Theme::Light => svg::Theme::Light,
            Theme::Dark => svg::Theme::Dark,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A picture that stands alone.
    Svg,
    /// A flowchart for pages that draw Mermaid.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// Nodes, edges and their places; see `kpi schema graph`.
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ViewArg {
    /// Objectives, factors and indicators.
    #[default]
    Fishbone,
    /// Sources, measures and indicators: what is computed from what.
    Lineage,
}

impl From<ViewArg> for View {
    fn from(view: ViewArg) -> View {
        match view {
            ViewArg::Fishbone => View::Fishbone,
            ViewArg::Lineage => View::Lineage,
        }
    }
}

impl GraphFormat {
    fn of_extension(extension: &str) -> Option<GraphFormat> {
        Some(match extension {
            "svg" => GraphFormat::Svg,
            "mmd" | "mermaid" => GraphFormat::Mermaid,
            "dot" | "gv" => GraphFormat::Dot,
            "json" => GraphFormat::Json,
            _ => return None,
        })
    }
}

pub fn run(args: &GraphArgs, ui: &Ui) -> Result<Exit, Failure> {
    let format = format(args)?;
    if args.focus.is_some() && args.view == ViewArg::Fishbone {
        return Err(Failure::usage(say!("`--focus` is of the lineage", "`--focus` 用于数据血缘"))
            .help(say!("add `--view lineage`", "请加上 `--view lineage`")));
    }
    let loaded = match super::load_sound(&args.path, ui)? {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let hash = loaded.hash();
    let design = Subject {
        design: loaded.design(),
        sources: &loaded.sources,
        hash: &hash,
        results: None,
        lang: ui.lang(&loaded),
    };
    if args.no_data {
        return written(args, ui, &rendered(args, format, &design)?);
    }
    with_results(args, ui, format, &loaded, design)
}

#[cfg(not(feature = "engine"))]
fn with_results(
    _args: &GraphArgs,
    _ui: &Ui,
    _format: GraphFormat,
    _loaded: &Loaded,
    _design: Subject<'_>,
) -> Result<Exit, Failure> {
    Err(Failure::usage(say!(
        "this build of kpi computes no values: it was built without the feature `engine`",
        "这个 kpi 不计算值：构建时没有启用 `engine`"
    ))
    .help(say!("draw the design alone with `--no-data`", "用 `--no-data` 只画设计")))
}

#[cfg(feature = "engine")]
fn with_results(
    args: &GraphArgs,
    ui: &Ui,
    format: GraphFormat,
    loaded: &Loaded,
    design: Subject<'_>,
) -> Result<Exit, Failure> {
    let results = match evaluated(args, ui, loaded)? {
        Ok(results) => results,
        Err(exit) => return Ok(exit),
    };
    if results.periods.is_empty() {
        return Err(Failure::usage(say!(
            "there is no data whose latest period could be taken",
            "没有数据，得不出最近的期间"
        ))
        .help(say!(
            "name one: `--period 2026-06`, or draw the design alone with `--no-data`",
            "写明期间：`--period 2026-06`，或用 `--no-data` 只画设计"
        )));
    }
    written(args, ui, &rendered(args, format, &Subject { results: Some(&results), ..design })?)
}

#[cfg(feature = "engine")]
fn evaluated(args: &GraphArgs, ui: &Ui, loaded: &Loaded) -> Result<Result<Results, Exit>, Failure> {
    let design = loaded.design();
    let periods = match &args.period {
        Some(text) => Periods::One(request::period(design, text)?),
        None => Periods::Latest,
    };
    let history = args.history.map_or_else(|| usual_history(periods.grain(design)), usize::from);
    let asked = EvalRequest {
        periods,
        history,
        // The fishbone has none.
        measures: args.view == ViewArg::Lineage,
        slice: args.slice.conditions(design)?,
        as_of: args.data.as_of()?,
        ..EvalRequest::default()
    };
    let bound = match args.data.bound(loaded, ui) {
        Ok(bound) => bound,
        Err(exit) => return Ok(Err(exit)),
    };
    let options = args.data.options();
    let found = ui.while_working("evaluating", &options.progress, || loaded.evaluate_bound(&bound, &options, &asked));
    Ok(found.map_err(|errors| super::data::report(loaded, ui, &errors)))
}

fn rendered(args: &GraphArgs, format: GraphFormat, subject: &Subject<'_>) -> Result<String, Failure> {
    let density = match args.density {
        Density::Auto => None,
        Density::Full => Some(layout::Density::Full),
        Density::Compact => Some(layout::Density::Compact),
        Density::Mini => Some(layout::Density::Mini),
    };
    let view = View::from(args.view);
    let mut graph = Graph::new(subject);
    if let Some(name) = &args.focus {
        graph = graph.around(name).map_err(|near| {
            let failure = Failure::usage(say!("nothing in the lineage is called `{name}`", "数据血缘中没有 `{name}`"));
            match near {
                Some(near) => failure.help(Words::meant(&near)),
                None => failure,
            }
        })?;
    }
    Ok(match (format, view) {
        (GraphFormat::Svg, View::Fishbone) => svg::document(&fishbone(&graph.outline, density), args.theme.into()),
        (GraphFormat::Svg, View::Lineage) => svg::document(&lineage(&graph, density).scene, args.theme.into()),
        (GraphFormat::Mermaid, view) => mermaid::render(&graph, view),
        (GraphFormat::Dot, view) => dot::render(&graph, view),
        (GraphFormat::Json, view) => json::render(subject, &graph, view, density),
    })
}

fn written(args: &GraphArgs, ui: &Ui, picture: &str) -> Result<Exit, Failure> {
    match &args.output {
        Some(path) => write_files(&[(path.clone(), picture.as_bytes().to_vec())])?,
        None => ui.print(picture)?,
    }
    Ok(Exit::Done)
}

/// By the extension of the file, else by `--format`, else SVG.
fn format(args: &GraphArgs) -> Result<GraphFormat, Failure> {
    let Some(path) = &args.output else { return Ok(args.format.unwrap_or(GraphFormat::Svg)) };
    GraphFormat::of_extension(&extension(path)).or(args.format).ok_or_else(|| {
        Failure::usage(say!(
            "no format goes by the extension of `{}`",
            "由 `{}` 的扩展名看不出格式",
            path.to_string_lossy()
        ))
        .help(say!(
            "use `.svg`, `.mmd`, `.dot` or `.json`, or name one with `--format`",
            "用 `.svg`、`.mmd`、`.dot` 或 `.json`，或用 `--format` 写明"
        ))
    })
}
