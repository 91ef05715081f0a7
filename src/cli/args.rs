//! The command line as clap reads it, and the reference made from it.

use clap::builder::Styles;
use clap::{Args as ClapArgs, CommandFactory, Parser, Subcommand, ValueEnum};

use super::commands::{check, code, fmt, graph, rule, schema};
#[cfg(feature = "engine")]
use super::commands::{eval, explain, report, test, watch};
use crate::render::text::{AnsiColor, BOLD, color};

const STYLES: Styles = Styles::styled()
    .header(BOLD)
    .usage(BOLD)
    .literal(color(AnsiColor::Cyan).bold())
    .placeholder(color(AnsiColor::Cyan));

const EXIT_CODES: &str = "\
Exit codes:
    0  did what was asked
    1  findings: errors in the design, failed tests
    2  usage, configuration, input or output
    3  data: unreadable, not as declared, or missing under --gate=no-data
   99  --gate: targets missed
  101  a defect of the program
  130  interrupted";

/// Key performance indicators, written down, checked and computed.
#[derive(Debug, Parser)]
#[command(name = "kpi", version, styles = STYLES, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, ClapArgs)]
pub struct Global {
    /// Colours: `auto` heeds NO_COLOR, CLICOLOR_FORCE and whether the output is a terminal.
    #[arg(long, global = true, value_enum, default_value_t, hide_possible_values = false, value_name = "WHEN")]
    pub color: ColorChoice,

    /// Language of results, else the design's locale; and of what `check` says around its errors, else English.
    #[arg(
        long,
        global = true,
        value_enum,
        ignore_case = true,
        env = "KPI_LANG",
        hide_env_values = true,
        value_name = "LANG"
    )]
    pub lang: Option<Lang>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    #[value(alias = "en-US", alias = "en-GB", alias = "en_US")]
    En,
    #[value(alias = "zh-CN", alias = "zh-Hans", alias = "zh_CN")]
    Zh,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Check(check::CheckArgs),
    Fmt(fmt::FmtArgs),
    #[cfg(feature = "engine")]
    Eval(Box<eval::EvalArgs>),
    #[cfg(feature = "engine")]
    Explain(Box<explain::ExplainArgs>),
    #[cfg(feature = "engine")]
    Report(Box<report::ReportArgs>),
    #[cfg(feature = "engine")]
    Test(test::TestArgs),
    #[cfg(feature = "engine")]
    Watch(Box<watch::WatchArgs>),
    /// Not in this build.
    #[cfg(not(feature = "engine"))]
    #[command(hide = true)]
    Eval(Absent),
    /// Not in this build.
    #[cfg(not(feature = "engine"))]
    #[command(hide = true)]
    Explain(Absent),
    /// Not in this build.
    #[cfg(not(feature = "engine"))]
    #[command(hide = true)]
    Report(Absent),
    /// Not in this build.
    #[cfg(not(feature = "engine"))]
    #[command(hide = true)]
    Test(Absent),
    /// Not in this build.
    #[cfg(not(feature = "engine"))]
    #[command(hide = true)]
    Watch(Absent),
    Graph(Box<graph::GraphArgs>),
    Rule(rule::RuleArgs),
    Code(code::CodeArgs),
    Schema(schema::SchemaArgs),
}

/// The arguments of a command that this build lacks: any.
#[cfg(not(feature = "engine"))]
#[derive(Debug, ClapArgs)]
pub struct Absent {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _rest: Vec<std::ffi::OsString>,
}

impl Command {
    /// Threads at most, where the command line says so.
    pub fn threads(&self) -> usize {
        match self {
            #[cfg(feature = "engine")]
            Command::Eval(args) => args.data.threads.map_or(0, usize::from),
            #[cfg(feature = "engine")]
            Command::Explain(args) => args.data.threads.map_or(0, usize::from),
            #[cfg(feature = "engine")]
            Command::Watch(args) => args.of.data.threads.map_or(0, usize::from),
            #[cfg(feature = "engine")]
            Command::Report(args) => args.of.data.threads.map_or(0, usize::from),
            #[cfg(feature = "engine")]
            Command::Graph(args) => args.data.threads.map_or(0, usize::from),
            _ => 0,
        }
    }
}

/// `docs/cli.md`: the reference of all commands, made from the help texts.
pub fn markdown() -> String {
    let mut program = Args::command().term_width(100).styles(Styles::plain());
    program.build();
    let mut page = String::from(
        "# The command line\n\nMade from `kpi help`; a test fails when it is out of date, and `UPDATE_DOCS=1 cargo test` \
         writes it anew.\n",
    );
    let mut section = |title: &str, help: String| {
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        page.push_str(&format!("\n## `{title}`\n\n```text\n{}\n```\n", help.join("\n").trim_end()));
    };
    section("kpi", program.render_long_help().to_string());
    for command in program.get_subcommands_mut() {
        if command.get_name() != "help" {
            section(&format!("kpi {}", command.get_name()), command.render_long_help().to_string());
        }
    }
    page
}
