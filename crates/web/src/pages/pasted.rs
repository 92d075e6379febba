//! What is pasted beside a wish: the wishlist, one link or list a line, and the shopper's own coupons, one a line.

use std::iter::once;

use tillwatch_app::App;
use tillwatch_app::gather::{Gathered, Piece};
use tillwatch_app::token::Token;
use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::identify;
use tillwatch_core::money::Currency;

use crate::Problem;
use crate::coupons::{self, Mistake};
use crate::pages::shortened;
use crate::typed::Typed;
use crate::words::basket::Pasted as Texts;
use crate::words::{Words, fill};

/// No more lines are taken in, and no more pieces of one of them.
const MOST_LINES: usize = 60;
const MOST_PIECES: u32 = 1_000;

/// No more coupons.
const MOST_COUPONS: usize = 60;

/// Reads what was pasted into a form, for a market.
pub(super) struct Reader<'a> {
    pub(super) app: &'a App,
    pub(super) words: &'a Words,
    pub(super) market: Country,
    pub(super) currency: Currency,
    pub(super) now: Instant,
}

/// A wish that nobody has read a price of.
pub(super) struct Unread {
    pub(super) item: String,
    pub(super) href: String,
}

impl Reader<'_> {
    /// The wishlist of a field. What is not understood is said there, line by line.
    pub(super) fn wishes(&self, typed: &mut Typed, name: &str) -> Result<Vec<Piece>, Problem> {
        let texts = &self.words.basket.pasted;
        let (mut pieces, mut wrong) = (Vec::new(), Vec::new());
        let text = typed.text(name).to_owned();
        for (place, line) in text
            .lines()
            .map(str::trim)
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
        {
            let said = |sentence: &str, value: &str| told(sentence, place, value);
            if let Some(secret) = secret(line) {
                match self.app.list(&secret)? {
                    Some(list) => {
                        let here = list
                            .watches
                            .iter()
                            .filter(|listed| listed.watch.key.market == self.market);
                        pieces.extend(here.map(|listed| Piece {
                            item: listed.watch.key.item.clone(),
                            sku: listed.watch.sku.clone(),
                            quantity: 1,
                        }));
                    }
                    // What opens nothing is not repeated: it may be the secret of somebody else's list.
                    None => wrong.push(said(&texts.no_list, "")),
                }
                continue;
            }
            let (link, quantity) = counted(line);
            let identity = identify(link);
            let sku = identity.pinned().cloned();
            match (identity.item.clone(), quantity) {
                (Some(item), Some(quantity)) => pieces.push(Piece { item, sku, quantity }),
                (Some(_), None) => wrong.push(said(&texts.pieces, line)),
                (None, _) => {
                    let why = self.words.link.why(&identity);
                    let place = (place + 1).to_string();
                    let values = [("line", place.as_str()), ("value", &shortened(line)), ("reason", &why)];
                    wrong.push(fill(&texts.link, &values));
                }
            }
        }
        if pieces.len() > MOST_LINES {
            wrong.insert(0, fill(&texts.many_lines, &[("most", &MOST_LINES.to_string())]));
        }
        refuse(typed, name, &wrong);
        Ok(pieces)
    }

    /// The coupons of a field. What is not understood is said there, line by line.
    pub(super) fn coupons(&self, typed: &mut Typed, name: &str) -> Vec<Discount> {
        let texts = &self.words.basket.pasted;
        let almanac = self.app.almanac();
        let (mut read, mut wrong) = (Vec::new(), Vec::new());
        let text = typed.text(name).to_owned();
        for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match coupons::read(line, place + 1, self.currency, &almanac.lifetimes, self.now) {
                Ok(coupon) => read.push(coupon),
                Err(mistake) => wrong.push(texts.mistake(place, &mistake)),
            }
        }
        if read.len() > MOST_COUPONS {
            wrong.insert(0, fill(&texts.many_coupons, &[("most", &MOST_COUPONS.to_string())]));
        }
        refuse(typed, name, &wrong);
        read
    }

    /// The wishes as one checkout, and those that nobody has read a price of.
    pub(super) fn gather(&self, pieces: &[Piece]) -> Result<(Gathered, Vec<Unread>), Problem> {
        let gathered = self.app.gather(self.market, self.currency, pieces, self.now)?;
        let missing = pieces.iter().zip(&gathered.found).filter(|(_, found)| found.is_none());
        let unread = missing.map(|(piece, _)| {
            let sku = piece.sku.as_ref().map(|sku| format!("&sku={sku}")).unwrap_or_default();
            Unread {
                item: piece.item.to_string(),
                href: format!("/i/{}?market={}{sku}", piece.item, self.market),
            }
        });
        let unread = unread.collect();
        Ok((gathered, unread))
    }
}

impl Texts {
    fn mistake(&self, place: usize, mistake: &Mistake) -> String {
        let (sentence, value) = match mistake {
            Mistake::Offer(value) => (&self.offer, value),
            Mistake::Amount(value) => (&self.amount, value),
            Mistake::Percent(value) => (&self.percent, value),
            Mistake::Day(value) => (&self.day, value),
            Mistake::Word(value) => (&self.word, value),
            Mistake::Twice(value) => (&self.twice, value),
            Mistake::Missing(value) => (&self.missing, value),
        };
        told(sentence, place, value)
    }
}

fn told(sentence: &str, place: usize, value: &str) -> String {
    fill(
        sentence,
        &[("line", &(place + 1).to_string()), ("value", &shortened(value))],
    )
}

/// A few of the sentences: whoever pasted ten thousand lines does not read ten thousand.
fn refuse(typed: &mut Typed, name: &str, wrong: &[String]) {
    const FEW: usize = 5;
    if wrong.is_empty() {
        return;
    }
    let few = wrong.iter().take(FEW).map(String::as_str);
    let more = (wrong.len() > FEW).then_some("…");
    typed.refuse(name, few.chain(more).collect::<Vec<_>>().join(" "));
}

/// The secret of a list's address.
fn secret(line: &str) -> Option<Token> {
    let end = line.rsplit_once("/l/").map_or(line, |(_, end)| end);
    Token::parse(end.strip_suffix(".atom").unwrap_or(end))
}

/// `link x2` is two of them; nothing where that is no number of pieces.
fn counted(text: &str) -> (&str, Option<u32>) {
    let (link, count) = text.rsplit_once(char::is_whitespace).unwrap_or((text, ""));
    let digits = count.strip_prefix(['x', 'X', '×']);
    match digits.filter(|digits| digits.starts_with(|first: char| first.is_ascii_digit() || first == '-')) {
        Some(digits) => {
            let count = digits.parse().ok().filter(|count| (1..=MOST_PIECES).contains(count));
            (link.trim_end(), count)
        }
        None => (text, Some(1)),
    }
}

/// Sentences on lines that were read with an old or failed reading, by title.
pub(super) fn old(words: &Words, gathered: &Gathered) -> Vec<String> {
    let old = gathered.found.iter().flatten().filter(|found| !found.is_present);
    let lines = old.filter_map(|found| gathered.checkout.lines.get(found.line));
    let titles = lines.map(|line| line.title.clone().unwrap_or_else(|| line.item.to_string()));
    titles
        .flat_map(|title| once(fill(&words.checkout.old, &[("line", &shortened(&title))])))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_say_how_many() {
        assert_eq!(counted("https://example.org/a"), ("https://example.org/a", Some(1)));
        assert_eq!(counted("1005006367324382  x2"), ("1005006367324382", Some(2)));
        assert_eq!(counted("1005006367324382 ×12"), ("1005006367324382", Some(12)));
        assert_eq!(counted("a lamp xbox"), ("a lamp xbox", Some(1)));
        for many in [
            "1005006367324382 x0",
            "1005006367324382 x-2",
            "1005006367324382 x99999999999",
        ] {
            assert_eq!(counted(many).1, None, "{many}");
        }
    }
}
