//! JUnit XML, as Jenkins and GitLab read it: suites of cases, some with a failure. There is no standard; this is what all
//! understand. Written here: the crate `quick-junit`, which the tests read it back with, would bring clocks, random numbers and
//! UUIDs into the build that only checks.

/// Cases that belong together.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    pub name: String,
    pub cases: Vec<Case>,
}

#[derive(Clone, Debug, Default)]
pub struct Case {
    pub name: String,
    pub class: String,
    /// File and line.
    pub place: Option<(String, usize)>,
    /// One line, and all there is to say.
    pub failure: Option<(String, String)>,
    /// What else there is to say.
    pub output: Option<String>,
}

/// The whole document. It names no time: the same run gives the same bytes.
pub fn document(name: &str, suites: &[Suite]) -> String {
    let failures = |suite: &Suite| suite.cases.iter().filter(|c| c.failure.is_some()).count();
    let tests: usize = suites.iter().map(|s| s.cases.len()).sum();
    let failed: usize = suites.iter().map(failures).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = |tests: usize, failed: usize| format!("tests=\"{tests}\" failures=\"{failed}\" errors=\"0\"");
    out.push_str(&format!("<testsuites name=\"{}\" {}>\n", escaped(name), counts(tests, failed)));
    for suite in suites {
        let head = format!("name=\"{}\" {}", escaped(&suite.name), counts(suite.cases.len(), failures(suite)));
        out.push_str(&format!("  <testsuite {head} disabled=\"0\">\n"));
        for case in &suite.cases {
            out.push_str(&format!(
                "    <testcase name=\"{}\" classname=\"{}\"",
                escaped(&case.name),
                escaped(&case.class)
            ));
            if let Some((file, line)) = &case.place {
                out.push_str(&format!(" file=\"{}\" line=\"{line}\"", escaped(file)));
            }
            if case.failure.is_none() && case.output.is_none() {
                out.push_str("/>\n");
                continue;
            }
            out.push_str(">\n");
            if let Some((message, text)) = &case.failure {
                let (message, text) = (escaped(message), content(text));
                out.push_str(&format!("      <failure message=\"{message}\">{text}</failure>\n"));
            }
            if let Some(text) = &case.output {
                out.push_str(&format!("      <system-out>{}</system-out>\n", content(text)));
            }
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Text of an element: its lines stay lines.
fn content(text: &str) -> String {
    let lines: Vec<String> = text.trim_end().split('\n').map(escaped).collect();
    lines.join("\n")
}

/// Text of an attribute; characters that XML does not allow are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // In an attribute a plain one would be read as a space.
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}
