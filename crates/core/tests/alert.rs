//! Laws of alerts: one crossing, one alert; gaps, repetitions and jitter tell nothing; what is kept is read back.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

use proptest::collection::vec;
use proptest::prelude::*;
use tillwatch_core::alert::{
    Crossing, DayMinute, Facts, Fall, Kind, Notice, Off, Quiet, Rearm, Rule, Settings, Stage, State, Stock, Zone,
    decide, read_notice, read_rule, read_settings,
};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Period};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{BasisPoints, Currency, Money};
use tillwatch_core::observation::Lanes;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn percent(text: &str) -> BasisPoints {
    BasisPoints::parse(text).unwrap()
}

fn at(seconds: i64) -> Instant {
    Instant::from_millis((1_780_315_200 + seconds) * 1_000).unwrap()
}

/// Everything costs the same, whatever is taken off.
fn plain(minor: i64) -> Lanes {
    coupon(minor, 0)
}

fn coupon(price: i64, off: i64) -> Lanes {
    let (sticker, price) = (usd(price + off), usd(price));
    Lanes {
        sticker,
        automatic: sticker,
        public: price,
        code: price,
    }
}

fn facts(price: Option<i64>) -> Facts {
    Facts {
        lane: Lane::Public,
        prices: price.map(plain),
        former: None,
        low: None,
        stock: Stock::Unknown,
        misses: None,
    }
}

/// A rule that is followed from one reading to the next.
struct Followed {
    rule: Rule,
    settings: Settings,
    state: State,
    former: Option<Lanes>,
    alerts: Vec<Crossing>,
}

impl Followed {
    fn new(rule: Rule, rearm: Rearm, step: Option<&str>) -> Self {
        let settings = Settings {
            rearm,
            step: step.map(percent),
            ..Settings::default()
        };
        Self {
            rule,
            settings,
            state: State::FRESH,
            former: None,
            alerts: Vec::new(),
        }
    }

    fn see(&mut self, seconds: i64, facts: Facts) -> Option<Crossing> {
        let facts = Facts {
            former: self.former,
            ..facts
        };
        let (state, crossing) = decide(&self.rule, &self.settings, &self.state, &facts, at(seconds));
        self.state = state;
        self.former = facts.prices.or(self.former);
        self.alerts.extend(crossing);
        crossing
    }

    fn price(&mut self, seconds: i64, price: i64) -> Option<Crossing> {
        self.see(seconds, facts(Some(price)))
    }

    /// Sees prices one after another, so many seconds apart.
    fn prices(&mut self, apart: i64, prices: &[i64]) -> Vec<(Kind, i64)> {
        for (place, price) in prices.iter().enumerate() {
            self.price(apart * i64::try_from(place).unwrap(), *price);
        }
        self.told()
    }

    fn told(&self) -> Vec<(Kind, i64)> {
        let told = self.alerts.iter();
        told.map(|one| (one.kind, one.price.unwrap().minor())).collect()
    }
}

const TARGET: i64 = 1_000;

fn below(rearm: Rearm, step: Option<&str>) -> Followed {
    Followed::new(Rule::Below(usd(TARGET)), rearm, step)
}

#[test]
fn a_target_that_is_met_when_the_watch_is_added_is_told_at_once_and_not_again() {
    let mut watch = below(Rearm::After(86_400), Some("2"));
    assert_eq!(watch.prices(60, &[990, 990, 985]), [(Kind::AlreadyMet, 990)]);
    let mut later = below(Rearm::After(86_400), Some("2"));
    assert_eq!(later.prices(60, &[1_200, 1_000]), [(Kind::Reached, 1_000)]);
    assert_eq!(later.alerts[0].target, Some(usd(1_000)));
}

#[test]
fn the_next_crossing_counts_only_after_the_rearm_time() {
    let mut watch = below(Rearm::After(100), None);
    watch.price(0, 1_200);
    watch.price(10, 900);
    watch.price(20, 1_200);
    assert_eq!(watch.state.stage, Stage::Cooling { at: at(10) });
    assert_eq!(watch.price(30, 950), None);
    assert_eq!(watch.state.stage, Stage::Fired { at: at(10) });
    watch.price(40, 1_200);
    // Nobody looked when the time was over, and the price was above the target all the while.
    let again = watch.price(200, 950).unwrap();
    assert_eq!((again.kind, again.number), (Kind::Reached, 2));
    let mut never = below(Rearm::Never, None);
    assert_eq!(never.prices(1_000_000, &[1_200, 900, 1_200, 900, 1_200, 800]).len(), 1);
}

#[test]
fn a_price_near_its_low_is_told_and_one_without_any_other_price_is_not() {
    let rule = Rule::AboveLow {
        period: Period::Days(90),
        share: percent("5"),
    };
    let mut watch = Followed::new(rule, Rearm::After(100), Some("2"));
    let mut see = |seconds, price, low: Option<i64>| {
        let low = low.map(usd);
        watch.see(
            seconds,
            Facts {
                low,
                ..facts(Some(price))
            },
        )
    };
    assert_eq!(see(0, 2_000, None), None);
    assert_eq!(see(1, 1_051, Some(1_000)), None);
    let near = see(2, 1_050, Some(1_000)).unwrap();
    assert_eq!((near.kind, near.target), (Kind::Reached, Some(usd(1_050))));
}

#[test]
fn a_new_low_is_one_below_every_other_price_and_not_the_same_again() {
    let mut watch = Followed::new(Rule::NewLow(Period::All), Rearm::After(0), Some("2"));
    let mut see = |seconds, price, low: i64| {
        let low = Some(usd(low));
        watch
            .see(
                seconds,
                Facts {
                    low,
                    ..facts(Some(price))
                },
            )
            .map(|one| one.kind)
    };
    assert_eq!(see(0, 1_100, 1_000), None);
    assert_eq!(see(1, 1_000, 1_000), None);
    assert_eq!(see(2, 999, 1_000), Some(Kind::Reached));
    assert_eq!(see(3, 990, 999), None);
    assert_eq!(see(4, 979, 990), Some(Kind::Further));
    assert_eq!(see(5, 1_100, 979), None);
    assert_eq!(see(6, 979, 979), None);
    assert_eq!(see(7, 978, 979), Some(Kind::Reached));
}

#[test]
fn a_fall_is_counted_from_the_last_alert_and_creeping_adds_up() {
    let mut watch = Followed::new(Rule::Drop(Fall::Share(percent("1.5"))), Rearm::After(86_400), None);
    assert_eq!(watch.prices(60, &[4_200, 4_158, 4_117]), [(Kind::Reached, 4_117)]);
    assert_eq!(watch.price(600, 4_060), None);
    assert_eq!(watch.price(700, 4_055).map(|one| one.number), Some(2));
    let mut amount = Followed::new(Rule::Drop(Fall::By(usd(500))), Rearm::After(100), None);
    let told = amount.prices(60, &[2_000, 1_501, 1_500, 1_600, 1_600, 1_101, 1_100]);
    assert_eq!(told, [(Kind::Reached, 1_500), (Kind::Reached, 1_100)]);
}

#[test]
fn a_stock_flag_that_flaps_is_told_once() {
    let mut watch = Followed::new(Rule::BackInStock, Rearm::After(1_000), None);
    let mut see = |seconds, stock| watch.see(seconds, Facts { stock, ..facts(None) }).map(|one| one.kind);
    assert_eq!(see(0, Stock::Unknown), None);
    assert_eq!(see(1, Stock::Out), None);
    assert_eq!(see(2, Stock::In), Some(Kind::Reached));
    for seconds in 3..80 {
        let stock = [Stock::Out, Stock::In, Stock::Unknown][usize::try_from(seconds % 3).unwrap()];
        assert_eq!(see(seconds, stock), None);
    }
    assert_eq!(see(900, Stock::Out), None);
    assert_eq!(see(2_000, Stock::In), Some(Kind::Reached));
}

#[test]
fn a_price_that_rose_since_a_discount_ended_is_told_and_a_dearer_listing_is_not() {
    let mut watch = Followed::new(Rule::StackGone, Rearm::After(1_000), None);
    let mut see = |seconds, price, off| {
        let prices = Some(coupon(price, off));
        watch.see(seconds, Facts { prices, ..facts(None) }).map(|one| one.kind)
    };
    assert_eq!(see(0, 900, 100), None);
    assert_eq!(see(1, 950, 100), None);
    assert_eq!(see(2, 1_050, 0), Some(Kind::Reached));
    assert_eq!(see(3, 1_050, 0), None);
    assert_eq!(see(4, 950, 100), None);
    assert_eq!(see(5, 1_050, 0), None);
    assert_eq!(see(2_000, 900, 150), None);
    assert_eq!(see(2_001, 1_050, 0), Some(Kind::Reached));
}

#[test]
fn broken_checks_are_told_once_and_their_recovery_once() {
    let mut watch = Followed::new(Rule::Broken, Rearm::After(1_000), None);
    let mut see = |seconds, misses| {
        let misses = Some(misses);
        watch
            .see(seconds, Facts { misses, ..facts(None) })
            .map(|one| (one.kind, one.number))
    };
    for (seconds, misses) in [(0, 0), (1, 1), (2, 4)] {
        assert_eq!(see(seconds, misses), None);
    }
    assert_eq!(see(3, 5), Some((Kind::Reached, 1)));
    assert_eq!(see(4, 6), None);
    assert_eq!(see(5, 0), Some((Kind::Recovered, 2)));
    // Broken and recovered again within the re-arm time: neither is told.
    assert_eq!((see(6, 9), see(7, 0)), (None, None));
    assert_eq!(see(2_000, 5), Some((Kind::Reached, 3)));
}

/// H064.
#[test]
fn a_rule_in_another_currency_is_never_met() {
    let euros = Money::new(9_999_999, Currency::parse("EUR").unwrap());
    for rule in [Rule::Below(euros), Rule::Drop(Fall::By(euros))] {
        let mut watch = Followed::new(rule, Rearm::After(0), Some("2"));
        assert_eq!(watch.prices(60, &[1_000, 500, 100]), []);
    }
}

#[test]
fn an_alert_waits_for_the_end_of_the_quiet_hours_and_for_the_digest() {
    let minute = |text| DayMinute::parse(text).unwrap();
    let quiet = Quiet {
        from: minute("22:00"),
        until: minute("07:00"),
    };
    let settings = Settings {
        quiet: Some(quiet),
        zone: Zone::parse("Europe/Berlin").unwrap(),
        ..Settings::default()
    };
    let held = |settings: &Settings, now: &str| {
        let until = settings.hold_until(Instant::parse(now).unwrap());
        until.map(|until| until.to_string())
    };
    // Berlin is two hours ahead in summer, one in winter; in the night of 29 March 2026 it changes.
    assert_eq!(held(&settings, "2026-06-03T19:59:00Z"), None);
    assert_eq!(
        held(&settings, "2026-06-03T20:00:00Z").as_deref(),
        Some("2026-06-04T05:00:00Z")
    );
    assert_eq!(
        held(&settings, "2026-06-04T04:59:59Z").as_deref(),
        Some("2026-06-04T05:00:00Z")
    );
    assert_eq!(held(&settings, "2026-06-04T05:00:00Z"), None);
    assert_eq!(
        held(&settings, "2026-03-28T23:30:00Z").as_deref(),
        Some("2026-03-29T05:00:00Z")
    );
    let digest = Settings {
        digest: Some(minute("08:30")),
        ..settings.clone()
    };
    assert_eq!(
        held(&digest, "2026-06-03T12:00:00Z").as_deref(),
        Some("2026-06-04T06:30:00Z")
    );
    assert_eq!(held(&digest, "2026-06-03T06:30:00Z"), None);
    let asleep = Settings {
        digest: Some(minute("23:00")),
        ..settings
    };
    assert_eq!(
        held(&asleep, "2026-06-03T12:00:00Z").as_deref(),
        Some("2026-06-04T05:00:00Z")
    );
    assert_eq!(held(&Settings::default(), "2026-06-03T23:00:00Z"), None);
}

#[test]
fn what_is_no_rule_is_refused_by_its_place() {
    let told = |json: &str| {
        read_rule(json.as_bytes())
            .map_err(|error| error.to_string())
            .unwrap_err()
    };
    assert!(told(r#"{"type":"below","amount":"9.001","currency":"USD"}"#).starts_with("amount: \"9.001\" has more"));
    assert!(told(r#"{"type":"below","amount":"0","currency":"USD"}"#).starts_with("amount: is zero"));
    assert!(told(r#"{"type":"below","amount":"9"}"#).starts_with("currency: is missing"));
    assert!(told(r#"{"type":"above_low","days":0,"percent":"5"}"#).starts_with("days: is zero"));
    assert!(told(r#"{"type":"new_low","percent":"5"}"#).starts_with("percent: a rule of type"));
    assert!(told(r#"{"type":"cheap"}"#).starts_with("type: \"cheap\" is no rule"));
    assert!(told(r#"{"type":"broken","often":1}"#).starts_with("often: no such field"));
    let told = |json: &str| {
        read_settings(json.as_bytes())
            .map_err(|error| error.to_string())
            .unwrap_err()
    };
    assert!(told(r#"{"rearm":"soon"}"#).starts_with("rearm: \"soon\" is not a number of seconds"));
    assert!(told(r#"{"zone":"Mars/Olympus"}"#).starts_with("zone: \"Mars/Olympus\" is not a time zone"));
    assert!(told(r#"{"quiet":{"from":"22:00","until":"24:00"}}"#).starts_with("quiet.until: \"24:00\" is not"));
    assert!(told(r#"{"quiet":{"from":"22:00","until":"22:00"}}"#).starts_with("quiet.until: is the same"));
}

#[test]
fn a_notice_is_read_back_as_it_was_written() {
    let notice = Notice {
        reference: "7.0.2".into(),
        kind: Kind::Further,
        rule: Rule::Below(usd(900)),
        item: ItemId::from_number(1_005_006_000_000_001),
        sku: Some(SkuId::parse("1200").unwrap()),
        title: Some("A \"lamp\" <b>".into()),
        market: Country::US,
        currency: Currency::USD,
        lane: Lane::Code,
        price: Some(usd(880)),
        delivered: Some(true),
        sticker: Some(usd(1_500)),
        former: Some(usd(950)),
        target: Some(usd(900)),
        low: None,
        stack: vec![Off {
            id: "AFSO6".into(),
            name: "AFSO6".into(),
            kind: "code".into(),
            amount: usd(600),
        }],
        earliest_expiry: Some(Instant::parse("2026-06-11T00:00:00-07:00").unwrap()),
        at: at(5),
    };
    let json = notice.to_json(None);
    assert!(
        json.starts_with(r#"{"schema":"tillwatch/alert/1","reference":"7.0.2","kind":"further""#),
        "{json}"
    );
    assert_eq!(read_notice(json.as_bytes()), Ok(notice));
}

fn rules() -> impl Strategy<Value = Rule> {
    let period = || prop_oneof![Just(Period::All), (1..400_u32).prop_map(Period::Days)];
    let share = || (1..=10_000_u16).prop_map(|points| BasisPoints::new(points).unwrap());
    prop_oneof![
        (1..100_000_i64).prop_map(|minor| Rule::Below(usd(minor))),
        (period(), share()).prop_map(|(period, share)| Rule::AboveLow { period, share }),
        period().prop_map(Rule::NewLow),
        (1..100_000_i64).prop_map(|minor| Rule::Drop(Fall::By(usd(minor)))),
        share().prop_map(|share| Rule::Drop(Fall::Share(share))),
        Just(Rule::BackInStock),
        Just(Rule::StackGone),
        Just(Rule::Broken),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let minute = || (0..24_u16, 0..60_u16).prop_map(|(hour, minute)| DayMinute::new(hour, minute).unwrap());
    let rearm = prop_oneof![Just(Rearm::Never), (0..200_000_u32).prop_map(Rearm::After)];
    let step = prop::option::of((0..=10_000_u16).prop_map(|points| BasisPoints::new(points).unwrap()));
    let quiet = (minute(), minute()).prop_map(|(from, until)| (from != until).then_some(Quiet { from, until }));
    let zone = prop_oneof![Just("UTC"), Just("+05:30"), Just("-03:00"), Just("Europe/Berlin")];
    (rearm, step, 1..20_u32, quiet, prop::option::of(minute()), zone).prop_map(
        |(rearm, step, misses, quiet, digest, zone)| Settings {
            rearm,
            step,
            misses,
            quiet,
            digest,
            zone: Zone::parse(zone).unwrap(),
        },
    )
}

/// What may be seen at one moment, and how many seconds after the moment before.
fn seen() -> impl Strategy<Value = (i64, Facts)> {
    let near = prop_oneof![960..1_040_i64, 700..1_500_i64];
    let lanes = prop::option::weighted(0.85, (near, 0..200_i64));
    let low = prop::option::of((900..1_100_i64).prop_map(usd));
    let stock = prop_oneof![Just(Stock::In), Just(Stock::Out), Just(Stock::Unknown)];
    let misses = prop::option::of(0..8_u32);
    let wait = prop_oneof![Just(0), 1..50_i64, 50..400_i64];
    (wait, lanes, low, stock, misses).prop_map(|(wait, lanes, low, stock, misses)| {
        let prices = lanes.map(|(price, off)| coupon(price, off));
        let facts = facts(None);
        (
            wait,
            Facts {
                prices,
                low,
                stock,
                misses,
                ..facts
            },
        )
    })
}

fn rearm() -> impl Strategy<Value = Rearm> {
    prop_oneof![
        Just(Rearm::After(0)),
        (1..500_u32).prop_map(Rearm::After),
        Just(Rearm::Never)
    ]
}

proptest! {
    #[test]
    fn a_rule_and_settings_are_read_back_as_they_were_written(rule in rules(), settings in settings()) {
        prop_assert_eq!(read_rule(rule.to_json().as_bytes()), Ok(rule));
        prop_assert_eq!(read_settings(settings.to_json().as_bytes()), Ok(settings));
    }

    #[test]
    fn any_rule_decides_the_same_twice_numbers_its_alerts_and_never_tells_of_a_price_above_its_target(
        rule in rules(), rearm in rearm(), seen in vec(seen(), 0..80),
    ) {
        let mut watch = Followed::new(rule, rearm, Some("2"));
        let mut seconds = 0;
        for (wait, facts) in seen {
            seconds += wait;
            let former = watch.former;
            let crossing = watch.see(seconds, facts);
            if let Some(crossing) = crossing {
                prop_assert_eq!(usize::try_from(crossing.number).unwrap(), watch.alerts.len());
                if let (Some(price), Some(target)) = (crossing.price, crossing.target) {
                    prop_assert!(price.minor() <= target.minor());
                }
            }
            let again = decide(&rule, &watch.settings, &watch.state, &Facts { former, ..facts }, at(seconds));
            prop_assert_eq!(again, (watch.state, None));
            prop_assert_eq!(State::parse(&watch.state.to_string()), Ok(watch.state));
        }
    }

    #[test]
    fn a_gap_changes_nothing_of_a_rule_on_prices(
        rule in rules().prop_filter("prices", |rule| !matches!(rule, Rule::BackInStock | Rule::Broken)),
        rearm in rearm(), seen in vec(seen(), 0..40),
    ) {
        let mut watch = Followed::new(rule, rearm, Some("2"));
        let mut seconds = 0;
        for (wait, facts) in seen {
            seconds += wait;
            let before = watch.state;
            let crossing = watch.see(seconds, facts);
            if facts.prices.is_none() {
                prop_assert_eq!((crossing, watch.state), (None, before));
            }
        }
    }

    #[test]
    fn one_crossing_is_one_alert_and_every_one_after_rearming_is_told(
        target in 900..1_100_i64, rearm in 0..500_i64,
        seen in vec((prop_oneof![Just(1), 1..600_i64], prop_oneof![980..1_030_i64, 600..1_500_i64]), 0..100),
    ) {
        let settings = Rearm::After(u32::try_from(rearm).unwrap());
        let mut watch = Followed::new(Rule::Below(usd(target)), settings, None);
        let near = target + (target * 100 + 5_000) / 10_000;
        // Plainly: it can be told once it was above the near prices since the last time, and the time is over.
        let (mut left, mut last, mut seconds) = (true, i64::MIN / 2, 0);
        for (wait, price) in seen {
            seconds += wait;
            let due = price <= target && left && seconds - last >= rearm;
            prop_assert_eq!(watch.price(seconds, price).is_some(), due);
            if due {
                (left, last) = (false, seconds);
            } else if price > near {
                left = true;
            } else if price <= target {
                left = false;
            }
        }
    }

    #[test]
    fn jitter_within_a_percent_of_the_target_is_told_once(
        target in 100..100_000_i64, jitter in vec((0..10_000_i64, -2..=10_i64), 1..60),
    ) {
        let mut watch = Followed::new(Rule::Below(usd(target)), Rearm::After(0), Some("2"));
        let near = (target * 100 + 5_000) / 10_000;
        watch.price(0, target * 2);
        watch.price(1, target);
        let mut seconds = 1;
        for (wait, tenths) in jitter {
            seconds += wait;
            watch.price(seconds, target + near * tenths / 10);
        }
        prop_assert_eq!(watch.alerts.len(), 1);
    }

    #[test]
    fn each_further_low_is_below_the_last_told_by_the_step(
        step in 0..2_000_u16, falls in vec(0..60_i64, 1..60),
    ) {
        let settings = Settings { step: BasisPoints::new(step), ..Settings::default() };
        let mut watch = Followed { settings, ..below(Rearm::After(86_400), None) };
        let (mut price, mut told) = (10_000_i64, None::<i64>);
        watch.rule = Rule::Below(usd(9_999));
        watch.price(0, price);
        for (seconds, fall) in (1..).zip(falls) {
            price -= fall;
            let due = match told {
                None => price <= 9_999,
                Some(told) => price <= told - ((told * i64::from(step) + 5_000) / 10_000).max(1),
            };
            let crossing = watch.price(seconds, price);
            prop_assert_eq!(crossing.is_some(), due);
            if due {
                prop_assert_eq!(crossing.map(|one| one.kind == Kind::Further), Some(told.is_some()));
                told = Some(price);
            }
        }
    }
}
