//! The basket: a wishlist split into the checkouts that cost least together, with proof. Nothing of it is stored.

use std::ops::ControlFlow;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use tillwatch_app::App;
use tillwatch_core::basket::{self, Advice, Answer, Basket, Limits, Part, Proof, Wishlist};
use tillwatch_core::country::Country;
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::market::MarketNote;
use tillwatch_core::money::Money;
use tillwatch_core::quote::join;
use tillwatch_core::rules::RuleSet;
use tillwatch_core::stack::Receipt;

use super::checkout::{come_back, not_computed, rules, with};
use super::home::{Choice, choices};
use super::notes::{Note, said};
use super::pasted::{self, Unread};
use super::{html, shortened};
use crate::counter::{Bell, MOST_DISCOUNTS, MOST_LINES};
use crate::reader::{Frame, Reader};
use crate::receipt::{self, Teller};
use crate::typed::{Field, Sent, Typed};
use crate::words::{Words, fill};
use crate::{Problem, Site};

/// So long a split is searched for.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "basket.html")]
struct Page<'a> {
    frame: Frame<'a>,
    markets: Vec<Choice>,
    refused: Vec<String>,
    wishes: Field,
    coupons: Field,
    most: Field,
    goods: Field,
    json: Field,
    answer: Option<View>,
}

/// The split in words.
struct View {
    headline: String,
    proof: String,
    unread: Vec<Unread>,
    old: Vec<String>,
    ways: Vec<Way>,
    parts: Vec<Card>,
    notes: Vec<Note>,
}

/// Another way to buy the same.
struct Way {
    name: String,
    total: String,
    difference: String,
}

/// One of the checkouts.
struct Card {
    name: String,
    import: Option<String>,
    total: String,
    receipt: receipt::View,
}

/// `GET /basket`
pub(crate) async fn show(State(site): State<Site>, reader: Reader) -> Response {
    page(&site, &reader, reader.market(), &Typed::default(), None)
}

/// `POST /basket`
pub(crate) async fn compute(State(site): State<Site>, reader: Reader, sent: Sent) -> Response {
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
    let answer = site.counter.compute(PATIENCE, move |bell| {
        let mut typed = typed;
        let words = asking.words(&here.tongues);
        let now = (here.clock)();
        let answer = match read(&here.app, words, market, &mut typed, now)? {
            Some(wished) => split(&here.app, words, wished, &mut typed, bell, now),
            None => None,
        };
        let status = if answer.is_some() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        Ok::<_, Problem>(with(page(&here, &asking, market, &typed, answer), status))
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
        wishes: typed.field("wishes"),
        coupons: typed.field("own"),
        most: typed.field("most"),
        goods: typed.field("goods"),
        json: typed.field("json"),
        answer,
        frame,
    };
    html(reader, &page)
}

/// What is to be split.
struct Wished {
    wishlist: Wishlist,
    rules: RuleSet,
    unread: Vec<Unread>,
    old: Vec<String>,
    delivered: bool,
}

/// Reads the form; nothing where a value is not accepted, and the form then says so.
fn read(app: &App, words: &Words, market: Country, typed: &mut Typed, now: Instant) -> Result<Option<Wished>, Problem> {
    if !typed.text("json").is_empty() {
        return Ok(json(app, words, typed));
    }
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
    let pieces = reader.wishes(typed, "wishes")?;
    let own = reader.coupons(typed, "own");
    let limits = Limits {
        max_checkouts: most_checkouts(words, typed),
        max_merchandise: typed.amount("goods", known.currency, &words.checkout.wrong.amount),
        ..Limits::default()
    };
    if pieces.is_empty() && typed.is_accepted() {
        typed.refused.push(words.basket.nothing.clone());
    }
    if !typed.is_accepted() {
        return Ok(None);
    }
    let (gathered, unread) = reader.gather(&pieces)?;
    let old = pasted::old(words, &gathered);
    let delivered = gathered.found.iter().flatten().all(|found| found.delivered);
    let mut checkout = gathered.checkout;
    if checkout.lines.is_empty() {
        typed.refuse("wishes", words.checkout.wrong.unread.clone());
        return Ok(None);
    }
    let known = std::mem::replace(&mut checkout.discounts, own);
    join(&mut checkout.discounts, known.iter());
    Ok(Some(Wished {
        wishlist: Wishlist {
            checkout,
            limits,
            import: None,
        },
        rules: app.rules().clone(),
        unread,
        old,
        delivered,
    }))
}

fn most_checkouts(words: &Words, typed: &mut Typed) -> Option<usize> {
    let text = typed.text("most").to_owned();
    if text.is_empty() {
        return None;
    }
    let most = text.parse().ok().filter(|most| (1..=1_000).contains(most));
    if most.is_none() {
        typed.refuse("most", fill(&words.basket.wrong_most, &[("value", &shortened(&text))]));
    }
    most
}

fn json(app: &App, words: &Words, typed: &mut Typed) -> Option<Wished> {
    let read = basket::read(typed.text("json").as_bytes(), &app.almanac().markets);
    let read = read.and_then(|read| Ok((rules(app, read.value.checkout.rules.as_deref())?, read.value)));
    match read {
        Ok((_, wishlist)) if is_long(&wishlist) => {
            let (lines, discounts) = (MOST_LINES.to_string(), MOST_DISCOUNTS.to_string());
            let values = [("lines", lines.as_str()), ("discounts", &discounts)];
            typed.refuse("json", fill(&words.basket.too_much, &values));
            None
        }
        Ok((rules, wishlist)) => Some(Wished {
            wishlist,
            rules,
            unread: Vec::new(),
            old: Vec::new(),
            delivered: true,
        }),
        Err(error) => {
            let detail = shortened(&error.to_string());
            typed.refuse("json", fill(&words.checkout.wrong.json, &[("detail", &detail)]));
            None
        }
    }
}

fn is_long(wishlist: &Wishlist) -> bool {
    wishlist.checkout.lines.len() > MOST_LINES || wishlist.checkout.discounts.len() > MOST_DISCOUNTS
}

/// The best split until the bell rings.
fn split(app: &App, words: &Words, wished: Wished, typed: &mut Typed, bell: &Bell, now: Instant) -> Option<View> {
    let found = basket::best(&wished.wishlist, &wished.rules, &mut |_| {
        if bell.rang() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    match found {
        Ok(split) => Some(
            Telling {
                app,
                words,
                wished,
                split,
                now,
            }
            .told(),
        ),
        Err(error) => {
            let detail = shortened(&error.to_string());
            typed.refused.push(fill(&words.basket.refused, &[("detail", &detail)]));
            None
        }
    }
}

struct Telling<'a> {
    app: &'a App,
    words: &'a Words,
    wished: Wished,
    split: Basket,
    now: Instant,
}

impl Telling<'_> {
    fn told(mut self) -> View {
        let texts = &self.words.basket;
        let total = self.amount(self.split.total);
        let count = self.split.parts.len();
        let mut told: Vec<MarketNote> = Vec::new();
        let markets = &self.app.almanac().markets;
        let checkout = &self.wished.wishlist.checkout;
        for part in &self.split.parts {
            let lines = part.lines.iter().filter_map(|line| checkout.lines.get(*line));
            for note in said(markets, checkout, lines, part.stack.after.merchandise) {
                if !told.contains(&note) {
                    told.push(note);
                }
            }
        }
        let ways = [
            (&texts.this_split, self.split.total),
            (&texts.one_checkout, self.split.one_checkout_total),
            (&texts.each_alone, self.split.each_alone_total),
            (&texts.by_hand, self.split.by_hand_total),
        ];
        View {
            headline: texts.split.filled(self.words.code, count, &[("total", &total)]),
            proof: self.proof(),
            ways: ways.map(|(name, total)| self.way(name, total)).into(),
            parts: self
                .split
                .parts
                .iter()
                .enumerate()
                .map(|(place, part)| self.card(place, part))
                .collect(),
            notes: told.iter().map(|note| Note::of(note, self.words)).collect(),
            unread: std::mem::take(&mut self.wished.unread),
            old: std::mem::take(&mut self.wished.old),
        }
    }

    fn amount(&self, money: Money) -> String {
        self.words.site.form.amount(money)
    }

    fn proof(&self) -> String {
        let texts = &self.words.basket;
        if self.split.proof() == Proof::Optimal {
            return texts.proven.clone();
        }
        let advice = Advice::default();
        let answer = Answer {
            wishlist: &self.wished.wishlist,
            rules: &self.wished.rules,
            basket: &self.split,
            advice: &advice,
            drawer: &[],
            notes: &[],
            warnings: &[],
        };
        let percent = self.words.site.form.percent(&answer.gap_percent().to_string());
        let least = self.amount(self.split.lower_bound);
        fill(&texts.bounded, &[("percent", &percent), ("least", &least)])
    }

    fn way(&self, name: &str, total: Money) -> Way {
        let texts = &self.words.basket;
        let more = total.minor().saturating_sub(self.split.total.minor());
        let by = self.amount(Money::new(more.saturating_abs(), total.currency()));
        let difference = match more {
            0 => texts.same.clone(),
            more if more > 0 => fill(&texts.costs, &[("amount", &by)]),
            _ => fill(&texts.saves, &[("amount", &by)]),
        };
        Way {
            name: name.to_owned(),
            total: self.amount(total),
            difference,
        }
    }

    fn card(&self, place: usize, part: &Part) -> Card {
        let texts = &self.words.basket;
        let checkout = part.checkout(&self.wished.wishlist);
        let receipt = Receipt::new(&checkout, &self.wished.rules, &part.stack);
        let teller = Teller {
            words: self.words,
            now: Minute::of(self.now),
        };
        let mut view = teller.tell(&receipt, None, self.wished.delivered);
        // Checkouts are told apart by what is in them, also one with a single line.
        let title = checkout.lines.first().and_then(|line| line.title.as_deref());
        if let ([only], Some(title)) = (view.lines.as_mut_slice(), title) {
            only.name = shortened(title);
        }
        let import = part.import.filter(|import| import.is_positive());
        Card {
            name: fill(&texts.checkout, &[("number", &(place + 1).to_string())]),
            import: import.map(|import| fill(&texts.import, &[("amount", &self.amount(import))])),
            total: fill(&texts.checkout_total, &[("total", &self.amount(part.total()))]),
            receipt: view,
        }
    }
}
