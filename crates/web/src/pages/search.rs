//! Search: the form is the page, what was found stands under it, and under that what the marketplace was asked for.

use std::time::Duration;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use tillwatch_app::beyond::{Refusal, Standing};
use tillwatch_app::ports::finder::{Offered, Question};
use tillwatch_core::history::{Minute, Price};
use tillwatch_core::link::clean_url;
use tillwatch_core::money::Money;

use super::cards::{Form, Row, Teller};
use super::html;
use crate::limits::Kind as Counted;
use crate::reader::{Frame, Reader};
use crate::sought::{Asked, Kind, Wish};
use crate::visitor::Visitor;
use crate::words::{Words, fill};
use crate::{Problem, Site};

/// Cards on a page.
const CARDS: usize = 24;

/// How long a question waits where another call went out a moment ago, before it is put once more: the space that the
/// marketplace wants between two calls.
const PAUSE: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "search.html")]
struct Page<'a> {
    frame: Frame<'a>,
    form: Form,
    rows: Vec<Row>,
    next: Option<String>,
    read_as: Option<String>,
    /// Absent where nobody can be asked for more, or nothing was typed.
    beyond: Option<Beyond>,
}

/// Listings that nobody watches here.
#[derive(Default)]
struct Beyond {
    /// Why there are none.
    told: Option<String>,
    /// Where they are asked for; absent once they were.
    ask: Option<String>,
    offers: Vec<Offer>,
    market: String,
}

struct Offer {
    title: String,
    price: String,
    /// What a shopper would paste.
    link: String,
}

/// `GET /search`
pub(crate) async fn show(State(site): State<Site>, reader: Reader, asked: Asked) -> Result<Response, Problem> {
    let frame = reader.frame(&site);
    let words = frame.words;
    let wish = asked.read(Kind::Search, &site.app, reader.market(), CARDS);
    let (market, wrong) = match &wish {
        Ok(wish) => (wish.sought.market, None),
        Err(wrong) => (reader.market(), Some(wrong.clone())),
    };
    let question = wish.as_ref().ok().and_then(question);
    let beyond = question.and_then(|question| beyond(&site, words, &asked, &question));
    let finding = match wish {
        Ok(wish) => Some(
            site.ask(move |app, _| Ok(app.search(&wish.text, &wish.sought)?))
                .await?,
        ),
        Err(_) => None,
    };
    let teller = Teller {
        words,
        now: Minute::of((site.clock)()),
    };
    let found = finding.iter().flat_map(|finding| &finding.found);
    let next = finding.as_ref().and_then(|finding| finding.next);
    let read_as = finding.as_ref().and_then(|finding| finding.read_as.as_ref());
    let page = Page {
        rows: found.map(|found| teller.row(found)).collect(),
        next: next.map(|next| format!("/search?{}", asked.next(next))),
        read_as: read_as.map(|read| fill(&words.board.read_as, &[("typed", asked.q.trim()), ("read", read)])),
        beyond,
        form: Form::new(&site, words, Kind::Search, asked, market, wrong.as_ref()),
        frame,
    };
    let was_asked = !page.form.asked.answer.is_empty();
    let mut response = html(&reader, &page);
    if was_asked {
        // What was found is forgotten soon, and may be asked for again under the same address.
        let unkept = HeaderValue::from_static("no-store");
        response.headers_mut().insert(CACHE_CONTROL, unkept);
    }
    if wrong.is_some() {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    Ok(response)
}

/// What the marketplace would be asked: nothing without words. It knows no discounts, warehouses and shipping fees.
fn question(wish: &Wish) -> Option<Question> {
    let sought = &wish.sought;
    let money = |price: Price| Money::new(price.minor(), sought.currency);
    Some(Question {
        words: wish.text.words()?,
        market: sought.market,
        currency: sought.currency,
        category: sought.category.clone(),
        least: sought.least.map(money),
        most: sought.most.map(money),
    })
}

/// How it stands with a question, in the reader's words.
fn beyond(site: &Site, words: &Words, asked: &Asked, question: &Question) -> Option<Beyond> {
    let texts = &words.board.beyond;
    let refusal = Refusal::ALL.into_iter().find(|refusal| refusal.name() == asked.answer);
    let market = question.market.to_string();
    match site.app.beyond(question, (site.clock)()) {
        Standing::Nobody => None,
        Standing::Unpriced => Some(Beyond {
            told: Some(fill(&texts.unpriced, &[("currency", question.currency.code())])),
            ..Beyond::default()
        }),
        Standing::Open => Some(Beyond {
            told: refusal.map(|refusal| texts.of(refusal).to_owned()),
            ask: Some(format!("/search?{}", asked.address())),
            ..Beyond::default()
        }),
        Standing::Found(found) => Some(Beyond {
            told: found.is_empty().then(|| texts.none.clone()),
            ask: None,
            offers: found.iter().map(|one| offer(words, one)).collect(),
            market,
        }),
    }
}

fn offer(words: &Words, offered: &Offered) -> Offer {
    let untitled = || fill(&words.listing.untitled, &[("item", offered.item.as_str())]);
    Offer {
        title: offered.title.clone().unwrap_or_else(untitled),
        price: words.site.form.amount(offered.price),
        link: clean_url(&offered.item, None),
    }
}

/// `POST /search`: asks the marketplace for listings that nobody watches here, and leads back to the page, which tells what
/// became of it. What was answered lately costs neither a call nor a place in the limit.
pub(crate) async fn ask(
    State(site): State<Site>,
    reader: Reader,
    Extension(visitor): Extension<Visitor>,
    asked: Asked,
) -> Result<Response, Problem> {
    let wish = asked.read(Kind::Search, &site.app, reader.market(), CARDS)?;
    let mut outcome = "found";
    if let Some(question) = question(&wish)
        && site.app.beyond(&question, (site.clock)()) == Standing::Open
    {
        site.may(Counted::Ask, visitor)?;
        let mut answer = site.app.ask_beyond(&question, site.clock.as_ref()).await?;
        if answer == Err(Refusal::Busy) {
            tokio::time::sleep(PAUSE).await;
            answer = site.app.ask_beyond(&question, site.clock.as_ref()).await?;
        }
        if let Err(refusal) = answer {
            // Nothing of what was typed: not even the answer's own words, which may repeat it.
            tracing::info!(refusal = refusal.name(), "the marketplace was asked for listings");
            outcome = refusal.name();
        }
    }
    let back = format!("/search?{}&answer={outcome}#beyond", asked.address());
    Ok(Redirect::to(&back).into_response())
}
