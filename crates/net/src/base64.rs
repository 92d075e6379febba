//! Base64 (RFC 4648), which HAR files write bodies in and webhooks signatures. Forty lines do not need a dependency.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as a text, with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| {
            (bits << 8) | three.get(at).map_or(0, |byte| usize::from(*byte))
        });
        for at in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * at)) & 63).filter(|_| at <= three.len());
            text.push(digit.map_or('=', |digit| char::from(*digit)));
        }
    }
    text
}

/// The bytes of a text; blanks are skipped, padding may be left out, anything else is refused.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len().checked_div(4)?.saturating_mul(3));
    let (mut bits, mut held) = (0_u32, 0_u32);
    for c in text.trim_end_matches(['=', '\n', '\r', ' ']).bytes() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'\n' | b'\r' | b' ' => continue,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(bits.checked_shr(held)?.to_le_bytes()[0]);
        }
        bits &= (1 << held) - 1;
    }
    (held < 6).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn the_vectors_of_the_standard_are_decoded() {
        let text = |encoded| decode(encoded).and_then(|bytes| String::from_utf8(bytes).ok());
        let vectors = [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYmFy", "foobar"),
        ];
        for (encoded, plain) in vectors {
            assert_eq!(text(encoded).as_deref(), Some(plain), "{encoded}");
            assert_eq!(encode(plain.as_bytes()), encoded);
        }
        assert_eq!(decode("Zg=!"), None);
        assert_eq!(decode("Z"), None);
        assert_eq!(encode(&[0xfb, 0xff]), "+/8=");
    }
}
