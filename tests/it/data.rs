//! Bad data, as its users meet it: whole designs in `tests/workspaces/bad-data`, each with what is said of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::support::{kpi, root, write};

/// The files of a workspace, sorted, without generated ones.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A copy of a workspace beside a copy of the others, so that a run may write there.
fn copy(name: &str) -> (tempfile::TempDir, PathBuf) {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = temporary.path().join(name);
    let from = root().join("tests/workspaces/bad-data").join(name);
    for path in files(&from) {
        let relative = path.strip_prefix(&from).expect("below").to_string_lossy().into_owned();
        write(&folder, &relative, std::fs::read(&path).expect("a file"));
    }
    if name == "long-field" {
        let long = format!("id,day,amount,note\n1,2026-01-05,10,x\n2,2026-01-06,20,{}\n", "x".repeat(5 << 20));
        write(&folder, "data/orders.csv", long);
    }
    (temporary, folder)
}

/// The files of a workspace as text: what stands above the verdict.
fn shown(folder: &Path) -> String {
    let mut text = String::new();
    for path in files(folder) {
        let name = path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
        let bytes = std::fs::read(&path).expect("a file");
        let is_table = !matches!(path.extension().and_then(|e| e.to_str()), Some("xlsx" | "parquet"));
        let _ = match std::str::from_utf8(&bytes) {
            Ok(content) if is_table && bytes.len() < 2000 && !bytes.contains(&0) => {
                writeln!(text, "# {name}\n{content}")
            }
            _ if is_table && bytes.len() < 2000 => writeln!(text, "# {name}\n{}\n", bytes.escape_ascii()),
            _ => writeln!(text, "# {name}\n({} KiB)\n", bytes.len() / 1024),
        };
    }
    text
}

/// Each workspace is checked without a look at its data, then evaluated. What is wrong with data ends with exit 3 and leaves
/// what stood in the output file; a wrong `kpi.toml` ends with 2.
#[test]
fn bad_data_is_told_and_nothing_is_written() {
    let mut failed = Vec::new();
    let mut names: Vec<String> = std::fs::read_dir(root().join("tests/workspaces/bad-data"))
        .expect("workspaces")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 30, "{names:?}");
    for name in &names {
        let (_temporary, folder) = copy(name);
        let text = shown(&folder);
        let expected = match name.as_str() {
            "drop-invalid" | "blank-invalid" => 0,
            "broken-setting" | "unknown-setting" => 2,
            _ => 3,
        };
        if expected != 2 {
            let checked = kpi(&folder, &["check", "--profile", "draft", "--ignore", "S,M,A,R"]);
            assert_eq!(checked.code, 0, "{name}: checking reads no data\n{}", checked.stderr);
        }
        write(&folder, "result.csv", "as it was");
        let ran = kpi(&folder, &["eval", "--period", "2026-01", "--verbose", "-o", "result.csv"]);
        if ran.code != expected {
            failed.push(format!("{name}: exit {}, not {expected}\n{}", ran.code, ran.stderr));
        }
        let result = std::fs::read_to_string(folder.join("result.csv")).expect("a file");
        let left: Vec<PathBuf> =
            files(&folder).into_iter().filter(|p| p.to_string_lossy().contains("result")).collect();
        assert_eq!(left, [folder.join("result.csv")], "{name}: nothing beside the output");
        if expected != 0 {
            assert_eq!((ran.stdout.as_str(), result.as_str()), ("", "as it was"), "{name}: nothing is written");
        }
        let result = if expected == 0 { format!("{result}\n") } else { String::new() };
        insta::with_settings!({
            snapshot_path => root().join("tests/cases/data"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name.as_str(), format!("{text}────────\n{result}{}exit {}", ran.stderr, ran.code));
        });
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What leads outside is read once it is allowed: in `kpi.toml`, by a flag, or by another folder in the design's place.
#[test]
fn folders_outside_are_allowed_by_whoever_runs_the_program() {
    let (temporary, folder) = copy("outside");
    let elsewhere = "id,day,amount\n1,2026-01-05,10.50\n";
    write(temporary.path(), "header-only/data/orders.csv", elsewhere);
    let eval = |more: &[&str]| kpi(&folder, &[&["eval", "--period", "2026-01", "--format", "csv"], more].concat());
    assert_eq!(eval(&[]).code, 3);
    let allowed = eval(&["--allow-data", "../header-only"]);
    assert!(allowed.code == 0 && allowed.stdout.contains(",10.5"), "{allowed:?}");
    write(&folder, "kpi.toml", "[data]\nallow = [\"../header-only/data\"]\n");
    assert_eq!(eval(&[]).stdout, allowed.stdout);
    write(&folder, "kpi.toml", "[data]\nallow = [\"../header\"]\n");
    assert_eq!(eval(&[]).code, 3);

    let (_temporary, folder) = copy("missing-folder");
    write(&folder, "other/dada/orders.csv", elsewhere);
    let moved = kpi(&folder, &["eval", "--period", "2026-01", "--format", "csv", "--data-dir", "other"]);
    assert!(moved.code == 0 && moved.stdout.contains(",10.5"), "{moved:?}");
}

/// The same rows give the same values from every kind of file, whole or in parts, and from a binding.
#[test]
fn every_kind_of_file_gives_the_same_values() {
    let rows = [("1", "2026-01-05", "10.50"), ("2", "2026-01-06", "20"), ("3", "2026-02-01", "5.25")];
    let csv = |rows: &[(&str, &str, &str)], mark: &str| {
        let mut text = format!("{mark}id,day,amount\n");
        for (id, day, amount) in rows {
            let _ = writeln!(text, "{id},{day},{amount}");
        }
        text
    };
    let objects: Vec<String> = rows
        .iter()
        .map(|(id, day, amount)| format!("{{\"id\": {id}, \"day\": \"{day}\", \"amount\": {amount}}}"))
        .collect();
    let wide: Vec<u8> = csv(&rows, "\u{feff}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (_temporary, folder) = copy("empty-file");
    let design = std::fs::read_to_string(folder.join("design.kpi")).expect("a design");
    write(&folder, "data/plain.csv", csv(&rows, ""));
    write(&folder, "data/marked.csv", csv(&rows, "\u{feff}"));
    write(&folder, "data/wide.csv", wide);
    write(&folder, "data/semicolon.csv", csv(&rows, "").replace(',', ";"));
    write(&folder, "data/parts/1.csv", csv(&rows[..2], ""));
    write(&folder, "data/parts/2.csv", csv(&[], ""));
    write(&folder, "data/parts/3.csv", csv(&rows[2..], ""));
    write(&folder, "data/orders.json", format!("[{}]", objects.join(",\n")));
    write(&folder, "data/answer.json", format!("{{\"next\": null, \"items\": [{}]}}", objects.join(", ")));
    write(&folder, "data/orders.ndjson", objects.join("\n"));
    let eval = |more: &[&str]| kpi(&folder, &[&["eval", "--period", "2026-01", "--format", "csv"], more].concat());
    let mut values = Vec::new();
    let readers = [
        "csv(\"data/plain.csv\")",
        "csv(\"data/marked.csv\")",
        "csv(\"data/wide.csv\")",
        "csv(\"data/wide.csv\", encoding: \"utf-16\")",
        "csv(\"data/semicolon.csv\", delimiter: \";\")",
        "csv(\"data/parts/*.csv\")",
        "json(\"data/orders.json\")",
        "json(\"data/answer.json\")",
        "ndjson(\"data/orders.ndjson\")",
    ];
    for from in readers {
        write(&folder, "design.kpi", design.replace("csv(\"data/orders.csv\")", from));
        let ran = eval(&[]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{from}");
        values.push(ran.stdout);
    }
    // From where a binding says, under the names that the columns have there.
    write(&folder, "design.kpi", &design);
    write(&folder, "data/named.csv", csv(&rows, "").replace("day", "订单日期"));
    write(
        &folder,
        "kpi.toml",
        "[binding.other.orders]\nfrom = 'csv(\"data/named.csv\")'\ncolumns = { day = \"订单日期\" }\n",
    );
    assert_eq!(eval(&[]).code, 3, "the design's own file is empty");
    values.push(eval(&["--binding", "other"]).stdout);
    assert!(values[0].contains(",30.5,"), "{}", values[0]);
    for (value, from) in values.iter().zip(readers.iter().chain(["binding"].iter())) {
        assert_eq!(value, &values[0], "{from}");
    }
    let unknown = eval(&["--binding", "othr"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `other`?"), "{}", unknown.stderr);
}

/// A byte of a Parquet file changed at 200 places: it is read, or the file is told and nothing is written; never a defect.
#[test]
fn a_changed_byte_of_a_parquet_file_is_read_or_told() {
    use datafusion::arrow::array::{ArrayRef, Date32Array, Decimal128Array, StringArray};
    use datafusion::arrow::record_batch::RecordBatch;
    use datafusion::parquet::arrow::ArrowWriter;
    use std::sync::Arc;

    let amounts = Decimal128Array::from_iter_values((0..60).map(|n| n * 100)).with_precision_and_scale(12, 2);
    let columns: [(&str, ArrayRef); 3] = [
        ("id", Arc::new(StringArray::from_iter_values((0..60).map(|n| format!("order {n}"))))),
        ("day", Arc::new(Date32Array::from_iter_values((0..60).map(|n| 20_454 + n % 31)))),
        ("amount", Arc::new(amounts.expect("decimals"))),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let mut whole = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut whole, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("an end");

    let (_temporary, folder) = copy("truncated-parquet");
    let eval = || kpi(&folder, &["eval", "--period", "2026-01", "-o", "result.csv"]);
    write(&folder, "data/orders.parquet", &whole);
    assert_eq!(eval().code, 0, "the file is sound");
    let mut refused = 0;
    for at in (0..whole.len()).step_by(whole.len() / 200) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        write(&folder, "data/orders.parquet", &changed);
        write(&folder, "result.csv", "as it was");
        let ran = eval();
        assert!(matches!(ran.code, 0 | 3), "byte {at}: {ran:?}");
        if ran.code == 3 {
            refused += 1;
            assert!(ran.stderr.contains("data: data/orders.parquet"), "byte {at}: {}", ran.stderr);
            assert!(!ran.stderr.contains("defect"), "byte {at}: {}", ran.stderr);
            assert_eq!(std::fs::read_to_string(folder.join("result.csv")).expect("a file"), "as it was");
        }
    }
    assert!(refused > 50, "{refused}");
}
