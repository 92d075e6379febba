//! Percent-encoding, read leniently: what is no escape stays as it is written.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Share links wrap one address in another, so that a target arrives encoded once or twice; more was never seen.
const ROUNDS: usize = 3;

/// One round of decoding. Bytes that are no UTF-8 become the replacement character, which no rule accepts.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let pair = (ahead.next().and_then(hex), ahead.next().and_then(hex));
        if let (b'%', (Some(high), Some(low))) = (byte, pair) {
            out.push((high << 4) | low);
            bytes = ahead;
        } else {
            out.push(byte);
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// Decodes until `done` likes the text or nothing more comes off.
pub(super) fn decoded_until(text: &str, done: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        if done(&text) || !text.contains('%') {
            break;
        }
        text = Cow::Owned(decoded(&text).into_owned());
    }
    text
}

/// A text as one path segment or query value; only letters, digits and `-._~` stay bare.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 0x0F] {
                out.extend(char::from_digit(digit.into(), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
    }
    out
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_escapes_stay_as_they_are_written() {
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
        assert_eq!(decoded("%%41"), "%A");
    }

    #[test]
    fn decoding_stops_at_the_first_text_that_is_liked() {
        let link = |text: &str| text.starts_with("https://");
        assert_eq!(decoded_until("https%253A%252F%252Fa%2541", link), "https://aA");
        assert_eq!(decoded_until("https://a%41", link), "https://a%41");
    }

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        assert_eq!(encoded("a/b?é"), "a%2Fb%3F%C3%A9");
        assert_eq!(decoded(&encoded("a/b?é")), "a/b?é");
    }
}
