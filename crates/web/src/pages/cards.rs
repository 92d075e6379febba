//! Cards of the board in the reader's words, and the form that chooses among them.

use tillwatch_app::ports::finder::Category;
use tillwatch_app::ports::store::Found;
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Minute, Price};
use tillwatch_core::money::{BasisPoints, Money, Rounding};

use super::home::{Choice, choices};
use crate::Site;
use crate::sought::{Asked, Kind, LANES, Wrong};
use crate::words::{Words, fill};

/// A card.
pub(crate) struct Row {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) name: Option<String>,
    pub(crate) total: String,
    /// The price without discounts, where it is another.
    pub(crate) sticker: Option<String>,
    pub(crate) saved: Option<String>,
    /// How it stands to its past: what the card is for.
    pub(crate) drop: Option<String>,
    pub(crate) is_lowest: bool,
    pub(crate) facts: Vec<String>,
    /// What to be careful of.
    pub(crate) doubt: Option<String>,
    pub(crate) checked: String,
}

/// Tells cards in one language at one moment.
pub(crate) struct Teller<'a> {
    pub(crate) words: &'a Words,
    pub(crate) now: Minute,
}

impl Teller<'_> {
    /// A card, which leads to its listing.
    pub(crate) fn row(&self, found: &Found) -> Row {
        let (card, offer) = (&found.card, &found.offer);
        let (words, form) = (&self.words.board, &self.words.site.form);
        let amount = |price: Price| form.amount(Money::new(price.minor(), card.key.currency));
        let market = card.key.market;
        let sku = card.sku.as_ref().map(|sku| format!("&sku={sku}")).unwrap_or_default();
        let mut facts = Vec::new();
        // Where it fell under no former low, that is said first already.
        if offer.below_low.points() > 0 && offer.below_usual.points() > 0 {
            facts.push(fill(
                &words.below_usual,
                &[
                    ("percent", &self.percent(offer.below_usual)),
                    ("usual", &amount(offer.usual)),
                ],
            ));
        }
        facts.extend(
            card.warehouse
                .as_ref()
                .map(|one| fill(&words.ships_from, &[("place", &self.words.countries.of_warehouse(one))])),
        );
        facts.extend(card.free_shipping.then(|| words.free_shipping.clone()));
        facts.extend(card.voided.then(|| words.voided.clone()));
        facts.extend(card.newcomers.then(|| words.newcomers.clone()));
        let days = usize::try_from(card.days).unwrap_or(usize::MAX);
        let doubt = card.is_young().then(|| words.young.of(self.words.code, days));
        Row {
            href: format!("/i/{}?market={market}{sku}", card.key.item),
            title: self.title(found),
            name: card.name.clone(),
            total: amount(offer.total),
            sticker: (card.sticker > offer.total).then(|| amount(card.sticker)),
            saved: (offer.saved.points() > 0).then(|| format!("−{}", self.percent(offer.saved))),
            drop: self.drop(found),
            is_lowest: offer.is_lowest() && offer.below_low.points() > 0,
            facts,
            doubt,
            checked: fill(&words.checked, &[("ago", &form.ago(card.confirmed, self.now))]),
        }
    }

    /// The listing's title, or its number where none was read.
    pub(crate) fn title(&self, found: &Found) -> String {
        let item = found.card.key.item.as_str();
        let title = found.card.title.as_deref().filter(|title| !title.trim().is_empty());
        title.map_or_else(
            || fill(&self.words.listing.untitled, &[("item", item)]),
            ToOwned::to_owned,
        )
    }

    /// How far under its former low the price lies, else under the usual one.
    pub(crate) fn drop(&self, found: &Found) -> Option<String> {
        let (offer, words) = (&found.offer, &self.words.board);
        let amount = |price: Price| {
            self.words
                .site
                .form
                .amount(Money::new(price.minor(), found.card.key.currency))
        };
        match offer.former {
            Some(former) if offer.below_low.points() > 0 => Some(fill(
                &words.below_low,
                &[("percent", &self.percent(offer.below_low)), ("low", &amount(former))],
            )),
            _ if offer.below_usual.points() > 0 => Some(fill(
                &words.below_usual,
                &[
                    ("percent", &self.percent(offer.below_usual)),
                    ("usual", &amount(offer.usual)),
                ],
            )),
            _ => None,
        }
    }

    /// To a tenth of a percent.
    pub(crate) fn percent(&self, points: BasisPoints) -> String {
        let tenths = Rounding::HalfUp.divide(i128::from(points.points()), 10);
        self.words.site.form.tenths(tenths)
    }
}

/// What a page's form shows: what was typed, and what can be chosen.
pub(crate) struct Form {
    pub(crate) asked: Asked,
    pub(crate) markets: Vec<Choice>,
    pub(crate) lanes: Vec<Choice>,
    pub(crate) orders: Vec<Choice>,
    /// Categories by the marketplace's own names; empty where they are not known, so that a number is typed.
    pub(crate) categories: Vec<Choice>,
    /// The percentage that counts where none is typed.
    pub(crate) percent: String,
    pub(crate) currency: String,
    pub(crate) is_free: bool,
    /// Whether one of the rarer filters is set.
    pub(crate) is_open: bool,
    /// The field at fault, with a sentence.
    pub(crate) wrong: Option<(&'static str, String)>,
}

impl Form {
    pub(crate) fn new(
        site: &Site,
        words: &Words,
        kind: Kind,
        asked: Asked,
        market: Country,
        wrong: Option<&Wrong>,
    ) -> Self {
        let chosen = |named: &str, usual: &str, code: &str| code == if named.is_empty() { usual } else { named };
        let lane = |lane: Lane| Choice {
            code: lane.name().to_owned(),
            name: words.board.lanes.of(lane).to_owned(),
            chosen: chosen(&asked.lane, Lane::Public.name(), lane.name()),
        };
        let orders = kind.orders();
        let first = orders.first().map_or("", |(name, _)| name);
        let order = |name: &str| Choice {
            code: name.to_owned(),
            name: words.board.orders.of(name).to_owned(),
            chosen: chosen(&asked.sort, first, name),
        };
        let rare = [&asked.min_price, &asked.max_price, &asked.category, &asked.lane];
        let wrong = wrong.map(|wrong| (wrong.field, words.board.wrong.of(wrong)));
        Self {
            markets: choices(site, words, market),
            lanes: LANES.map(lane).into(),
            orders: orders.iter().map(|(name, _)| order(name)).collect(),
            categories: categories(site, words, &asked.category),
            percent: match asked.min_percent.trim() {
                "" if kind == Kind::Search => "20".to_owned(),
                typed => typed.to_owned(),
            },
            currency: crate::sought::currency(&site.app, market).to_string(),
            is_free: matches!(asked.free_shipping.as_str(), "1" | "true" | "on"),
            is_open: rare.iter().any(|value| !value.trim().is_empty()) || wrong.is_some(),
            wrong,
            asked,
        }
    }

    /// The sentence on a field, where it is at fault.
    pub(crate) fn wrong_of(&self, field: &str) -> Option<&str> {
        let (at_fault, sentence) = self.wrong.as_ref()?;
        (*at_fault == field).then_some(sentence)
    }
}

/// The widest categories by name, as far as the marketplace named them, and the one that is asked for; before them, any.
fn categories(site: &Site, words: &Words, asked: &str) -> Vec<Choice> {
    let known = site.app.categories();
    if known.is_empty() {
        return Vec::new();
    }
    let asked = asked.trim();
    let choice = |code: &str, name: &str| Choice {
        code: code.to_owned(),
        name: name.to_owned(),
        chosen: code == asked,
    };
    let shown = |category: &&Category| category.parent.is_none() || category.id.as_str() == asked;
    let named = known.iter().filter(shown);
    let mut all: Vec<Choice> = named.map(|one| choice(one.id.as_str(), &one.name)).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all.insert(0, choice("", &words.board.category_any));
    if !all.iter().any(|one| one.chosen) {
        all.push(choice(asked, asked));
    }
    all
}
