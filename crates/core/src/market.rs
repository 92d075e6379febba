//! Markets: what is known of a ship-to country's currency, tax, import limits, and what to say beside a total.

mod read;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::almanac::Confidence;
use crate::checkout::Tax;
use crate::country::Country;
use crate::id::Warehouse;
use crate::input::InputError;
use crate::instant::Instant;
use crate::money::{Currency, Money};

pub use crate::discount::Percent;

/// The name of the format of `data/markets.json`.
pub const SCHEMA: &str = "tillwatch/markets/1";

/// A ship-to country, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Market {
    /// The country.
    pub country: Country,
    /// Its English name.
    pub name: String,
    /// The currency that its storefront shows.
    pub currency: Currency,
    /// How tax stands to prices and minimums. Where that is not known, prices are taken to include it and no rate is
    /// given, so that nothing is added or taken out.
    pub tax: Tax,
    /// What the tax is called there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_name: Option<String>,
    /// The usual rate, for showing; only [`Market::tax`] is ever counted with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard_rate: Option<Percent>,
    /// How sure the whole row is.
    pub confidence: Confidence,
    /// Import limits.
    pub thresholds: Vec<Threshold>,
    /// What to say beside a total; the ones that hold for a case are in [`Markets::notes_for`].
    #[serde(skip)]
    notes: Vec<Note>,
    /// The place of its union's row, where it is a member.
    #[serde(skip)]
    union: Option<usize>,
}

/// A value of goods at which an import is treated otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Threshold {
    /// What changes there.
    pub name: String,
    /// The last value that is still on the near side; zero is no allowance at all.
    pub limit: Money,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// What is charged for each different tariff heading of goods from abroad, where that can be counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_heading: Option<Money>,
    /// Who says so.
    pub source: String,
}

impl Threshold {
    /// Whether it stands at a moment.
    pub fn stands(&self, at: Instant) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// One plain sentence beside a total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarketNote {
    /// Its name, by which other languages say it; it does not change with the wording. Of several countries that share a
    /// sentence it is the same.
    #[serde(skip)]
    pub id: String,
    /// The sentence.
    pub text: String,
    /// Who says so: an address, or `owner/name` of a public repository.
    pub source: String,
    /// As of when: the source's day, month or year (`2026-07-02`, `2025-11`, `2024`), or the day on which the data was put
    /// together where the source has none.
    pub as_of: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// A sentence and when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Note {
    said: MarketNote,
    from: Option<Instant>,
    until: Option<Instant>,
    up_to: Option<Money>,
    over: Option<Money>,
    ships_from: Vec<Country>,
    ships_from_outside: Vec<Country>,
}

impl Note {
    /// What is not known never silences a sentence: without a total, or with one in another currency, both sides of a
    /// limit are said, and without a warehouse both origins.
    fn holds(&self, total: Option<Money>, origin: Option<Country>, at: Instant) -> bool {
        let beyond = |limit: Money| {
            total
                .filter(|total| total.currency() == limit.currency())
                .map(|total| total.minor() > limit.minor())
        };
        self.from.is_none_or(|from| from <= at)
            && self.until.is_none_or(|until| at < until)
            && self.up_to.is_none_or(|limit| beyond(limit) != Some(true))
            && self.over.is_none_or(|limit| beyond(limit) != Some(false))
            && origin.is_none_or(|origin| {
                (self.ships_from.is_empty() || self.ships_from.contains(&origin))
                    && !self.ships_from_outside.contains(&origin)
            })
    }
}

/// Countries under one customs law, with what holds in all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Union {
    members: Vec<Country>,
    notes: Vec<Note>,
}

/// All markets that are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Markets {
    markets: Vec<Market>,
    unions: Vec<Union>,
}

impl Markets {
    /// The markets of `data/markets.json`.
    pub fn built_in() -> Result<Self, InputError> {
        read::markets(include_bytes!("../data/markets.json"))
    }

    /// All of them, by country.
    pub fn all(&self) -> &[Market] {
        &self.markets
    }

    /// What is known of a country.
    pub fn get(&self, country: Country) -> Option<&Market> {
        let place = self.markets.binary_search_by_key(&country, |market| market.country);
        place.ok().and_then(|place| self.markets.get(place))
    }

    /// How tax stands in a country. Of one that is not known prices are taken as they are: nothing is added and
    /// minimums are tested as listed.
    pub fn tax(&self, country: Country) -> Tax {
        self.get(country).map_or(
            Tax {
                included: true,
                ..Tax::default()
            },
            |market| market.tax,
        )
    }

    /// What to say beside a total in a country at a moment, the more general sentences last.
    ///
    /// `total` stands for the value of the consignment, `warehouse` is where the goods ship from; a sentence that
    /// depends on one that is not known is said too, since each names its own condition.
    pub fn notes_for(
        &self,
        country: Country,
        total: Option<Money>,
        warehouse: Option<&Warehouse>,
        at: Instant,
    ) -> Vec<MarketNote> {
        let Some(market) = self.get(country) else {
            return Vec::new();
        };
        let origin = warehouse.and_then(|warehouse| self.origin(warehouse));
        let shared = market.union.and_then(|union| self.unions.get(union));
        let shared = shared.map_or(&[][..], |union| &union.notes);
        market
            .notes
            .iter()
            .chain(shared)
            .filter(|note| note.holds(total, origin, at))
            .map(|note| note.said.clone())
            .collect()
    }

    /// What a country charges at a moment for each different tariff heading of goods from abroad.
    pub fn charge_per_heading(&self, country: Country, at: Instant) -> Option<Money> {
        let thresholds = self.get(country).map_or(&[][..], |market| &market.thresholds);
        thresholds
            .iter()
            .filter(|threshold| threshold.stands(at))
            .find_map(|threshold| threshold.per_heading)
    }

    /// Whether goods in a warehouse must be imported to a country: not from its own, nor from its customs union. Those
    /// of which nobody knows where they lie are taken to come from abroad.
    pub fn from_abroad(&self, country: Country, warehouse: Option<&Warehouse>) -> bool {
        let origin = warehouse.and_then(|warehouse| self.origin(warehouse));
        origin.is_none_or(|origin| origin != country && !self.same_union(origin, country))
    }

    /// Whether a country is a member of a customs union, and of the same one as another.
    pub fn same_union(&self, one: Country, other: Country) -> bool {
        self.unions
            .iter()
            .any(|union| union.members.contains(&one) && union.members.contains(&other))
    }

    /// Every sentence that is known, each id once.
    pub fn notes(&self) -> Vec<&MarketNote> {
        let of_markets = self.markets.iter().flat_map(|market| &market.notes);
        let all = of_markets.chain(self.unions.iter().flat_map(|union| &union.notes));
        let mut notes: Vec<&MarketNote> = all.map(|note| &note.said).collect();
        notes.sort_by(|one, other| one.id.cmp(&other.id));
        notes.dedup_by(|one, other| one.id == other.id);
        notes
    }

    /// The country of a warehouse by its two letters or its English name; pages write both.
    fn origin(&self, warehouse: &Warehouse) -> Option<Country> {
        let text = warehouse.as_str();
        if text.eq_ignore_ascii_case("china") {
            return Country::parse("CN").ok();
        }
        let named = || self.markets.iter().find(|m| m.name.eq_ignore_ascii_case(text));
        Country::parse(text)
            .ok()
            .or_else(|| named().map(|market| market.country))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    fn said(code: &str, total: Option<(&str, &str)>, warehouse: Option<&str>, at: &str) -> String {
        let total = total.map(|(amount, currency)| Money::parse(amount, Currency::parse(currency).unwrap()).unwrap());
        let warehouse = warehouse.map(|text| Warehouse::parse(text).unwrap());
        let at = Instant::parse(at).unwrap();
        let markets = Markets::built_in().unwrap();
        let notes = markets.notes_for(country(code), total, warehouse.as_ref(), at);
        assert!(notes.iter().all(|note| !note.source.is_empty()));
        notes.into_iter().map(|note| note.text).collect::<Vec<_>>().join("\n")
    }

    const NOW: &str = "2026-11-22T12:00:00Z";

    #[test]
    fn all_nineteen_markets_and_the_other_members_of_the_eu_are_there() {
        let markets = Markets::built_in().unwrap();
        assert_eq!(markets.all().len(), 40);
        for (code, currency) in [
            ("US", "USD"),
            ("GB", "GBP"),
            ("PL", "PLN"),
            ("KR", "KRW"),
            ("SE", "SEK"),
            ("TR", "TRY"),
        ] {
            let market = markets.get(country(code)).unwrap();
            assert_eq!(market.currency, Currency::parse(currency).unwrap(), "{code}");
        }
        assert_eq!(markets.get(country("ZZ")), None);
    }

    #[test]
    fn minimums_are_net_only_in_the_eu_and_only_with_a_rate() {
        let markets = Markets::built_in().unwrap();
        for market in markets.all() {
            let net = ["DE", "FR", "ES", "IT", "NL", "PL"].contains(&market.country.code());
            assert_eq!(market.tax.minimum_spend_net, net, "{}", market.country);
            assert_eq!(market.tax.taken_out().is_some(), net, "{}", market.country);
        }
        assert_eq!(markets.tax(country("DE")).rate.unwrap().0.points(), 1900);
        assert!(!markets.tax(country("US")).included);
        assert!(markets.tax(country("ZZ")).included);
    }

    #[test]
    fn a_us_warehouse_is_told_apart_from_one_in_china() {
        let at_home = said("US", None, Some("US"), NOW);
        assert!(
            at_home.contains("US warehouse") && !at_home.contains("Parcels from abroad"),
            "{at_home}"
        );
        for china in ["CN", "China", "CHINA"] {
            let abroad = said("US", None, Some(china), NOW);
            assert!(
                !abroad.contains("US warehouse") && abroad.contains("Parcels from abroad"),
                "{abroad}"
            );
        }
        let unknown = said("US", None, None, NOW);
        assert!(unknown.contains("US warehouse") && unknown.contains("Parcels from abroad"));
    }

    #[test]
    fn exactly_135_pounds_are_still_under_the_limit() {
        let under = said("GB", Some(("135.00", "GBP")), None, NOW);
        let over = said("GB", Some(("135.01", "GBP")), None, NOW);
        assert!(
            under.contains("Up to GBP 135") && !under.contains("Over GBP 135"),
            "{under}"
        );
        assert!(
            over.contains("Over GBP 135") && !over.contains("Up to GBP 135"),
            "{over}"
        );
    }

    #[test]
    fn three_euro_for_each_tariff_heading_stand_from_july_2026_to_july_2028() {
        let at = |at| said("FR", Some(("40.00", "EUR")), Some("CN"), at).contains("EUR 3");
        assert!(!at("2026-06-30T21:59:59Z"));
        assert!(at("2026-06-30T22:00:00Z"));
        assert!(at("2028-06-30T21:59:59Z"));
        assert!(!at("2028-06-30T22:00:00Z"));
    }

    #[test]
    fn an_eu_warehouse_and_a_consignment_over_150_euro_carry_no_three_euro() {
        assert!(!said("FR", Some(("40.00", "EUR")), Some("ES"), NOW).contains("EUR 3"));
        assert!(said("FR", Some(("40.00", "EUR")), Some("Spain"), NOW).contains("EU warehouse"));
        let over = said("FR", Some(("150.01", "EUR")), Some("CN"), NOW);
        assert!(!over.contains("EUR 3") && over.contains("standard import"), "{over}");
    }

    #[test]
    fn a_limit_in_another_currency_is_said_on_both_sides() {
        let notes = said("PL", Some(("400.00", "PLN")), Some("CN"), NOW);
        assert!(
            notes.contains("Up to EUR 150") && notes.contains("Over EUR 150"),
            "{notes}"
        );
    }

    #[test]
    fn india_is_closed_since_the_end_of_november_2020() {
        assert!(said("IN", None, None, NOW).contains("30 November 2020"));
        assert_eq!(said("IN", None, None, "2020-11-29T00:00:00Z"), "");
    }

    #[test]
    fn a_market_without_a_rate_says_so() {
        assert!(said("SE", None, None, NOW).contains("not in the data"));
    }
}
