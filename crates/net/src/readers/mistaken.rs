//! Files given by mistake: pictures, documents, archives and plain words, each with what to give instead.

use tillwatch_core::link;

/// How a listing is handed in, said wherever something else was. Pages since July 2024 have their data in a HAR alone.
pub(super) const INSTEAD: &str =
    "Open the listing in a browser, and give a HAR of its load or the page saved as HTML only.";

/// The first bytes of files that are no text, and what they are.
const KINDS: [(&[u8], &str); 11] = [
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a recording"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"bplist", "a web archive"),
    (b"\xff\xfe", "a text in UTF-16"),
    (b"\xfe\xff", "a text in UTF-16"),
];

/// What a file is that is no text, as a sentence.
pub(super) fn no_text(bytes: &[u8]) -> Option<String> {
    KINDS
        .into_iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|(_, what)| format!("This is {what}, in which no price can be read. {INSTEAD}"))
}

/// What a text is that is neither a page nor JSON, as a sentence.
pub(super) fn no_data(text: &str) -> String {
    let head = text.get(..text.len().min(1_000)).unwrap_or("");
    let what = if text.is_empty() {
        "The file is empty."
    } else if head.starts_with("From: <Saved by") || head.contains("MIME-Version:") {
        "This is a page saved as a single file (MHTML), which is not read."
    } else if text.len() < 1_000 && link::identify(text).item.is_some() {
        "This is a link to a listing and not the page behind it."
    } else {
        "This is neither a saved page nor an answer in JSON."
    };
    format!("{what} {INSTEAD}")
}
