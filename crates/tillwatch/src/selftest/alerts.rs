//! Complaints about when somebody is told: too often, too late, never again, of too little.

use anyhow::{Context, ensure};
use tillwatch_app::Wanted;
use tillwatch_core::alert::{Fall, Kind, Rule};
use tillwatch_core::history::{Lane, Period};
use tillwatch_core::money::BasisPoints;

use super::bench::{Bench, Rig, usd};
use super::receiver::Told;
use super::scenarios::{one, seen, silent};
use super::shelf::good;
use super::{Group, Trial, Verdict};

pub(super) const TRIALS: [Trial; 5] = [
    Trial {
        name: "told-again-and-again",
        group: Group::Complaint,
        source: "Cybrarist/Discount-Bandit#46 #39, EricJMarti/inventory-hunter#22",
        about: "the price goes between 34.90 and 35.10 for forty readings, and stays at 34.90 for ten; wanted below 35.00",
        expected: "one alert",
        run: told_again_and_again,
    },
    Trial {
        name: "already-known",
        group: Group::Complaint,
        source: "dgtlmoon/changedetection.io#3851, jez500/pricebuddy#39",
        about: "somebody wants 35.00 for what was read at 30.00 an hour ago",
        expected: "the answer to the wish says that it is met, without a call to the shop",
        run: already_known,
    },
    Trial {
        name: "further-drops",
        group: Group::Complaint,
        source: "dgtlmoon/changedetection.io#2715, ponyriders/django-amazon-price-monitor#7",
        about: "42.00, 34.00, 33.90, 33.00, 30.00; wanted below 35.00, again with each 2 % further down",
        expected: "34.00 as reached, then 33.00 and 30.00 as further; not 33.90",
        run: further_drops,
    },
    Trial {
        name: "low-of-a-month",
        group: Group::Complaint,
        source: "dgtlmoon/changedetection.io#2586, IsThereAnyDeal/IsThereAnyDeal-Issues#1093",
        about: "20.00 once, then 42.00 for 35 days, then 30.00; wanted at a low of 30 days, and at one of all time",
        expected: "the low of 30 days is told, against 42.00; that of all time is not",
        run: low_of_a_month,
    },
    Trial {
        name: "cents-and-thresholds",
        group: Group::Complaint,
        source: "dgtlmoon/changedetection.io#2331 #2415, SpikeHD/AmazonMonitor#95, jez500/pricebuddy#226",
        about: "42.00 with cents up and down, then 37.80, then 37.00; wanted on a drop of 10 % and of 5.00",
        expected: "nothing of the cents; 37.80 by the share, 37.00 by the amount; near the low within 5 % of it",
        run: cents_and_thresholds,
    },
];

fn prices_of(told: &[Told]) -> Vec<(Kind, Option<i64>)> {
    told.iter().map(|one| (one.kind(), one.cents())).collect()
}

fn told_again_and_again(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(3_500))]))?;
    bench.show(&good, 4_200)?;
    let mut told = Vec::new();
    for cents in [3_490, 3_510].into_iter().cycle().take(40).chain([3_490; 10]) {
        bench.show(&good, cents)?;
        told.extend(bench.news()?);
    }
    one(&told, Kind::Reached, 3_490)
}

fn already_known(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.watch(&Bench::wish(&good, &[]))?;
    bench.show(&good, 3_000)?;
    bench.wait(3_600)?;
    let calls = bench.shop.counts().all_calls();
    let watched = bench.watch(&Bench::wish(&good, &[Rule::Below(usd(3_500))]))?;
    let known = watched
        .latest
        .context("the wish says nothing of the price")?
        .lanes
        .public;
    ensure!(
        known == usd(3_000) && watched.told.len() == 1,
        "the wish says {known}, told {}",
        watched.told.len()
    );
    let told = one(&bench.news()?, Kind::AlreadyMet, 3_000)?;
    ensure!(bench.shop.counts().all_calls() == calls, "the shop was asked");
    bench.read()?;
    silent(&bench)?;
    Ok(told)
}

fn further_drops(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(3_500))]))?;
    let mut told = Vec::new();
    for cents in [4_200, 3_400, 3_390, 3_300, 3_000, 3_000] {
        bench.show(&good, cents)?;
        told.extend(bench.news()?);
    }
    let right = [
        (Kind::Reached, Some(3_400)),
        (Kind::Further, Some(3_300)),
        (Kind::Further, Some(3_000)),
    ];
    ensure!(prices_of(&told) == right, "{}", seen(&told));
    Ok("34.00 reached, 33.00 and 30.00 further".to_owned())
}

fn low_of_a_month(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    let of = |period| Wanted {
        lane: Lane::Sticker,
        ..Bench::wish(&good, &[Rule::NewLow(period)])
    };
    let month = bench.watch(&of(Period::Days(30)))?;
    bench.watch(&of(Period::All))?;
    bench.show(&good, 2_000)?;
    bench.wait(3_600)?;
    bench.show(&good, 4_200)?;
    for _ in 0..35 {
        bench.wait(86_400)?;
        bench.read()?;
        silent(&bench)?;
    }
    bench.show(&good, 3_000)?;
    let told = bench.news()?;
    let said = one(&told, Kind::Reached, 3_000)?;
    let ours = format!("{}.0.1", month.id.0);
    ensure!(
        told.iter()
            .all(|one| one.notice.reference == ours && one.notice.low == Some(usd(4_200))),
        "the low of all time was told, or the month's was another"
    );
    Ok(format!("{said}, against 42.00; the low of all time stays 20.00"))
}

fn cents_and_thresholds(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    let share = |points| BasisPoints::new(points).context("a share");
    let rules = [
        Rule::Drop(Fall::Share(share(1_000)?)),
        Rule::Drop(Fall::By(usd(500))),
        Rule::AboveLow {
            period: Period::All,
            share: share(500)?,
        },
    ];
    bench.watch(&Bench::wish(&good, &rules))?;
    for cents in [4_200, 4_500, 4_499, 4_501, 4_498, 4_500] {
        bench.show(&good, cents)?;
    }
    silent(&bench)?;
    bench.show(&good, 4_410)?;
    let near = bench.news()?;
    ensure!(
        matches!(near.as_slice(), [one] if matches!(one.notice.rule, Rule::AboveLow { .. }) && one.cents() == Some(4_410)),
        "at 44.10 {}",
        seen(&near)
    );
    for cents in [4_200, 4_199, 4_201] {
        bench.show(&good, cents)?;
    }
    let told = bench.news()?;
    ensure!(
        told.iter().all(|one| !matches!(one.notice.rule, Rule::Drop(_))),
        "of cents {}",
        seen(&told)
    );
    let mut drops = Vec::new();
    for cents in [3_780, 3_700] {
        bench.show(&good, cents)?;
        let of_drops = bench
            .news()?
            .into_iter()
            .filter(|one| matches!(one.notice.rule, Rule::Drop(_)));
        drops.extend(of_drops.map(|one| (one.notice.rule, one.cents())));
    }
    let [by_share, by_amount, _] = rules;
    ensure!(
        drops == [(by_share, Some(3_780)), (by_amount, Some(3_700))],
        "{drops:?}"
    );
    Ok("44.10 near the low of 42.00; 37.80 by the share, 37.00 by the amount; nothing of the cents".to_owned())
}
