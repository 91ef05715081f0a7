//! How long `kpi eval` takes over 20 million rows of Parquet, against the same fused query written by hand in DataFusion.
//!
//! ```text
//! cargo bench --bench eval
//! ```
//!
//! Whole processes, one after the other in turns, so that what the machine does besides meets all: this program runs
//! itself with `by-hand` for the query. The fastest of each are compared, and a ratio above its limit fails the run. The
//! file is written once, under the target folder.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use datafusion::arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::functions_aggregate::expr_fn::{avg, count, max, min, sum};
use datafusion::logical_expr::ExprFunctionExt;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::prelude::*;

const ROWS: usize = 20_000_000;
const BATCH: usize = 500_000;
const RUNS: usize = 5;
const REGIONS: [&str; 6] = ["north", "south", "east", "west", "centre", "abroad"];
const STATUS: [&str; 4] = ["paid", "open", "returned", "cancelled"];

fn main() -> ExitCode {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-eval");
    let data = folder.join("orders.parquet");
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("by-hand") {
        by_hand(&data);
        return ExitCode::SUCCESS;
    }
    std::fs::create_dir_all(&folder).expect("a folder for the data");
    if !data.exists() {
        write_orders(&data);
    }
    for indicators in [40, 140] {
        let design = folder.join(indicators.to_string());
        std::fs::create_dir_all(&design).expect("a folder for the design");
        std::fs::write(design.join("orders.kpi"), design_text(indicators)).expect("the design");
    }
    let eval = |indicators: usize| {
        run(Command::new(env!("CARGO_BIN_EXE_kpi"))
            .args(["eval", "--from", "2024-01", "--to", "2026-06", "--by", "month", "--format", "csv", "--data-dir"])
            .arg(&folder)
            .arg(folder.join(indicators.to_string())))
    };
    let hand = || run(Command::new(std::env::current_exe().expect("this program")).arg("by-hand"));
    let (mut forty, mut many, mut by_hand) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        by_hand.push(hand());
        forty.push(eval(40));
        many.push(eval(140));
    }
    println!("{ROWS} rows, fastest of {RUNS} whole processes (median)");
    let [by_hand, forty, many] = [by_hand, forty, many].map(|mut times| {
        times.sort();
        [times[0], times[RUNS / 2]].map(|time| time.as_secs_f64())
    });
    let mut held = true;
    let mut line = |what: &str, [fastest, median]: [f64; 2], limit: Option<(&str, f64, f64)>| {
        print!("  {what:<40} {fastest:>6.2} s ({median:.2} s)");
        if let Some((base, of, limit)) = limit {
            print!("   {:.2} of {base}, limit {limit}", fastest / of);
            held &= fastest <= limit * of;
        }
        println!();
    };
    line("by hand, 40 aggregations in one query", by_hand, None);
    line("kpi eval, 40 indicators", forty, Some(("by hand", by_hand[0], 1.2)));
    line("kpi eval, 140 indicators", many, Some(("40", forty[0], 2.5)));
    if !held {
        println!("a limit is broken");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn run(command: &mut Command) -> Duration {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status().expect("the program runs");
    assert!(status.success(), "{command:?} failed");
    start.elapsed()
}

/// Numbers that look drawn at random and are the same at every run (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

fn write_orders(path: &Path) {
    let schema = Arc::new(Schema::new(vec![
        Field::new("order_id", DataType::Int32, false),
        Field::new("customer_id", DataType::Int32, false),
        Field::new("ordered_on", DataType::Date32, false),
        Field::new("region", DataType::Utf8, false),
        Field::new("status", DataType::Utf8, false),
        Field::new("items", DataType::Int32, false),
        Field::new("amount", DataType::Decimal128(12, 2), false),
    ]));
    let unfinished = path.with_extension("unfinished");
    let file = std::fs::File::create(&unfinished).expect("the data file");
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(properties)).expect("a Parquet writer");
    let mut draw = Draw(42);
    let first_day = 19_723; // 2024-01-01
    for batch in 0..ROWS / BATCH {
        let ids = (0..BATCH).map(|i| (batch * BATCH + i) as i32);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from_iter_values(ids)),
            Arc::new(Int32Array::from_iter_values((0..BATCH).map(|_| draw.below(400_000) as i32))),
            Arc::new(Date32Array::from_iter_values((0..BATCH).map(|_| first_day + draw.below(912) as i32))),
            Arc::new(StringArray::from_iter_values((0..BATCH).map(|_| REGIONS[draw.below(6) as usize]))),
            Arc::new(StringArray::from_iter_values((0..BATCH).map(|_| STATUS[(draw.below(10) / 3) as usize]))),
            Arc::new(Int32Array::from_iter_values((0..BATCH).map(|_| 1 + draw.below(20) as i32))),
            Arc::new(
                Decimal128Array::from_iter_values((0..BATCH).map(|_| 100 + i128::from(draw.below(90_000))))
                    .with_precision_and_scale(12, 2)
                    .expect("a decimal type"),
            ),
        ];
        writer.write(&RecordBatch::try_new(schema.clone(), columns).expect("a batch")).expect("written");
    }
    writer.close().expect("the file is closed");
    std::fs::rename(unfinished, path).expect("the file is in place");
}

/// One of the aggregations: what it is in the language, and the same by hand.
struct Aggregation {
    formula: String,
    unit: &'static str,
    by_hand: Vec<Expr>,
}

/// `n` aggregations in the mix of real designs; six of the first forty are distinct counts.
fn aggregations(n: usize) -> Vec<Aggregation> {
    (0..n)
        .map(|i| {
            let (region, status, items) = (REGIONS[i % 6], STATUS[i / 6 % 4], 1 + i as i64 / 24);
            let filter = col("region")
                .eq(lit(region))
                .and(col("status").eq(lit(status)))
                .and(col("items").gt_eq(lit(items as i32)));
            let condition = format!("region = \"{region}\" and status = \"{status}\" and items >= {items}");
            let filtered = |e: Expr| e.filter(filter.clone()).build().expect("a filtered aggregate");
            match i % 20 {
                6 | 12 | 18 => Aggregation {
                    formula: format!("count_distinct(orders.customer_id where {condition})"),
                    unit: "1",
                    by_hand: vec![
                        count(col("customer_id")).distinct().filter(filter.clone()).build().expect("a distinct count"),
                    ],
                },
                k if k % 5 == 0 => Aggregation {
                    formula: format!("count(orders where {condition}) / count(orders)"),
                    unit: "%",
                    by_hand: vec![filtered(count(lit(1)))],
                },
                k if k % 5 == 1 => Aggregation {
                    formula: format!("sum(orders.amount where {condition})"),
                    unit: "EUR",
                    by_hand: vec![filtered(sum(col("amount")))],
                },
                k if k % 5 == 2 => Aggregation {
                    formula: format!("avg(orders.items where {condition})"),
                    unit: "1",
                    by_hand: vec![filtered(avg(col("items")))],
                },
                k if k % 5 == 3 => Aggregation {
                    formula: format!("max(orders.amount where {condition})"),
                    unit: "EUR",
                    by_hand: vec![filtered(max(col("amount")))],
                },
                _ => Aggregation {
                    formula: format!("min(orders.amount where {condition})"),
                    unit: "EUR",
                    by_hand: vec![filtered(min(col("amount")))],
                },
            }
        })
        .collect()
}

fn design_text(indicators: usize) -> String {
    let mut text = String::from(
        r#"design bench "Twenty million orders" { locale: "en" }
unit EUR "euro": money "€"
source orders "Orders" {
  origin: internal
  from: parquet("orders.parquet")
  time: ordered_on
  key: order_id
  refreshed: daily
  field order_id: id
  field customer_id: id
  field ordered_on: date
  field region: text
  field status: text
  field items: integer
  field amount: decimal EUR
}
objective speed "Speed"
factor all "All" {
  objective: speed
"#,
    );
    for (i, aggregation) in aggregations(indicators).iter().enumerate() {
        text += &format!(
            "  indicator kpi_{i} {{ formula: {}, unit: {}, direction: higher, frequency: monthly }}\n",
            aggregation.formula, aggregation.unit
        );
    }
    text + "}\n"
}

#[tokio::main(flavor = "multi_thread")]
async fn by_hand(data: &Path) {
    let context = SessionContext::new();
    let orders = context
        .read_parquet(data.to_string_lossy().into_owned(), ParquetReadOptions::default())
        .await
        .expect("the data");
    let month = datafusion::functions::expr_fn::date_trunc(lit("month"), col("ordered_on")).alias("month");
    let aggregates = aggregations(40)
        .into_iter()
        .flat_map(|a| a.by_hand)
        .chain([count(lit(1))])
        .enumerate()
        .map(|(i, e)| e.alias(format!("a{i}")))
        .collect();
    let rows = orders.aggregate(vec![month], aggregates).expect("a query").collect().await.expect("rows");
    assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 30);
}
