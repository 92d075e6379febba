//! What countries are called.

use serde::Deserialize;
use tillwatch_core::country::Country;
use tillwatch_core::id::Warehouse;

/// Countries by their two letters, in the order of this language's alphabet. There are those of the markets, and others
/// that codes and warehouses name.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Words(Vec<(String, String)>);

impl Words {
    /// A country's name; its two letters where it has none here.
    pub(crate) fn of(&self, country: Country) -> String {
        self.name(country.code()).unwrap_or(country.code()).to_owned()
    }

    /// Several, as they stand in a sentence.
    pub(crate) fn all_of(&self, countries: &[Country]) -> String {
        let names: Vec<String> = countries.iter().map(|country| self.of(*country)).collect();
        names.join(", ")
    }

    /// Where goods lie: the country's name, or what the shop writes where that is none.
    pub(crate) fn of_warehouse(&self, warehouse: &Warehouse) -> String {
        self.name(warehouse.as_str()).unwrap_or(warehouse.as_str()).to_owned()
    }

    /// All of them in order, the letters first.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(code, name)| (code.as_str(), name.as_str()))
    }

    fn name(&self, code: &str) -> Option<&str> {
        self.all().find(|(known, _)| *known == code).map(|(_, name)| name)
    }
}
