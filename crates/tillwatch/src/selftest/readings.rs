//! Complaints about readings: false ones, absurd ones, none at all, and nobody who notices.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use tillwatch_app::{Turned, Wanted};
use tillwatch_core::alert::{Kind, Rule};
use tillwatch_core::history::{Known, Lane, Minute, Period, Void};
use tillwatch_core::snapshot::Outcome;
use tillwatch_market::faults::{Fault, Surface};

use super::bench::{Bench, Rig, Setup, low, usd};
use super::scenarios::{one, seen, silent};
use super::shelf::{self, Search, good};
use super::{Group, Trial, Verdict};

pub(super) const TRIALS: [Trial; 6] = [
    Trial {
        name: "hostile-answers",
        group: Group::Complaint,
        source: "Cybrarist/Discount-Bandit#108, dgtlmoon/changedetection.io#962 #1179 #908 #1679, jef/streetmerchant#181",
        about: "twelve answers that are no price, of the pages and of the API; wanted below 35.00",
        expected: "no alert, no low but 42.00, a gap for each failure, and 30.00 is told at last",
        run: hostile_answers,
    },
    Trial {
        name: "absurd-price",
        group: Group::Complaint,
        source: "IsThereAnyDeal/IsThereAnyDeal-Issues#720 #1968 #1204 #1292, mozilla/price-tracker#313",
        about: "42.00, once 9.99, 42.00 again; later 9.99 twice",
        expected: "the one reading is a gap and no low; what is seen twice is told once",
        run: absurd_price,
    },
    Trial {
        name: "slip-of-the-shop",
        group: Group::Complaint,
        source: "IsThereAnyDeal/IsThereAnyDeal-Issues#2155",
        about: "42.00, a slip at 20.00 that is voided with a reason, then 39.00; wanted at a new low",
        expected: "the low is 42.00 again, the void stays visible, and 39.00 is a new low",
        run: slip_of_the_shop,
    },
    Trial {
        name: "blocked",
        group: Group::Complaint,
        source: "eyalzek/price-alert#15, jef/streetmerchant#1214, dgtlmoon/changedetection.io#284",
        about: "the shop answers that calls come too fast, and fails for a day",
        expected: "it is left alone for as long as it asks, and called ever more rarely",
        run: blocked,
    },
    Trial {
        name: "changed-pages",
        group: Group::Complaint,
        source: "topmonks/hlidac-shopu#845, AndShy/Ali-Total-Price#5 #10",
        about: "all pages of a shop come without data; a few show 30.00 meanwhile; wanted below 35.00",
        expected: "one alarm for the operator, alerts wait until most pages can be read again",
        run: changed_pages,
    },
    Trial {
        name: "broken-watch",
        group: Group::Complaint,
        source: "dgtlmoon/changedetection.io#1678 #4111 #2081 #735",
        about: "seven checks fail one after another, then one works",
        expected: "one message after the fifth, one when it works again",
        run: broken_watch,
    },
];

/// The source, and what befalls its next answer.
const HOSTILE: [(usize, Fault); 12] = [
    (0, Fault::Hollow),
    (0, Fault::OtherCurrency),
    (0, Fault::ZeroPrice),
    (0, Fault::OtherMarket),
    (0, Fault::Cut),
    (0, Fault::ServerError),
    (0, Fault::TooMany),
    (0, Fault::TooManyUntold),
    (1, Fault::ZeroPrice),
    (1, Fault::OtherCurrency),
    (1, Fault::Truncated),
    (0, Fault::Challenge),
];

fn hostile_answers(rig: &Rig) -> Verdict {
    let setup = Setup {
        api: true,
        ..Setup::default()
    };
    let (bench, good) = (Bench::with(rig, setup)?, good()?);
    bench.watch(&Bench::wish(
        &good,
        &[Rule::Below(usd(3_500)), Rule::NewLow(Period::All)],
    ))?;
    bench.show(&good, 4_200)?;
    let (mut gaps, mut waits) = (BTreeSet::new(), 0);
    for (source, fault) in HOSTILE {
        let befallen = || bench.shop.counts().faults_of(fault);
        let (name, before) = (fault.name(), befallen());
        bench.shop.faults().next(fault);
        bench.call(source)?;
        ensure!(befallen() == before + 1, "{name} befell no answer");
        let told = bench.news()?;
        ensure!(told.is_empty(), "{name}: {}", seen(&told));
        match bench.gap(&good)? {
            Some(outcome) => {
                gaps.insert(outcome);
            }
            None if matches!(fault, Fault::TooMany | Fault::TooManyUntold) => waits += 1,
            None => anyhow::bail!("{name} left no gap"),
        }
        let low = bench.low(&good)?;
        ensure!(low == 4_200, "{name}: the low is {low}");
        bench.read()?;
        silent(&bench)?;
    }
    ensure!(waits == 2 && gaps.len() >= 5, "{waits} waits, gaps {gaps:?}");
    bench.show(&good, 3_000)?;
    let told = bench.news()?;
    ensure!(
        told.len() == 2 && told.iter().all(|one| one.cents() == Some(3_000)),
        "at last: {}",
        seen(&told)
    );
    let names: Vec<&str> = gaps.into_iter().map(Outcome::name).collect();
    Ok(format!(
        "no alert in 12 answers; gaps named {}; 30.00 told by both rules",
        names.join(", ")
    ))
}

fn absurd_price(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(3_500))]))?;
    for cents in [4_200, 999, 4_200] {
        bench.show(&good, cents)?;
        silent(&bench)?;
        let gap = bench.gap(&good)?;
        ensure!(
            gap == (cents == 999).then_some(Outcome::Doubtful),
            "at {cents} the gap is {gap:?}"
        );
        ensure!(bench.low(&good)? == 4_200, "one reading became the low");
    }
    bench.show(&good, 999)?;
    silent(&bench)?;
    bench.read()?;
    let told = one(&bench.news()?, Kind::Reached, 999)?;
    ensure!(bench.low(&good)? == 999, "what was seen twice is not the low");
    Ok(format!("doubtful, and no low; seen twice: {told}"))
}

fn slip_of_the_shop(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.watch(&Bench::wish(&good, &[Rule::NewLow(Period::All)]))?;
    bench.show(&good, 4_200)?;
    bench.wait(600)?;
    bench.show(&good, 2_000)?;
    one(&bench.news()?, Kind::Reached, 2_000)?;
    let from = Minute::of(bench.now());
    bench.show(&good, 4_200)?;
    silent(&bench)?;
    ensure!(bench.low(&good)? == 2_000, "the slip never was the low");
    let void = Void {
        from,
        until: Minute::of(bench.now()),
        reason: "a slip of the shop".into(),
    };
    let history = bench.history(&good, Lane::Public)?;
    bench.store.void(history.variant.id, &void)?;
    bench.wait(86_400)?;
    let series = bench.series(&good, Lane::Public)?;
    let now = low(&series, Period::All, bench.now())?;
    ensure!(now == 4_200, "the low is still {now}");
    let visible = matches!(series.at(from), Some(Known::Price { price, void: Some(void), .. })
        if price.minor() == 2_000 && !void.reason.is_empty());
    ensure!(visible, "the void is not to be seen");
    bench.show(&good, 3_900)?;
    let told = one(&bench.news()?, Kind::Reached, 3_900)?;
    Ok(format!("low 42.00, the slip is shown with its reason; {told}"))
}

fn blocked(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(3_500))]))?;
    bench.show(&good, 4_200)?;
    // The shop names 20 seconds and more.
    bench.suffer(Fault::TooMany)?;
    let asked = bench.now();
    bench.call(0)?;
    let kept = bench.now().moment().as_second() - asked.moment().as_second();
    ensure!(kept >= 20, "it was called again after {kept} seconds");
    let (start, before) = (bench.now(), bench.shop.counts().calls_to(Surface::Page));
    let mut gaps: Vec<i64> = Vec::new();
    let mut last = start;
    while bench.now() < start.plus_seconds(86_400) {
        bench.suffer(Fault::ServerError)?;
        gaps.push(bench.now().moment().as_second() - last.moment().as_second());
        last = bench.now();
    }
    let calls = bench.shop.counts().calls_to(Surface::Page) - before;
    let (first, longest) = (gaps.first().copied().unwrap_or(0), gaps.last().copied().unwrap_or(0));
    ensure!(calls <= 40 && longest > 4 * first.max(1), "{calls} calls, {gaps:?}");
    silent(&bench)?;
    Ok(format!("{kept} seconds kept; {calls} calls in a day of failures"))
}

fn changed_pages(rig: &Rig) -> Verdict {
    let bench = Bench::open(rig)?;
    let search = Search { days: 5, ..Search::ANY };
    let goods = shelf::goods(8, search)?;
    for good in &goods {
        bench.price(good, 4_200);
        bench.watch(&Bench::wish(good, &[Rule::Below(usd(3_500))]))?;
    }
    for _ in &goods {
        bench.read()?;
    }
    ensure!(
        bench.app.figures().operator_alerts() == 0 && !bench.app.is_failing(),
        "it fails from the start"
    );
    for _ in 0..24 {
        bench.suffer(Fault::Hollow)?;
    }
    ensure!(
        bench.app.is_failing(),
        "nobody noticed: {:?}",
        bench.app.figures().checks()
    );
    let alarms = bench.app.figures().operator_alerts();
    ensure!(alarms == 1, "{alarms} alarms");
    for good in &goods {
        bench.price(good, 3_000);
    }
    let mut waited = 0;
    while bench.app.is_failing() {
        bench.read()?;
        if bench.app.is_failing() {
            silent(&bench)?;
            waited += 1;
        }
    }
    ensure!(waited > 0, "alerts did not wait");
    let mut told = bench.news()?;
    for _ in 0..40 {
        bench.read()?;
        told.extend(bench.news()?);
    }
    let items: BTreeSet<_> = told.iter().map(|one| one.notice.item.clone()).collect();
    ensure!(
        told.len() == goods.len() && items.len() == goods.len(),
        "afterwards {}",
        seen(&told)
    );
    ensure!(bench.app.figures().operator_alerts() == 1, "it was alarmed again");
    Ok(format!(
        "1 alarm; {waited} readings below the target waited; each of 8 told once afterwards"
    ))
}

fn broken_watch(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    let wish: Wanted = Bench::wish(&good, &[Rule::Broken]);
    bench.watch(&wish)?;
    bench.show(&good, 4_200)?;
    let mut at = Vec::new();
    for check in 1..=7 {
        let turned = bench.suffer(Fault::Hollow)?;
        ensure!(
            matches!(turned, Turned::Read { priced: 0, .. }),
            "the empty page was read as {turned:?}"
        );
        let told = bench.news()?;
        at.extend(told.iter().map(|one| (check, one.kind())));
    }
    ensure!(at == [(5, Kind::Reached)], "told after {at:?}");
    bench.read()?;
    let told = bench.news()?;
    ensure!(
        matches!(told.as_slice(), [one] if one.kind() == Kind::Recovered),
        "on recovery {}",
        seen(&told)
    );
    let last = told.first().context("a message")?.subject.clone();
    bench.read()?;
    silent(&bench)?;
    Ok(format!("1 message after the fifth failure, then \"{last}\""))
}
