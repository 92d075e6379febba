//! Texts, made fit to be shown: titles are anybody's words, and none of them may begin a line, steer a terminal or
//! turn the rest of a sentence around.

use tillwatch_app::ports::notifier::{Action, ActionKind, Message, Paragraph, Span};
use url::Url;

/// The most of a label.
const LABEL: usize = 40;

/// A length as Telegram counts it, in UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// One line of at most so many UTF-16 units, with nothing in it that is not seen.
pub(super) fn line(text: &str, most: usize) -> String {
    cut(seen(text).trim(), most)
}

/// The subject, which is never empty.
pub(super) fn subject(message: &Message, most: usize) -> String {
    match line(&message.subject, most) {
        empty if empty.is_empty() => line(&message.reference, most),
        subject => subject,
    }
}

/// The paragraphs with at most so many UTF-16 units in all, a line break after each counted as one. No piece gets more
/// than half, so that one long title does not push the price out.
pub(super) fn paragraphs(message: &Message, most: usize) -> Vec<Paragraph> {
    let mut left = most;
    let mut fit = Vec::new();
    for paragraph in &message.paragraphs {
        let mut spans = Vec::new();
        for span in &paragraph.0 {
            let text = cut(&seen(&span.text), left.min(most / 2));
            left = left.saturating_sub(length(&text));
            if !text.is_empty() {
                spans.push(Span { text, ..*span });
            }
        }
        left = left.saturating_sub(1);
        if !spans.is_empty() {
            fit.push(Paragraph(spans));
        }
    }
    fit
}

/// The links and their labels.
pub(super) fn links(message: &Message) -> impl Iterator<Item = (String, &Url)> {
    message.links.iter().map(|link| (line(&link.label, LABEL), &link.url))
}

/// The labels of the buttons that are pages too, and those pages.
pub(super) fn pages(message: &Message) -> impl Iterator<Item = (String, &Url)> {
    let with_page = message
        .actions
        .iter()
        .filter_map(|action| Some((action, action.page.as_ref()?)));
    with_page.map(|(action, page)| (line(&action.label, LABEL), page))
}

/// Where messages are stopped, unless a button leads to a page for it already.
pub(super) fn stop(message: &Message) -> Option<&Url> {
    let has_page = |action: &Action| action.kind == ActionKind::Stop && action.page.is_some();
    message.stop.as_ref().filter(|_| !message.actions.iter().any(has_page))
}

/// Everything under the subject without any markup, a line a paragraph and a line a link.
pub(super) fn plain(message: &Message, most: usize) -> String {
    let text = |paragraph: Paragraph| paragraph.0.into_iter().map(|span| span.text).collect::<String>();
    let mut lines: Vec<String> = paragraphs(message, most).into_iter().map(text).collect();
    let with_label = |(label, url): (String, &Url)| format!("{label}: {url}");
    lines.extend(links(message).map(with_label));
    lines.extend(pages(message).map(with_label));
    lines.extend(stop(message).map(|url| format!("Stop: {url}")));
    lines.join("\n")
}

/// `&`, `<`, `>` and quotes as HTML writes them; Telegram knows these four names too.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Breaks, blanks and control characters in a row become one blank; what turns or hides text is left out.
fn seen(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(4_096));
    for c in text.chars().filter(|c| !is_unseen(*c)) {
        if !c.is_whitespace() && !c.is_control() {
            line.push(c);
        } else if !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line
}

/// Marks of direction and of nothing. The joiner stays, since many emoji are made with it.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

/// The beginning of a text and `…`, where it is longer. No character is split.
fn cut(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut left = most.saturating_sub(1);
    for c in text.chars() {
        let Some(rest) = left.checked_sub(c.len_utf16()) else {
            break;
        };
        left = rest;
        kept.push(c);
    }
    if most > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_breaks_and_nothing_that_turns_or_hides_text() {
        for (text, clean) in [
            ("Nail lamp\r\nBcc: eve@example.net", "Nail lamp Bcc: eve@example.net"),
            ("  a\t\u{0}\u{1b}[31m b\u{2028}c ", "a [31m b c"),
            ("gpj.\u{202e}exe\u{2066}x\u{200b}", "gpj.exex"),
            ("👩‍🔧 lamp", "👩‍🔧 lamp"),
            ("\u{feff}", ""),
        ] {
            assert_eq!(line(text, 100), clean);
        }
    }

    /// H127.
    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(line("abcdef", 6), "abcdef");
        assert_eq!(line("abcdefg", 6), "abcde…");
        assert_eq!(line(&"😀".repeat(10_000), 6), "😀😀…");
        assert_eq!(line("abc", 0), "");
    }

    /// H126.
    #[test]
    fn markup_is_escaped() {
        assert_eq!(html("<b>\"x\" & 'y'</b>"), "&lt;b&gt;&quot;x&quot; &amp; 'y'&lt;/b&gt;");
    }
}
