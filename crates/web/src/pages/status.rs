//! For people: how the watch itself is doing. No host and no secret is named.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use tillwatch_app::{App, DeskState};
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;

use super::{html, tills, wrong};
use crate::reader::{Frame, Reader};
use crate::words::{Words, fill};
use crate::{Problem, Site};

#[derive(Template)]
#[template(path = "status.html")]
struct Page<'a> {
    frame: Frame<'a>,
    lead: String,
    verdict: String,
    is_well: bool,
    sources: Vec<Source>,
    checks: Vec<Share>,
    /// How far tills agree with receipts.
    agreement: Vec<tills::Row>,
    alerts: [(&'a str, u64); 3],
    channels: [(&'a str, bool); 4],
    kept: Vec<(&'a str, String)>,
}

/// Where prices come from.
struct Source {
    name: String,
    state: String,
    is_well: bool,
    listings: usize,
    last: String,
    left: u32,
}

/// What became of some of the checks.
struct Share {
    outcome: String,
    count: u64,
    percent: String,
}

/// `GET /status`
pub(crate) async fn show(State(site): State<Site>, reader: Reader) -> Response {
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |app, now| {
        let frame = asking.frame(&here);
        let page = page(&here, app, frame, now)?;
        Ok(html(&asking, &page))
    });
    match answer.await {
        Ok(response) => response,
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

fn page<'a>(site: &Site, app: &App, frame: Frame<'a>, now: Instant) -> Result<Page<'a>, Problem> {
    let words = frame.words;
    let texts = &words.status;
    let counts = app.store().counts()?;
    let outbox = app.store().outbox(now)?;
    let teller = Teller { words, app, now };
    let desks = app.desks(now);
    let sources: Vec<Source> = desks.iter().map(|desk| teller.source(desk)).collect();
    let troubled = sources
        .iter()
        .filter(|source| !source.is_well)
        .map(|source| source.name.clone());
    let failing = app.is_failing().then(|| texts.failing.clone());
    let late = (outbox.due > 0).then(|| fill(&texts.late, &[("count", &outbox.due.to_string())]));
    let what: Vec<String> = troubled.chain(failing).chain(late).collect();
    let moment = words.site.form.instant(now, Minute::of(now));
    Ok(Page {
        lead: fill(&texts.lead, &[("moment", &moment)]),
        is_well: what.is_empty(),
        verdict: if what.is_empty() {
            texts.well.clone()
        } else {
            fill(&texts.trouble, &[("what", &what.join("; "))])
        },
        checks: teller.shares(),
        agreement: tills::agreement(app, words, now)?,
        alerts: [
            (&texts.waiting, outbox.waiting),
            (&texts.due, outbox.due),
            (&texts.dead, outbox.dead),
        ],
        channels: [
            (&texts.telegram, site.bot_name().is_some()),
            (&texts.email, app.public().is_some()),
            (&texts.programs, site.calls.is_some()),
            (&texts.feed, true),
        ],
        kept: vec![
            (&texts.kept_listings, counts.listings.to_string()),
            (&texts.kept_variants, counts.variants.to_string()),
            (&texts.kept_watches, counts.watches.to_string()),
            (&texts.rules, app.rules().id.clone()),
            (&texts.version, env!("CARGO_PKG_VERSION").to_owned()),
        ],
        sources,
        frame,
    })
}

struct Teller<'a> {
    words: &'a Words,
    app: &'a App,
    now: Instant,
}

impl Teller<'_> {
    fn source(&self, desk: &DeskState) -> Source {
        let texts = &self.words.status;
        let last = self.app.figures().last_good().get(desk.source).copied();
        let is_well = desk.trouble.is_none();
        let asked = self.app.figures().calls().contains_key(desk.source);
        let state = match (is_well, asked) {
            (false, _) => &texts.refused,
            (true, true) => &texts.fine,
            (true, false) => &texts.idle,
        };
        let ago = last.map(|last| self.words.site.form.ago(last, Minute::of(self.now)));
        Source {
            name: match desk.source {
                "affiliate" => texts.affiliate.clone(),
                "page" => texts.page.clone(),
                other => match other.strip_prefix("feed_") {
                    Some(number) => fill(&texts.published, &[("number", number)]),
                    None => other.to_owned(),
                },
            },
            state: state.clone(),
            is_well,
            listings: desk.listings,
            last: ago.unwrap_or_else(|| texts.never.clone()),
            left: desk.remaining,
        }
    }

    /// Each outcome of the checks since the start, the commonest first.
    fn shares(&self) -> Vec<Share> {
        let mut outcomes = Vec::new();
        for ((_, outcome), count) in self.app.figures().checks() {
            match outcomes.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, sum)) => *sum += count,
                None => outcomes.push((outcome, count)),
            }
        }
        outcomes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let all: u64 = outcomes.iter().map(|(_, count)| count).sum();
        let shares = outcomes.into_iter().map(|(outcome, count)| {
            let tenths = (count * 1_000 + all / 2) / all.max(1);
            Share {
                outcome: self.words.listing.outcomes.of(outcome).to_owned(),
                count,
                percent: self.words.site.form.tenths(i64::try_from(tenths).unwrap_or(0)),
            }
        });
        shares.collect()
    }
}
