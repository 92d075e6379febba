//! A list: what is watched, what was told and to whom. Whoever has its address has it.

pub(crate) mod bulk;
pub(crate) mod change;
pub(crate) mod feed;
pub(crate) mod mail;
mod qr;
pub(crate) mod telegram;

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::{IntoResponse, Response};
use tillwatch_app::ports::notifier::Address;
use tillwatch_app::ports::store::{ChannelOf, Fate, Letter, ListOf, Listed, Logged, Rest};
use tillwatch_core::alert::{Notice, read_notice};
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::Outcome;

use super::home::{Choice, choices};
use super::{html, shortened, wrong};
use crate::Site;
use crate::api::lists::listed;
use crate::reader::{Frame, Reader};
use crate::secret::unknown;
use crate::words::known::Said;
use crate::words::{Words, fill};

/// So many alerts are shown.
const MOST_TOLD: usize = 50;

#[derive(Template)]
#[template(path = "list.html")]
struct Page<'a> {
    frame: Frame<'a>,
    title: String,
    feed: String,
    /// Where a chat is invited; absent where there is no bot, or nothing to tell.
    invite: Option<String>,
    name: String,
    /// Where it is, and where its forms lead.
    here: String,
    /// Its address as a picture; absent where nobody knows what host it is reached by.
    qr: Option<String>,
    markets: Vec<Choice>,
    /// What the buttons say that send the link, by the places of their mailboxes.
    mails: Vec<String>,
    watches: Vec<Row>,
    log: Vec<Told>,
}

struct Row {
    id: i64,
    title: String,
    href: String,
    price: String,
    lane: String,
    rules: String,
    rest: String,
    is_awake: bool,
    seen: String,
    /// What stands in the form for another target, and its name.
    target: String,
    target_label: String,
    change_label: String,
    channels: Vec<Line>,
}

struct Told {
    at: String,
    what: String,
    fates: Vec<Line>,
}

/// A sentence on a channel.
struct Line {
    text: String,
    /// Why that is, where somebody said so.
    why: Option<Said>,
    is_trouble: bool,
}

/// `GET /l/{secret}`, and with `.atom` its alerts as a feed.
pub(crate) async fn show(State(site): State<Site>, reader: Reader, Path(secret): Path<String>) -> Response {
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |app, now| {
        let (secret, kind) = secret.split_once('.').unwrap_or((secret.as_str(), ""));
        let list = change::find(app, secret)?;
        let log = app.list_log(list.id, MOST_TOLD)?;
        match kind {
            "" => {}
            "atom" => return feed::answer(app, secret, &list, &log),
            "json" => return Ok(download(&list)),
            _ => return Err(unknown()),
        }
        let frame = asking.frame(&here);
        let teller = Teller {
            words: frame.words,
            now,
        };
        let page = Page {
            title: list.name.clone().unwrap_or_else(|| frame.words.list.title.clone()),
            name: list.name.clone().unwrap_or_default(),
            here: format!("/l/{secret}"),
            qr: asking
                .reach(app, &format!("l/{secret}"))
                .and_then(|address| qr::svg(&address, &frame.words.list.qr_alt)),
            mails: mail::mailboxes(&list)
                .iter()
                .map(|mailbox| fill(&frame.words.list.mail_button, &[("mailbox", &mailbox.label())]))
                .collect(),
            markets: choices(&here, frame.words, asking.market()),
            feed: format!("/l/{secret}.atom"),
            invite: (here.bot_name().is_some() && !list.watches.is_empty()).then(|| format!("/l/{secret}/telegram")),
            watches: list.watches.iter().map(|listed| teller.row(listed)).collect(),
            log: log.iter().map(|logged| teller.told(&list, logged)).collect(),
            frame,
        };
        Ok(html(&asking, &page))
    });
    match answer.await {
        Ok(response) => response,
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

/// The list as a file, the same as its API answer.
fn download(list: &ListOf) -> Response {
    let name = [(CONTENT_DISPOSITION, "attachment; filename=\"tillwatch-list.json\"")];
    (name, Json(listed(list))).into_response()
}

/// Says things in the reader's language.
struct Teller<'a> {
    words: &'a Words,
    now: Instant,
}

impl Teller<'_> {
    fn row(&self, listed: &Listed) -> Row {
        let (words, watch) = (&self.words.list, &listed.watch);
        let form = &self.words.site.form;
        let (item, market) = (&watch.key.item, watch.key.market);
        let sku = watch.sku.as_ref().map(|sku| format!("&sku={sku}")).unwrap_or_default();
        let price = listed
            .latest
            .as_ref()
            .map(|latest| form.amount(latest.lanes.get(watch.lane)));
        let seen = listed.last_check.as_ref().map(|check| match check.outcome {
            Outcome::Ok => {
                let ago = form.ago(Minute::of(check.at), Minute::of(self.now));
                fill(&words.seen, &[("ago", &ago)])
            }
            other => fill(&words.hidden, &[("outcome", self.words.listing.outcomes.of(other))]),
        });
        let title = title(listed);
        Row {
            id: watch.id.0,
            is_awake: match watch.rest {
                Rest::Awake => true,
                Rest::Until(moment) => moment <= self.now,
                Rest::Stopped => false,
            },
            target: watch.target().map(|target| target.to_string()).unwrap_or_default(),
            target_label: fill(&words.target_label, &[("currency", &watch.key.currency.to_string())]),
            change_label: fill(&words.change_of, &[("thing", &title)]),
            title,
            href: format!("/i/{item}?market={market}{sku}&lane={}", watch.lane.name()),
            price: price.unwrap_or_default(),
            lane: self.words.listing.lanes.of(watch.lane).to_owned(),
            rules: self.rules(listed),
            rest: match watch.rest {
                Rest::Stopped => words.stopped.clone(),
                Rest::Until(moment) if self.now < moment => {
                    let moment = form.instant(moment, Minute::of(self.now));
                    fill(&words.resting, &[("moment", &moment)])
                }
                Rest::Awake | Rest::Until(_) => words.awake.clone(),
            },
            seen: seen.unwrap_or_else(|| words.unread.clone()),
            channels: watch.channels.iter().map(|channel| self.channel(channel)).collect(),
        }
    }

    /// The first target, and how many rules there are beside it.
    fn rules(&self, listed: &Listed) -> String {
        let (words, watch) = (&self.words.list, &listed.watch);
        let target = watch.target();
        let others = watch.rules.len() - usize::from(target.is_some());
        let target = target.map(|target| fill(&words.below, &[("price", &self.words.site.form.amount(target))]));
        let others = (others > 0).then(|| words.other_rules.of(self.words.code, others));
        let all: Vec<String> = target.into_iter().chain(others).collect();
        if all.is_empty() {
            words.no_rule.clone()
        } else {
            all.join(", ")
        }
    }

    fn channel(&self, channel: &ChannelOf) -> Line {
        let words = &self.words.list;
        let (form, why, is_trouble) = match (&channel.paused, channel.confirmed, &channel.asked) {
            (Some(why), ..) => (words.channel_paused.as_str(), Some(why), true),
            (None, true, _) => ("{channel}", None, false),
            (None, false, None) => (words.channel_unconfirmed.as_str(), None, true),
            (None, false, Some(Fate::Delivered { .. })) => (words.channel_asked.as_str(), None, false),
            (None, false, Some(Fate::Waiting { .. })) => (words.channel_ask_waits.as_str(), None, false),
            (None, false, Some(Fate::Dead { why, .. })) => (words.channel_ask_failed.as_str(), Some(why), true),
        };
        Line {
            text: fill(form, &[("channel", &self.label(&channel.address))]),
            why: why.map(|why| self.why(why)),
            is_trouble,
        }
    }

    fn told(&self, list: &ListOf, logged: &Logged) -> Told {
        let what = read_notice(logged.notice.as_bytes()).map(|notice| self.headline(&notice));
        let what = what.unwrap_or_else(|_| list.watch(logged.watch).map(title).unwrap_or_default());
        Told {
            at: self.words.site.form.instant(logged.at, Minute::of(self.now)),
            what,
            fates: logged.letters.iter().map(|letter| self.fate(letter)).collect(),
        }
    }

    fn fate(&self, letter: &Letter) -> Line {
        let words = &self.words.list;
        let moment = |at| self.words.site.form.instant(at, Minute::of(self.now));
        let (form, why, at) = match &letter.fate {
            Fate::Delivered { at, .. } => (&words.delivered, None, moment(*at)),
            Fate::Waiting { why: Some(why), .. } => (&words.retried, Some(why), String::new()),
            Fate::Waiting { why: None, .. } => (&words.waiting, None, String::new()),
            Fate::Dead { why, .. } => (&words.dead, Some(why), String::new()),
        };
        let channel = self.label(&letter.address);
        Line {
            text: fill(form, &[("channel", &channel), ("moment", &at)]),
            why: why.map(|why| self.why(why)),
            is_trouble: matches!(letter.fate, Fate::Dead { .. }),
        }
    }

    /// What an alert was, in one line.
    fn headline(&self, notice: &Notice) -> String {
        let words = &self.words.list.headlines;
        let price = notice.price.map(|price| self.words.site.form.amount(price));
        let title = notice.title.as_deref().map(shortened);
        let title = title.unwrap_or_else(|| fill(&self.words.listing.untitled, &[("item", notice.item.as_str())]));
        let price = price.as_ref().unwrap_or(&words.no_price);
        fill(
            words.of(notice.kind, &notice.rule),
            &[("price", price), ("title", &title)],
        )
    }

    fn why(&self, why: &str) -> Said {
        self.words.address.why(self.words, why)
    }

    /// What may be told of an address: the list may be shared, and a mailbox or a token need not be.
    fn label(&self, address: &str) -> String {
        Address::parse(address)
            .map(|address| self.words.address.label(&address))
            .unwrap_or_default()
    }
}

fn title(listed: &Listed) -> String {
    let watch = &listed.watch;
    watch.title.clone().unwrap_or_else(|| watch.key.item.to_string())
}
