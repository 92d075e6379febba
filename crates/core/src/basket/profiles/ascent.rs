//! What lines bring in and coupons cost, moved to where the bound is highest.
//!
//! Lines that the cheapest checkouts leave out bring more, those that several take bring less; coupons used too often
//! cost more. Each direction goes on with a part of the one before, and steps get shorter where they lead nowhere.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "places come from the setting's own lists; a setting has no amounts over 10^9"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::choice::Choice;
use super::duals::{Duals, Told};
use super::weigh::SCALE;
use crate::basket::case::Case;

/// So many parts of the whole step.
const PARTS: i64 = 64;

/// Steps get shorter after so many that led nowhere.
const PATIENCE: usize = 10;

/// Directions are counted in parts of a line.
const FINE: i64 = 1_024;

/// What lines bring and own coupons cost, with the bound that follows.
#[derive(Clone)]
pub(super) struct Height {
    pub(super) bound: i64,
    pub(super) lines: Vec<i64>,
    pub(super) tolls: Vec<i64>,
}

/// The climb to a higher bound.
struct Climb {
    best: Height,
    direction: Vec<i64>,
    /// The length of the next step, in parts, and the steps that led nowhere.
    length: i64,
    nowhere: usize,
}

impl Climb {
    fn new(duals: &Duals<'_>, length: i64) -> Self {
        Self {
            best: Height {
                bound: i64::MIN,
                lines: duals.lines.clone(),
                tolls: duals.tolls.clone(),
            },
            direction: vec![0; duals.lines.len() + duals.tolls.len()],
            length,
            nowhere: 0,
        }
    }

    /// A step towards a total, from a bound that was missed by so much; false where there is nowhere to go.
    fn step(&mut self, duals: &mut Duals<'_>, bound: i64, missed: &[i64], total: i64) -> bool {
        if bound > self.best.bound {
            self.best = Height {
                bound,
                lines: duals.lines.clone(),
                tolls: duals.tolls.clone(),
            };
        } else {
            self.nowhere += 1;
            if self.nowhere == PATIENCE {
                self.length = self.length * 2 / 3;
                self.nowhere = 0;
            }
        }
        for (direction, missed) in self.direction.iter_mut().zip(missed) {
            *direction = i64::midpoint(*direction, missed * FINE);
        }
        let square: i128 = self.direction.iter().map(|part| i128::from(*part).pow(2)).sum();
        // A direction that nearly cancels out leads no further than a line that is missed.
        let square = square.max(i128::from(FINE * FINE));
        let step = i128::from((total * SCALE - bound) / PARTS * self.length) * i128::from(FINE);
        let highest = missed.iter().all(|part| *part == 0);
        if highest || self.length == 0 || bound > (total - 1) * SCALE {
            return false;
        }
        let moved = |part: i64| (step * i128::from(part) / square) as i64;
        let (lines, tolls) = self.direction.split_at(duals.lines.len());
        for (line, part) in duals.lines.iter_mut().zip(lines) {
            *line += moved(*part);
        }
        for (toll, part) in duals.tolls.iter_mut().zip(tolls) {
            *toll = (*toll + moved(*part)).max(0);
        }
        true
    }
}

/// The highest bound over all choices of kinds that is found; `None` if the search was ended.
pub(super) fn root(
    case: &mut Case<'_, '_>,
    duals: &mut Duals<'_>,
    choice: &mut Choice,
    total: i64,
    rounds: usize,
) -> Option<Height> {
    let setting = duals.setting;
    let amounts = setting.listed.iter().zip(&setting.shipping);
    let all: i64 = setting.listed.iter().chain(&setting.shipping).sum();
    // Each line its share of the whole to begin with.
    let share = |(listed, shipping): (&i64, &i64)| {
        let part = i128::from(listed + shipping) * i128::from(total) * i128::from(SCALE);
        (part / i128::from(all.max(1))) as i64
    };
    duals.lines = amounts.map(share).collect();
    let mut climb = Climb::new(duals, PARTS);
    let mut chosen: Vec<usize> = Vec::new();
    for _ in 0..rounds {
        if !duals.price_all(case) {
            return None;
        }
        let value = loop {
            let (value, kinds) = choice.cheapest(&duals.kinds, &chosen);
            chosen = kinds;
            let rough: Vec<usize> = chosen
                .iter()
                .copied()
                .filter(|kind| duals.kinds[*kind].told != Told::Wholly)
                .collect();
            if rough.is_empty() {
                break value;
            }
            for kind in rough {
                duals.better(kind);
                if !case.go_on(2) {
                    return None;
                }
            }
        };
        let missed = duals.missed(&chosen);
        let bound = duals.base() + value;
        if !climb.step(duals, bound, &missed, total) {
            break;
        }
    }
    stand(duals, &climb.best);
    Some(climb.best)
}

/// The highest bound for certain kinds, from a height on; `None` if the search was ended.
pub(super) fn of_kinds(
    case: &mut Case<'_, '_>,
    duals: &mut Duals<'_>,
    from: &Height,
    kinds: &[usize],
    total: i64,
    rounds: usize,
) -> Option<Height> {
    stand(duals, from);
    let mut climb = Climb::new(duals, PARTS / 4);
    for _ in 0..rounds {
        duals.charge();
        for kind in kinds {
            duals.kinds[*kind].told = Told::Roughly;
        }
        let mut value = 0;
        for kind in kinds {
            if !duals.settle(case, *kind) {
                return None;
            }
            value += duals.kinds[*kind].value;
        }
        let bound = duals.base() + value;
        let missed = duals.missed(kinds);
        if !climb.step(duals, bound, &missed, total) {
            break;
        }
    }
    Some(climb.best)
}

fn stand(duals: &mut Duals<'_>, at: &Height) {
    duals.lines.clone_from(&at.lines);
    duals.tolls.clone_from(&at.tolls);
}
