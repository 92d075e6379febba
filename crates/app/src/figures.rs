//! What the watch has done since it started, for metrics and the status page.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::Outcome;

use crate::outbox::Sent;

/// Counters. Each only grows.
#[derive(Debug, Default)]
pub struct Figures {
    calls: Mutex<BTreeMap<&'static str, u64>>,
    refusals: Mutex<BTreeMap<&'static str, u64>>,
    checks: Mutex<BTreeMap<(&'static str, Outcome), u64>>,
    last_good: Mutex<BTreeMap<&'static str, Minute>>,
    sent: Mutex<BTreeMap<(&'static str, Sent), u64>>,
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

    pub(crate) fn checked(&self, source: &'static str, outcome: Outcome, at: Instant) {
        add(&self.checks, (source, outcome));
        if outcome == Outcome::Ok {
            let mut last = self.last_good.lock().unwrap_or_else(PoisonError::into_inner);
            last.insert(source, Minute::of(at));
        }
    }

    pub(crate) fn sent(&self, channel: &'static str, sent: Sent) {
        add(&self.sent, (channel, sent));
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

    /// When each source last saw a price; absent before its first one.
    pub fn last_good(&self) -> BTreeMap<&'static str, Minute> {
        let last = self.last_good.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    /// Tries to hand an alert over, by channel and by what became of them.
    pub fn sent_by_channel(&self) -> BTreeMap<(&'static str, Sent), u64> {
        copy(&self.sent)
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
