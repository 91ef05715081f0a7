//! The program as its users meet it: arguments, streams, exit codes.

use std::process::Stdio;

#[cfg(feature = "engine")]
use super::support::root;
use super::support::{command, folder, kpi, ran};

/// The reference is that of the whole program.
#[cfg(feature = "engine")]
#[test]
fn the_reference_is_fresh() {
    let path = root().join("docs/cli.md");
    let made = fishbone::cli::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(root().join("docs")).expect("docs");
        std::fs::write(&path, &made).expect("docs/cli.md");
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == made, "docs/cli.md is out of date; write it anew with `UPDATE_DOCS=1 cargo test`");
}

#[test]
fn wrong_usage_is_2() {
    let here = folder(&[("a.kpi", "")]);
    for args in [
        &["check", "--nonsense"][..],
        &["nonsense"],
        &[],
        &["check", "missing"],
        &["check", "--color", "blue"],
        &["code", "E9999"],
        &["check", "-o", "report.unknown"],
        &["check", "-o", "missing/report.json"],
    ] {
        let ran = kpi(here.path(), args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{args:?}");
        assert!(!ran.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn help_and_version_are_results() {
    let here = folder(&[]);
    for args in [&["--help"][..], &["check", "--help"], &["help"], &["--version"]] {
        let ran = kpi(here.path(), args);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{args:?}");
        assert!(!ran.stdout.contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn a_folder_without_designs_is_2() {
    let here = folder(&[("data.csv", "a,b\n")]);
    let ran = kpi(here.path(), &["check"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @"error: there is no `.kpi` file in `.`");
}

#[test]
fn a_missing_use_is_an_error_at_its_place() {
    let here = folder(&[("main.kpi", "use \"../company/calendar.kpi\"\nuse \"/etc/passwd\"\n")]);
    let ran = kpi(here.path(), &["check"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn a_used_file_is_part_of_the_design() {
    let here = folder(&[
        ("company/kpi.toml", ""),
        ("company/units.kpi", "use \"money.kpi\"\n"),
        ("company/money.kpi", "unit CNY \"元\": money \"¥\"\n"),
        ("sales/main.kpi", "use \"../company/units.kpi\"\n"),
    ]);
    let ran = kpi(here.path(), &["check", "sales"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "checked 3 files: no errors\n"), "{ran:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_2() {
    let here = folder(&[("a.kpi", "")]);
    super::support::write(here.path(), "b.kpi", b"note: \xbf\xcd");
    let ran = kpi(here.path(), &["check", "--format", "concise"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stdout, @"error[E0891]: cannot read `b.kpi`: it is not UTF-8: the first foreign bytes, bf cd, stand on line 1");
    assert_eq!(ran.stderr, "checked 1 file: 1 error\n");
}

#[test]
fn every_page_can_be_read() {
    let here = folder(&[]);
    let list = kpi(here.path(), &["code"]);
    assert_eq!(list.code, 0);
    for page in fishbone::diagnostic::codes::pages() {
        assert!(list.stdout.contains(page.code.name));
        let ran = kpi(here.path(), &["code", page.code.name]);
        assert_eq!(ran.code, 0, "{}", page.code.id);
        assert!(ran.stdout.starts_with(page.code.id) && ran.stdout.contains(page.text.trim()), "{}", ran.stdout);
    }
    let ran = kpi(here.path(), &["code", "unknown-nam"]);
    insta::assert_snapshot!(ran.stderr, @r"
    error: there is no error code `unknown-nam`
      help: did you mean `unknown-name`?
    ");
}

#[test]
fn colour_is_where_it_is_wanted() {
    let here = folder(&[("main.kpi", "use \"missing.kpi\"\n")]);
    let colored = |args: &[&str], env: &[(&str, &str)]| {
        let output = command(here.path(), args).envs(env.iter().copied()).output().expect("kpi starts");
        ran(output).stdout.contains('\u{1b}')
    };
    assert!(!colored(&["check"], &[]), "a pipe");
    assert!(colored(&["check", "--color", "always"], &[]));
    assert!(colored(&["check"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["check"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["check", "--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["check", "--color", "always", "--format", "json"], &[]));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let here = folder(&[("main.kpi", &"use \"missing.kpi\"\n".repeat(3)), ("b.kpi", &"use \"x\"\n".repeat(20_000))]);
    let mut child = command(here.path(), &["check", "--max", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kpi starts");
    drop(child.stdout.take());
    let ran = ran(child.wait_with_output().expect("kpi ends"));
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
}

#[test]
fn json_is_as_its_schema_says() {
    let here = folder(&[("main.kpi", "use \"missing.kpi\"\n"), ("客户/b.kpi", "// 客户\nuse \"x\"\n")]);
    let ran = kpi(here.path(), &["check", "--format", "json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(ran.stdout);

    let schema = kpi(here.path(), &["schema", "check"]);
    assert_eq!(schema.code, 0);
    super::support::assert_valid(&schema.stdout, &ran.stdout);

    let file = kpi(here.path(), &["check", "-o", "report.json"]);
    assert_eq!((file.code, file.stdout.as_str(), file.stderr.as_str()), (1, "", "checked 2 files: 2 errors\n"));
    assert_eq!(std::fs::read_to_string(here.path().join("report.json")).expect("report.json"), ran.stdout);
}

#[cfg(not(feature = "engine"))]
#[test]
fn a_build_without_the_engine_says_so() {
    let here = folder(&[("a.kpi", "")]);
    for args in [&["eval"][..], &["eval", ".", "--period", "2026-Q2", "-o", "x.json"], &["explain", "x"], &["test"]] {
        let ran = kpi(here.path(), args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert!(ran.stderr.contains("this build of kpi only checks"), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn several_designs_are_checked_together() {
    let here = folder(&[
        ("a/kpi.toml", ""),
        ("a/main.kpi", "use \"x\"\n"),
        ("b/main.kpi", ""),
        ("b/deep/kpi.toml", "[data]\nalow = []\n"),
        ("b/deep/main.kpi", ""),
        ("single.kpi", ""),
    ]);
    let ran = kpi(here.path(), &["check", "a", "b", "single.kpi", "b/deep"]);
    assert_eq!(ran.code, 2, "a configuration that is not understood comes first: {ran:?}");
    insta::assert_snapshot!(ran.stdout);
    let json = kpi(here.path(), &["check", "--format", "json", "a", "b"]);
    let schema = kpi(here.path(), &["schema", "check"]);
    super::support::assert_valid(&schema.stdout, &json.stdout);
    assert!(json.stdout.contains("\"design\": \"b/deep\"") && json.stdout.contains("\"file\": \"kpi.toml\""));
}

#[test]
fn a_path_that_holds_several_designs_is_not_evaluated() {
    let here = folder(&[("a/kpi.toml", ""), ("a/x.kpi", ""), ("b/kpi.toml", ""), ("b/x.kpi", "")]);
    assert_eq!(
        fishbone::load_path(here.path()).expect_err("two designs").en.split(" holds ").nth(1).map(|s| s.len() > 10),
        Some(true)
    );
    assert!(fishbone::load_path(&here.path().join("a")).is_ok());
}

/// Interrupted while it reads, the program ends with 130 and leaves what stood there, and nothing beside it.
#[cfg(all(unix, feature = "engine"))]
#[test]
fn an_interruption_leaves_what_was_there() {
    use std::fmt::Write;
    use std::time::Duration;

    let mut rows = String::from("id,day,amount\n");
    for id in 0..600_000 {
        let _ = writeln!(rows, "{id},2026-01-{:02},{}.50", id % 28 + 1, id % 1000);
    }
    let design = "source orders {\n  from: csv(\"orders.csv\")\n  time: day\n  field id: id\n  field day: date\n  \
                  field amount: decimal\n}\nmeasure revenue = sum(orders.amount)\n";
    let here = folder(&[("design.kpi", design), ("orders.csv", &rows), ("result.json", "as it was")]);
    let args = ["eval", "--measures", "--period", "2026-01", "-o", "result.json"];
    let child = super::support::command(here.path(), &args)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("kpi starts");
    std::thread::sleep(Duration::from_millis(300));
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    let ran = super::support::ran(child.wait_with_output().expect("it ends"));
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (130, "", ""));
    let mut left: Vec<String> = std::fs::read_dir(here.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    assert_eq!(left, ["design.kpi", "orders.csv", "result.json"]);
    assert_eq!(std::fs::read_to_string(here.path().join("result.json")).expect("a file"), "as it was");
}
