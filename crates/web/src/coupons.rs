//! A shopper's own coupons, one a line: `5 off 30 until 2026-12-01 store 1101252900`.
//!
//! A line begins with what is taken: `5 off 30`, `10% off 50 max 8`, `3 off every 20` or `free shipping`. What follows
//! stands in any order: `from`, `every`, `max`, `until`, `got`, `store`, `seller`, `category`, `code`, each with its
//! value, and `welcome`. A day is the marketplace's, and `until` names the last one. Without `until` the usual life of
//! its kind is assumed, and marked as such.

use jiff::civil::Date;
use tillwatch_core::almanac::Lifetimes;
use tillwatch_core::discount::{Benefit, Discount, Kind, Percent};
use tillwatch_core::id::{CategoryId, DiscountId, IdError, SellerId, StoreId};
use tillwatch_core::instant::{Instant, MARKETPLACE_ZONE};
use tillwatch_core::money::{BasisPoints, Currency, Money};

use crate::typed::pointed;

/// What is wrong with a line: always with the words at fault.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// It does not begin with what is taken.
    Offer(String),
    Amount(String),
    Percent(String),
    Day(String),
    /// A word that is not known there.
    Word(String),
    Twice(String),
    /// Nothing stands behind it.
    Missing(String),
}

/// What follows the offer, by its words.
#[derive(Default)]
struct Clauses<'a> {
    all: Vec<(&'a str, &'a str)>,
}

/// Words with a value behind them.
const VALUED: [&str; 9] = [
    "from", "every", "max", "until", "got", "store", "seller", "category", "code",
];

impl<'a> Clauses<'a> {
    fn read(mut words: impl Iterator<Item = &'a str>) -> Result<Self, Mistake> {
        let mut clauses = Self::default();
        while let Some(word) = words.next() {
            let known = VALUED.iter().find(|known| known.eq_ignore_ascii_case(word)).copied();
            match known {
                Some(known) => {
                    let value = words.next().ok_or_else(|| Mistake::Missing(word.to_owned()))?;
                    clauses.add(known, value)?;
                }
                None if word.eq_ignore_ascii_case("welcome") => clauses.add("welcome", "")?,
                None => return Err(Mistake::Word(word.to_owned())),
            }
        }
        Ok(clauses)
    }

    fn add(&mut self, word: &'a str, value: &'a str) -> Result<(), Mistake> {
        if self.get(word).is_some() {
            return Err(Mistake::Twice(word.to_owned()));
        }
        self.all.push((word, value));
        Ok(())
    }

    fn get(&self, word: &str) -> Option<&'a str> {
        let found = self.all.iter().find(|(known, _)| *known == word);
        found.map(|(_, value)| *value)
    }

    fn id<T>(&self, word: &str, parse: impl Fn(&str) -> Result<T, IdError>) -> Result<Vec<T>, Mistake> {
        let found = self
            .get(word)
            .map(|value| parse(value).map_err(|_| Mistake::Word(value.to_owned())));
        Ok(found.transpose()?.into_iter().collect())
    }
}

/// Reads a line; its number becomes the coupon's id.
pub(crate) fn read(
    line: &str,
    number: usize,
    currency: Currency,
    lives: &Lifetimes,
    now: Instant,
) -> Result<Discount, Mistake> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (takes, rest) = takes(&words).ok_or_else(|| Mistake::Offer(line.trim().to_owned()))?;
    let amount = |text: &str| Money::parse(&pointed(text), currency).map_err(|_| Mistake::Amount(text.to_owned()));
    let mut clauses = Clauses::default();
    // A number right behind the offer is its minimum.
    let rest = match rest {
        [minimum, rest @ ..] if minimum.starts_with(|first: char| first.is_ascii_digit()) => {
            clauses.add("from", minimum)?;
            rest
        }
        rest => rest,
    };
    for (word, value) in Clauses::read(rest.iter().copied())?.all {
        clauses.add(word, value)?;
    }
    let cap = clauses.get("max").map(amount).transpose()?;
    let every = clauses.get("every").map(amount).transpose()?;
    let from = clauses.get("from").map(amount).transpose()?;
    let benefit = match (takes, every) {
        (Takes::Shipping, None) => Benefit::Shipping { cap },
        (Takes::Share(text), None) => {
            let percent = BasisPoints::parse(&pointed(text)).map_err(|_| Mistake::Percent(text.to_owned()))?;
            let percent = Percent(percent);
            Benefit::Percent { percent, cap }
        }
        (Takes::Amount(text), None) if cap.is_none() => Benefit::Fixed { amount: amount(text)? },
        (Takes::Amount(text), Some(every)) if every.is_positive() && from.is_none() => Benefit::PerSpend {
            every,
            amount: amount(text)?,
            cap,
        },
        (Takes::Amount(_), None) => return Err(Mistake::Word("max".to_owned())),
        (_, Some(_)) => return Err(Mistake::Word("every".to_owned())),
    };
    let kind = kind(&clauses, &benefit);
    let id = DiscountId::parse(&number.to_string()).map_err(|_| Mistake::Offer(line.to_owned()))?;
    let mut discount = Discount::new(id, kind, benefit, Some(currency));
    discount.min_spend = from.filter(|from| from.is_positive());
    discount.code = clauses.get("code").map(ToOwned::to_owned);
    discount.scope.stores = clauses.id("store", StoreId::parse)?;
    discount.scope.sellers = clauses.id("seller", SellerId::parse)?;
    discount.scope.categories = clauses.id("category", CategoryId::parse)?;
    discount.valid_until = clauses.get("until").map(|day| midnight(day, true)).transpose()?;
    let got = clauses.get("got").map(|day| midnight(day, false)).transpose()?;
    if discount.valid_until.is_none() {
        discount.valid_until = lives.assumed_end(&discount.kind, got.unwrap_or(now));
        discount.provenance.expiry_assumed = discount.valid_until.is_some();
    }
    Ok(discount)
}

/// A coupon as a line that [`read`] understands; nothing for one that no line can say. An end within a day is written as
/// the day before, so that no coupon lasts longer in the drawer than it does.
pub(crate) fn write(coupon: &Discount) -> Option<String> {
    let mut words = Vec::new();
    let capped = |cap: &Option<Money>| cap.map(|cap| format!("max {cap}"));
    let cap = match &coupon.benefit {
        Benefit::Fixed { amount } => {
            words.push(format!("{amount} off"));
            None
        }
        Benefit::Percent { percent, cap } => {
            words.push(format!("{percent}% off"));
            capped(cap)
        }
        Benefit::PerSpend { every, amount, cap } => {
            words.push(format!("{amount} off every {every}"));
            capped(cap)
        }
        Benefit::Shipping { cap } => {
            words.push("free shipping".to_owned());
            capped(cap)
        }
        Benefit::Tiers { .. } | Benefit::Pieces { .. } | Benefit::Unknown { .. } => return None,
    };
    let is_every = matches!(coupon.benefit, Benefit::PerSpend { .. });
    let minimum = coupon.min_spend.filter(|_| !is_every);
    words.extend(minimum.map(|minimum| format!("from {minimum}")));
    words.extend(cap);
    let scope = &coupon.scope;
    words.extend(scope.stores.first().map(|store| format!("store {store}")));
    words.extend(scope.sellers.first().map(|seller| format!("seller {seller}")));
    words.extend(scope.categories.first().map(|category| format!("category {category}")));
    words.extend(coupon.code.as_ref().map(|code| format!("code {code}")));
    words.extend((coupon.kind == Kind::Welcome).then(|| "welcome".to_owned()));
    if let Some(end) = coupon.valid_until.filter(|_| !coupon.provenance.expiry_assumed) {
        let there = end.moment().in_tz(MARKETPLACE_ZONE).ok()?.date();
        words.push(format!("until {}", there.yesterday().ok()?));
    }
    // A name with a blank in it would be read as other words.
    let names = [
        coupon.code.as_deref(),
        scope.stores.first().map(StoreId::as_str),
        scope.sellers.first().map(SellerId::as_str),
        scope.categories.first().map(CategoryId::as_str),
    ];
    let is_plain = names
        .into_iter()
        .flatten()
        .all(|name| !name.contains(char::is_whitespace));
    is_plain.then(|| words.join(" "))
}

enum Takes<'a> {
    Amount(&'a str),
    Share(&'a str),
    Shipping,
}

/// What a line begins with, and its other words.
fn takes<'a, 'w>(words: &'w [&'a str]) -> Option<(Takes<'a>, &'w [&'a str])> {
    match words {
        [free, shipping, rest @ ..]
            if free.eq_ignore_ascii_case("free") && shipping.eq_ignore_ascii_case("shipping") =>
        {
            Some((Takes::Shipping, rest))
        }
        [value, off, rest @ ..] if off.eq_ignore_ascii_case("off") => match value.strip_suffix('%') {
            Some(share) => Some((Takes::Share(share), rest)),
            None => Some((Takes::Amount(value), rest)),
        },
        _ => None,
    }
}

fn kind(clauses: &Clauses<'_>, benefit: &Benefit) -> Kind {
    let has = |word| clauses.get(word).is_some();
    if benefit.is_shipping() {
        Kind::FreeShipping
    } else if has("store") {
        Kind::Store
    } else if has("seller") {
        Kind::Seller
    } else if has("welcome") {
        Kind::Welcome
    } else if has("category") {
        Kind::Category
    } else if has("code") {
        Kind::Code
    } else {
        Kind::Platform
    }
}

/// The first moment of a day on the marketplace's clocks, or of the day after it.
fn midnight(day: &str, after: bool) -> Result<Instant, Mistake> {
    let wrong = || Mistake::Day(day.to_owned());
    // The reader of days knows shorter forms, too.
    let is_plain = day.len() == 10 && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date: Date = day.parse().ok().filter(|_| is_plain).ok_or_else(wrong)?;
    let date = if after {
        date.tomorrow().map_err(|_| wrong())?
    } else {
        date
    };
    Instant::local(&format!("{date}T00:00:00"), MARKETPLACE_ZONE).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use tillwatch_core::stack::explain::offer;

    use super::*;

    fn parsed(line: &str) -> Result<Discount, Mistake> {
        let now = Instant::parse("2026-11-23T12:00:00Z").unwrap();
        read(line, 1, Currency::USD, &Lifetimes::built_in().unwrap(), now)
    }

    #[test]
    fn a_line_says_what_is_taken_and_from_when_to_when_where() {
        let coupon = parsed("5 off 30 until 2026-12-01 store 1101252900").unwrap();
        assert_eq!(
            (offer(&coupon).as_str(), coupon.kind.name()),
            ("5.00 USD off from 30.00 USD", "store")
        );
        // The last day is over at midnight in Los Angeles.
        assert_eq!(coupon.valid_until, Instant::parse("2026-12-02T08:00:00Z").ok());
        assert!(!coupon.provenance.expiry_assumed);
        for (line, told, kind) in [
            (
                "10% off 50 max 8",
                "10 % off, at most 8.00 USD from 50.00 USD",
                "platform",
            ),
            ("7.5% OFF code SAVE", "7.5 % off", "code"),
            (
                "3 off every 20 max 9 seller 7",
                "3.00 USD off every 20.00 USD, at most 9.00 USD",
                "seller",
            ),
            ("free shipping from 10", "free shipping from 10.00 USD", "free_shipping"),
            ("4,50 off welcome", "4.50 USD off", "welcome"),
        ] {
            let coupon = parsed(line).unwrap();
            assert_eq!((offer(&coupon).as_str(), coupon.kind.name()), (told, kind), "{line}");
        }
    }

    #[test]
    fn where_no_end_is_named_the_usual_life_of_the_kind_is_assumed_from_the_day_it_was_got() {
        let end = |line| {
            parsed(line).map(|coupon| {
                (
                    coupon.valid_until.map(|end| end.to_string()),
                    coupon.provenance.expiry_assumed,
                )
            })
        };
        assert_eq!(
            end("2 off store 9"),
            Ok((Some("2026-12-07T12:00:00Z".to_owned()), true))
        );
        assert_eq!(
            end("2 off got 2026-11-20"),
            Ok((Some("2026-11-27T00:00:00-08:00".to_owned()), true))
        );
        assert_eq!(end("free shipping"), Ok((None, false)));
    }

    #[test]
    fn a_coupon_is_written_as_the_line_that_it_is_read_from() {
        for line in [
            "5.00 off from 30.00 store 1101252900 until 2026-12-01",
            "10% off from 50.00 max 8.00 code SAVE",
            "7.5% off",
            "3.00 off every 20.00 max 9.00 seller 7 until 2026-11-30",
            "free shipping from 10.00",
            "4.50 off category 15 welcome",
        ] {
            let coupon = parsed(line).unwrap();
            assert_eq!(write(&coupon).as_deref(), Some(line));
        }
        let mut coupon = parsed("5 off until 2026-12-01").unwrap();
        coupon.valid_until = coupon.valid_until.map(|end| end.plus_seconds(-60));
        assert_eq!(write(&coupon).as_deref(), Some("5.00 off until 2026-11-30"));
        coupon.code = Some("X until 2030-01-01".into());
        assert_eq!(write(&coupon), None);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let wrong = |line| parsed(line).map(|coupon| offer(&coupon));
        assert_eq!(wrong("five bucks"), Err(Mistake::Offer("five bucks".into())));
        assert_eq!(wrong("-5 off 30"), Err(Mistake::Amount("-5".into())));
        assert_eq!(wrong("NaN off"), Err(Mistake::Amount("NaN".into())));
        assert_eq!(wrong("120% off"), Err(Mistake::Percent("120".into())));
        assert_eq!(
            wrong("5 off 30 until 2026-02-30"),
            Err(Mistake::Day("2026-02-30".into()))
        );
        assert_eq!(wrong("5 off 30 until tomorrow"), Err(Mistake::Day("tomorrow".into())));
        assert_eq!(wrong("5 off 30 before 9"), Err(Mistake::Word("before".into())));
        assert_eq!(wrong("5 off 30 from 40"), Err(Mistake::Twice("from".into())));
        assert_eq!(wrong("5 off 30 store"), Err(Mistake::Missing("store".into())));
        assert_eq!(wrong("10% off every 20"), Err(Mistake::Word("every".into())));
    }
}
