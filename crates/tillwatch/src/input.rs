//! Input: files and standard input, one JSON value or one a line.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use anyhow::Context;
use serde::de::IgnoredAny;
use tillwatch_core::input::InputError;

/// So much is read at once.
const CHUNK: usize = 256 * 1024;

type Reader = BufReader<Box<dyn Read>>;

/// All of a file, or of standard input for `-`.
pub(crate) fn read_all(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let name = || name(Some(path));
    open(Some(path))?.read_to_end(&mut bytes).with_context(name)?;
    Ok(bytes)
}

/// A file, or standard input for `-` and for nothing.
pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Reader> {
    let from: Box<dyn Read> = match path.filter(|path| path.as_os_str() != "-") {
        Some(path) => Box::new(std::fs::File::open(path).with_context(|| name(Some(path)))?),
        None => Box::new(std::io::stdin()),
    };
    Ok(BufReader::with_capacity(CHUNK, from))
}

fn name(path: Option<&Path>) -> String {
    match path.filter(|path| path.as_os_str() != "-") {
        Some(path) => path.display().to_string(),
        None => "standard input".to_owned(),
    }
}

/// What an input turned out to be.
pub(crate) enum Form {
    /// One value, perhaps over many lines.
    One(Vec<u8>),
    /// One value a line.
    Lines(Lines),
}

/// The lines of an input that are not blank. One may be anything; nothing is checked here.
pub(crate) struct Lines {
    first: VecDeque<Vec<u8>>,
    line: Vec<u8>,
    rest: Reader,
}

impl Lines {
    /// All lines of a reader.
    pub(crate) const fn new(rest: Reader) -> Self {
        Self {
            first: VecDeque::new(),
            line: Vec::new(),
            rest,
        }
    }

    /// The next line, without its end.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<&[u8]>> {
        if let Some(line) = self.first.pop_front() {
            self.line = line;
            return Ok(Some(self.line.trim_ascii()));
        }
        loop {
            self.line.clear();
            if self.rest.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some(self.line.trim_ascii()));
            }
        }
    }

    /// Whether the next line must be waited for, so that what is answered should be handed on.
    pub(crate) fn would_wait(&self) -> bool {
        self.first.is_empty() && self.rest.buffer().is_empty()
    }
}

/// Tells one value from one a line: the first line is a whole value and is not the only one, or the whole is no value
/// and some line that is not moved in is one.
pub(crate) fn form(path: Option<&Path>) -> anyhow::Result<Form> {
    let mut lines = Lines::new(open(path)?);
    let first = lines.next().with_context(|| name(path))?;
    // Editors of one system put a mark in front that says nothing.
    let first = first.map(|line| line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).to_vec());
    let Some(first) = first else {
        let detail = format!("{} is empty; a JSON value is needed", name(path));
        return Err(InputError {
            kind: "not_json",
            path: String::new(),
            detail,
        }
        .into());
    };
    if is_value(&first) {
        let Some(second) = lines.next().with_context(|| name(path))?.map(<[u8]>::to_vec) else {
            return Ok(Form::One(first));
        };
        lines.first.extend([first, second]);
        return Ok(Form::Lines(lines));
    }
    let mut whole = first;
    whole.push(b'\n');
    lines.rest.read_to_end(&mut whole).with_context(|| name(path))?;
    let own_line = |line: &[u8]| line.starts_with(b"{") && is_value(line);
    if !is_value(&whole) && whole.split(|byte| *byte == b'\n').any(own_line) {
        let again: Box<dyn Read> = Box::new(Cursor::new(whole));
        return Ok(Form::Lines(Lines::new(BufReader::with_capacity(CHUNK, again))));
    }
    Ok(Form::One(whole))
}

fn is_value(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}
