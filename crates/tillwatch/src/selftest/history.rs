//! Complaints about what is recorded: variants mixed up, prices of somebody else's, tables that disagree with charts.

use anyhow::{Context, ensure};
use tillwatch_app::Wanted;
use tillwatch_app::ports::store::ListingKey;
use tillwatch_core::alert::{Kind, Rule};
use tillwatch_core::history::{Known, Lane, Minute, Period};
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Outcome;

use super::bench::{Bench, Rig, cents, key, low, usd};
use super::scenarios::{one, silent};
use super::shelf::{self, Good, Search, good};
use super::{Group, Trial, Verdict};

pub(super) const TRIALS: [Trial; 3] = [
    Trial {
        name: "variants-apart",
        group: Group::Complaint,
        source: "dgtlmoon/changedetection.io#3730 #3505, topmonks/hlidac-shopu#3607, mozilla/price-tracker#268",
        about: "one listing by two variants, two countries and two currencies; one of the four falls to 30.00",
        expected: "four histories; only the one that fell is told",
        run: variants_apart,
    },
    Trial {
        name: "prices-of-one-shopper",
        group: Group::Complaint,
        source: "topmonks/hlidac-shopu#3551 #3579",
        about: "a page shows what a first order pays, beside a crossed-out price alone",
        expected: "nothing of it becomes a price in any lane, and nobody is told",
        run: prices_of_one_shopper,
    },
    Trial {
        name: "table-and-chart",
        group: Group::Complaint,
        source: "IsThereAnyDeal/IsThereAnyDeal-Issues#913 #1602 #2980 #412, dgtlmoon/changedetection.io#2630",
        about: "42.00 with a spike to 120.00 and a dip to 30.00, drawn in 1 to 40 columns",
        expected: "low and high of the table are those of the chart at every width, and every step is a step",
        run: table_and_chart,
    },
];

fn variants_apart(rig: &Rig) -> Verdict {
    let bench = Bench::open(rig)?;
    let good = shelf::one(Search {
        variants: 2,
        sold_to: &["US", "DE"],
        days: 5,
        ..Search::ANY
    })?;
    let (first, second) = (
        good.skus.first().context("a variant")?,
        good.skus.get(1).context("another")?,
    );
    let euro = Currency::parse("EUR")?;
    let abroad = ListingKey {
        currency: euro,
        ..key(&good, "US")
    };
    let series = [
        (key(&good, "US"), first, 4_200),
        (key(&good, "US"), second, 5_200),
        (key(&good, "DE"), first, 3_910),
        // Who lives in the United States and pays in euros.
        (abroad, first, 3_910),
    ];
    for (key, sku, minor) in &series {
        bench.price_of(&good, sku, Money::new(*minor, key.currency));
        bench.watch(&Wanted {
            key: key.clone(),
            sku: Some((*sku).clone()),
            ..Bench::wish(&good, &[Rule::Below(Money::new(3_500, key.currency))])
        })?;
    }
    for _ in 0..6 {
        bench.read()?;
    }
    silent(&bench)?;
    bench.price_of(&good, second, usd(3_000));
    for _ in 0..6 {
        bench.read()?;
    }
    let told = bench.news()?;
    let said = one(&told, Kind::Reached, 3_000)?;
    ensure!(
        told.iter().all(|one| one.notice.sku.as_ref() == Some(second)),
        "it names another variant"
    );
    let mut found = Vec::new();
    for (key, sku, _) in &series {
        let history = bench.app.history(key, Some(sku), Lane::Public, None)?;
        found.push(cents(&history.context("a series is not there")?.series));
    }
    let right = [vec![4_200], vec![5_200, 3_000], vec![3_910], vec![3_910]];
    ensure!(found == right, "{found:?}");
    Ok(format!("four histories; {said}"))
}

fn prices_of_one_shopper(rig: &Rig) -> Verdict {
    let bench = Bench::open(rig)?;
    let (good, least) = for_first_orders(&bench)?;
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(least - 1))]))?;
    for _ in 0..3 {
        bench.read()?;
    }
    silent(&bench)?;
    let recorded = bench
        .app
        .history(&key(&good, "US"), good.skus.first(), Lane::Code, None)?;
    let recorded = recorded.map(|history| cents(&history.series)).unwrap_or_default();
    ensure!(
        recorded.is_empty(),
        "{recorded:?} was recorded, where everybody pays {least} and more"
    );
    let state = bench.store.listing(&key(&good, "US"))?.context("the listing")?;
    let outcome = state.last_check.context("a check")?.outcome;
    ensure!(outcome == Outcome::NoPrice, "the page was read as {outcome}");
    Ok("no price in any lane, a gap named no_price, no alert".to_owned())
}

/// A good whose page shows only what a first order pays, and the least that everybody else pays for it.
fn for_first_orders(bench: &Bench) -> anyhow::Result<(Good, i64)> {
    let (world, now) = (shelf::world(), bench.now().moment());
    let found = world.items().iter().find_map(|item| {
        let listing = world.listing(item, "US", now).ok()?;
        let salable: Vec<_> = listing.variants.iter().filter(|variant| variant.salable).collect();
        let all = !salable.is_empty() && salable.iter().all(|variant| variant.new_shopper_price.is_some());
        let least = salable.iter().map(|variant| variant.price.minor()).min()?;
        let good = Good {
            item: item.clone(),
            skus: salable.iter().map(|variant| variant.sku.clone()).collect(),
        };
        all.then_some((good, least))
    });
    found.context("a page for first orders")
}

fn table_and_chart(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.watch(&Bench::wish(&good, &[]))?;
    bench.show(&good, 4_200)?;
    let from = Minute::of(bench.now());
    bench.show(&good, 12_000)?;
    // So deep a fall is believed when it is seen twice.
    for cents in [5_000, 4_200, 3_000, 4_200, 4_150, 4_200] {
        for _ in 0..2 {
            bench.show(&good, cents)?;
        }
    }
    let series = bench.series(&good, Lane::Public)?;
    let until = Minute::of(bench.now()).plus(1);
    let windows = series.windows(Minute::of(bench.now()));
    let figures = windows.iter().find(|window| window.period == Period::All);
    let figures = figures
        .and_then(|window| window.figures)
        .context("the table is empty")?;
    let table = (figures.low.price.minor(), figures.high.price.minor());
    ensure!(table == (3_000, 12_000), "the table says {table:?}");
    ensure!(
        low(&series, Period::Days(30), bench.now())? == 3_000,
        "the month has another low"
    );
    for columns in 1..=40 {
        let spans = series.chart(from, until, columns);
        let drawn: Vec<i64> = spans
            .iter()
            .filter_map(|span| match span.known {
                Known::Price { price, .. } => Some(price.minor()),
                Known::Gap(_) => None,
            })
            .collect();
        let chart = (drawn.iter().min().copied(), drawn.iter().max().copied());
        ensure!(chart == (Some(3_000), Some(12_000)), "{columns} columns show {chart:?}");
        let read = [4_200, 12_000, 5_000, 3_000, 4_150];
        ensure!(
            drawn.iter().all(|price| read.contains(price)),
            "a price was made up: {drawn:?}"
        );
    }
    Ok("30.00 and 120.00 in the table and at each of 40 widths; no price that was not read".to_owned())
}
