//! Curves, each compared with a picture that was looked at and found right.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use tillwatch_core::history::{Price, Run, Series, Void};
use tillwatch_core::instant::Instant;

use super::*;
use crate::output::Look;

fn start() -> Minute {
    Minute::of(Instant::parse("2026-06-01T00:00:00Z").unwrap())
}

const DAY: u32 = 1_440;

/// Runs that begin so many hours after the first of June.
fn prices(runs: &[(u32, u32, i64)]) -> Vec<Run> {
    let run = |(hours, confirmed, minor): &(u32, u32, i64)| Run {
        start: start().plus(hours * 60),
        confirmed: confirmed * 60,
        value: Price::new(*minor).unwrap(),
    };
    runs.iter().map(run).collect()
}

fn drawn(series: &[(&str, &Series)], days: u32, width: usize, colour: bool) -> String {
    let until = start().plus(days * DAY);
    let lines = series.iter().map(|(name, series)| Line {
        name,
        spans: series.spans(start(), until),
    });
    let curve = Curve {
        from: start(),
        until,
        currency: Currency::USD,
        lines: lines.collect(),
    };
    let mut page = Page::new(Look { width, colour });
    curve.write(&mut page);
    page.as_str().to_owned()
}

fn one(runs: &[(u32, u32, i64)]) -> Series {
    Series::new(prices(runs), Vec::new()).unwrap()
}

#[track_caller]
fn is(picture: &str, wanted: &str) {
    assert!(picture == wanted, "wanted\n{wanted}\nand drawn is\n{picture}");
}

#[test]
fn a_curve_is_a_step_from_each_reading_to_the_next() {
    let series = one(&[(0, 100, 3_600), (120, 100, 3_400), (300, 179, 3_500)]);
    is(
        &drawn(&[("public", &series)], 20, 50, false),
        include_str!("tests/steps.txt"),
    );
}

#[test]
fn two_lanes_gaps_and_voids_are_told_apart_without_colour() {
    let checks = [
        (0, 190, Outcome::Ok),
        (200, 4, Outcome::Blocked),
        (248, 200, Outcome::Ok),
    ];
    let checks = checks.map(|(hours, confirmed, value)| Run {
        start: start().plus(hours * 60),
        confirmed: confirmed * 60,
        value,
    });
    let of = |runs: &[(u32, u32, i64)]| Series::new(prices(runs), checks.to_vec()).unwrap();
    let void = Void {
        from: start().plus(60 * 60),
        until: start().plus(72 * 60),
        reason: "a slip of the shop".into(),
    };
    let public = of(&[(0, 50, 3_275), (60, 10, 199), (72, 118, 3_149), (248, 200, 3_299)]).voided(vec![void]);
    let sticker = of(&[(0, 190, 3_999), (248, 200, 3_799)]);
    let picture = drawn(&[("public", &public), ("sticker", &sticker)], 20, 72, false);
    is(&picture, include_str!("tests/lanes.txt"));
    assert!(drawn(&[("public", &public)], 20, 72, true).contains("\u{1b}[1m━"));
}

#[test]
fn a_spike_is_drawn_in_full_and_does_not_flatten_the_rest_in_silence() {
    let series = one(&[(0, 200, 3_100), (220, 1, 19_900), (221, 200, 3_200)]);
    is(
        &drawn(&[("public", &series)], 18, 60, false),
        include_str!("tests/spike.txt"),
    );
    // The same heights, each for a long time, are no spike.
    let steps = one(&[(0, 200, 3_100), (220, 1, 19_900), (400, 10, 3_200)]);
    assert!(!drawn(&[("public", &steps)], 18, 60, false).contains("stretched"));
}

#[test]
fn a_flat_line_stands_in_the_middle_and_one_point_is_a_point() {
    is(
        &drawn(&[("public", &one(&[(0, 71, 500)]))], 3, 40, false),
        include_str!("tests/flat.txt"),
    );
    let point = drawn(&[("public", &one(&[(36, 0, 500)]))], 3, 40, false);
    assert_eq!(
        point.matches('●').count(),
        2,
        "the point, which is the low, and the legend:\n{point}"
    );
}

#[test]
fn no_line_is_wider_than_the_page() {
    let series = one(&[(0, 100, 123_456), (120, 100, 3_400), (300, 179, 99_999)]);
    for width in 40..=120 {
        for days in [1, 5, 20, 100, 400, 2_000] {
            let picture = drawn(&[("public", &series), ("sticker", &series)], days, width, false);
            let widest = picture.lines().map(UnicodeWidthStr::width).max();
            assert!(widest <= Some(width), "{width}, {days} days:\n{picture}");
        }
    }
}

#[test]
fn labels_are_round_and_hold_all_prices_between_them() {
    for (low, high) in [(1, 1), (3_149, 3_275), (1, 9_999_999), (500, 500), (999, 1_001), (7, 8)] {
        let axis = Axis::of(low, high).unwrap();
        let labels: Vec<i64> = (0..axis.rows()).filter_map(|row| axis.label(row)).collect();
        assert!((2..=6).contains(&labels.len()), "{labels:?}");
        assert!(
            labels.last() <= Some(&low) && labels.first() >= Some(&high),
            "{low} {high} {labels:?}"
        );
        for label in &labels {
            assert_eq!(axis.label(axis.row(*label)), Some(*label));
        }
    }
}

#[test]
fn a_view_without_a_price_says_so_and_names_its_gap() {
    let checks = vec![Run {
        start: start().plus(60),
        confirmed: 0,
        value: Outcome::Blocked,
    }];
    let blind = Series::new(Vec::new(), checks).unwrap();
    let told = drawn(&[("public", &blind)], 3, 60, false);
    assert!(told.contains("No price is known") && told.contains("blocked"), "{told}");
}
