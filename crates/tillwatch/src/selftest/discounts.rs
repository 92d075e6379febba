//! Complaints about coupons and codes: which of them count, on what, and for whom.

use anyhow::{Context, ensure};
use tillwatch_app::Wanted;
use tillwatch_core::alert::{Kind, Rule};
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::checkout::Checkout;
use tillwatch_core::discount::{Benefit, Discount, Kind as DiscountKind, Percent};
use tillwatch_core::history::Lane;
use tillwatch_core::instant::Instant;
use tillwatch_core::market::Markets;
use tillwatch_core::money::{BasisPoints, Currency, Money};
use tillwatch_core::quote::join;
use tillwatch_core::stack::{Reason, Stack, best, near_misses};
use tillwatch_market::view::{Offer, OfferKind, Takes};

use super::bench::{Bench, Rig, Setup, rules, usd};
use super::offers::{add, at_the_till, fixed, ladder, listing, offer};
use super::scenarios::{one, seen, silent};
use super::shelf::{self, Good, Search, good};
use super::{Group, Trial, Verdict};

pub(super) const TRIALS: [Trial; 8] = [
    Trial {
        name: "coupons-in-the-price",
        group: Group::Complaint,
        source: "topmonks/hlidac-shopu#857 #3540 #2882 #3526, SpikeHD/AmazonMonitor#116, clucraft/PriceGhost#41",
        about: "40 goods, each with up to three coupons and discounts of different kinds and minimums",
        expected: "each price is that of the marketplace's own till, to the cent",
        run: coupons_in_the_price,
    },
    Trial {
        name: "coupons-of-others",
        group: Group::Complaint,
        source: "topmonks/hlidac-shopu#3606 #3402",
        about: "a newcomer's coupon and a follower's private one stand on the page; wanted below 40.00",
        expected: "both are kept as seen, neither lowers the price, and nobody is told",
        run: coupons_of_others,
    },
    Trial {
        name: "minimum-spend",
        group: Group::Complaint,
        source: "topmonks/hlidac-shopu#3616",
        about: "5.00 off from 50.00, on something that costs 42.00",
        expected: "the price stays 42.00, and it is said that 8.00 are missing and what adding them would do",
        run: minimum_spend,
    },
    Trial {
        name: "base-of-a-percentage",
        group: Group::Complaint,
        source: "IsThereAnyDeal/AugmentedSteam#1787",
        about: "a code of 10 % on something that is crossed out at more, after the store's own 4.00 and a coupon of 6.00",
        expected: "a tenth of what is left for the code, as at the till, and never of the crossed-out price",
        run: base_of_a_percentage,
    },
    Trial {
        name: "dead-coupons",
        group: Group::Complaint,
        source: "IsThereAnyDeal/AugmentedSteam#1489, IsThereAnyDeal/IsThereAnyDeal-Issues#1379 #823",
        about: "a coupon ends at noon and a code holds in the afternoon; beside them stand a coupon in euros, one of which \
                none is left, and a code of January",
        expected: "each counts from its beginning to its end and needs no other reading; those beside them never do",
        run: dead_coupons,
    },
    Trial {
        name: "flood-of-codes",
        group: Group::Complaint,
        source: "IsThereAnyDeal/IsThereAnyDeal-Issues#2924",
        about: "a seller publishes 40 codes of 0.10 to 4.00",
        expected: "one of them counts, in the lane of codes alone",
        run: flood_of_codes,
    },
    Trial {
        name: "new-kind-of-voucher",
        group: Group::Complaint,
        source: "IsThereAnyDeal/IsThereAnyDeal-Issues#46",
        about: "a voucher of a kind that nobody here knows",
        expected: "it takes nothing and is refused as unknown, by its name",
        run: new_kind_of_voucher,
    },
    Trial {
        name: "with-or-without",
        group: Group::Complaint,
        source: "IsThereAnyDeal/IsThereAnyDeal-Issues#2855",
        about: "a store's discount, a coupon and a code at once; one watch with codes, one without anything",
        expected: "four prices with a history each, and only the watch with codes is told",
        run: with_or_without,
    },
];

/// A good's checkout as it stands with all known discounts, and its best stack.
fn stacked(bench: &Bench, good: &Good, almanac: &Almanac) -> anyhow::Result<(Checkout, Stack)> {
    let history = bench.history(good, Lane::Public)?;
    let mut checkout = history.variant.checkout.context("there is no checkout")?;
    checkout.at = bench.now();
    let known = almanac.discounts_for(checkout.market, bench.now());
    join(&mut checkout.discounts, known.of_lines(&checkout.lines).into_iter());
    let stack = best(&checkout, &rules()?);
    Ok((checkout, stack))
}

/// The prices of a good in each lane as they were recorded last, in cents.
fn lanes(bench: &Bench, good: &Good) -> anyhow::Result<[i64; 4]> {
    let latest = bench
        .history(good, Lane::Public)?
        .variant
        .latest
        .context("there is no price")?;
    Ok(Lane::ALL.map(|lane| Money::minor(latest.lanes.get(lane))))
}

/// Whether the last reading of a good saw fixed discounts of all these amounts.
fn shows(bench: &Bench, good: &Good, amounts: &[Money]) -> anyhow::Result<bool> {
    let snapshot = bench.history(good, Lane::Public)?.state.snapshot;
    let seen = snapshot.context("nothing was kept of the page")?.discounts;
    let is_seen = |amount: &Money| {
        seen.iter()
            .any(|discount| matches!(&discount.benefit, Benefit::Fixed { amount: own } if own == amount))
    };
    Ok(amounts.iter().all(is_seen))
}

/// The discounts of one of forty goods, different on each.
fn some_offers(bench: &Bench, good: &Good, number: u32, price: i64) -> anyhow::Result<Vec<Offer>> {
    let turn = i64::from(number);
    let id = |kind: u32| number * 10 + kind;
    let minimum = price * (60 + 15 * (turn % 4)) / 100;
    let mut offers = vec![offer(
        bench,
        good,
        id(1),
        OfferKind::Platform,
        fixed(100 + 37 * (turn % 9)),
        minimum,
    )?];
    if turn % 2 == 0 {
        let takes = match turn % 3 {
            0 => Takes::Tiers(vec![(usd(price / 4), usd(99)), (usd(price / 2), usd(175))]),
            1 => Takes::Tiers(vec![
                (usd(price / 2), usd(150)),
                (usd(price - 1), usd(210)),
                (usd(price * 2), usd(900)),
            ]),
            _ => fixed(190 + turn),
        };
        offers.push(offer(bench, good, id(2), OfferKind::Store, takes, price / 3)?);
    }
    // A page shows both as coupons of the shop, so that its reader counts one of them.
    if turn % 6 == 3 {
        offers.push(offer(bench, good, id(3), OfferKind::Seller, fixed(31 + turn), 0)?);
    }
    if turn % 4 == 0 {
        let takes = if turn % 8 == 0 {
            let share = BasisPoints::new(400 + u16::try_from(turn)?).context("a share")?;
            Takes::Pieces(vec![(1, share)])
        } else {
            Takes::PerSpend {
                every: usd(price / 3),
                amount: usd(45 + turn),
                cap: None,
            }
        };
        offers.push(offer(bench, good, id(4), OfferKind::StoreDiscount, takes, 0)?);
    }
    Ok(offers)
}

fn coupons_in_the_price(rig: &Rig) -> Verdict {
    let bench = Bench::open(rig)?;
    let search = Search { days: 2, ..Search::ANY };
    let mut stacks = Vec::new();
    for (number, good) in (0..).zip(shelf::goods(40, search)?) {
        let price = 1_499 + 737 * i64::from(number);
        bench.price(&good, price);
        let offers = some_offers(&bench, &good, number, price)?;
        add(&bench, &offers);
        bench.watch(&Bench::wish(&good, &[]))?;
        stacks.push((good, offers, price));
    }
    for _ in &stacks {
        bench.read()?;
    }
    let mut lowered = 0;
    for (good, offers, price) in &stacks {
        let [sticker, _, public, code] = lanes(&bench, good)?;
        let till = at_the_till(&bench, good, offers)?;
        ensure!(
            (sticker, public, code) == (*price, till, till),
            "{} at {price}: {public} here, {till} at the till",
            good.item
        );
        lowered += i64::from(public < sticker);
    }
    ensure!(lowered >= 30, "only {lowered} of them have a coupon that counts");
    Ok(format!("40 of 40 as at the till, {lowered} of them lowered"))
}

fn coupons_of_others(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    let mut welcome = offer(&bench, &good, 1, OfferKind::Welcome, fixed(500), 1_000)?;
    welcome.personal = true;
    let mut thanks = offer(&bench, &good, 2, OfferKind::Seller, fixed(300), 0)?;
    thanks.personal = true;
    add(&bench, &[welcome, thanks]);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(4_000))]))?;
    bench.show(&good, 4_200)?;
    silent(&bench)?;
    ensure!(
        shows(&bench, &good, &[usd(500), usd(300)])?,
        "the page does not show both"
    );
    let lanes = lanes(&bench, &good)?;
    ensure!(lanes == [4_200; 4], "prices {lanes:?}");
    Ok("both seen, 42.00 in every lane, no alert".to_owned())
}

fn minimum_spend(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    let coupon = offer(&bench, &good, 1, OfferKind::Platform, fixed(500), 5_000)?;
    add(&bench, &[coupon]);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(4_000))]))?;
    bench.show(&good, 4_200)?;
    silent(&bench)?;
    let (checkout, stack) = stacked(&bench, &good, &bench.app.almanac())?;
    ensure!(stack.total() == usd(4_200), "the total is {}", stack.total());
    let short = stack.refused.iter().find_map(|refused| match refused.reason {
        Reason::BelowMinimum { short, .. } => Some(short),
        _ => None,
    });
    ensure!(short == Some(usd(800)), "missing by the receipt: {short:?}");
    let near = near_misses(&checkout, &rules()?, &stack);
    let [near] = near.as_slice() else {
        anyhow::bail!("{} hints on what is missing", near.len())
    };
    ensure!(near.total_if_met == usd(4_500), "with 8.00 more: {}", near.total_if_met);
    Ok("42.00; 8.00 are missing, with them the total is 45.00 for goods of 50.00".to_owned())
}

fn base_of_a_percentage(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    let tenth = BasisPoints::new(1_000).context("a share")?;
    let store = offer(&bench, &good, 1, OfferKind::StoreDiscount, fixed(400), 1_000)?;
    let coupon = offer(&bench, &good, 2, OfferKind::Platform, fixed(600), 1_000)?;
    let code = Offer {
        code: Some("TENTH".to_owned()),
        ..offer(&bench, &good, 3, OfferKind::Code, Takes::Percent(tenth, None), 0)?
    };
    add(&bench, &[store.clone(), coupon.clone()]);
    bench.watch(&Bench::wish(&good, &[]))?;
    bench.show(&good, 4_000)?;
    let first = good.skus.first();
    let listing = listing(&bench, &good)?;
    let shown = listing.variants.iter().find(|variant| Some(&variant.sku) == first);
    let crossed = shown.context("the variant")?.list_price;
    ensure!(crossed.minor() > 4_000, "nothing is crossed out");
    let lanes = lanes(&bench, &good)?;
    ensure!(lanes == [4_000, 3_600, 3_000, 3_000], "without the code {lanes:?}");
    // No page names a code, so that it comes from elsewhere.
    add(&bench, std::slice::from_ref(&code));
    let (mut checkout, _) = stacked(&bench, &good, &bench.app.almanac())?;
    let typed = Discount::new(
        code.id.clone(),
        DiscountKind::Code,
        Benefit::Percent {
            percent: Percent(tenth),
            cap: None,
        },
        None,
    );
    checkout.discounts.push(typed);
    let total = best(&checkout, &rules()?).total().minor();
    let till = at_the_till(&bench, &good, &[store, coupon, code])?;
    ensure!(
        total == till && till == 2_700,
        "with the code {total}, at the till {till}"
    );
    Ok(format!(
        "crossed out at {crossed}, sold for 40.00: 36.00 by the store's own, 30.00 with the coupon, 27.00 with a tenth of that off"
    ))
}

fn dead_coupons(rig: &Rig) -> Verdict {
    let code = |id, starts, ends, off| ladder(id, starts, ends, &[(id, off, "10.00")]);
    let setup = Setup {
        ladders: vec![
            code("PAST", "2026-01-01T00:00:00", "2026-01-31T23:59:59", "9.00"),
            code("LATER", "2026-02-25T14:00:00", "2026-02-25T22:59:59", "7.00"),
        ],
        ..Setup::default()
    };
    let (bench, good) = (Bench::with(rig, setup)?, good()?);
    let at = |text| anyhow::Ok(Instant::parse(text)?.moment());
    let (noon, two, eleven) = (
        at("2026-02-25T12:00:00Z")?,
        at("2026-02-25T14:00:00Z")?,
        at("2026-02-25T23:00:00Z")?,
    );
    let soon = Offer {
        ends: noon,
        ..offer(&bench, &good, 1, OfferKind::Platform, fixed(500), 1_000)?
    };
    let euro = |minor| anyhow::Ok(Money::new(minor, Currency::parse("EUR")?));
    let elsewhere = Offer {
        currency: euro(0)?.currency(),
        takes: Takes::Fixed(euro(800)?),
        minimum: euro(1_000)?,
        ..offer(&bench, &good, 2, OfferKind::Store, fixed(800), 1_000)?
    };
    let none_left = Offer {
        left: 0,
        ..offer(&bench, &good, 3, OfferKind::Platform, fixed(900), 1_000)?
    };
    add(&bench, &[soon, elsewhere, none_left]);
    let with_codes = Wanted {
        lane: Lane::Code,
        ..Bench::wish(&good, &[Rule::Below(usd(4_000)), Rule::StackGone])
    };
    bench.watch(&with_codes)?;
    bench.show(&good, 4_200)?;
    ensure!(bench.now().moment() < noon, "the page was read too late");
    ensure!(
        shows(&bench, &good, &[usd(500), euro(800)?])?,
        "the page does not show both"
    );
    let told = one(&bench.news()?, Kind::AlreadyMet, 3_700)?;
    let calls = bench.shop.counts().all_calls();
    let turns = [
        (noon, -1, [4_200, 4_200, 3_700, 3_700]),
        (noon, 0, [4_200; 4]),
        (two, -1, [4_200; 4]),
        (two, 0, [4_200, 4_200, 4_200, 3_500]),
        (eleven, -1, [4_200, 4_200, 4_200, 3_500]),
        (eleven, 0, [4_200; 4]),
    ];
    let mut told_later = Vec::new();
    for (moment, late, right) in turns {
        bench.wait(moment.as_second() + late - bench.now().moment().as_second())?;
        let lanes = lanes(&bench, &good)?;
        ensure!(lanes == right, "at {}: {lanes:?}", bench.now());
        told_later.extend(bench.news()?);
    }
    ensure!(bench.shop.counts().all_calls() == calls, "it took another call");
    // The rule on discounts that are gone is told once a day.
    let kinds: Vec<_> = told_later
        .iter()
        .map(|one| (one.notice.rule, one.kind(), one.cents()))
        .collect();
    let right = [
        (Rule::StackGone, Kind::Reached, Some(4_200)),
        (Rule::Below(usd(4_000)), Kind::Further, Some(3_500)),
    ];
    ensure!(kinds == right, "later {}", seen(&told_later));
    Ok(format!(
        "{told}; 42.00 from noon on, 35.00 from two to eleven, each to the second and by one reading"
    ))
}

fn flood_of_codes(rig: &Rig) -> Verdict {
    let names: Vec<(String, String)> = (1..=40)
        .map(|number| {
            (
                format!("FLOOD{number:02}"),
                Money::new(number * 10, usd(0).currency()).to_string(),
            )
        })
        .collect();
    let tiers: Vec<(&str, &str, &str)> = names
        .iter()
        .map(|(code, off)| (code.as_str(), off.as_str(), "10.00"))
        .collect();
    let setup = Setup {
        ladders: vec![ladder("flood", "2026-02-01T00:00:00", "2026-04-30T23:59:59", &tiers)],
        ..Setup::default()
    };
    let (bench, good) = (Bench::with(rig, setup)?, good()?);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(4_100))]))?;
    bench.show(&good, 4_200)?;
    silent(&bench)?;
    let lanes = lanes(&bench, &good)?;
    ensure!(lanes == [4_200, 4_200, 4_200, 3_800], "{lanes:?}");
    let (_, stack) = stacked(&bench, &good, &bench.app.almanac())?;
    let taken = |reason: &Reason| matches!(reason, Reason::SlotTaken { .. });
    let beside = stack.refused.iter().filter(|refused| taken(&refused.reason)).count();
    ensure!(
        stack.applied.len() == 1 && beside == 39,
        "{} count, {beside} do not",
        stack.applied.len()
    );
    Ok("42.00 with coupons, 38.00 with the best code; 39 refused since its place is taken".to_owned())
}

fn new_kind_of_voucher(_: &Rig) -> Verdict {
    let json = br#"{"schema": "tillwatch/checkout/1", "market": "US", "currency": "USD", "at": "2026-03-01T12:00:00Z",
        "lines": [{"item": "1005006000000001", "unit_price": "42.00", "quantity": 1, "shipping": "0.00"}],
        "discounts": [{"id": "NEW", "kind": "fixed_price", "benefit": {"type": "pay_only", "amount": "1.00"}}]}"#;
    let markets = Markets::built_in()?;
    let read = tillwatch_core::checkout::read(json, |market| markets.tax(market))?;
    let stack = best(&read.value, &rules()?);
    let refused: Vec<&str> = stack.refused.iter().map(|refused| refused.reason.name()).collect();
    ensure!(
        stack.total() == usd(4_200) && refused == ["unknown_kind"],
        "{} and {refused:?}",
        stack.total()
    );
    let kept = read
        .value
        .discounts
        .first()
        .map(|discount| discount.kind.name().to_owned());
    ensure!(kept.as_deref() == Some("fixed_price"), "it is kept as {kept:?}");
    let unread = read_ladder(br#"{"schema": "tillwatch/ladder/2"}"#).is_err();
    ensure!(unread, "a ladder of a later form was taken for one of this");
    Ok("42.00 stays; refused as unknown_kind, kept as fixed_price".to_owned())
}

fn with_or_without(rig: &Rig) -> Verdict {
    let tiers = [("SIX", "6.00", "10.00")];
    let setup = Setup {
        ladders: vec![ladder("codes", "2026-02-01T00:00:00", "2026-04-30T23:59:59", &tiers)],
        ..Setup::default()
    };
    let (bench, good) = (Bench::with(rig, setup)?, good()?);
    let store = offer(&bench, &good, 1, OfferKind::StoreDiscount, fixed(200), 1_000)?;
    let coupon = offer(&bench, &good, 2, OfferKind::Platform, fixed(300), 1_000)?;
    add(&bench, &[store, coupon]);
    let of = |lane| Wanted {
        lane,
        ..Bench::wish(&good, &[Rule::Below(usd(3_500))])
    };
    let (_, with) = (bench.watch(&of(Lane::Sticker))?, bench.watch(&of(Lane::Code))?);
    bench.show(&good, 4_200)?;
    let told = bench.news()?;
    let said = one(&told, Kind::AlreadyMet, 3_100)?;
    let ours = format!("{}.0.1", with.id.0);
    ensure!(
        told.iter().all(|one| one.notice.reference == ours),
        "the watch without codes told it"
    );
    let prices = Lane::ALL
        .into_iter()
        .map(|lane| anyhow::Ok(super::bench::cents(&bench.series(&good, lane)?)))
        .collect::<Result<Vec<_>, _>>()?;
    ensure!(
        prices == [vec![4_200], vec![4_000], vec![3_700], vec![3_100]],
        "{prices:?}"
    );
    Ok(format!("42.00, 40.00, 37.00, 31.00; {said}"))
}
