//! Large designs are judged in bounded time and memory: what took the square of their size would not end here.

use fishbone::load_texts;

const MANY: usize = 30_000;

const SOURCE: &str = "  origin: internal, from: csv(\"a.csv\"), time: day, refreshed: daily\n  field day: date\n";

/// How often each code is raised, and the messages.
fn judged(text: String) -> (Vec<String>, Vec<String>) {
    let loaded = load_texts([("a.kpi".to_string(), text)]);
    let diagnostics = &loaded.checked.diagnostics;
    (
        diagnostics.iter().map(|d| d.code.id.to_string()).collect(),
        diagnostics.iter().map(|d| d.message.en.clone()).collect(),
    )
}

fn numbered(line: impl Fn(usize) -> String) -> String {
    (0..MANY).map(line).collect()
}

#[test]
fn long_lists() {
    let members = numbered(|i| format!("\"m{i}\", "));
    let (codes, _) = judged(format!("source s \"S\" {{\n{SOURCE}  field f: text in {members}\"m7\"\n}}\n"));
    assert_eq!(codes, ["E0208"]);
    let (codes, _) =
        judged(format!("source s \"S\" {{\n{SOURCE}{}}}\n", numbered(|i| format!("  field f{i}: text\n"))));
    assert_eq!(codes, [""; 0]);
}

#[test]
fn many_unknown_names() {
    let keys = numbered(|i| format!(", g{i}"));
    let fields = numbered(|i| format!("  field f{i}: text\n"));
    let (codes, _) = judged(format!("source s \"S\" {{\n{SOURCE}{fields}  key: f0{keys}\n}}\n"));
    assert_eq!(codes.len(), MANY);
    let (codes, _) = judged(numbered(|i| format!("measure m{i} = x{i}\n")));
    assert_eq!(codes.len(), MANY);
}

#[test]
fn one_name_many_times() {
    let (codes, _) = judged("measure m = 1\n".repeat(MANY));
    assert_eq!(codes.len(), MANY - 1);
}

/// To compare two words takes the product of their lengths.
#[test]
fn long_words() {
    let (a, b) = ("a".repeat(1 << 20), "a".repeat((1 << 20) + 1));
    let (codes, _) = judged(format!("measure {a} = {b}\n"));
    assert_eq!(codes.len(), 1);
}

#[test]
fn chains() {
    let (codes, _) = judged(format!("measure m0 = 1\n{}", numbered(|i| format!("measure m{} = m{i} + m{i}\n", i + 1))));
    assert_eq!(codes, [""; 0]);
    let (_, messages) = judged(numbered(|i| format!("measure m{i} = m{}\n", (i + 1) % MANY)));
    assert_eq!(messages.len(), 1, "one cycle");
}

#[test]
fn long_numbers() {
    let nines = "9".repeat(1 << 20);
    let (_, messages) = judged(format!("measure m = {nines}\nconstant c = 1.{nines}\n"));
    assert_eq!(messages, ["a number of 1048576 characters", "a number of 1048578 characters"]);
    let (codes, _) = judged(format!("measure m = {}\n", "9".repeat(1_000)));
    assert_eq!(codes, [""; 0]);
}

/// The factors of units multiply along a chain: their digits would fill the memory.
#[test]
fn long_chains_of_units() {
    let last = format!("unit u{MANY} \"u\": count\n");
    let (_, messages) =
        judged(format!("{}{last}", numbered(|i| format!("unit u{i} \"u\" = 99999999999 u{}\n", i + 1))));
    assert_eq!(messages.len(), 1, "what stands on a unit that is too long is silent");
    assert!(messages[0].contains("is a number of 20"), "{messages:?}");
}
