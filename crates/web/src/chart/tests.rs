//! Charts of made-up series.

#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use tillwatch_core::history::{Price, Run, Series, Void};
use tillwatch_core::money::Currency;

use super::*;
use crate::words::Tongues;

fn run<V>(start: u32, confirmed: u32, value: V) -> Run<V> {
    Run {
        start: Minute::new(start),
        confirmed,
        value,
    }
}

fn price(minor: i64) -> Price {
    Price::new(minor).unwrap()
}

fn drawn(effective: &Series, sticker: &Series, marks: Vec<Mark>) -> (String, String) {
    let (from, until) = (Minute::new(0), Minute::new(1_440));
    let (effective, sticker) = (effective.spans(from, until), sticker.spans(from, until));
    let chart = Chart {
        from,
        until,
        now: until,
        currency: Currency::parse("USD").unwrap(),
        effective: &effective,
        sticker: &sticker,
        marks,
        bands: Vec::new(),
        ticks: Vec::new(),
    };
    let tongues = Tongues::built_in().unwrap();
    (chart.svg(tongues.get("en").unwrap(), "A <lamp>", "alt"), chart.steps())
}

fn checks() -> Vec<Run<Outcome>> {
    vec![
        run(0, 400, Outcome::Ok),
        run(500, 0, Outcome::Blocked),
        run(700, 739, Outcome::Ok),
    ]
}

fn lamp() -> (Series, Series) {
    let effective = vec![
        run(0, 100, price(3_000)),
        run(200, 200, price(2_000)),
        run(700, 739, price(2_500)),
    ];
    let sticker = vec![run(0, 400, price(4_000)), run(700, 739, price(4_000))];
    (
        Series::new(effective, checks()).unwrap(),
        Series::new(sticker, checks()).unwrap(),
    )
}

#[test]
fn a_line_steps_at_its_readings_and_stops_at_a_gap() {
    let (effective, sticker) = lamp();
    let (svg, steps) = drawn(&effective, &sticker, Vec::new());
    // 200 of 1,440 minutes lie at 200 of 1,440 units; the gap from 500 to 700 is no line.
    assert!(
        svg.contains(r#"class="c-effective" d="M0 316H200V592H500M700 454H1440""#),
        "{svg}"
    );
    assert!(svg.contains(r#"class="c-gap" x="500" y="0" width="200""#), "{svg}");
    assert!(svg.contains("a security check stood in the way"), "{svg}");
    assert_eq!(steps, "0,3000,4000 200,2000,4000 300,!blocked 200,2500,4000");
}

#[test]
fn a_title_is_no_markup() {
    let (effective, sticker) = lamp();
    let (svg, _) = drawn(&effective, &sticker, Vec::new());
    assert!(svg.contains("A &lt;lamp&gt;") && !svg.contains("<lamp>"), "{svg}");
}

#[test]
fn a_voided_price_stretches_nothing_and_is_marked_at_the_edge() {
    let (effective, sticker) = lamp();
    let slip = Void {
        from: Minute::new(1_000),
        until: Minute::new(1_100),
        reason: "a slip of the shop".to_owned(),
    };
    let mut prices = effective.prices().to_vec();
    prices.pop();
    prices.extend([
        run(700, 299, price(2_500)),
        run(1_000, 99, price(1)),
        run(1_100, 339, price(2_500)),
    ]);
    let voided = Series::new(prices, checks()).unwrap().voided(vec![slip]);
    let (plain, _) = drawn(&effective, &sticker, Vec::new());
    let (svg, _) = drawn(&voided, &sticker, Vec::new());
    let labels = |svg: &str| {
        svg.split("<g class=\"c-labels\">")
            .nth(1)
            .map(|rest| rest.split("</g>").next().map(str::to_owned))
    };
    assert_eq!(labels(&svg), labels(&plain));
    assert!(
        svg.contains(r#"class="c-void" d="M992 584"#) && svg.contains("a slip of the shop"),
        "{svg}"
    );
}

#[test]
fn a_mark_a_little_below_has_its_room_and_one_far_away_has_none() {
    let (effective, sticker) = lamp();
    let mark = |price| {
        vec![Mark {
            kind: MarkKind::Target,
            price,
            label: "Target".to_owned(),
        }]
    };
    assert!(drawn(&effective, &sticker, mark(1_500)).0.contains("c-target"));
    assert!(!drawn(&effective, &sticker, mark(-500)).0.contains("c-target"));
}

#[test]
fn nothing_known_is_said_and_not_drawn() {
    let empty = Series::new(Vec::new(), vec![run(0, 10, Outcome::Blocked)]).unwrap();
    let (svg, _) = drawn(&empty, &empty, Vec::new());
    assert!(
        svg.contains("No price is known") && !svg.contains("c-effective"),
        "{svg}"
    );
}
