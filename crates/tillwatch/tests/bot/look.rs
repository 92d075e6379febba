//! What is known of a listing now.

use tillwatch_app::look::Look;
use tillwatch_app::standing::{FRESH, Present};
use tillwatch_core::history::{Lane, Minute, Period};
use tillwatch_core::snapshot::Outcome;

use crate::shelf::{Shelf, at, blocked, key, lamp, sku, usd};

fn look(shelf: &Shelf) -> Look {
    shelf.app.look(&key(), None, shelf.now).unwrap().unwrap()
}

fn total(look: &Look) -> Option<i64> {
    look.till.as_ref().map(|till| till.stack.total().minor())
}

#[test]
fn what_nobody_asked_for_is_not_known_and_what_was_never_read_has_no_till() {
    let shelf = Shelf::new();
    assert_eq!(shelf.app.look(&key(), None, shelf.now).unwrap(), None);
    shelf.app.store().track(&key(), None, shelf.now).unwrap();
    let look = look(&shelf);
    assert_eq!((&look.till, look.windows, look.target), (&None, None, None));
    assert_eq!(
        (look.standing.present.clone(), look.is_present()),
        (Present::Nothing, false)
    );
    let other = shelf
        .app
        .look(&key(), Some(&sku("12000036893609537")), shelf.now)
        .unwrap();
    assert_eq!(other, None, "a variant that nobody asked for");
}

#[test]
fn the_till_is_that_of_this_second_and_the_low_that_of_the_history() {
    let mut shelf = Shelf::new();
    shelf.app.store().track(&key(), None, shelf.now).unwrap();
    shelf.read(lamp(2_000));
    let before = look(&shelf);
    assert_eq!((total(&before), before.is_present()), (Some(2_199), true));
    // 21.99 and its twentieth, 1.0995, rounded up.
    assert_eq!(before.target, Some(usd(2_309)));
    assert_eq!(before.title(), Some("A <b>lamp</b> & more"));
    assert_eq!(before.shown().and_then(|shown| shown.price), Some(usd(2_000)));

    shelf.now = at("2026-06-05T12:00:00Z");
    let after = look(&shelf);
    let till = after.till.clone().unwrap();
    assert_eq!((till.stack.total(), till.delivered), (usd(1_699), true));
    assert_eq!(till.stack.earliest_expiry, Some(at("2026-06-06T00:00:00Z")));
    assert_eq!((till.lanes.sticker, till.lanes.code), (usd(2_199), usd(1_499)));
    assert_eq!(after.target, Some(usd(2_309)), "nothing is recorded yet");

    shelf.tend("2026-06-05T12:00:00Z");
    let recorded = look(&shelf);
    assert_eq!(recorded.target, Some(usd(1_784)));
    let low = recorded.window(Period::Days(30)).unwrap().figures.unwrap().low;
    assert_eq!((low.price.minor(), low.at), (1_699, Minute::of(shelf.now)));
}

#[test]
fn in_the_lane_of_codes_the_target_is_still_that_of_the_public_lane() {
    let mut shelf = Shelf::new();
    shelf.app.store().track(&key(), None, shelf.now).unwrap();
    shelf.read(lamp(2_000));
    let look = shelf.app.look_in(&key(), None, Lane::Code, shelf.now).unwrap().unwrap();
    assert_eq!((total(&look), look.target), (Some(1_999), Some(usd(2_309))));
    assert_eq!(look.standing.low.map(|low| low.price.minor()), Some(1_999));
}

#[test]
fn a_price_that_is_old_or_that_nobody_can_see_is_not_present() {
    let mut shelf = Shelf::new();
    shelf.app.store().track(&key(), None, shelf.now).unwrap();
    shelf.read(lamp(2_000));
    let read = shelf.now;
    shelf.now = read.plus_seconds(i64::from(FRESH + 1) * 60);
    let old = look(&shelf);
    assert!(matches!(old.standing.present, Present::Old(_)));
    assert_eq!((old.is_present(), old.confirmed()), (false, Some(Minute::of(read))));
    shelf.now = read;
    shelf.read(blocked());
    let hidden = look(&shelf);
    assert_eq!((hidden.is_present(), hidden.failed()), (false, Some(Outcome::Blocked)));
    assert_eq!(total(&hidden), Some(2_199), "what was last seen, as of now");
}

#[test]
fn another_variant_of_a_page_that_was_read_has_a_till_at_once() {
    let mut shelf = Shelf::new();
    shelf.app.store().track(&key(), None, shelf.now).unwrap();
    shelf.read(lamp(2_000));
    let other = sku("12000036893609537");
    shelf.app.store().track(&key(), Some(&other), shelf.now).unwrap();
    let look = shelf.app.look(&key(), Some(&other), shelf.now).unwrap().unwrap();
    assert_eq!(
        (total(&look), look.target, look.is_present()),
        (Some(3_199), None, true)
    );
}
