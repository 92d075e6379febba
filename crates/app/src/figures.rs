//! What the watch has done since it started, for metrics and the status page.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tillwatch_core::snapshot::Outcome;

/// Counters. Each only grows.
#[derive(Debug, Default)]
pub struct Figures {
    calls: Mutex<BTreeMap<&'static str, u64>>,
    refusals: Mutex<BTreeMap<&'static str, u64>>,
    checks: Mutex<BTreeMap<(&'static str, Outcome), u64>>,
    repriced: AtomicU64,
    operator_alerts: AtomicU64,
}

impl Figures {
    pub(crate) fn called(&self, source: &'static str) {
        add(&self.calls, source);
    }

    pub(crate) fn refused(&self, source: &'static str) {
        add(&self.refusals, source);
    }

    pub(crate) fn checked(&self, source: &'static str, outcome: Outcome) {
        add(&self.checks, (source, outcome));
    }

    pub(crate) fn repriced(&self, variants: usize) {
        let variants = u64::try_from(variants).unwrap_or(u64::MAX);
        self.repriced.fetch_add(variants, Ordering::Relaxed);
    }

    /// The operator is told that the whole shop began to fail.
    pub(crate) fn alerted(&self) {
        self.operator_alerts.fetch_add(1, Ordering::Relaxed);
    }

    /// Calls by source.
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        copy(&self.calls)
    }

    /// Calls that were refused as a whole, by source.
    pub fn refusals(&self) -> BTreeMap<&'static str, u64> {
        copy(&self.refusals)
    }

    /// Readings by source and outcome.
    pub fn checks(&self) -> BTreeMap<(&'static str, Outcome), u64> {
        copy(&self.checks)
    }

    /// Prices that changed without a reading.
    pub fn repriced_variants(&self) -> u64 {
        self.repriced.load(Ordering::Relaxed)
    }

    /// How often most checks began to fail.
    pub fn operator_alerts(&self) -> u64 {
        self.operator_alerts.load(Ordering::Relaxed)
    }
}

fn add<K: Ord>(counts: &Mutex<BTreeMap<K, u64>>, key: K) {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

fn copy<K: Ord + Clone>(counts: &Mutex<BTreeMap<K, u64>>) -> BTreeMap<K, u64> {
    counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
