//! Segments: up to 64 runs as bytes, some five for each.
//!
//! A version byte; for each run the minutes since the end of the one before (of the first: since 1970), the minutes
//! confirmed and the difference to the value before (of the first: to zero); then a checksum. Numbers are varints: seven
//! bits a byte, lowest first, the top bit where more follow. A difference is zigzag: 0, -1, 1, -2 are 0, 1, 2, 3. The
//! checksum is the CRC-32C of all bytes before it and of their count, lowest byte first: without the count, four bytes
//! are known that could be appended unseen. Each list of runs has exactly one form.

use alloc::vec::Vec;

use super::checksum::crc32c;
use super::minute::Minute;
use super::run::{Refused, Run, Value, in_order};

/// The most runs of a segment.
pub const MOST_RUNS: usize = 64;

/// The layout that is written, and the only one there is.
const VERSION: u8 = 1;

/// Bytes of the checksum.
const CHECKSUM: usize = 4;

/// Bytes that a run usually takes at most: room that need not grow.
const USUAL: usize = 8;

/// Why bytes are no segment. Whatever a bad disk did to them, they are never read as prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damaged {
    /// Shorter than the shortest segment.
    #[error("{0} bytes are no segment; the shortest has 5")]
    Short(usize),
    /// Written in a layout that is not known, or not a segment at all.
    #[error("version {0} of segments is not known")]
    Version(u8),
    /// The bytes are not those that were written.
    #[error("the checksum is {found:08x} and should be {expected:08x}")]
    Checksum {
        /// What the segment ends with.
        found: u32,
        /// What its bytes come to.
        expected: u32,
    },
    /// A number without its end, in too many bytes, or past the last minute, in the run of this place.
    #[error("run {0} has a number that is cut off or out of range")]
    Number(usize),
    /// A value that such a line cannot hold, such as a price of zero, in the run of this place.
    #[error("run {place} has the value {value}, which is none")]
    Value {
        /// Which run, from 0.
        place: usize,
        /// What it holds.
        value: i64,
    },
    /// More runs than a segment takes.
    #[error("there are more than 64 runs")]
    TooMany,
}

/// Writes runs as one segment. They must follow each other and be at most [`MOST_RUNS`].
pub fn encode<V: Value>(runs: &[Run<V>]) -> Result<Vec<u8>, Refused> {
    if runs.len() > MOST_RUNS {
        return Err(Refused::TooMany(runs.len()));
    }
    in_order(runs)?;
    let mut bytes = Vec::with_capacity(runs.len().saturating_add(1).saturating_mul(USUAL));
    bytes.push(VERSION);
    let (mut end, mut value) = (Minute::FIRST, 0_i64);
    for run in runs {
        put(&mut bytes, u64::from(run.start.since(end)));
        put(&mut bytes, u64::from(run.confirmed));
        put(&mut bytes, zigzag(run.value.number().wrapping_sub(value)));
        (end, value) = (run.end(), run.value.number());
    }
    let sum = checksum(&bytes);
    bytes.extend(sum.to_le_bytes());
    Ok(bytes)
}

/// Reads the runs of one segment, or says what is wrong with it.
pub fn decode<V: Value>(bytes: &[u8]) -> Result<Vec<Run<V>>, Damaged> {
    let short = Damaged::Short(bytes.len());
    let (content, found) = bytes.split_last_chunk::<CHECKSUM>().ok_or(short)?;
    let (version, mut rest) = content.split_first().ok_or(short)?;
    if *version != VERSION {
        return Err(Damaged::Version(*version));
    }
    let (found, expected) = (u32::from_le_bytes(*found), checksum(content));
    if found != expected {
        return Err(Damaged::Checksum { found, expected });
    }
    let mut runs = Vec::with_capacity(MOST_RUNS);
    let (mut end, mut value) = (Minute::FIRST, 0_i64);
    while !rest.is_empty() {
        let place = runs.len();
        if place == MOST_RUNS {
            return Err(Damaged::TooMany);
        }
        let mut number = || take(&mut rest).ok_or(Damaged::Number(place));
        let minutes = |number| u32::try_from(number).map_err(|_| Damaged::Number(place));
        let start = end.number().checked_add(minutes(number()?)?);
        let start = start.map(Minute::new).ok_or(Damaged::Number(place))?;
        let confirmed = minutes(number()?)?;
        value = value.wrapping_add(unzigzag(number()?));
        let run = Run {
            start,
            confirmed,
            value: V::from_number(value).ok_or(Damaged::Value { place, value })?,
        };
        end = run.end();
        runs.push(run);
    }
    Ok(runs)
}

fn checksum(content: &[u8]) -> u32 {
    let count = u32::try_from(content.len()).unwrap_or(u32::MAX);
    crc32c(content.iter().copied().chain(count.to_le_bytes()))
}

const fn zigzag(difference: i64) -> u64 {
    ((difference << 1) ^ (difference >> 63)).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ (number & 1).cast_signed().wrapping_neg()
}

/// Appends a varint.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// Takes a varint off the front. Needless bytes and bits past the 64th make it none.
fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in (0..u64::BITS).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        let bits = u64::from(byte & 0x7F);
        let moved = bits << place;
        if moved >> place != bits {
            return None;
        }
        number |= moved;
        if *byte < 0x80 {
            return (*byte != 0 || place == 0).then_some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;
    use crate::history::{Price, Tail};
    use crate::snapshot::Outcome;
    use alloc::string::ToString;
    use alloc::vec;

    fn sealed(content: &[u8]) -> Vec<u8> {
        [content, &checksum(content).to_le_bytes()].concat()
    }

    fn run(start: u32, confirmed: u32, minor: i64) -> Run {
        Run {
            start: Minute::new(start),
            confirmed,
            value: Price::new(minor).unwrap(),
        }
    }

    #[test]
    fn a_segment_has_the_bytes_that_its_description_says() {
        let runs = [run(300, 30, 1_000), run(330, 0, 999), run(330, 200, 1_063)];
        let content = [1, 0xAC, 2, 30, 0xD0, 15, 0, 0, 1, 0, 0xC8, 1, 0x80, 1];
        assert_eq!(encode(&runs), Ok(sealed(&content)));
        assert_eq!(decode(&sealed(&content)), Ok(runs.to_vec()));
        assert_eq!(sealed(&content).split_off(14), 0x4230_109C_u32.to_le_bytes());
    }

    #[test]
    fn checks_are_stored_as_prices_are() {
        let runs = [
            Tail::open(Minute::new(9), Outcome::Blocked).run(),
            Tail::open(Minute::new(9), Outcome::Ok).run(),
        ];
        assert_eq!(decode(&encode(&runs).unwrap()), Ok(runs.to_vec()));
    }

    #[test]
    fn runs_out_of_order_and_too_many_of_them_are_refused() {
        let (at, last) = (Minute::new(129), Minute::new(130));
        let refused = encode(&[run(100, 30, 5), run(129, 0, 6)]);
        assert_eq!(refused, Err(Refused::Earlier { at, last }));
        assert!(refused.is_err_and(|why| why.to_string().starts_with("1970-01-01T02:09:00Z is before")));
        assert!(encode(&vec![run(1, 0, 5); MOST_RUNS]).is_ok());
        assert_eq!(encode(&vec![run(1, 0, 5); 65]), Err(Refused::TooMany(65)));
    }

    #[test]
    fn bytes_with_a_right_checksum_are_still_looked_at() {
        let read = |content: &[u8]| decode::<Price>(&sealed(content));
        assert_eq!(decode::<Price>(&[1, 2, 3]), Err(Damaged::Short(3)));
        assert_eq!(read(&[]), Err(Damaged::Short(4)));
        assert_eq!(read(&[2]), Err(Damaged::Version(2)));
        assert_eq!(read(&[1]), Ok(vec![]));
        assert_eq!(read(&[1, 5, 0, 0]), Err(Damaged::Value { place: 0, value: 0 }));
        assert_eq!(
            read(&[1, 5, 0, 2, 5, 0, 3]),
            Err(Damaged::Value { place: 1, value: -1 })
        );
        // Cut off; two bytes where one does; past the last minute; past 64 bits.
        for content in [
            &[1, 5, 0][..],
            &[1, 0x85, 0, 0, 2],
            &[1, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F, 0, 2],
            &[1, 5, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2],
        ] {
            assert_eq!(read(content), Err(Damaged::Number(0)), "{content:?}");
        }
        let many = [&[1][..], &[0, 0, 2].repeat(65)].concat();
        assert_eq!(read(&many), Err(Damaged::TooMany));
    }

    #[test]
    fn the_known_four_bytes_that_leave_a_checksum_right_are_seen() {
        let bytes = encode(&[run(300, 30, 1_000)]).unwrap();
        let residue = crc32c(bytes.iter().copied());
        let longer = [&bytes[..], &residue.to_le_bytes()].concat();
        assert!(matches!(decode::<Price>(&longer), Err(Damaged::Checksum { .. })));
    }
}
