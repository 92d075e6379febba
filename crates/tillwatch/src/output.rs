//! Standard output: one large buffer, and whether people or programs read it.

use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::page::Page;

/// So much is collected before it is handed on.
const BUFFER: usize = 256 * 1024;

/// Where results go.
pub(crate) struct Output {
    /// JSON in place of text.
    pub(crate) json: bool,
    /// How text may look.
    pub(crate) look: Look,
    /// What is not handed on yet.
    pub(crate) buffer: Vec<u8>,
}

/// How text may look where it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Columns of a line.
    pub(crate) width: usize,
    /// Whether escape codes are understood and wanted.
    pub(crate) colour: bool,
}

impl Look {
    /// What standard output allows: colour only on a terminal that wants it, 80 columns where nobody says otherwise.
    pub(crate) fn detect() -> Self {
        let out = std::io::stdout();
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let told = set("COLUMNS").and_then(|value| value.to_str()?.parse().ok());
        let seen = || terminal_size::terminal_size_of(&out).map(|(width, _)| usize::from(width.0));
        let plain = set("NO_COLOR").is_some() || set("TERM").is_some_and(|term| term == "dumb");
        Self {
            width: told.or_else(seen).unwrap_or(80).clamp(40, 120),
            colour: out.is_terminal() && !plain,
        }
    }
}

impl Output {
    /// For standard output.
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            look: Look::detect(),
            buffer: Vec::with_capacity(BUFFER + BUFFER / 4),
        }
    }

    /// An empty page of text.
    pub(crate) const fn page(&self) -> Page {
        Page::new(self.look)
    }

    /// Writes one value and ends its line.
    pub(crate) fn value(&mut self, value: &impl Serialize) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.buffer, value)?;
        self.buffer.push(b'\n');
        self.hand_on_when_full()
    }

    /// Writes a page.
    pub(crate) fn show(&mut self, page: &Page) -> anyhow::Result<()> {
        self.buffer.extend_from_slice(page.as_str().as_bytes());
        self.hand_on_when_full()
    }

    fn hand_on_when_full(&mut self) -> anyhow::Result<()> {
        if self.buffer.len() < BUFFER {
            return Ok(());
        }
        self.flush()
    }

    /// Hands on all that was collected.
    pub(crate) fn flush(&mut self) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(&self.buffer).and_then(|()| out.flush());
        self.buffer.clear();
        Ok(written?)
    }
}
