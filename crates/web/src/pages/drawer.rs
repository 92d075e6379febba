//! The coupon drawer: the shopper's own coupons by soonest end, and where each is worth most. Nothing of it is stored:
//! the browser keeps the coupons, and reminders are a calendar that the shopper takes along.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tillwatch_app::App;
use tillwatch_app::gather::{Gathered, Use, best_uses};
use tillwatch_core::almanac::{Life, Lifetimes};
use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::history::Minute;
use tillwatch_core::id::{SellerId, StoreId};
use tillwatch_core::instant::Instant;

use super::checkout::{come_back, not_computed, with};
use super::home::{Choice, choices};
use super::pasted::{self, Unread};
use super::{html, shortened};
use crate::ical::{self, Reminder};
use crate::reader::{Frame, Reader};
use crate::receipt::Teller;
use crate::typed::{Field, Sent, Typed};
use crate::words::known::Said;
use crate::words::{Words, fill};
use crate::{Problem, Site};

/// So long it may take to try each coupon on each line.
const PATIENCE: Duration = Duration::from_secs(2);

/// What ends within so many minutes is said to end soon: 7 days.
const SOON: u32 = 7 * 1_440;

#[derive(Template)]
#[template(path = "drawer.html")]
struct Page<'a> {
    frame: Frame<'a>,
    markets: Vec<Choice>,
    refused: Vec<String>,
    coupons: Field,
    wishes: Field,
    answer: Option<View>,
    lives: Vec<(String, String, Said)>,
}

struct View {
    rows: Vec<Row>,
    unread: Vec<Unread>,
    old: Vec<String>,
}

/// A coupon.
struct Row {
    name: String,
    note: String,
    ends: String,
    /// That it ends soon or is over.
    soon: Option<String>,
    /// That its end is assumed.
    assumed: Option<String>,
    best: String,
    href: Option<String>,
}

/// `GET /drawer`
pub(crate) async fn show(State(site): State<Site>, reader: Reader) -> Response {
    page(&site, &reader, reader.market(), &Typed::default(), None)
}

/// `POST /drawer`: the table, or with `answer=ics` the reminders.
pub(crate) async fn sort(State(site): State<Site>, reader: Reader, sent: Sent) -> Response {
    let typed = match sent {
        Ok(pairs) => Typed::of(pairs.0),
        Err(rejection) => {
            let mut typed = Typed::default();
            typed
                .refused
                .push(reader.words(&site.tongues).site.typed_too_long.clone());
            return with(page(&site, &reader, reader.market(), &typed, None), rejection.status());
        }
    };
    let market = Country::parse(typed.text("market")).unwrap_or_else(|_| reader.market());
    let (here, asking, mut kept) = (site.clone(), reader.clone(), typed.clone());
    let answer = site.counter.compute(PATIENCE, move |_| {
        let mut typed = typed;
        let words = asking.words(&here.tongues);
        let now = (here.clock)();
        let Some(drawer) = read(&here.app, words, market, &mut typed, now)? else {
            let page = page(&here, &asking, market, &typed, None);
            return Ok(with(page, StatusCode::UNPROCESSABLE_ENTITY));
        };
        if typed.text("answer") == "ics" {
            return Ok(drawer.reminders());
        }
        Ok::<_, Problem>(page(&here, &asking, market, &typed, Some(drawer.told(&here.app))))
    });
    match answer.await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => super::wrong(&site, &reader, &problem),
        Err(why) => {
            let status = not_computed(why, &reader, &site, &mut kept);
            come_back(with(page(&site, &reader, market, &kept, None), status))
        }
    }
}

fn page(site: &Site, reader: &Reader, market: Country, typed: &Typed, answer: Option<View>) -> Response {
    let frame = reader.frame(site);
    let page = Page {
        markets: choices(site, frame.words, market),
        refused: typed.refused.clone(),
        coupons: typed.field("own"),
        wishes: typed.field("wishes"),
        lives: lives(frame.words, &site.app.almanac().lifetimes),
        answer,
        frame,
    };
    html(reader, &page)
}

/// How long each kind usually lives, and who says so.
fn lives(words: &Words, lives: &Lifetimes) -> Vec<(String, String, Said)> {
    let texts = &words.drawer;
    let told = lives.all().iter().map(|life| {
        let days = |least: u32, most: u32| {
            let sentence = if least == most {
                &texts.life_exact
            } else {
                &texts.life_days
            };
            fill(sentence, &[("least", &least.to_string()), ("most", &most.to_string())])
        };
        let long = match life.life {
            Life::Days { least, most } => days(least, most),
            Life::WithSale => texts.life_sale.clone(),
        };
        (
            words.receipt.kinds.of(&life.kind).to_owned(),
            long,
            words.source(&life.source),
        )
    });
    told.collect()
}

/// Reads the form; nothing where a value is not accepted, and the form then says so.
fn read<'a>(
    app: &App,
    words: &'a Words,
    market: Country,
    typed: &mut Typed,
    now: Instant,
) -> Result<Option<Drawer<'a>>, Problem> {
    let almanac = app.almanac();
    let Some(known) = almanac.markets.get(market) else {
        let value = market.to_string();
        typed
            .refused
            .push(fill(&words.checkout.wrong.market, &[("value", &value)]));
        return Ok(None);
    };
    let reader = pasted::Reader {
        app,
        words,
        market,
        currency: known.currency,
        now,
    };
    let mut coupons = reader.coupons(typed, "own");
    let pieces = reader.wishes(typed, "wishes")?;
    if coupons.is_empty() && typed.is_accepted() {
        typed.refused.push(words.drawer.nothing.clone());
    }
    if !typed.is_accepted() {
        return Ok(None);
    }
    // What has no end at all comes last.
    coupons.sort_by_key(|coupon| (coupon.valid_until.is_none(), coupon.valid_until));
    let (gathered, unread) = reader.gather(&pieces)?;
    Ok(Some(Drawer {
        words,
        market,
        coupons,
        gathered,
        unread,
        now,
    }))
}

/// Coupons by soonest end, and what they are for.
struct Drawer<'a> {
    words: &'a Words,
    market: Country,
    coupons: Vec<Discount>,
    gathered: Gathered,
    unread: Vec<Unread>,
    now: Instant,
}

impl Drawer<'_> {
    fn told(mut self, app: &App) -> View {
        let uses = best_uses(&self.gathered.checkout, app.rules(), &self.coupons);
        View {
            rows: self
                .coupons
                .iter()
                .zip(&uses)
                .map(|(coupon, best)| self.row(coupon, best.as_ref()))
                .collect(),
            old: pasted::old(self.words, &self.gathered),
            unread: std::mem::take(&mut self.unread),
        }
    }

    fn row(&self, coupon: &Discount, best: Option<&Use>) -> Row {
        let (texts, form) = (&self.words.drawer, &self.words.site.form);
        let line = best.and_then(|best| self.gathered.checkout.lines.get(best.line));
        let told = match (best, line) {
            (Some(best), Some(line)) => {
                let title = line.title.clone().unwrap_or_else(|| line.item.to_string());
                let (with, without) = (form.amount(best.with), form.amount(best.without));
                let values = [("line", &shortened(&title)), ("with", &with), ("without", &without)];
                fill(&texts.best_on, &values.map(|(name, value)| (name, value.as_str())))
            }
            _ if self.gathered.checkout.lines.is_empty() => texts.no_wishes.clone(),
            _ => texts.best_none.clone(),
        };
        let ends = coupon.valid_until.map(|end| form.instant(end, Minute::of(self.now)));
        Row {
            name: self.name(coupon),
            note: self.note(coupon),
            ends: ends.unwrap_or_else(|| texts.open_end.clone()),
            soon: self.soon(coupon),
            assumed: self.assumed(coupon),
            best: told,
            href: line.map(|line| format!("/i/{}?market={}", line.item, self.market)),
        }
    }

    fn name(&self, coupon: &Discount) -> String {
        let teller = Teller {
            words: self.words,
            now: Minute::of(self.now),
        };
        teller.offer(coupon)
    }

    /// Its kind, its code, and whose it is.
    fn note(&self, coupon: &Discount) -> String {
        let kind = self.words.receipt.kinds.of(&coupon.kind).to_owned();
        let stores = coupon.scope.stores.iter().map(StoreId::as_str);
        let owner = stores.chain(coupon.scope.sellers.iter().map(SellerId::as_str)).next();
        let owner = owner.map(|owner| fill(&self.words.drawer.of_store, &[("store", owner)]));
        let facts = [Some(kind), coupon.code.clone(), owner];
        facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    fn soon(&self, coupon: &Discount) -> Option<String> {
        let texts = &self.words.drawer;
        let end = coupon.valid_until?;
        if end <= self.now {
            return Some(texts.lapsed.clone());
        }
        match Minute::of(end).since(Minute::of(self.now)) {
            0..1_440 => Some(texts.today.clone()),
            minutes @ 1_440..=SOON => {
                let days = usize::try_from(minutes / 1_440).unwrap_or(0);
                Some(texts.soon.of(self.words.code, days))
            }
            _ => None,
        }
    }

    fn assumed(&self, coupon: &Discount) -> Option<String> {
        let is_assumed = coupon.provenance.expiry_assumed;
        is_assumed.then(|| self.words.drawer.assumed.clone())
    }

    /// The ends of what has not ended, as a calendar to take along.
    fn reminders(&self) -> Response {
        let ends = self
            .coupons
            .iter()
            .filter_map(|coupon| Some((coupon, coupon.valid_until?)));
        let ends = ends.filter(|(_, end)| *end > self.now);
        let reminders = ends.map(|(coupon, end)| {
            let facts = [self.note(coupon)].into_iter().chain(self.assumed(coupon));
            Reminder {
                name: fill(&self.words.drawer.reminder, &[("coupon", &self.name(coupon))]),
                text: facts.collect::<Vec<_>>().join(" · "),
                ends: end,
            }
        });
        let reminders: Vec<Reminder> = reminders.collect();
        let headers = [
            (CONTENT_TYPE, "text/calendar; charset=utf-8"),
            (CONTENT_DISPOSITION, "attachment; filename=\"coupons.ics\""),
        ];
        (headers, ical::reminders(&self.words.drawer.title, &reminders, self.now)).into_response()
    }
}
