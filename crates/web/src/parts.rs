//! Forms with files, as browsers send them: `multipart/form-data` by RFC 7578, whole in memory and within its limit.

/// No more fields of a form.
const MOST: usize = 16;

/// The fields of a body in their order, by name; nothing where it is no such form, or one that is cut off.
pub(crate) fn read<'a>(kind: &str, body: &'a [u8]) -> Option<Vec<(String, &'a [u8])>> {
    let boundary = boundary(kind)?;
    let between = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(between.get(2..)?.as_bytes())?;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let (head, after) = split(rest.strip_prefix(b"\r\n")?, b"\r\n\r\n")?;
        let (content, next) = split(after, between.as_bytes())?;
        parts.push((name(head)?, content));
        if parts.len() > MOST {
            return None;
        }
        rest = next;
    }
    Some(parts)
}

/// What separates the fields.
fn boundary(kind: &str) -> Option<&str> {
    let rest = kind.strip_prefix("multipart/form-data")?;
    let named = rest
        .split(';')
        .find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
    let bare = named.trim_matches('"');
    (1..=70).contains(&bare.len()).then_some(bare)
}

/// What stands before and behind a mark.
fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let first = mark.first()?;
    let mut from = 0;
    // From one byte that could begin it to the next: most of a page has none.
    while let Some(step) = text.get(from..)?.iter().position(|byte| byte == first) {
        let place = from + step;
        let rest = text.get(place..)?;
        if let Some(after) = rest.strip_prefix(mark) {
            return Some((text.get(..place)?, after));
        }
        from = place + 1;
    }
    None
}

/// The name of a field, out of its head.
fn name(head: &[u8]) -> Option<String> {
    let head = std::str::from_utf8(head).ok()?;
    let line = head.lines().find(|line| {
        let name = line.split(':').next().unwrap_or_default();
        name.eq_ignore_ascii_case("content-disposition")
    })?;
    let (_, rest) = line.split_once("; name=\"")?;
    rest.split('"').next().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=----x1";

    fn fields(body: &str) -> Option<Vec<(String, String)>> {
        let read = read(KIND, body.as_bytes())?;
        let text = |(name, bytes): (String, &[u8])| (name, String::from_utf8_lossy(bytes).into_owned());
        Some(read.into_iter().map(text).collect())
    }

    #[test]
    fn fields_and_files_are_told_apart_by_their_names_and_taken_as_they_are() {
        let body = "------x1\r\nContent-Disposition: form-data; name=\"market\"\r\n\r\nUS\r\n\
                    ------x1\r\ncontent-disposition: form-data; name=\"file\"; filename=\"name=x.html\"\r\n\
                    Content-Type: text/html\r\n\r\n<p>\r\n--not it\r\n\r\n\r\n------x1--\r\n";
        let field = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let both = vec![field("market", "US"), field("file", "<p>\r\n--not it\r\n\r\n")];
        assert_eq!(fields(body), Some(both));
        assert_eq!(fields("------x1--\r\n"), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_form_or_is_cut_off_is_nothing() {
        let part = "------x1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
        for body in [
            String::new(),
            "market=US".to_owned(),
            part.to_owned(),
            part.repeat(17) + "------x1--",
            "------x1\r\nContent-Disposition: form-data\r\n\r\n1\r\n------x1--".to_owned(),
            "------x1\r\n\r\n1\r\n------x1--".to_owned(),
            "------x1".to_owned(),
        ] {
            assert_eq!(fields(&body), None, "{body:?}");
        }
        for kind in ["text/plain", "multipart/form-data", "multipart/form-data; boundary="] {
            assert_eq!(read(kind, b"----"), None, "{kind}");
        }
    }
}
