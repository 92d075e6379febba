//! How long the choice of one call takes among many listings, and what memory a listing takes while it waits.
//!
//! `cargo bench -p tillwatch-core --bench cadence`. Memory is what the process grew by, where the system tells.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark's numbers are small"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use tillwatch_core::cadence::{Limits, Profile, Queue, Rate, Second, Urgency, Window};

const DAY: u32 = 86_400;
const NOW: Second = Second::new(1_800_000_000);

/// Listings, groups, days over which their last readings are spread: four days of them are all over their floor.
const ROWS: [(u64, u64, u64); 6] = [
    (10_000, 1, 1),
    (100_000, 20, 1),
    (1_000_000, 1, 1),
    (1_000_000, 20, 1),
    (1_000_000, 200, 1),
    (1_000_000, 20, 4),
];

fn main() {
    let weekly = |day: u32| Window {
        from: NOW.minus(30 * DAY).plus(day * DAY),
        until: NOW.minus(30 * DAY).plus(day * DAY + 3_600),
        thousandths: 12_000,
    };
    let profile = Profile::new(&[0, 1, 4, 5, 7, 8, 11, 12, 14, 15, 18, 19, 21, 22, 25, 26, 28, 29].map(weekly));
    println!(
        "{:<44} {:>10} {:>10} {:>10} {:>12} {:>12}",
        "choice of one call of 50", "median", "p99", "worst", "all reported", "a listing"
    );
    for (listings, groups, days) in ROWS {
        let before = resident();
        let mut queue: Queue<u64, u16> = Queue::new(Limits::default(), 1);
        for key in 0..listings {
            let dice = mixed(key);
            // Twelve doublings, most of them low: as watchers, rates and distances spread them.
            let weight = 10_000_u64 << ((dice % 13) * (dice >> 8 & 15) / 15);
            let group = u16::try_from((dice >> 16) % groups).unwrap_or(0);
            let ago = u32::try_from((dice >> 32) % (days * u64::from(DAY))).unwrap_or(0);
            let urgency = Urgency::new(u32::from(key % 8 != 0), Rate::from_billionths(weight + dice % 9_999));
            queue.insert(key, group, urgency, Some(NOW.minus(ago)), NOW);
        }
        let memory = resident().saturating_sub(before);
        let (mut choices, mut reports) = (Vec::new(), Vec::new());
        for call in 0..2_000 {
            let now = NOW.plus(call * 17);
            let start = Instant::now();
            let next = black_box(queue.next_call(&profile, now));
            choices.push(start.elapsed());
            let start = Instant::now();
            for key in next.iter().flat_map(|next| &next.listings) {
                queue.read(key, now);
            }
            reports.push(start.elapsed());
        }
        choices.sort_unstable();
        reports.sort_unstable();
        let at = |times: &[Duration], percent: usize| times[(times.len() - 1) * percent / 100];
        println!(
            "{:<44} {:>10.1?} {:>10.1?} {:>10.1?} {:>12.1?} {:>10} B",
            format!("{listings} listings, {groups} groups, {days} d"),
            at(&choices, 50),
            at(&choices, 99),
            at(&choices, 100),
            at(&reports, 50),
            memory / listings
        );
    }
}

/// Bytes that the process takes; 0 where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1_024
}

/// A number that looks random (splitmix64).
fn mixed(number: u64) -> u64 {
    let z = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
