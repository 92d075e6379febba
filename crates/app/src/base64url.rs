//! Bytes as texts for addresses of the web: Base64 in its URL-safe letters (RFC 4648, section 5) and without padding.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes as a text.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(4).div_ceil(3));
    for three in bytes.chunks(3) {
        let byte = |at| three.get(at).map_or(0, |byte| usize::from(*byte));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        let digits = (0..=three.len()).filter_map(|at| DIGITS.get((bits >> (18 - 6 * at)) & 63));
        text.extend(digits.map(|digit| char::from(*digit)));
    }
    text
}

/// The bytes of a text, where it is the only one that they have and there are exactly `N`.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N.saturating_mul(4).div_ceil(3) {
        return None;
    }
    let mut bytes = [0; N];
    let mut free = bytes.iter_mut();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for digit in text.bytes() {
        let six = DIGITS.iter().position(|one| *one == digit)?;
        bits = (bits << 6) | u32::try_from(six).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            *free.next()? = (bits >> held).to_le_bytes()[0];
            bits &= (1 << held) - 1;
        }
    }
    (bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_and_every_other_text_of_that_length_is_something_else(
            bytes: [u8; 16],
            text in "[A-Za-z0-9_-]{22}",
        ) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
            if let Some(bytes) = decode::<16>(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }

    #[test]
    fn the_vectors_of_the_standard_are_written_and_others_are_refused() {
        assert_eq!(encode(b""), "");
        assert_eq!(encode(b"f"), "Zg");
        assert_eq!(encode(b"fo"), "Zm8");
        assert_eq!(encode(b"foobar"), "Zm9vYmFy");
        assert_eq!(encode(&[0xfb, 0xff]), "-_8");
        for text in ["Zg=", "Zh", "Z", "Zg==", "Z ", "Z+", "Zé"] {
            assert_eq!(decode::<1>(text), None, "{text:?}");
        }
    }
}
