//! A listing's receipt in a chat: what is paid now, how that comes about, how low it has been.

use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Minute, Period};
use tillwatch_core::instant::Instant;
use tillwatch_core::link::clean_url;
use tillwatch_core::money::Money;
use tillwatch_core::stack::Receipt;
use tillwatch_core::stack::explain::amount;
use url::Url;

use super::press::{Place, Press};
use super::words::{self, note};
use super::{Answer, Conversation};
use crate::look::{Look, Till};
use crate::message::{moment, short, taken};
use crate::ports::notifier::{Action, ActionKind, Address, Link, LinkKind, Message, Paragraph};
use crate::ports::store::{ListingKey, StoreError, Watch};
use crate::standing::Present;

/// How much is said of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// All of it.
    Whole,
    /// The price and its low, as one of several.
    Short,
}

/// Countries that are offered beside the chat's own; any other one can be named.
const OFFERED: [&str; 8] = ["US", "DE", "FR", "ES", "GB", "PL", "BR", "AU"];

impl Conversation {
    /// The receipt of a listing that was read, for a chat.
    pub(super) fn receipt(&self, chat: &Address, look: &Look, size: Size, now: Instant) -> Result<Message, StoreError> {
        let watch = self.watch_of(chat, look)?;
        let key = &look.state.tracked.key;
        let title = short(look.title());
        let Some(till) = &look.till else {
            let text = "Its price was not read yet.";
            return Ok(words::sentence(&format!("receipt.{}", key.item), &title, text, now));
        };
        let total = till.stack.total();
        let subject = if look.is_present() {
            format!("{}: {title}", amount(total))
        } else {
            format!("Last seen at {}: {title}", amount(total))
        };
        let mut paragraphs = vec![price(look, till, key)];
        if size == Size::Whole {
            paragraphs.extend(stack(self.app.rules(), till));
            paragraphs.push(Paragraph::plain(shipping(till)));
            let until = till.stack.earliest_expiry;
            paragraphs.extend(until.map(|until| Paragraph::plain(format!("Valid until {}.", moment(until)))));
        }
        paragraphs.extend(state(look, now).map(Paragraph::plain));
        paragraphs.extend(low(look).map(Paragraph::plain));
        if let Some(watch) = &watch {
            let below = watch.target().map(|target| format!(" below {}", amount(target)));
            let told = format!("This chat watches it{}.", below.unwrap_or_default());
            paragraphs.push(Paragraph::plain(told));
        }
        if size == Size::Whole {
            let elsewhere = format!("For shipping to {}; another country: ", key.market);
            paragraphs.push(Paragraph::plain(elsewhere).code("/market CC").then("."));
        }
        let mut message = note(&format!("receipt.{}", key.item), subject, paragraphs, now);
        let clean = Url::parse(&clean_url(&key.item, look.variant.sku.as_ref()));
        message.links.extend(clean.map(|url| Link {
            kind: LinkKind::Clean,
            label: "Open the listing".to_owned(),
            url,
        }));
        message.actions = buttons(look, watch.as_ref(), size);
        Ok(message)
    }

    /// The receipt as a message of its own, with its chart where it is told whole.
    pub(super) async fn pictured(
        &self,
        chat: &Address,
        look: &Look,
        size: Size,
        now: Instant,
    ) -> Result<Message, StoreError> {
        let mut message = self.receipt(chat, look, size, now)?;
        if let (Size::Whole, Some(painter)) = (size, &self.painter) {
            let (key, sku) = (&look.state.tracked.key, look.variant.sku.as_ref());
            message.picture = painter.paint(key, sku, look.lane, now).await;
        }
        Ok(message)
    }

    /// The countries in which a listing can be looked at instead.
    pub(super) fn elsewhere(&self, place: &Place, now: Instant) -> Answer {
        let almanac = self.app.almanac();
        let others = OFFERED.iter().filter_map(|code| Country::parse(code).ok());
        let known = others.filter_map(|country| almanac.markets.get(country));
        let text = Paragraph::plain("Any other one can be made this chat's own: ").code("/market CC");
        let about = format!("elsewhere.{}", place.item);
        let mut message = note(&about, "Shipped to which country?", vec![text.then(".")], now);
        message.actions = known
            .filter(|market| market.country != place.market)
            .filter_map(|market| {
                let place = Place {
                    market: market.country,
                    currency: market.currency,
                    ..place.clone()
                };
                Press::Look(place).action(ActionKind::Market, &market.name)
            })
            .collect();
        Answer::of(message)
    }
}

/// "21.99 USD to US with public coupons, instead of 26.99. With the code JUNE: 19.99."
fn price(look: &Look, till: &Till, key: &ListingKey) -> Paragraph {
    let total = till.stack.total();
    let lane = if till.stack.applied.is_empty() {
        ""
    } else {
        " with coupons that anyone can have"
    };
    let mut text = Paragraph::default()
        .strong(amount(total))
        .then(format!(" to {}{lane}", key.market));
    if till.lanes.sticker != total {
        text = text.then(format!(", instead of {}", amount(till.lanes.sticker)));
    }
    text = text.then(".");
    if look.lane == Lane::Public && till.lanes.code != till.lanes.public {
        text = text
            .then(" With a public code: ")
            .strong(amount(till.lanes.code))
            .then(".");
    }
    text
}

/// What is taken off, in one line.
fn stack(rules: &tillwatch_core::rules::RuleSet, till: &Till) -> Option<Paragraph> {
    let receipt = Receipt::new(&till.checkout, rules, &till.stack);
    let applied = till.stack.applied.iter();
    let offs = applied.filter_map(|one| {
        let kind = receipt.discount(one.discount)?.kind.name();
        Some((one.amount, kind, receipt.name(one.discount)))
    });
    (!till.stack.applied.is_empty()).then(|| taken(offs))
}

fn shipping(till: &Till) -> String {
    let fee = till.stack.after.shipping;
    match (till.delivered, fee.is_zero()) {
        (false, _) => "Shipping is not known: no source named it, and the total is without it.".to_owned(),
        (true, true) => "Shipping is free.".to_owned(),
        (true, false) => format!("Shipping of {} is in it.", amount(fee)),
    }
}

/// Why the price may not be the present one.
fn state(look: &Look, now: Instant) -> Option<String> {
    if look.is_present() {
        return None;
    }
    let seen = look
        .confirmed()
        .map(|seen| format!(" It was last seen {}.", ago(seen, now)));
    let why = match (look.failed(), &look.standing.present) {
        (Some(failed), _) => format!("The last look saw no price: {}.", words::outcome(failed)),
        (None, Present::Hidden { .. }) => "Nobody can see the price now.".to_owned(),
        _ => "Nobody has looked for some time.".to_owned(),
    };
    Some(format!("{why}{}", seen.unwrap_or_default()))
}

/// "Lowest so far: 16.99 USD, first on 5 Jun 2026."
fn low(look: &Look) -> Option<String> {
    let low = look.window(Period::All)?.figures?.low;
    let price = Money::new(low.price.minor(), look.state.tracked.key.currency);
    let day = low.at.instant().moment().strftime("%-d %b %Y").to_string();
    Some(format!("Lowest so far: {}, first on {day}.", amount(price)))
}

fn buttons(look: &Look, watch: Option<&Watch>, size: Size) -> Vec<Action> {
    let place = Place::of(&look.state.tracked.key, look.variant.sku.as_ref());
    let mut all = Vec::new();
    match (watch, look.target) {
        (Some(watch), _) => all.extend(super::watched::buttons(watch, true)),
        (None, Some(target)) => {
            let label = format!("Watch at {}", amount(target));
            all.push(Press::Watch(place.clone(), target).action(ActionKind::Watch, &label));
        }
        (None, None) => {}
    }
    if size == Size::Whole {
        all.push(Press::Why(place.clone()).action(ActionKind::WhyNot, "Why not more?"));
        all.push(Press::Elsewhere(place).action(ActionKind::Market, "Other country"));
    }
    all.into_iter().flatten().collect()
}

fn ago(then: Minute, now: Instant) -> String {
    match Minute::of(now).since(then) {
        0 => "just now".to_owned(),
        minutes @ 1..=119 => format!("{minutes} min ago"),
        minutes @ 120..=2_879 => format!("{} h ago", minutes / 60),
        minutes => format!("{} days ago", minutes / 1_440),
    }
}
