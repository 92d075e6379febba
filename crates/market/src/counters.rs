//! Counters: what was asked of the marketplace and how it answered, so that a budget can be held against them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::faults::{Fault, Surface};

/// What was counted since the marketplace opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls, also those that were refused, by surface.
    pub calls: BTreeMap<Surface, u64>,
    /// Faults that befell an answer, by kind.
    pub faults: BTreeMap<Fault, u64>,
    /// Refusals by their code: of the API, of the product calls, and of listings that are not there.
    pub refusals: BTreeMap<&'static str, u64>,
    /// Listings served, on any surface.
    pub items: u64,
    /// The API's calls by key and day; its days are those of UTC+8.
    pub keys: BTreeMap<(String, Date), KeyDay>,
}

/// What one key did on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyDay {
    /// Calls with a right signature.
    pub calls: u64,
    /// Those of them that were answered, which the day's quota counts.
    pub answered: u64,
    /// Those that were refused, by code.
    pub refused: BTreeMap<&'static str, u64>,
    /// Listings served.
    pub items: u64,
    /// The shortest time between two calls of this day.
    pub closest: Option<SignedDuration>,
    last: Option<Timestamp>,
}

impl KeyDay {
    /// Counts a call at a moment.
    pub(crate) fn call(&mut self, now: Timestamp) {
        self.calls += 1;
        if let Some(last) = self.last.replace(now) {
            let gap = now.duration_since(last);
            self.closest = Some(self.closest.map_or(gap, |closest| closest.min(gap)));
        }
    }
}

impl Counts {
    /// All calls of all surfaces.
    pub fn all_calls(&self) -> u64 {
        self.calls.values().sum()
    }

    /// Calls to a surface.
    pub fn calls_to(&self, surface: Surface) -> u64 {
        self.calls.get(&surface).copied().unwrap_or(0)
    }

    /// Answers that a kind of fault befell.
    pub fn faults_of(&self, fault: Fault) -> u64 {
        self.faults.get(&fault).copied().unwrap_or(0)
    }

    /// The counters as JSON. The API's days are written as dates, gaps in milliseconds.
    pub fn to_json(&self) -> Value {
        let keys: Vec<Value> = self
            .keys
            .iter()
            .map(|((key, day), counts)| {
                json!({
                    "key": key,
                    "day": day.to_string(),
                    "calls": counts.calls,
                    "answered": counts.answered,
                    "refused": counts.refused,
                    "items": counts.items,
                    "closest_ms": counts.closest.map(|gap| i64::try_from(gap.as_millis()).unwrap_or(i64::MAX)),
                })
            })
            .collect();
        let by_name = |(name, count): (&'static str, u64)| (name.to_owned(), Value::from(count));
        json!({
            "calls": self.calls.iter().map(|(surface, count)| by_name((surface.name(), *count))).collect::<Value>(),
            "faults": self.faults.iter().map(|(fault, count)| by_name((fault.name(), *count))).collect::<Value>(),
            "refusals": self.refusals,
            "items": self.items,
            "keys": keys,
        })
    }
}
