//! What was brought, in words: receipts of listings, the cart with what its till dropped, coupons for the drawer.

use tillwatch_app::App;
use tillwatch_app::brought::Rung;
use tillwatch_app::hearsay::Heard;
use tillwatch_app::ports::browser::{Brought, Cart};
use tillwatch_app::ports::store::StoreError;
use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::history::Minute;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::Snapshot;

use crate::coupons;
use crate::pages::checkout::{Bought, answer};
use crate::pages::shortened;
use crate::receipt::Teller;
use crate::words::{Words, fill};

/// No more listings are rung up; a search page has sixty.
const MOST_LISTINGS: usize = 6;

/// No more coupons.
const MOST_COUPONS: usize = 60;

/// The answer in words.
pub(super) struct View {
    pub(super) listings: Vec<Listing>,
    /// That there were more of them.
    pub(super) more: Option<String>,
    pub(super) cart: Option<CartView>,
    pub(super) coupons: Option<Drawer>,
    pub(super) market: String,
}

/// A listing.
pub(super) struct Listing {
    pub(super) title: String,
    /// Where its history is; absent where the page did not say which listing it is.
    pub(super) href: Option<String>,
    pub(super) answer: Option<answer::View>,
    /// What becomes of its price, or why there is none.
    pub(super) sentence: String,
}

/// The cart.
pub(super) struct CartView {
    pub(super) answer: Option<answer::View>,
    /// What could not be told, and why.
    pub(super) sentences: Vec<String>,
}

/// Coupons for the drawer.
pub(super) struct Drawer {
    /// Each by its name.
    pub(super) names: Vec<String>,
    /// As the drawer's field takes them.
    pub(super) lines: String,
    /// That some cannot be written so.
    pub(super) unread: Option<String>,
}

/// Tells what was brought, in one language at one moment.
struct Telling<'a> {
    app: &'a App,
    words: &'a Words,
    /// The market, where the data names none.
    market: Country,
    own: &'a [Discount],
    now: Instant,
}

impl View {
    pub(super) fn of(
        app: &App,
        words: &Words,
        brought: &Brought,
        market: Country,
        now: Instant,
    ) -> Result<Self, StoreError> {
        let own = brought.coupons.get(..MOST_COUPONS).unwrap_or(&brought.coupons);
        let telling = Telling {
            app,
            words,
            market,
            own,
            now,
        };
        let count = brought.listings.len();
        let listings = brought.listings.iter().take(MOST_LISTINGS);
        let values = [("count", count.to_string()), ("most", MOST_LISTINGS.to_string())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        Ok(Self {
            listings: listings.map(|seen| telling.listing(seen)).collect::<Result<_, _>>()?,
            more: (count > MOST_LISTINGS).then(|| fill(&words.browser.more, &values)),
            cart: brought.cart.as_ref().map(|cart| telling.cart(cart)).transpose()?,
            coupons: (!own.is_empty()).then(|| telling.drawer()),
            market: market.to_string(),
        })
    }
}

impl Telling<'_> {
    fn listing(&self, seen: &Snapshot) -> Result<Listing, StoreError> {
        let texts = &self.words.browser;
        let named = seen
            .title
            .clone()
            .or_else(|| seen.item.as_ref().map(ToString::to_string));
        let market = seen.market.unwrap_or(self.market);
        let rung = self.app.ring_up(seen, self.own, self.market, self.now);
        let sentence = match &rung {
            Err(outcome) => {
                let outcome = self.words.listing.outcomes.of(*outcome);
                fill(&texts.no_price, &[("outcome", outcome)])
            }
            Ok(rung) if rung.is_first_order => texts.first_order.clone(),
            Ok(rung) => match self.app.hear(seen, rung.sku(), self.now)? {
                Heard::NotTracked => texts.not_tracked.clone(),
                Heard::Waits => texts.waits.clone(),
                Heard::Agrees(confirmed) => {
                    let ago = self.words.site.form.ago(confirmed, Minute::of(self.now));
                    fill(&texts.agrees, &[("ago", &ago)])
                }
            },
        };
        Ok(Listing {
            title: named.map_or_else(|| texts.unnamed.clone(), |title| shortened(&title)),
            href: seen.item.as_ref().map(|item| format!("/i/{item}?market={market}")),
            answer: rung.ok().map(|rung| self.rung(rung, None)),
            sentence,
        })
    }

    fn cart(&self, cart: &Cart) -> Result<CartView, StoreError> {
        let texts = &self.words.browser;
        let Some(rung) = self.app.ring_up_cart(cart, self.own, self.market, self.now)? else {
            let sentences = vec![texts.cart_empty.clone()];
            return Ok(CartView {
                answer: None,
                sentences,
            });
        };
        let mut sentences = Vec::new();
        if !rung.unread.is_empty() {
            let items: Vec<&str> = rung.unread.iter().map(ItemId::as_str).collect();
            sentences.push(fill(&texts.cart_unread, &[("items", &shortened(&items.join(", ")))]));
        }
        if cart.total.is_none() {
            sentences.push(texts.cart_no_total.clone());
        }
        Ok(CartView {
            answer: Some(self.rung(rung, cart.total)),
            sentences,
        })
    }

    fn rung(&self, rung: Rung, shown: Option<Money>) -> answer::View {
        let bought = Bought {
            checkout: rung.checkout,
            rules: self.app.rules().clone(),
            public: rung.public,
            shown,
            shipping_known: rung.shipping_known,
            old: Vec::new(),
        };
        answer::View::of(self.app, self.words, &bought, self.now)
    }

    fn drawer(&self) -> Drawer {
        let teller = Teller {
            words: self.words,
            now: Minute::of(self.now),
        };
        let lines: Vec<String> = self.own.iter().filter_map(coupons::write).collect();
        let unread = self.own.len() - lines.len();
        Drawer {
            names: self.own.iter().map(|coupon| teller.label(coupon)).collect(),
            lines: lines.join("\n"),
            unread: (unread > 0).then(|| self.words.browser.coupons_unread.of(self.words.code, unread)),
        }
    }
}
