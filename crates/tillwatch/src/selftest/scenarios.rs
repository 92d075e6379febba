//! Eight scenarios in which a widely used tracker of web pages was measured, each with what a shopper expects.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, ensure};
use axum::Router;
use axum::routing::post;
use tillwatch_app::outbox::Sent;
use tillwatch_app::ports::source::SourceError;
use tillwatch_app::{Turned, Wanted};
use tillwatch_core::alert::{Fall, Kind, Rule};
use tillwatch_core::history::Lane;
use tillwatch_core::money::{BasisPoints, Currency, Money};
use tillwatch_core::snapshot::Outcome;
use tillwatch_market::faults::{Fault, Surface};
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::notifiers::webhook::Webhook;

use super::bench::{Bench, Rig, cents, key, to, usd};
use super::receiver::Told;
use super::shelf::{self, Search, good};
use super::{Group, Trial, Verdict};

const MEASURED: &str = "changedetection.io 0.60.10, measured";

pub(super) const TRIALS: [Trial; 8] = [
    Trial {
        name: "falls-below",
        group: Group::Scenario,
        source: MEASURED,
        about: "42.00, then 30.00; wanted below 35.00",
        expected: "one alert, at 30.00 USD",
        run: falls_below,
    },
    Trial {
        name: "zero-between",
        group: Group::Scenario,
        source: MEASURED,
        about: "42.00, then a page that says 0.00, then 30.00; wanted below 35.00",
        expected: "one alert at 30.00 USD; the zero is a gap and no price",
        run: zero_between,
    },
    Trial {
        name: "currency-flip",
        group: Group::Scenario,
        source: MEASURED,
        about: "42.00 USD, then the page shows 39.10 EUR; wanted below 40.00 USD",
        expected: "no alert; euros are a series of their own",
        run: currency_flip,
    },
    Trial {
        name: "slow-slide",
        group: Group::Scenario,
        source: MEASURED,
        about: "42.00, 41.58, 41.17; wanted on a drop of 1.5 %",
        expected: "one alert, at 41.17 USD; every step is in the history",
        run: slow_slide,
    },
    Trial {
        name: "two-offers",
        group: Group::Scenario,
        source: MEASURED,
        about: "one page sells two variants, at 42.00 and at 12.00; wanted below 35.00",
        expected: "each variant is a series of its own; only who watches the cheap one is told",
        run: two_offers,
    },
    Trial {
        name: "captcha-as-page",
        group: Group::Scenario,
        source: MEASURED,
        about: "42.00, then a captcha that comes with status 200",
        expected: "no alert, a gap that says why, and no further call that day",
        run: captcha_as_page,
    },
    Trial {
        name: "receiver-down",
        group: Group::Scenario,
        source: MEASURED,
        about: "the webhook's receiver hangs up on the one alert",
        expected: "tried again, and delivered once",
        run: receiver_down,
    },
    Trial {
        name: "already-met",
        group: Group::Scenario,
        source: MEASURED,
        about: "the first price of a new watch, 30.00, is below its 35.00 already",
        expected: "one alert at once, that says so",
        run: already_met,
    },
];

/// That one alert was told, of this kind and at this price.
pub(super) fn one(told: &[Told], kind: Kind, cents: i64) -> Verdict {
    let seen = seen(told);
    ensure!(
        matches!(told, [one] if one.kind() == kind && one.cents() == Some(cents) && one.address == super::bench::PHONE),
        "{seen}"
    );
    Ok(seen)
}

/// What was told, in words.
pub(super) fn seen(told: &[Told]) -> String {
    let each: Vec<String> = told.iter().map(|one| format!("\"{}\"", one.subject)).collect();
    match each.as_slice() {
        [] => "no alert".to_owned(),
        [one] => format!("1 alert: {one}"),
        more => format!("{} alerts: {}", more.len(), more.join(", ")),
    }
}

/// That nobody was told anything.
pub(super) fn silent(bench: &Bench) -> anyhow::Result<()> {
    let told = bench.news()?;
    ensure!(told.is_empty(), "{}", seen(&told));
    Ok(())
}

fn falls_below(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(3_500))]))?;
    bench.show(&good, 4_200)?;
    silent(&bench)?;
    bench.show(&good, 3_000)?;
    let told = one(&bench.news()?, Kind::Reached, 3_000)?;
    bench.read()?;
    silent(&bench)?;
    Ok(told)
}

fn zero_between(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(3_500))]))?;
    bench.show(&good, 4_200)?;
    bench.suffer(Fault::ZeroPrice)?;
    silent(&bench)?;
    let gap = bench.gap(&good)?.context("the zero left no gap")?;
    ensure!(gap == Outcome::NoPrice, "the zero is a gap named {gap}");
    bench.show(&good, 3_000)?;
    let told = one(&bench.news()?, Kind::Reached, 3_000)?;
    let prices = bench.prices(&good)?;
    ensure!(prices == [4_200, 3_000], "{told}; history {prices:?}");
    Ok(format!("{told}; history 42.00, 30.00"))
}

fn currency_flip(rig: &Rig) -> Verdict {
    let bench = Bench::open(rig)?;
    // Whoever gets the wrong currency gets that of the first other market, which here is Germany.
    let search = Search {
        sold_to: &["US", "DE"],
        not_to: &["GB"],
        days: 4,
        ..Search::ANY
    };
    let good = &shelf::one(search)?;
    let euros = Money::new(3_910, Currency::parse("EUR")?);
    for sku in &good.skus {
        bench.price_of(good, sku, euros);
    }
    bench.watch(&Bench::wish(good, &[Rule::Below(usd(4_000))]))?;
    bench.show(good, 4_200)?;
    bench.suffer(Fault::OtherCurrency)?;
    silent(&bench)?;
    let gap = bench.gap(good)?.context("the euros left no gap")?;
    ensure!(gap == Outcome::OtherCurrency, "the euros are a gap named {gap}");
    let in_euros = Wanted {
        key: key(good, "DE"),
        ..Bench::wish(good, &[])
    };
    bench.watch(&in_euros)?;
    let series = loop {
        bench.read()?;
        if let Some(found) = bench.app.history(&in_euros.key, None, Lane::Public, None)? {
            break found.series;
        }
    };
    silent(&bench)?;
    let (dollars, euros) = (bench.prices(good)?, cents(&series));
    ensure!(
        dollars == [4_200] && euros == [3_910],
        "dollars {dollars:?}, euros {euros:?}"
    );
    Ok("no alert; a gap in the dollars, 39.10 EUR in a series of its own".to_owned())
}

fn slow_slide(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    let share = BasisPoints::new(150).context("a share")?;
    bench.watch(&Bench::wish(&good, &[Rule::Drop(Fall::Share(share))]))?;
    for cents in [4_200, 4_158] {
        bench.show(&good, cents)?;
        silent(&bench)?;
    }
    bench.show(&good, 4_117)?;
    let told = one(&bench.news()?, Kind::Reached, 4_117)?;
    let prices = bench.prices(&good)?;
    ensure!(prices == [4_200, 4_158, 4_117], "{told}; history {prices:?}");
    Ok(format!("{told}; all three prices in the history"))
}

fn two_offers(rig: &Rig) -> Verdict {
    let bench = Bench::open(rig)?;
    let good = &shelf::one(Search {
        variants: 2,
        ..Search::ANY
    })?;
    let (dear, cheap) = (
        good.skus.first().context("a variant")?,
        good.skus.get(1).context("another")?,
    );
    bench.price_of(good, dear, usd(4_200));
    bench.price_of(good, cheap, usd(1_200));
    let rules = [Rule::Below(usd(3_500))];
    let of = |sku: Option<_>| Wanted {
        sku,
        ..Bench::wish(good, &rules)
    };
    // The first two follow 42.00: by its id, and as what the page opens with.
    let pinned = bench.watch(&of(Some(dear.clone())))?.id;
    let open = bench.watch(&of(None))?.id;
    bench.read()?;
    silent(&bench)?;
    let low = bench.watch(&of(Some(cheap.clone())))?.id;
    bench.read()?;
    let told = bench.news()?;
    let said = one(&told, Kind::AlreadyMet, 1_200)?;
    ensure!(
        told.iter().all(|one| one.notice.sku.as_ref() == Some(cheap)),
        "the alert names another variant"
    );
    let follows = |id| anyhow::Ok(bench.store.watch(id)?.and_then(|watch| watch.sku));
    ensure!(
        (follows(pinned)?.as_ref(), follows(open)?.as_ref()) == (Some(dear), Some(dear)),
        "a watch without a variant follows another than the page opens with"
    );
    ensure!(follows(low)?.as_ref() == Some(cheap), "the third watch moved");
    let series = |sku| anyhow::Ok(bench.app.history(&key(good, "US"), Some(sku), Lane::Public, None)?);
    let (one, other) = (
        series(dear)?.context("no history")?,
        series(cheap)?.context("no history")?,
    );
    let both = (cents(&one.series), cents(&other.series));
    ensure!(both == (vec![4_200], vec![1_200]), "{both:?}");
    Ok(format!(
        "{said}; 42.00 and 12.00 are two series, and who names none follows the one the page opens with"
    ))
}

fn captcha_as_page(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(3_500))]))?;
    bench.show(&good, 4_200)?;
    let turned = bench.suffer(Fault::Challenge)?;
    ensure!(
        matches!(turned, Turned::Refused(SourceError::Challenged { .. })),
        "the captcha was taken for {turned:?}"
    );
    let when = bench.now();
    silent(&bench)?;
    let gap = bench.gap(&good)?.context("the captcha left no gap")?;
    ensure!(gap == Outcome::Blocked, "the captcha is a gap named {gap}");
    let last = bench.history(&good, Lane::Public)?.state.last_check;
    let why = last.and_then(|check| check.detail).context("nothing says why")?;
    let calls = bench.shop.counts().calls_to(Surface::Page);
    bench.read()?;
    silent(&bench)?;
    let (day, next) = (
        when.moment().as_second() / 86_400,
        bench.now().moment().as_second() / 86_400,
    );
    ensure!(
        next > day && bench.shop.counts().calls_to(Surface::Page) == calls + 1,
        "the shop was called again on the same day"
    );
    let prices = bench.prices(&good)?;
    ensure!(prices == [4_200] && !why.is_empty(), "history {prices:?}");
    Ok("no alert; a gap named blocked, the next call on the next day".to_owned())
}

fn receiver_down(rig: &Rig) -> Verdict {
    let (mut bench, good) = (Bench::open(rig)?, good()?);
    let listener = bench.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let at = listener.local_addr()?;
    let got: Arc<Mutex<Vec<String>>> = Arc::default();
    let keeps = Arc::clone(&got);
    let hook = Router::new().route(
        "/hook",
        post(move |event: String| async move {
            keeps.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        }),
    );
    bench.runtime.spawn(async move {
        // The first call is hung up on; afterwards the receiver is there.
        if let Ok((call, _)) = listener.accept().await {
            drop(call);
        }
        axum::serve(listener, hook).await
    });
    let reach = Reach {
        hosts: Vec::new(),
        private: vec![Place::parse(&at.to_string())?],
    };
    bench.tell_by(vec![Arc::new(Webhook::new(Client::new(None, reach)?))]);
    let wish = Wanted {
        channels: vec![to(&format!("webhook+http://{at}/hook#secret-of-the-trial"))],
        ..Bench::wish(&good, &[Rule::Below(usd(3_500))])
    };
    bench.watch(&wish)?;
    bench.show(&good, 4_200)?;
    bench.show(&good, 3_000)?;
    let first = bench.deliver()?;
    ensure!(first == [Sent::Later], "the first try came to {first:?}");
    bench.wait(10)?;
    let second = bench.deliver()?;
    ensure!(second == [Sent::Delivered], "the second try came to {second:?}");
    for _ in 0..48 {
        bench.wait(3_600)?;
        ensure!(bench.deliver()?.is_empty(), "it was sent once more");
    }
    let got = got.lock().unwrap_or_else(PoisonError::into_inner);
    let [event] = got.as_slice() else {
        anyhow::bail!("{} events arrived", got.len())
    };
    let notice = tillwatch_core::alert::read_notice(event.as_bytes())?;
    ensure!(notice.price == Some(usd(3_000)), "the event says {:?}", notice.price);
    Ok("the second try, 10 seconds later, was taken; 1 event in two days".to_owned())
}

fn already_met(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    bench.price(&good, 3_000);
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(3_500))]))?;
    bench.read()?;
    let told = one(&bench.news()?, Kind::AlreadyMet, 3_000)?;
    bench.read()?;
    silent(&bench)?;
    Ok(told)
}
