//! Complaints about currencies: rates that wobble, targets in another currency, marks between digits.

use anyhow::{Context, ensure};
use tillwatch_app::Wanted;
use tillwatch_core::alert::{Kind, Rule};
use tillwatch_core::history::{Lane, Price};
use tillwatch_core::money::{Currency, Money};
use tillwatch_net::readers::amount;

use super::bench::{Bench, Rig, cents, key, usd};
use super::scenarios::{seen, silent};
use super::shelf::{self, Search, good};
use super::{Group, Trial, Verdict};

pub(super) const TRIALS: [Trial; 3] = [
    Trial {
        name: "rate-that-wobbles",
        group: Group::Complaint,
        source: "IsThereAnyDeal/IsThereAnyDeal-Issues#296 #819",
        about: "a price in euros goes 0.4 % up and down around its target of 35.00 twenty times, with a new start each time",
        expected: "one alert",
        run: rate_that_wobbles,
    },
    Trial {
        name: "target-in-euros",
        group: Group::Complaint,
        source: "IsThereAnyDeal/IsThereAnyDeal-Issues#2069 #1390",
        about: "wanted below 40.00 EUR, on something that costs 30.00 USD",
        expected: "refused at the door: nothing is converted, and two currencies are neither added nor compared",
        run: target_in_euros,
    },
    Trial {
        name: "marks-between-digits",
        group: Group::Complaint,
        source: "clucraft/PriceGhost#47, mikeknight85/PriceStalker#6, siddiquiaffan/price-tracker#41, \
                 topmonks/hlidac-shopu#3616",
        about: "1,320.99 as shown in the United States, Germany, Brazil and Poland, and 132,099 as shown in Japan",
        expected: "the same minor units everywhere; a text whose marks fit no amount is refused",
        run: marks_between_digits,
    },
];

fn rate_that_wobbles(rig: &Rig) -> Verdict {
    let mut bench = Bench::open(rig)?;
    let good = shelf::one(Search {
        sold_to: &["DE"],
        ..Search::ANY
    })?;
    let euro = |minor| anyhow::Ok(Money::new(minor, Currency::parse("EUR")?));
    let wish = Wanted {
        key: key(&good, "DE"),
        ..Bench::wish(&good, &[Rule::Below(euro(3_500)?)])
    };
    bench.watch(&wish)?;
    let first = good.skus.first().context("a variant")?;
    let mut told = Vec::new();
    for minor in [3_700, 3_514]
        .into_iter()
        .chain([3_486, 3_514].into_iter().cycle().take(20))
    {
        bench.price_of(&good, first, euro(minor)?);
        bench.read()?;
        bench.restart()?;
        told.extend(bench.news()?);
    }
    let seen = seen(&told);
    let right = matches!(told.as_slice(), [one] if one.kind() == Kind::Reached && one.cents() == Some(3_486));
    ensure!(right, "{seen}");
    Ok(seen)
}

fn target_in_euros(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    let euros = Money::new(4_000, Currency::parse("EUR")?);
    let refused = match bench.watch(&Bench::wish(&good, &[Rule::Below(euros)])) {
        Ok(_) => anyhow::bail!("the watch was taken"),
        Err(why) => why.to_string(),
    };
    ensure!(bench.store.watches()?.is_empty(), "it was refused and kept");
    bench.watch(&Bench::wish(&good, &[]))?;
    bench.show(&good, 3_000)?;
    silent(&bench)?;
    let dollars = usd(3_000);
    ensure!(
        dollars.checked_add(euros).is_none() && dollars.checked_sub(euros).is_none(),
        "dollars and euros were added"
    );
    Ok(format!("refused: {refused}; no sum of both"))
}

fn marks_between_digits(rig: &Rig) -> Verdict {
    let bench = Bench::open(rig)?;
    let good = shelf::one(Search {
        sold_to: &["US", "DE", "BR", "PL", "JP"],
        days: 2,
        ..Search::ANY
    })?;
    let first = good.skus.first().context("a variant")?;
    let markets = ["US", "DE", "BR", "PL", "JP"].map(|country| key(&good, country));
    for key in &markets {
        bench.price_of(&good, first, Money::new(132_099, key.currency));
        bench.watch(&Wanted {
            key: key.clone(),
            ..Bench::wish(&good, &[])
        })?;
    }
    for _ in &markets {
        bench.read()?;
    }
    for key in &markets {
        let history = bench.app.history(key, Some(first), Lane::Sticker, None)?;
        let prices = history.map(|history| cents(&history.series)).unwrap_or_default();
        ensure!(prices == [132_099], "{}: {prices:?}", key.market);
    }
    let shown = [
        ("1.320,99 €", "EUR", Some(132_099)),
        ("US $1,320.99", "USD", Some(132_099)),
        ("R$1.320,99", "BRL", Some(132_099)),
        ("1 320,99 zł", "PLN", Some(132_099)),
        ("￥132,099", "JPY", Some(132_099)),
        ("1.320 €", "EUR", Some(132_000)),
        ("1,32,0.99", "USD", None),
        ("1.320,99 €", "USD", None),
    ];
    for (text, currency, minor) in shown {
        let read = amount::parse(text, Currency::parse(currency)?).map(Money::minor);
        ensure!(read == minor, "{text:?} in {currency} is read as {read:?}");
    }
    ensure!(
        Price::new(0).is_none() && Price::new(-1).is_none(),
        "zero or less was taken for a price"
    );
    Ok("132099 minor units in each of five markets; two texts refused".to_owned())
}
