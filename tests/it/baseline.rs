//! Baselines: an old design adopts the rules and sees only what is new.

use crate::support::{folder, kpi, write};

const OLD: &str = "source orders {\n  from: csv(\"a.csv\")\n  time: day\n  field day: date\n}\n\n\
                   indicator a \"A\" {\n  formula: count(orders)\n  unit: 1\n  direction: higher\n  frequency: monthly\n}\n\n\
                   indicator b \"B\" {\n  formula: count(orders)\n  unit: 1\n  direction: higher\n  frequency: monthly\n}\n";

const CHECK: [&str; 7] = ["check", "--profile", "draft", "--select", "S01,G01,T01", "--ignore", "M,A,R,D"];

fn args<'a>(more: &[&'a str]) -> Vec<&'a str> {
    CHECK.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn only_what_is_new_is_told() {
    let here = folder(&[("main.kpi", OLD)]);
    let written = kpi(here.path(), &args(&["--write-baseline", "known.toml"]));
    assert_eq!((written.code, written.stderr.as_str()), (0, "wrote 6 findings to `known.toml`\n"));
    insta::assert_snapshot!(std::fs::read_to_string(here.path().join("known.toml")).expect("the baseline"));

    let quiet = kpi(here.path(), &args(&["--baseline", "known.toml", "--deny", "warnings"]));
    assert_eq!((quiet.code, quiet.stdout.as_str()), (0, "checked 1 file: no errors\n"), "{quiet:?}");
    assert_eq!(quiet.stderr, "6 findings in `known.toml` passed over\n");

    // Lines move, the file is renamed and formatted, one finding is mended, another indicator comes.
    std::fs::remove_file(here.path().join("main.kpi")).expect("removed");
    let new = OLD.replace("indicator a \"A\" {", "// moved\n\n\nindicator a \"A\" { owner: \"x\"");
    let new =
        format!("{new}\n{}", OLD.split_once("indicator b").map(|(_, rest)| format!("indicator c{rest}")).expect("b"));
    write(here.path(), "other.kpi", new.replace("  unit", "\tunit").replace("owner: \"x\"", "owner: \"x\"\n"));
    let ran = kpi(here.path(), &args(&["--baseline", "known.toml", "--format", "concise"]));
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(format!("{}────\n{}", ran.stdout, ran.stderr));
    let json = kpi(here.path(), &args(&["--baseline", "known.toml", "--format", "json"]));
    assert!(json.stdout.contains("\"known\": 5"), "{}", json.stdout);
    // What is not judged in this run is not stale either.
    let some = kpi(here.path(), &["check", "--profile", "draft", "--baseline", "known.toml"]);
    assert!(!some.stderr.contains("no longer"), "{}", some.stderr);
}

#[test]
fn errors_are_never_known() {
    let here = folder(&[("main.kpi", &format!("{OLD}measure x = nothing\n"))]);
    let written = kpi(here.path(), &args(&["--write-baseline", "known.toml"]));
    assert_eq!(written.code, 1);
    assert!(written.stderr.contains("1 error is not among them"), "{}", written.stderr);
    let ran = kpi(here.path(), &args(&["--baseline", "known.toml", "--format", "concise"]));
    assert_eq!((ran.code, ran.stdout.lines().count()), (1, 1), "{}", ran.stdout);
}

#[test]
fn a_wrong_baseline_is_2() {
    let here = folder(&[
        ("main.kpi", OLD),
        ("torn.toml", "version = 1\n[[finding]]\n"),
        ("gone.toml", "version = 1\n[[finding]]\ncode = \"X99\"\n"),
    ]);
    for (file, said) in [("torn.toml", "line 2"), ("gone.toml", "`X99`"), ("missing.toml", "cannot read")] {
        let ran = kpi(here.path(), &["check", "--baseline", file]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{file}");
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert_eq!(kpi(here.path(), &["check", "--baseline", "a", "--write-baseline", "b"]).code, 2);
}
