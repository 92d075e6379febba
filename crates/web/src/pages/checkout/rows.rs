//! What was typed into the calculator's form, read into a checkout.

use tillwatch_app::App;
use tillwatch_app::gather::{Found, Gathered, Piece};
use tillwatch_core::checkout::{self, Checkout, Line};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Benefit, Discount, Kind, Percent};
use tillwatch_core::id::{DiscountId, ItemId, SellerId, StoreId};
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::identify;
use tillwatch_core::money::{BasisPoints, Currency, MOST_MINOR, Money};
use tillwatch_core::quote::join;
use tillwatch_core::rules::{RuleBook, RuleSet};

use super::form::{COUPON_FIELDS, COUPONS, LINE_FIELDS, LINES, numbered};
use crate::Problem;
use crate::pages::shortened;
use crate::typed::{Typed, pointed};
use crate::words::{Words, fill};

/// No more pieces of one thing.
const MOST_PIECES: u32 = 1_000;

/// What is to be computed.
pub(in crate::pages) struct Bought {
    pub(in crate::pages) checkout: Checkout,
    pub(in crate::pages) rules: RuleSet,
    /// The same with what is public alone, where there is something public and something of the shopper's own.
    pub(in crate::pages) public: Option<Checkout>,
    pub(in crate::pages) shown: Option<Money>,
    pub(in crate::pages) shipping_known: bool,
    /// Lines whose price is that of an old or failed reading.
    pub(in crate::pages) old: Vec<String>,
}

/// The market that was chosen.
pub(super) fn market(typed: &Typed) -> Option<Country> {
    Country::parse(typed.text("market")).ok()
}

/// Reads the form; nothing where a value is not accepted, and the form then says so.
pub(super) fn read(app: &App, words: &Words, typed: &mut Typed, now: Instant) -> Result<Option<Bought>, Problem> {
    let said = &words.checkout.wrong;
    let bought = if typed.text("json").is_empty() {
        let almanac = app.almanac();
        let known = market(typed).and_then(|market| almanac.markets.get(market));
        let Some(known) = known else {
            let value = shortened(typed.text("market"));
            typed.refused.push(fill(&said.market, &[("value", &value)]));
            return Ok(None);
        };
        let rows = RowReader {
            words,
            currency: known.currency,
        };
        rows.read(app, known.country, typed, now)?
    } else {
        json(app, words, typed)
    };
    let Some(mut bought) = bought else { return Ok(None) };
    bought.shown = typed.amount("shown", bought.checkout.currency, &said.amount);
    Ok(typed.is_accepted().then_some(bought))
}

/// The checkout format, as programs send it.
fn json(app: &App, words: &Words, typed: &mut Typed) -> Option<Bought> {
    let almanac = app.almanac();
    let read = checkout::read(typed.text("json").as_bytes(), |market| almanac.markets.tax(market));
    let read = read.and_then(|read| Ok((rules(app, read.value.rules.as_deref())?, read.value)));
    match read {
        Ok((rules, checkout)) => Some(Bought {
            checkout,
            rules,
            public: None,
            shown: None,
            shipping_known: true,
            old: Vec::new(),
        }),
        Err(error) => {
            let detail = shortened(&error.to_string());
            typed.refuse("json", fill(&words.checkout.wrong.json, &[("detail", &detail)]));
            None
        }
    }
}

/// The rule set of a name, or the one that prices are computed with.
pub(crate) fn rules(app: &App, named: Option<&str>) -> Result<RuleSet, InputError> {
    match named {
        Some(_) => RuleBook::built_in()?.get(named).cloned(),
        None => Ok(app.rules().clone()),
    }
}

/// Reads rows in one language and currency.
struct RowReader<'a> {
    words: &'a Words,
    currency: Currency,
}

/// A line as it was typed.
struct TypedLine {
    row: usize,
    piece: Option<Piece>,
    price: Option<Money>,
    quantity: u32,
    shipping: Option<Money>,
    store: Option<StoreId>,
}

impl RowReader<'_> {
    fn read(&self, app: &App, market: Country, typed: &mut Typed, now: Instant) -> Result<Option<Bought>, Problem> {
        let said = &self.words.checkout.wrong;
        if LINES.overflow(typed, &LINE_FIELDS) {
            typed.refused.push(LINES.told(&said.many_lines));
        }
        if COUPONS.overflow(typed, &COUPON_FIELDS) {
            typed.refused.push(COUPONS.told(&said.many_coupons));
        }
        let lines: Vec<TypedLine> = (1..=LINES.most).filter_map(|row| self.line(typed, row)).collect();
        if lines.is_empty() && typed.is_accepted() {
            typed.refused.push(said.nothing.clone());
        }
        let pieces: Vec<Piece> = lines.iter().filter_map(|line| line.piece.clone()).collect();
        let gathered = app.gather(market, self.currency, &pieces, now)?;
        let bought = self.bought(app, typed, &lines, gathered);
        Ok(typed.is_accepted().then_some(bought))
    }

    /// A row of the lines; nothing where it is empty.
    fn line(&self, typed: &mut Typed, row: usize) -> Option<TypedLine> {
        let name = |field: &str| format!("{field}-{row}");
        let said = &self.words.checkout.wrong;
        if LINE_FIELDS.iter().all(|field| typed.text(&name(field)).is_empty()) {
            return None;
        }
        let price = typed.amount(&name("price"), self.currency, &said.amount);
        if price.is_some_and(Money::is_zero) {
            typed.refuse(&name("price"), said.free.clone());
        }
        let quantity = self.pieces(typed, &name("pieces"));
        let dear = |price: Money| price.checked_mul(quantity).is_none_or(|sum| sum.minor() > MOST_MINOR);
        if price.is_some_and(dear) {
            typed.refuse(&name("price"), said.too_dear.clone());
        }
        let shipping = typed.amount(&name("shipping"), self.currency, &said.amount);
        let store = self.store(typed, &name("store"));
        let piece = self.piece(typed, &name("link"), quantity);
        Some(TypedLine {
            row,
            piece,
            price,
            quantity,
            shipping,
            store,
        })
    }

    fn pieces(&self, typed: &mut Typed, name: &str) -> u32 {
        let text = typed.text(name).to_owned();
        if text.is_empty() {
            return 1;
        }
        let pieces = text.parse().ok().filter(|pieces| (1..=MOST_PIECES).contains(pieces));
        pieces.unwrap_or_else(|| {
            let values = [("value", shortened(&text)), ("most", MOST_PIECES.to_string())];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            typed.refuse(name, fill(&self.words.checkout.wrong.pieces, &values));
            1
        })
    }

    /// A store by whatever name the shopper gives it, the same in whatever letters.
    fn store(&self, typed: &mut Typed, name: &str) -> Option<StoreId> {
        let text = typed.text(name).to_lowercase();
        if text.is_empty() {
            return None;
        }
        let store = StoreId::parse(&text).ok();
        if store.is_none() {
            let value = shortened(&text);
            typed.refuse(name, fill(&self.words.checkout.wrong.name, &[("value", &value)]));
        }
        store
    }

    fn piece(&self, typed: &mut Typed, name: &str, quantity: u32) -> Option<Piece> {
        let text = typed.text(name).to_owned();
        if text.is_empty() {
            return None;
        }
        let identity = identify(&text);
        let sku = identity.pinned().cloned();
        let Some(item) = identity.item.clone() else {
            let (value, reason) = (shortened(&text), self.words.link.why(&identity));
            let values = [("value", value.as_str()), ("reason", &reason)];
            typed.refuse(name, fill(&self.words.checkout.wrong.link, &values));
            return None;
        };
        Some(Piece { item, sku, quantity })
    }

    /// The lines with what is known of them, and the discounts: the shopper's own first.
    fn bought(&self, app: &App, typed: &mut Typed, lines: &[TypedLine], gathered: Gathered) -> Bought {
        let Gathered { mut checkout, found } = gathered;
        let known = std::mem::take(&mut checkout.lines);
        let mut found = found.into_iter();
        let (mut shipping_known, mut old) = (true, Vec::new());
        for line in lines {
            let seen = line.piece.as_ref().and_then(|_| found.next().flatten());
            let read = seen.and_then(|seen| Some((seen, known.get(seen.line)?.clone())));
            if line.price.is_none() && read.is_none() {
                let said = &self.words.checkout.wrong;
                let field = if line.piece.is_some() { "link" } else { "price" };
                let told = if line.piece.is_some() {
                    &said.unread
                } else {
                    &said.no_price
                };
                typed.refuse(&format!("{field}-{}", line.row), told.clone());
                continue;
            }
            if let Some((seen, _)) = read.as_ref().filter(|_| line.price.is_none()) {
                old.extend((!seen.is_present).then(|| numbered(&self.words.checkout.line, line.row)));
            }
            let is_delivered = line.shipping.is_some() || read.as_ref().is_none_or(|(seen, _)| seen.delivered);
            shipping_known = shipping_known && is_delivered;
            checkout.lines.push(self.joined(line, read));
        }
        let sum = checkout
            .lines
            .iter()
            .map(|line| line.listed().minor())
            .fold(0, i64::saturating_add);
        if sum > MOST_MINOR {
            typed.refused.push(self.words.checkout.wrong.sum.clone());
        }
        let public = std::mem::take(&mut checkout.discounts);
        let public = if typed.text("known").is_empty() {
            Vec::new()
        } else {
            public
        };
        let own: Vec<Discount> = (1..=COUPONS.most)
            .filter_map(|row| self.coupon(typed, row, &public))
            .collect();
        let layers = (!own.is_empty() && !public.is_empty()).then(|| Checkout {
            discounts: public.clone(),
            ..checkout.clone()
        });
        checkout.discounts = own;
        join(&mut checkout.discounts, public.iter());
        Bought {
            checkout,
            rules: app.rules().clone(),
            public: layers,
            shown: None,
            shipping_known,
            old,
        }
    }

    /// A line as the listing was read, with what was typed in its place.
    fn joined(&self, typed: &TypedLine, read: Option<(Found, Line)>) -> Line {
        let item = format!("line {}", typed.row);
        let item = typed
            .piece
            .as_ref()
            .map(|piece| piece.item.clone())
            .or_else(|| ItemId::parse(&item).ok());
        let mut line = match (read, item) {
            (Some((_, line)), _) => line,
            (None, Some(item)) => Line {
                item,
                sku: typed.piece.as_ref().and_then(|piece| piece.sku.clone()),
                title: Some(numbered(&self.words.checkout.line, typed.row)),
                store: None,
                seller: None,
                categories: Vec::new(),
                warehouse: None,
                unit_price: Money::zero(self.currency),
                quantity: typed.quantity,
                shipping: Money::zero(self.currency),
                pool: None,
            },
            (None, None) => unreachable!("the name of a line is an id"),
        };
        if let Some(price) = typed.price {
            line.unit_price = price;
        }
        if let Some(shipping) = typed.shipping {
            (line.shipping, line.pool) = (shipping, None);
        }
        if let Some(store) = &typed.store
            && line.store.as_ref() != Some(store)
        {
            // Whoever names a store by hand cannot know its seller: the two are one.
            line.seller = SellerId::parse(store.as_str()).ok();
            line.store = Some(store.clone());
        }
        line
    }

    /// A row of the coupons; nothing where it is empty, or is a code whose terms are known.
    fn coupon(&self, typed: &mut Typed, row: usize, public: &[Discount]) -> Option<Discount> {
        let name = |field: &str| format!("{field}-{row}");
        let said = &self.words.checkout.wrong;
        let kind = Kind::from_name(typed.text(&name("kind")));
        let is_free = kind == Kind::FreeShipping;
        if !is_free && COUPON_FIELDS.iter().all(|field| typed.text(&name(field)).is_empty()) {
            return None;
        }
        if matches!(kind, Kind::Unknown(_)) {
            typed.refuse(&name("kind"), said.choice.clone());
            return None;
        }
        let code = Some(shortened(typed.text(&name("code")))).filter(|code| !code.is_empty());
        if let Some(code) = &code
            && typed.text(&name("value")).is_empty()
            && !is_free
        {
            let is_same = |known: &Discount| {
                let text = known.code.as_deref().unwrap_or(known.id.as_str());
                known.kind == Kind::Code && text.eq_ignore_ascii_case(code)
            };
            if public.iter().any(is_same) {
                return None;
            }
        }
        let from = typed.amount(&name("from"), self.currency, &said.amount);
        let cap = typed.amount(&name("cap"), self.currency, &said.amount);
        let of = self.store(typed, &name("of"));
        let benefit = if is_free {
            Benefit::Shipping { cap }
        } else {
            self.benefit(typed, row, from, cap)?
        };
        let is_every = matches!(benefit, Benefit::PerSpend { .. });
        let mut discount = Discount::new(
            DiscountId::parse(&row.to_string()).ok()?,
            kind,
            benefit,
            Some(self.currency),
        );
        discount.min_spend = from.filter(|from| !is_every && from.is_positive());
        discount.scope.stores = of.into_iter().collect();
        discount.code = code;
        Some(discount)
    }

    fn benefit(&self, typed: &mut Typed, row: usize, from: Option<Money>, cap: Option<Money>) -> Option<Benefit> {
        let name = format!("value-{row}");
        let said = &self.words.checkout.wrong;
        let text = typed.text(&name).to_owned();
        if text.is_empty() {
            typed.refuse(&name, said.no_value.clone());
            return None;
        }
        match typed.text(&format!("off-{row}")) {
            "percent" => {
                let number = pointed(text.trim_end_matches('%').trim_end());
                let Ok(percent) = BasisPoints::parse(&number) else {
                    typed.refuse(&name, fill(&said.percent, &[("value", &shortened(&text))]));
                    return None;
                };
                let percent = Percent(percent);
                Some(Benefit::Percent { percent, cap })
            }
            "every" => {
                let amount = typed.amount(&name, self.currency, &said.amount)?;
                let Some(every) = from.filter(|every| every.is_positive()) else {
                    typed.refuse(&format!("from-{row}"), said.no_every.clone());
                    return None;
                };
                Some(Benefit::PerSpend { every, amount, cap })
            }
            "amount" | "" => {
                let amount = typed.amount(&name, self.currency, &said.amount)?;
                Some(Benefit::Fixed { amount })
            }
            _ => {
                typed.refuse(&format!("off-{row}"), said.choice.clone());
                None
            }
        }
    }
}
