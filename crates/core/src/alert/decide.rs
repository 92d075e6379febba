//! One step of a rule: what is known at a moment, and whether that is to be told.

use super::{Crossing, Fall, Kind, Rearm, Rule, Settings, Stage, State};
use crate::history::Lane;
use crate::instant::Instant;
use crate::money::{BasisPoints, Money, Rounding};
use crate::observation::Lanes;

/// What is known at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The lane that the watch follows.
    pub lane: Lane,
    /// The prices now; `None` in a gap.
    pub prices: Option<Lanes>,
    /// The prices that held before.
    pub former: Option<Lanes>,
    /// The lowest price of the rule's period that held before the present one.
    pub low: Option<Money>,
    /// Whether it can be bought.
    pub stock: Stock,
    /// How many checks failed in a row; `None` where nothing was checked.
    pub misses: Option<u32>,
}

/// Whether something can be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stock {
    /// It can.
    In,
    /// It cannot.
    Out,
    /// Nobody could see.
    Unknown,
}

impl Facts {
    /// The price now in the watch's lane.
    pub fn price(&self) -> Option<Money> {
        self.prices.map(|prices| prices.get(self.lane))
    }

    /// Whether the price rose although less than that was added to what is on the listing: something is no longer taken
    /// off.
    fn lost_discounts(&self) -> bool {
        let (Some(now), Some(former)) = (self.prices, self.former) else {
            return false;
        };
        let (price, before) = (now.get(self.lane), former.get(self.lane));
        let saved = |lanes: Lanes| lanes.sticker.minor().saturating_sub(lanes.get(self.lane).minor());
        price.currency() == before.currency() && price.minor() > before.minor() && saved(now) < saved(former)
    }
}

/// Takes a rule a step further by what is known now. The same facts again change nothing and tell nothing.
pub fn decide(
    rule: &Rule,
    settings: &Settings,
    state: &State,
    facts: &Facts,
    now: Instant,
) -> (State, Option<Crossing>) {
    let step = Step {
        rule,
        settings,
        state: *state,
        facts,
        now,
    };
    let decided = match rule {
        Rule::Broken => step.broken(),
        Rule::Drop(fall) => step.fallen(*fall),
        _ => step.met(),
    };
    decided.unwrap_or((*state, None))
}

/// What the facts say of a rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Met,
    /// Neither met nor far enough from it to count as left.
    Near,
    Off,
}

struct Step<'a> {
    rule: &'a Rule,
    settings: &'a Settings,
    state: State,
    facts: &'a Facts,
    now: Instant,
}

/// The state after a step, and what is told; `None` where nothing can be said.
type Decided = Option<(State, Option<Crossing>)>;

impl Step<'_> {
    /// Rules that are met or not.
    fn met(&self) -> Decided {
        let (look, target) = self.look()?;
        let further = || {
            let (told, price) = (self.state.told?, self.facts.price()?);
            let step = self.settings.step?;
            Some(price.minor() <= fallen(told, Fall::Share(step))?.minor())
        };
        Some(match (self.stage(), look) {
            (Stage::Fresh, Look::Met) if *self.rule != Rule::StackGone => self.fire(Kind::AlreadyMet, target),
            (Stage::Fresh | Stage::Armed, Look::Met) => self.fire(Kind::Reached, target),
            (Stage::Fresh | Stage::Armed, _) => self.stays(Stage::Armed),
            (_, Look::Met) if further() == Some(true) => self.fire(Kind::Further, target),
            (Stage::Fired { at } | Stage::Cooling { at }, Look::Met) => self.stays(Stage::Fired { at }),
            (Stage::Fired { at }, Look::Off) => self.stays(self.left(at)),
            (stage, _) => self.stays(stage),
        })
    }

    /// The rule on falls: each is counted from the one told last.
    fn fallen(&self, fall: Fall) -> Decided {
        let price = self.facts.price()?;
        let Some(told) = self.state.told else {
            return Some(self.counted_from(price));
        };
        if told.currency() != price.currency() {
            return None;
        }
        let stage = self.stage();
        // Over the time in which nothing could be told, the price has moved to where it was just now.
        let rearmed = stage == Stage::Armed && self.state.stage != Stage::Armed;
        let former = self.facts.former.map(|former| former.get(self.facts.lane));
        let from = former
            .filter(|former| rearmed && former.minor() > told.minor())
            .unwrap_or(told);
        let target = fallen(from, fall)?;
        if price.minor() <= target.minor() {
            return Some(self.fire(Kind::Reached, Some(target)));
        }
        let risen = price.minor() > above(told).minor();
        Some(match stage {
            Stage::Fired { at } if risen => match self.left(at) {
                Stage::Armed => self.counted_from(price),
                left => self.stays(left),
            },
            Stage::Cooling { at } if price.minor() <= told.minor() => self.stays(Stage::Fired { at }),
            Stage::Armed if rearmed => self.counted_from(from),
            stage => self.stays(stage),
        })
    }

    /// Broken checks, and their recovery.
    fn broken(&self) -> Decided {
        let misses = self.facts.misses?;
        let worked = misses == 0;
        let broken = misses >= self.settings.misses.max(1);
        Some(match self.stage() {
            Stage::Fresh | Stage::Armed if broken => self.fire(Kind::Reached, None),
            Stage::Fresh if worked => self.stays(Stage::Armed),
            Stage::Fired { at } if worked => {
                let (mut state, crossing) = self.fire(Kind::Recovered, None);
                state.stage = self.left(at);
                (state, crossing)
            }
            stage => self.stays(stage),
        })
    }

    /// Whether the rule is met, and at which price it is; `None` in a gap.
    fn look(&self) -> Option<(Look, Option<Money>)> {
        let facts = self.facts;
        match self.rule {
            Rule::BackInStock => match facts.stock {
                Stock::In => Some((Look::Met, None)),
                Stock::Out => Some((Look::Off, None)),
                Stock::Unknown => None,
            },
            Rule::StackGone => {
                facts.prices?;
                let look = if facts.lost_discounts() { Look::Met } else { Look::Off };
                Some((look, None))
            }
            _ => {
                let price = facts.price()?;
                let Some(target) = self.target().filter(|target| target.currency() == price.currency()) else {
                    return Some((Look::Near, None));
                };
                let look = if price.minor() <= target.minor() {
                    Look::Met
                } else if price.minor() <= above(target).minor() {
                    Look::Near
                } else {
                    Look::Off
                };
                Some((look, Some(target)))
            }
        }
    }

    /// At or below which price the rule is met; `None` where nothing is known to compare with.
    fn target(&self) -> Option<Money> {
        match self.rule {
            Rule::Below(target) => Some(*target),
            Rule::AboveLow { share, .. } => {
                let low = self.facts.low?;
                let above = share.of(low.minor(), Rounding::HalfUp);
                low.checked_add(Money::new(above, low.currency()))
            }
            Rule::NewLow(_) => {
                let low = self.facts.low?;
                low.checked_sub(Money::new(1, low.currency()))
            }
            _ => None,
        }
    }

    /// The stage, with the time that has passed: what was left long enough ago is armed.
    fn stage(&self) -> Stage {
        match self.state.stage {
            Stage::Cooling { at } => self.left(at),
            stage => stage,
        }
    }

    /// The stage of a rule that is no longer met.
    fn left(&self, at: Instant) -> Stage {
        match self.settings.rearm {
            Rearm::After(seconds) if self.now >= at.plus_seconds(i64::from(seconds)) => Stage::Armed,
            _ => Stage::Cooling { at },
        }
    }

    fn stays(&self, stage: Stage) -> (State, Option<Crossing>) {
        (State { stage, ..self.state }, None)
    }

    /// The rule on falls, armed anew.
    fn counted_from(&self, price: Money) -> (State, Option<Crossing>) {
        let armed = State {
            stage: Stage::Armed,
            told: Some(price),
            ..self.state
        };
        (armed, None)
    }

    fn fire(&self, kind: Kind, target: Option<Money>) -> (State, Option<Crossing>) {
        let price = self.facts.price();
        let crossing = Crossing {
            number: self.state.crossings.saturating_add(1),
            kind,
            price,
            target,
        };
        let state = State {
            stage: Stage::Fired {
                at: to_the_millisecond(self.now),
            },
            told: price.filter(|_| target.is_some()),
            crossings: crossing.number,
        };
        (state, Some(crossing))
    }
}

/// A state is the same before and after it was kept.
fn to_the_millisecond(now: Instant) -> Instant {
    Instant::from_millis(now.moment().as_millisecond()).unwrap_or(now)
}

/// The price after a fall; `None` where it would be nothing.
fn fallen(from: Money, fall: Fall) -> Option<Money> {
    let by = match fall {
        Fall::By(amount) => amount,
        Fall::Share(share) => Money::new(share.of(from.minor(), Rounding::HalfUp), from.currency()),
    };
    let least = Money::new(by.minor().max(1), by.currency());
    from.checked_sub(least).filter(|price| price.is_positive())
}

/// Up to where a price counts as near a target: one percent above it, half up, and one minor unit at least.
fn above(target: Money) -> Money {
    let percent = BasisPoints::new(100).map_or(0, |one| one.of(target.minor(), Rounding::HalfUp));
    Money::new(target.minor().saturating_add(percent.max(1)), target.currency())
}
