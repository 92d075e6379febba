//! Any bytes are refused or are runs of prices or of checks, and those are written as the same bytes again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tillwatch_core::history::{MOST_RUNS, Price, Value, decode, encode};
use tillwatch_core::snapshot::Outcome;

fuzz_target!(|bytes: &[u8]| {
    same_again::<Price>(bytes);
    // Few random bytes have their checksum; with one, what stands behind it is looked at too.
    let sealed = sealed(bytes);
    same_again::<Price>(&sealed);
    same_again::<Outcome>(&sealed);
});

fn same_again<V: Value>(bytes: &[u8]) {
    if let Ok(runs) = decode::<V>(bytes) {
        assert!(runs.len() <= MOST_RUNS);
        assert!(runs.windows(2).all(|pair| pair[0].end() <= pair[1].start));
        assert_eq!(encode(&runs).as_deref(), Ok(bytes));
    }
}

/// Content with the checksum of a segment: CRC-32C of it and its length, bit by bit.
fn sealed(content: &[u8]) -> Vec<u8> {
    let count = u32::try_from(content.len()).expect("the fuzzer's inputs are short");
    let mut sum = u32::MAX;
    for byte in content.iter().chain(&count.to_le_bytes()) {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ ((sum & 1) * 0x82F6_3B78);
        }
    }
    [content, &(!sum).to_le_bytes()].concat()
}
