//! Forms with files (RFC 7578).

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// A field of a form.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// A text.
    Text {
        /// The field's name.
        name: &'static str,
        /// Its value.
        value: &'a str,
    },
    /// A file.
    File {
        /// The field's name.
        name: &'static str,
        /// The file's name.
        file: &'static str,
        /// What it is, such as `image/png`.
        kind: &'static str,
        /// What is in it.
        bytes: &'a [u8],
    },
}

impl Part<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text { value, .. } => value.as_bytes(),
            Self::File { bytes, .. } => bytes,
        }
    }

    fn head(&self) -> String {
        match self {
            Self::Text { name, .. } => format!("content-disposition: form-data; name=\"{name}\"\r\n"),
            Self::File { name, file, kind, .. } => {
                format!(
                    "content-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\ncontent-type: {kind}\r\n"
                )
            }
        }
    }
}

/// The kind of a form and its bytes.
pub(super) fn write(parts: &[Part<'_>]) -> (String, Vec<u8>) {
    let boundary = boundary(parts);
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(format!("--{boundary}\r\n{}\r\n", part.head()).as_bytes());
        body.extend_from_slice(part.bytes());
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// Made of everything between the boundaries, so that nobody's text can hold it.
fn boundary(parts: &[Part<'_>]) -> String {
    let hash = parts
        .iter()
        .fold(Sha256::new(), |hash, part| hash.chain_update(part.bytes()));
    hash.finalize()
        .iter()
        .take(16)
        .fold("tillwatch-".to_owned(), |mut text, byte| {
            _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_its_parts_between_boundaries_that_they_cannot_guess() {
        let text = Part::Text {
            name: "caption",
            value: "--tillwatch-\r\nx",
        };
        let file = Part::File {
            name: "photo",
            file: "chart.png",
            kind: "image/png",
            bytes: &[0, 255],
        };
        let (kind, body) = write(&[text, file]);
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").expect("a boundary");
        let expected = [
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"caption\"\r\n\r\n--tillwatch-\r\nx\r\n")
                .as_bytes(),
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"chart.png\"\r\n")
                .as_bytes(),
            b"content-type: image/png\r\n\r\n\x00\xff\r\n",
            format!("--{boundary}--\r\n").as_bytes(),
        ]
        .concat();
        assert_eq!(body, expected);
        let (other, _) = write(&[file]);
        assert_ne!(other, kind);
    }
}
