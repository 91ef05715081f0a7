//! `kpi watch` as its users meet it: it starts, a file changes, the page and the report follow.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::support::{command, folder, kpi, write};

/// How long anything may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(120);

const DESIGN: &str = "design shop \"The shop\" {}\nsource orders {\n  from: csv(\"data/*.csv\"), time: day\n  field day: date\n}\n\
                      indicator sold \"Orders sold\" {\n  formula: count(orders)\n  unit: 1\n  direction: higher\n  \
                      frequency: monthly\n  target: 2 by 2026-12-31\n}\n";

/// The program at work, with the lines that it prints.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    /// All lines so far.
    said: Vec<String>,
}

impl Watching {
    fn start(folder: &Path, args: &[&str]) -> Watching {
        let mut child = command(folder, &[&["watch"], args].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kpi starts");
        let (sender, lines) = mpsc::channel();
        let (stdout, stderr) = (child.stdout.take().expect("stdout"), child.stderr.take().expect("stderr"));
        let streams: [Box<dyn Read + Send>; 2] = [Box::new(stdout), Box::new(stderr)];
        for stream in streams {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        Watching { child, lines, said: Vec::new() }
    }

    /// The next line that begins so.
    fn until(&mut self, beginning: &str) -> String {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.starts_with(beginning) {
                        return line;
                    }
                }
                Err(_) => panic!("no line `{beginning}…` after\n{}", self.said.join("\n")),
            }
        }
    }

    fn interrupt(mut self) -> i32 {
        let sent = std::process::Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

/// A test that fails leaves nothing behind.
impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn send(address: &str, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server answers");
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    stream.write_all(request.as_bytes()).expect("it listens");
    stream
}

/// Status and headers, and the body.
fn ask(address: &str, method: &str, path: &str, host: &str) -> (String, String) {
    let mut answer = String::new();
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    send(address, &request).read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("headers");
    (head.to_lowercase(), body.to_string())
}

/// The page at an address that was printed.
fn page(address: &str) -> String {
    let (head, body) = ask(address, "GET", "/", address);
    assert!(head.starts_with("http/1.1 200"), "{head}");
    body
}

/// What the page is known by.
fn id(page: &str) -> String {
    let (_, rest) = page.split_once("<meta name=\"kpi-page\" content=\"").expect("a page with an identity");
    rest.split('"').next().unwrap_or_default().to_string()
}

#[test]
fn the_page_follows_the_design_and_the_data() {
    let here = folder(&[("shop/design.kpi", DESIGN), ("shop/data/a.csv", "day\n2026-01-05\n2026-01-31\n")]);
    let root = here.path().join("shop");
    let mut watching = Watching::start(here.path(), &["shop", "--serve", "--report", "shop/report.html"]);
    let serving = watching.until("serving http://127.0.0.1:");
    let address = serving.trim_start_matches("serving http://").trim_end_matches('/').to_string();
    watching.until("2026-01: 1 on target");
    watching.until("waiting for changes");

    let first = page(&address);
    assert!(first.contains("The shop") && first.contains("Orders sold"), "{first}");
    let report = || std::fs::read_to_string(root.join("report.html")).expect("the report");
    assert!(report().contains("Orders sold"));

    // Whoever has the page open is told what page there is, and of each change.
    let mut events =
        BufReader::new(send(&address, &format!("GET /events HTTP/1.1\r\nHost: {address}\r\n\r\n"))).lines();
    let mut told = || {
        let line = events.find_map(|line| Some(line.expect("an event").strip_prefix("data: ")?.to_string()));
        line.expect("the stream goes on")
    };
    assert_eq!(told(), id(&first));

    // What is not read wakes nobody: the next change is told alone.
    write(&root, "notes.txt", "not a design");
    write(&root, "data/a.txt", "not the data");
    write(&root, "design.kpi", DESIGN.replace("The shop", "The other shop"));
    assert_eq!(watching.until("changed:"), "changed: design.kpi");
    watching.until("waiting for changes");
    let second = page(&address);
    assert!(second.contains("The other shop"), "{second}");
    assert_eq!(told(), id(&second));

    // A design with errors is shown, and the report stays.
    let before = report();
    write(&root, "design.kpi", DESIGN.replace("count(orders)", "count(order)"));
    watching.until("error[E0203]");
    watching.until("the report is left as it was");
    watching.until("waiting for changes");
    let third = page(&address);
    assert!(third.contains("unknown name") && third.contains("count(order)"), "{third}");
    assert_eq!(told(), id(&third));
    assert_eq!(report(), before);

    // It is mended, and there is new data.
    write(&root, "design.kpi", DESIGN);
    watching.until("waiting for changes");
    assert_eq!(told(), id(&first));
    write(&root, "data/b.csv", "day\n2026-02-28\n");
    watching.until("changed: data/b.csv");
    watching.until("2026-02: 0 on target");
    watching.until("waiting for changes");
    assert_ne!(told(), id(&first));
    assert!(page(&address).contains("2026-02") && report().contains("2026-02"));

    // Data that is not as declared.
    write(&root, "data/b.csv", "day\nyesterday\n");
    watching.until("error[E08");
    watching.until("waiting for changes");
    assert!(page(&address).contains("yesterday"));

    assert_eq!(watching.interrupt(), 130);
    let mut left: Vec<String> = std::fs::read_dir(&root)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    assert_eq!(left, ["data", "design.kpi", "notes.txt", "report.html"]);
}

/// Only this machine, only reading, and no page of another site's.
#[test]
fn the_server_answers_nobody_else() {
    let here = folder(&[("design.kpi", DESIGN), ("data/a.csv", "day\n2026-01-05\n")]);
    let mut watching = Watching::start(here.path(), &["--serve"]);
    let serving = watching.until("serving http://127.0.0.1:");
    let address = serving.trim_start_matches("serving http://").trim_end_matches('/').to_string();
    let (_, port) = address.split_once(':').expect("a port");
    let status = |method: &str, path: &str, host: &str| {
        let (head, body) = ask(&address, method, path, host);
        assert!(head.contains("cache-control: no-store") && head.contains("nosniff"), "{head}");
        if !head.starts_with("http/1.1 200") {
            assert!(!body.contains("<html"), "{body}");
        }
        head.split(' ').nth(1).unwrap_or_default().to_string()
    };
    assert_eq!(status("GET", "/", &address), "200");
    assert_eq!(status("GET", "/", &format!("localhost:{port}")), "200");
    for host in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", "127.0.0.1:1", "localhost", ""] {
        assert_eq!(status("GET", "/", host), "421", "{host}");
        assert_eq!(status("GET", "/events", host), "421", "{host}");
    }
    assert_eq!(status("GET", &format!("http://evil.example:{port}/"), &address), "421");
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        assert_eq!(status(method, "/", &address), "405", "{method}");
    }
    for path in ["/design.kpi", "/../design.kpi", "/%2e%2e/design.kpi", "/data/a.csv", "//", "/events/"] {
        assert_eq!(status("GET", path, &address), "404", "{path}");
    }
    // The policy allows the style and the script that the page has, and no others.
    watching.until("waiting for changes");
    let (head, body) = ask(&address, "GET", "/", &address);
    let policy = head.lines().find_map(|l| l.strip_prefix("content-security-policy: ")).expect("a policy");
    for part in ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    for tag in ["style", "script"] {
        let (_, rest) = body.split_once(&format!("<{tag}>")).expect(tag);
        let (text, _) = rest.split_once(&format!("</{tag}>")).expect(tag);
        let hash = fishbone::render::live::source(text).to_lowercase();
        assert!(policy.contains(&hash), "{tag}: {policy}");
    }
    assert_eq!(watching.interrupt(), 130);
}

#[test]
fn there_must_be_something_to_watch() {
    let here = folder(&[("data.csv", "a\n")]);
    for args in [&["watch", "missing"][..], &["watch"], &["watch", "--serve", "data.csv"]] {
        let ran = kpi(here.path(), args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(ran.stderr.starts_with("error:"), "{ran:?}");
    }
}
