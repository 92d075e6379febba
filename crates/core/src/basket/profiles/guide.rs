//! What each line of a case brings and each use of a coupon costs: where the search over all subsets begins.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "places come from the case's own lists, and amounts are bounded on the way in"
)]

use alloc::vec::Vec;

use super::ascent;
use super::choice::Choice;
use super::duals::Duals;
use super::weigh::SCALE;
use super::{Setting, whole};
use crate::basket::case::{Case, Unit};

/// How often what lines bring is changed.
const ROUNDS: usize = 150;

/// What each line brings, and what each use of a coupon costs.
pub(in crate::basket) struct Guide {
    /// What each unit brings, and the toll of each offer.
    pub(in crate::basket) lines: Vec<i64>,
    pub(in crate::basket) tolls: Vec<i64>,
}

impl Guide {
    /// Each line by its share of what a split costs, with certain tolls.
    pub(in crate::basket) fn plain(case: &Case<'_, '_>, total: i64, tolls: Vec<i64>) -> Self {
        let back: i64 = case
            .uses
            .iter()
            .zip(&tolls)
            .map(|(uses, toll)| uses.map_or(0, i64::from) * toll)
            .sum();
        let all: i64 = case.units.iter().map(|unit| unit.listed).sum();
        let share = |unit: &Unit| {
            let part = i128::from(unit.listed) * i128::from(total.saturating_add(back)) / i128::from(all.max(1));
            i64::try_from(part).unwrap_or(unit.listed)
        };
        Self {
            lines: case.units.iter().map(share).collect(),
            tolls,
        }
    }
}

/// What each line is to bring and each use of a coupon to cost, so that the bound of a total is high.
pub(in crate::basket) fn guide(case: &mut Case<'_, '_>, total: i64) -> Option<Guide> {
    let setting = Setting::new(case)?;
    let mut duals = Duals::new(case, &setting)?;
    let mut choice = Choice::new(&case.uses, setting.bins);
    let height = ascent::root(case, &mut duals, &mut choice, total, ROUNDS)?;
    case.bound = case.bound.max(whole(height.bound).min(total));
    let mut tolls: Vec<i64> = choice.tolls.iter().map(|toll| toll / SCALE).collect();
    for (offer, toll) in setting.groups.own.iter().zip(&height.tolls) {
        tolls[*offer] = toll / SCALE;
    }
    Some(Guide {
        lines: height.lines.iter().map(|line| line / SCALE).collect(),
        tolls,
    })
}
