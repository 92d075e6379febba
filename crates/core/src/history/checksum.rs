//! CRC-32C (Castagnoli), which finds every flipped bit and every burst of up to 32.

/// The generator polynomial with its bits in reverse.
const POLYNOMIAL: u32 = 0x82F6_3B78;

/// What each byte does to a checksum.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut rest: &mut [u32] = &mut table;
    let mut byte = 0_u32;
    while let Some((slot, others)) = rest.split_first_mut() {
        let (mut sum, mut bit) = (byte, 0_u8);
        while bit < 8 {
            sum = (sum >> 1) ^ if sum & 1 == 1 { POLYNOMIAL } else { 0 };
            bit = bit.wrapping_add(1);
        }
        *slot = sum;
        rest = others;
        byte = byte.wrapping_add(1);
    }
    table
};

/// The checksum of some bytes.
pub(super) fn crc32c(bytes: impl IntoIterator<Item = u8>) -> u32 {
    let sum = bytes.into_iter().fold(u32::MAX, |sum, byte| {
        let [low, ..] = sum.to_le_bytes();
        let known = TABLE.get(usize::from(low ^ byte)).copied().unwrap_or_default();
        (sum >> 8) ^ known
    });
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_that_the_standard_names() {
        assert_eq!(crc32c(*b"123456789"), 0xE306_9283);
        // RFC 3720, B.4: 32 bytes of zeros, of ones, and counted up.
        assert_eq!(crc32c([0; 32]), 0x8A91_36AA);
        assert_eq!(crc32c([0xFF; 32]), 0x62A8_AB43);
        assert_eq!(crc32c(0..32), 0x46DD_794E);
    }
}
