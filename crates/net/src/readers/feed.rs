//! Feeds, the format `tillwatch/feed/1`: listings as somebody saw them, as one JSON value, as one listing a line, or as a
//! table of prices alone.

mod table;

use serde_json::Value;
use tillwatch_core::discount::Audience;
use tillwatch_core::input::InputError;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{self, Outcome, Snapshot};

use super::MOST_LISTINGS;
use super::value::{at, bounded, list, parse};

/// The name of the format.
pub const SCHEMA: &str = "tillwatch/feed/1";

/// The most of each that one listing has.
const MOST_VARIANTS: usize = 1_000;
const MOST_OFFERS: usize = 200;

/// The longest text for people, in characters.
const LONGEST: usize = 500;

/// What a feed says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feed {
    /// The listings that could be read. Each names its listing, its market and the moment at which it was seen; one that
    /// is ok has a price that is more than nothing. What only one shopper can have is left out.
    pub listings: Vec<Snapshot>,
    /// The others, each with its line or place and the field that is wrong.
    pub refused: Vec<InputError>,
}

/// Reads a feed; `None` of what is none. Of more than 10,000 listings the first are read.
pub fn read(text: &str) -> Option<Feed> {
    let text = super::trimmed(text);
    if text.starts_with(['{', '[']) {
        json(text)
    } else {
        table::read(text)
    }
}

/// The same as snapshots, for whoever asks what a file shows: a listing that was refused is one without a price.
pub(super) fn snapshots(text: &str) -> Option<Vec<Snapshot>> {
    let Feed { mut listings, refused } = read(text)?;
    let refused = refused.iter();
    listings.extend(refused.map(|why| Snapshot::refused("feed", Outcome::ParseFailed, why.to_string())));
    if listings.is_empty() {
        let nothing = "This feed has no listing in it.";
        listings.push(Snapshot::refused("feed", Outcome::ParseFailed, nothing));
    }
    Some(listings)
}

fn json(text: &str) -> Option<Feed> {
    // Whatever is none is told apart before it is parsed.
    if !text.contains(SCHEMA) && !text.contains(snapshot::SCHEMA) {
        return None;
    }
    match parse(text) {
        Ok(whole) if is_of(&whole, SCHEMA) => Some(match at(&whole, "listings") {
            // A header without any line below it.
            Value::Null => Feed::default(),
            Value::Array(listings) => values(listings, "listings"),
            _ => refusal(InputError::wrong("listings", "a list of listings is needed")),
        }),
        Ok(whole) if list(&whole).first().is_some_and(|one| is_of(one, snapshot::SCHEMA)) => {
            Some(values(list(&whole), ""))
        }
        // One line alone, or lines.
        _ => lines(text),
    }
}

fn refusal(why: InputError) -> Feed {
    Feed {
        listings: Vec::new(),
        refused: vec![why],
    }
}

fn is_of(value: &Value, schema: &str) -> bool {
    at(value, "schema").as_str() == Some(schema)
}

fn values(values: &[Value], base: &str) -> Feed {
    let mut feed = Feed::default();
    for (index, value) in values.iter().enumerate() {
        if !feed.has_room() {
            break;
        }
        feed.take(&format!("{base}[{index}]."), &value.to_string());
    }
    feed
}

/// One listing a line; the first line may be a header, and tells that this is a feed.
fn lines(text: &str) -> Option<Feed> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let first = parse(lines.clone().next()?.1).ok()?;
    if is_of(&first, SCHEMA) {
        lines.next();
    } else if !is_of(&first, snapshot::SCHEMA) {
        return None;
    }
    let mut feed = Feed::default();
    for (number, line) in lines {
        if !feed.has_room() {
            break;
        }
        feed.take(&format!("line {number}, "), line);
    }
    Some(feed)
}

impl Feed {
    /// Whether another listing is read; says once that none is.
    fn has_room(&mut self) -> bool {
        let so_far = self.listings.len().saturating_add(self.refused.len());
        if so_far == MOST_LISTINGS {
            let why = format_args!("there are more; the first {MOST_LISTINGS} listings are read");
            self.refused.push(InputError::too_much("", why));
        }
        so_far < MOST_LISTINGS
    }

    /// Takes in a listing by its JSON.
    fn take(&mut self, place: &str, json: &str) {
        let bounded = bounded(json).map_err(|why| InputError::too_much("", why));
        match bounded.and_then(|()| snapshot::read(json.as_bytes())).and_then(whole) {
            Ok(listing) => self.listings.push(listing),
            Err(why) => self.refused.push(placed(place, why)),
        }
    }
}

/// An error with the place of its listing in front.
fn placed(place: &str, why: InputError) -> InputError {
    let path = format!("{place}{}", why.path);
    InputError {
        path: path.trim_end_matches([' ', ',', '.']).to_owned(),
        ..why
    }
}

/// A listing that says all that one of a feed has to, made fit to be kept and shown.
fn whole(mut seen: Snapshot) -> Result<Snapshot, InputError> {
    let missing = |field, allowed| Err(InputError::missing(field, allowed));
    if seen.item.is_none() {
        return missing("item", "the listing's id in quotes is needed");
    }
    if seen.market.is_none() {
        return missing("market", "the ship-to country such as \"US\" is needed");
    }
    if seen.seen_at.is_none() {
        return missing("seen_at", "an instant such as \"2026-06-03T12:00:00Z\" is needed");
    }
    few(&seen.variants, "variants", MOST_VARIANTS)?;
    few(&seen.shipping, "shipping", MOST_OFFERS)?;
    few(&seen.discounts, "discounts", MOST_OFFERS)?;
    few(&seen.categories, "categories", MOST_OFFERS)?;
    few(&seen.notes, "notes", MOST_OFFERS)?;
    if seen.outcome == Outcome::Ok {
        if seen.currency.is_none() {
            return missing("currency", "a currency such as \"USD\" is needed");
        }
        if !seen
            .salable()
            .any(|variant| variant.price.is_some_and(Money::is_positive))
        {
            let why = "none has a price of more than zero and can be bought, though the outcome is \"ok\"";
            return Err(InputError::conflict("variants", why));
        }
    } else {
        let detail = seen.detail.take().unwrap_or_else(|| "The feed says so.".to_owned());
        seen = seen.clone().without_price(seen.outcome, detail);
    }
    seen.shape = "feed".into();
    // What one shopper holds is nobody else's, even where somebody published it.
    seen.discounts.retain(|discount| discount.audience == Audience::Public);
    let names = seen.variants.iter_mut().filter_map(|variant| variant.name.as_mut());
    let services = seen.shipping.iter_mut().filter_map(|way| way.service.as_mut());
    let texts = seen.notes.iter_mut().chain(names).chain(services);
    let own = [&mut seen.title, &mut seen.store_name, &mut seen.detail];
    for text in texts.chain(own.into_iter().flatten()) {
        *text = fit(text);
    }
    Ok(seen)
}

fn few<T>(list: &[T], field: &str, most: usize) -> Result<(), InputError> {
    if list.len() <= most {
        return Ok(());
    }
    let why = format_args!("has {} entries; at most {most} are accepted", list.len());
    Err(InputError::too_much(field, why))
}

/// A text for people: in one line, without what steers a terminal, and of a bearable length.
fn fit(text: &str) -> String {
    let one_line = text.chars().take(LONGEST);
    let one_line: String = one_line.map(|c| if c.is_control() { ' ' } else { c }).collect();
    one_line.trim().to_owned()
}

#[cfg(test)]
mod tests;
