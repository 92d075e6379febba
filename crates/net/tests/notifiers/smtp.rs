//! A mail server on this machine that remembers letters and answers as its mood is.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::peer::Mood;

/// A letter as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) from: String,
    pub(crate) to: String,
    /// Its lines, each without its end; a doubled dot is single again.
    pub(crate) lines: Vec<String>,
}

impl Arrived {
    /// The values of a header, unfolded.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let head = self.lines.iter().take_while(|line| !line.is_empty());
        let mut unfolded: Vec<String> = Vec::new();
        for line in head {
            match unfolded.last_mut() {
                Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
                _ => unfolded.push(line.clone()),
            }
        }
        let named = unfolded.iter().filter_map(|line| line.split_once(": "));
        named
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .collect()
    }
}

/// A mail server, for as long as the test's runtime lives.
#[derive(Clone)]
pub(crate) struct MailServer {
    /// Its host and port.
    pub(crate) place: String,
    mood: Arc<Mutex<Mood>>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    connections: Arc<Mutex<usize>>,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            place: listener.local_addr().unwrap().to_string(),
            mood: Arc::new(Mutex::new(Mood::Fine)),
            arrived: Arc::default(),
            connections: Arc::default(),
        };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *own.connections.lock().unwrap() += 1;
                let own = own.clone();
                tokio::spawn(async move { own.talk(stream).await });
            }
        });
        server
    }

    pub(crate) fn feel(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }

    /// What it says to a recipient.
    fn welcome(&self, to: &str) -> String {
        match *self.mood.lock().unwrap() {
            Mood::Fine => "250 fine".into(),
            Mood::Busy(_) => "451 4.3.0 later please".into(),
            Mood::Gone => format!("550 5.1.1 {to}: nobody of that name"),
            Mood::Broken | Mood::Elsewhere => format!("554 5.7.1 no letters for {to} from you"),
        }
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        let (mut from, mut to) = (String::new(), String::new());
        stream.write_all(b"220 till.test\r\n").await.ok()?;
        loop {
            let line = line(&mut stream).await?;
            let answer = match line.get(..4)? {
                "EHLO" => "250-till.test\r\n250 8BITMIME".to_owned(),
                "MAIL" => {
                    from = line;
                    "250 fine".into()
                }
                "RCPT" => {
                    to = line.trim_start_matches("RCPT TO:").to_owned();
                    self.welcome(&to)
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await.ok()?;
                    let lines = letter(&mut stream).await?;
                    let (from, to) = (from.clone(), to.clone());
                    self.arrived.lock().unwrap().push(Arrived { from, to, lines });
                    "250 taken".into()
                }
                "QUIT" => "221 bye".into(),
                "RSET" | "NOOP" => "250 fine".into(),
                _ => "502 what".into(),
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
    }
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await.ok()? == 0 {
        return None;
    }
    let bare = line.strip_suffix("\r\n").expect("a line of mail ends with both");
    assert!(!bare.contains(['\r', '\n']), "{bare:?}");
    Some(bare.to_owned())
}

async fn letter(stream: &mut BufReader<TcpStream>) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let line = line(stream).await?;
        match line.strip_prefix('.') {
            Some("") => return Some(lines),
            Some(rest) => lines.push(rest.to_owned()),
            None => lines.push(line),
        }
    }
}
