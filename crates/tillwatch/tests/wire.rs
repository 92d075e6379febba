//! The server itself over raw sockets: heads that are too long, too slow or can be read in two ways, bodies that never end,
//! connections that say nothing, and what of all that stands in its log.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![expect(
    clippy::disallowed_methods,
    reason = "how long a server waits is told by this machine's clock"
)]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const ITEM: &str = "1005006367324382";

/// A server with a data directory of its own, and all that it says.
struct Server {
    child: Child,
    place: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_tillwatch"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .env("TILLWATCH_LOG", "trace")
            .env("TILLWATCH_LOG_FORMAT", "json")
            .env_remove("TILLWATCH_APP_KEY")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::new(Mutex::new(String::new()));
        let mut place = None;
        while place.is_none() {
            let mut line = String::new();
            assert!(
                said.read_line(&mut line).unwrap() > 0,
                "it ended: {}",
                log.lock().unwrap()
            );
            let after = line
                .split_once("http://")
                .map(|(_, after)| after.split(' ').next().unwrap().to_owned());
            place = after;
            log.lock().unwrap().push_str(&line);
        }
        let to = Arc::clone(&log);
        let reader = thread::spawn(move || {
            let mut line = String::new();
            while said.read_line(&mut line).unwrap_or(0) > 0 {
                to.lock().unwrap().push_str(&line);
                line.clear();
            }
        });
        Self {
            child,
            place: place.unwrap(),
            log,
            reader: Some(reader),
            _folder: folder,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.place).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        stream
    }

    /// All that is answered to these bytes until the server hangs up.
    fn say(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // It may hang up before all was said.
        drop(stream.write_all(bytes));
        rest(&mut stream)
    }

    /// One call, after which the server hangs up.
    fn call(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let length = body.len();
        self.say(
            format!("{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
                .as_bytes(),
        )
    }

    /// Ends it, and gives back all that it said.
    fn end(mut self) -> String {
        drop(
            Command::new("kill")
                .args(["-INT", &self.child.id().to_string()])
                .status(),
        );
        self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Whatever comes until the end.
fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => all.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => panic!("{error} after {}", String::from_utf8_lossy(&all)),
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

/// H150, H151, H155, H156, H160.
#[test]
fn what_no_server_should_have_to_guess_at_is_refused_and_hung_up_on() {
    let server = Server::start();
    let smuggled = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let turned = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    for bytes in [smuggled, turned] {
        let answer = server.say(bytes.as_bytes());
        assert_eq!(status(&answer), "400", "{answer}");
        assert_eq!(
            answer.matches("HTTP/1.1").count(),
            1,
            "what stands behind is no call: {answer}"
        );
    }
    for (head, expected) in [
        (
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
            "400",
        ),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "400"),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "400",
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nName : x\r\n\r\n", "400"),
        ("TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405"),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405"),
        ("rubbish\r\n\r\n", "400"),
    ] {
        let answer = server.say(head.as_bytes());
        assert_eq!(status(&answer), expected, "{head:?}: {answer}");
    }
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(64 * 1024));
    assert_eq!(status(&server.say(long.as_bytes())), "431");
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(500));
    assert_eq!(status(&server.say(many.as_bytes())), "431");
    // Of ten megabytes no more is taken in than is allowed: the answer comes before they are sent.
    let mut stream = server.connect();
    let head =
        "POST /api/v1/quotes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    drop(stream.write_all(&vec![b' '; 128 * 1024]));
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 413");
}

/// H154. A head that comes a byte at a time holds its connection for ten seconds, and nobody else's answer.
#[test]
fn two_hundred_who_say_a_byte_now_and_then_hold_up_nobody() {
    let server = Server::start();
    let began = Instant::now();
    let mut slow: Vec<TcpStream> = (0..200).map(|_| server.connect()).collect();
    for stream in &mut slow {
        stream.write_all(b"G").unwrap();
    }
    let mut times: Vec<Duration> = (0..50)
        .map(|_| {
            let began = Instant::now();
            assert_eq!(status(&server.call("GET", "/healthz", "", "")), "200");
            began.elapsed()
        })
        .collect();
    times.sort();
    assert!(times[48] < Duration::from_millis(100), "{times:?}");
    // Nobody sends the rest, and the server hangs up.
    for stream in &mut slow {
        rest(stream);
    }
    let waited = began.elapsed();
    assert!(
        waited > Duration::from_secs(5) && waited < Duration::from_secs(30),
        "{waited:?}"
    );
}

/// H104, H180, H182, H184 and the personal codes of a checkout: none of it is in the log, whatever its level.
#[test]
fn nothing_that_a_visitor_sends_is_in_the_log() {
    let server = Server::start();
    let json = "Content-Type: application/json\r\n";
    let opened = server.call("POST", "/api/v1/lists", json, "{}");
    let secret = opened
        .split("\"secret\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    for path in [
        format!("/l/{secret}"),
        format!("/l/{secret}.atom"),
        format!("/api/v1/lists/{secret}"),
        format!("/l/{secret}x?q=WHATISASKED"),
        "/confirm/CONFIRMSECRETCONFIRMSE".to_owned(),
        "/stop/STOPSECRETSTOPSECRETST".to_owned(),
        "/telegram/TELEGRAMSECRET".to_owned(),
        format!("/i/{ITEM}?market=US&q=WHATISASKED"),
        "/%ff/WHATISASKED".to_owned(),
    ] {
        server.call(
            "GET",
            &path,
            "User-Agent: x 2026-11-22 INFO admin ok\r\nCookie: lang=COOKIESECRET\r\n",
            "",
        );
    }
    server.say(
        b"GET /WHATISASKED HTTP/1.1\r\nHost: a\r\nUser-Agent: x\n2026-11-22 INFO admin ok\r\nConnection: close\r\n\r\n",
    );
    let checkout = format!(
        r#"{{"market":"US","currency":"USD","at":"2026-06-03T12:00:00Z","holds":["PERSONALCODE"],"lines":[{{"item":"{ITEM}","unit_price":"50.00"}}],"discounts":[{{"id":"PERSONALCODE","kind":"code","audience":"personal","currency":"USD","benefit":{{"type":"fixed","amount":"6.00"}}}}]}}"#
    );
    let answer = server.call("POST", "/api/v1/stacks", json, &checkout);
    assert_eq!(status(&answer), "200", "{answer}");
    server.call("POST", "/api/v1/stacks", json, "{\"PERSONALCODE\":");
    let watch = format!(r#"{{"link":"{ITEM}","target":"9.00","channels":["mailto:ann@example.org"]}}"#);
    server.call("POST", &format!("/api/v1/lists/{secret}/watches"), json, &watch);
    let log = server.end();
    for private in [
        secret.as_str(),
        "CONFIRMSECRET",
        "STOPSECRET",
        "TELEGRAMSECRET",
        "COOKIESECRET",
        "PERSONALCODE",
        "WHATISASKED",
        "admin ok",
        "ann@example.org",
    ] {
        assert!(!log.contains(private), "{private}: {log}");
    }
    assert!(
        log.contains("/api/v1/lists/{secret}"),
        "calls are told by the form of their address: {log}"
    );
    for line in log.lines().filter(|line| line.contains("answered")) {
        assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
    }
}
