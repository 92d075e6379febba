//! Rules and settings in their JSON.

use alloc::string::{String, ToString};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Fall, Quiet, Rule, Settings};
use crate::history::Period;

impl Rule {
    /// Its JSON, as [`read_rule`](super::read_rule) reads it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Settings {
    /// Their JSON, as [`read_settings`](super::read_settings) reads it: what is usual is left out.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("type", self.name())?;
        if let Some(Period::Days(days)) = self.period() {
            map.serialize_entry("days", &days)?;
        }
        if let Self::AboveLow { share, .. } | Self::Drop(Fall::Share(share)) = self {
            map.serialize_entry("percent", &share.to_string())?;
        }
        if let Some(amount) = self.amount() {
            map.serialize_entry("amount", &amount)?;
            map.serialize_entry("currency", &amount.currency())?;
        }
        map.end()
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let usual = Self::default();
        let mut map = to.serialize_map(None)?;
        if self.rearm != usual.rearm {
            map.serialize_entry("rearm", &self.rearm.to_string())?;
        }
        if self.step != usual.step {
            let step = self.step.map_or_else(|| "none".into(), |step| step.to_string());
            map.serialize_entry("step", &step)?;
        }
        if self.misses != usual.misses {
            map.serialize_entry("misses", &self.misses)?;
        }
        if let Some(quiet) = &self.quiet {
            map.serialize_entry("quiet", quiet)?;
        }
        if let Some(digest) = self.digest {
            map.serialize_entry("digest", &digest.to_string())?;
        }
        if self.zone != usual.zone {
            map.serialize_entry("zone", &self.zone.to_string())?;
        }
        map.end()
    }
}

impl Serialize for Quiet {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry("from", &self.from.to_string())?;
        map.serialize_entry("until", &self.until.to_string())?;
        map.end()
    }
}
