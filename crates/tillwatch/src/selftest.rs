//! The trials of `selftest`: scenarios and complaints that are known of price trackers, each lived through against the
//! simulated marketplace by the verbs that a real run uses.

mod alerts;
mod bench;
mod delivery;
mod discounts;
mod history;
mod keeping;
mod money;
mod offers;
mod readings;
mod receiver;
mod scenarios;
mod shelf;
#[cfg(test)]
mod tests;

pub(crate) use bench::Rig;

/// What became of a trial: what was seen, in words. An error is what was seen instead.
pub(crate) type Verdict = anyhow::Result<String>;

/// One thing that must go as a shopper expects.
pub(crate) struct Trial {
    /// What it is asked for by.
    pub(crate) name: &'static str,
    /// Which list it is from.
    pub(crate) group: Group,
    /// Where it went wrong before.
    pub(crate) source: &'static str,
    /// What is tried, in a sentence.
    pub(crate) about: &'static str,
    /// What has to come of it.
    pub(crate) expected: &'static str,
    run: fn(&Rig) -> Verdict,
}

/// The lists that trials are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Group {
    /// Eight scenarios in which other trackers were measured.
    Scenario,
    /// What users of other trackers complained of.
    Complaint,
}

impl Trial {
    /// Lives through it.
    pub(crate) fn run(&self, rig: &Rig) -> Verdict {
        (self.run)(rig)
    }
}

/// All of them, in their order.
pub(crate) fn all() -> Vec<&'static Trial> {
    let themes: [&'static [Trial]; 8] = [
        &scenarios::TRIALS,
        &discounts::TRIALS,
        &money::TRIALS,
        &readings::TRIALS,
        &alerts::TRIALS,
        &history::TRIALS,
        &delivery::TRIALS,
        &keeping::TRIALS,
    ];
    themes.into_iter().flatten().collect()
}
