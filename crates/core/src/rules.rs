//! Rule sets: the order of the steps, their slots and the basis of minimums, as dated data.
//!
//! Another order, slot or basis is another file in `rules/` and one line in `BUILT_IN`, and no new code.

use alloc::string::String;
use alloc::vec::Vec;

use crate::discount::Kind;
use crate::discount::read::{At, optional};
use crate::input::{self, InputError, Text, raw_object};
use crate::instant::Instant;
use crate::money::Rounding;

/// The rule set of a checkout that names none.
pub const DEFAULT: &str = "seed-2026";

/// The name of the rule-set format.
pub const SCHEMA: &str = "tillwatch/rules/1";

/// The files that come with the program; the first is the default.
const BUILT_IN: [&str; 4] = [
    include_str!("rules/seed-2026.json"),
    include_str!("rules/official-2018.json"),
    include_str!("rules/code-on-running.json"),
    include_str!("rules/all-on-running.json"),
];

/// How discounts come together at the till, in a period, by a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// Its name, which every receipt carries.
    pub id: String,
    /// What it stands for, in a few words.
    pub name: String,
    /// From when on it is thought to hold.
    pub from: Option<Instant>,
    /// Until when it is thought to hold.
    pub until: Option<Instant>,
    /// Where each part of it was seen.
    pub sources: Vec<String>,
    /// How a step rounds.
    pub rounding: Rounding,
    /// Whether an exclusive discount also keeps free shipping away.
    pub exclusive_blocks_free_shipping: bool,
    /// The steps in order. Every known kind stands in exactly one.
    pub steps: Vec<Step>,
    /// For each known kind the place of its step.
    places: [usize; Kind::KNOWN.len()],
}

impl RuleSet {
    /// The step that takes a kind, and its place; `None` for an unknown kind.
    pub fn step_of(&self, kind: &Kind) -> Option<(usize, &Step)> {
        let place = *self.places.get(kind.place()?)?;
        self.steps.get(place).map(|step| (place, step))
    }
}

/// One step of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name in receipts.
    pub name: String,
    /// The kinds that it takes: automatic ones or chosen ones, never both.
    pub kinds: Vec<Kind>,
    /// What has one slot each.
    pub per: Per,
    /// What minimums are tested against.
    pub basis: Basis,
}

impl Step {
    /// Whether its discounts apply by themselves.
    pub fn is_automatic(&self) -> bool {
        self.kinds.first().is_some_and(Kind::is_automatic)
    }
}

/// What has one slot of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// The checkout.
    Checkout,
    /// Each store in it.
    Store,
    /// Each seller in it.
    Seller,
}

/// The spend that a minimum is tested against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Unit price times quantity, before any step.
    Listed,
    /// What the steps before have left.
    Running,
}

/// The rule sets at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBook(Vec<RuleSet>);

impl RuleBook {
    /// The rule sets that come with the program.
    pub fn built_in() -> Result<Self, InputError> {
        BUILT_IN
            .iter()
            .map(|json| read(json.as_bytes()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The rule set of a name; without one, the default.
    pub fn get(&self, id: Option<&str>) -> Result<&RuleSet, InputError> {
        let id = id.unwrap_or(DEFAULT);
        self.0.iter().find(|rules| rules.id == id).ok_or_else(|| {
            let known: Vec<&str> = self.0.iter().map(|rules| rules.id.as_str()).collect();
            InputError::wrong(
                "rules",
                format_args!("{id:?} is not a known rule set; known: {}", known.join(", ")),
            )
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &RuleSet> {
        self.0.iter()
    }
}

raw_object! {
    /// A rule set before it is checked.
    RawRules: "a rule set (an object)" {
        schema: Text<'a> = "schema",
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        from: Text<'a> = "from",
        until: Text<'a> = "until",
        sources: Vec<Text<'a>> = "sources",
        minimum_spend: Text<'a> = "minimum_spend",
        rounding: Text<'a> = "rounding",
        exclusive_blocks_free_shipping: bool = "exclusive_blocks_free_shipping",
        steps: Vec<RawStep<'a>> = "steps",
    }
}

raw_object! {
    /// A step before it is checked.
    RawStep: "a step (an object)" {
        step: Text<'a> = "step",
        kinds: Vec<Text<'a>> = "kinds",
        per: Text<'a> = "per",
        minimum_spend: Text<'a> = "minimum_spend",
    }
}

/// Reads a rule set in the format of [`SCHEMA`].
///
/// Unlike in a checkout, a field that nobody knows is an error here: a rule that is not followed must not look as if it were.
pub fn read(json: &[u8]) -> Result<RuleSet, InputError> {
    let raw: RawRules<'_> = input::read(json)?;
    if let Some(name) = raw.unknown.first() {
        return Err(InputError::wrong(name, "no such field is known in a rule set"));
    }
    let text = |text: &Option<Text<'_>>, place| {
        text.as_ref()
            .map(|t| String::from(t.as_str()))
            .ok_or_else(|| InputError::missing(place, "a text is needed"))
    };
    if raw.schema.as_ref().map(Text::as_str) != Some(SCHEMA) {
        return Err(InputError::wrong("schema", format_args!("must be {SCHEMA:?}")));
    }
    let rounding = match text(&raw.rounding, "rounding")?.as_str() {
        "half_up" => Rounding::HalfUp,
        "half_even" => Rounding::HalfEven,
        "down" => Rounding::Down,
        other => {
            return Err(InputError::wrong(
                "rounding",
                format_args!("{other:?}; allowed: half_up, half_even, down"),
            ));
        }
    };
    let usual = basis(&text(&raw.minimum_spend, "minimum_spend")?, &"minimum_spend")?;
    let mut steps = Vec::new();
    for (index, raw) in raw.steps.unwrap_or_default().into_iter().enumerate() {
        steps.push(step(raw, &Place(index), usual)?);
    }
    let places = complete(&steps)?;
    Ok(RuleSet {
        id: text(&raw.id, "id")?,
        name: text(&raw.name, "name")?,
        from: optional(
            raw.from.as_ref(),
            At {
                base: &"from",
                field: "",
            },
            Instant::parse,
        )?,
        until: optional(
            raw.until.as_ref(),
            At {
                base: &"until",
                field: "",
            },
            Instant::parse,
        )?,
        sources: raw
            .sources
            .unwrap_or_default()
            .iter()
            .map(|t| t.as_str().into())
            .collect(),
        rounding,
        exclusive_blocks_free_shipping: raw.exclusive_blocks_free_shipping.unwrap_or(false),
        steps,
        places,
    })
}

fn basis(name: &str, place: &dyn core::fmt::Display) -> Result<Basis, InputError> {
    match name {
        "listed" => Ok(Basis::Listed),
        "running" => Ok(Basis::Running),
        other => Err(InputError::wrong(
            place,
            format_args!("{other:?}; allowed: listed, running"),
        )),
    }
}

fn step(raw: RawStep<'_>, place: &Place, usual: Basis) -> Result<Step, InputError> {
    let at = |field| At { base: place, field };
    if let Some(name) = raw.unknown.first() {
        return Err(InputError::wrong(at(name), "no such field is known in a step"));
    }
    let name = raw
        .step
        .ok_or_else(|| InputError::missing(at("step"), "a name is needed"))?;
    let per = match raw.per.as_ref().map(Text::as_str) {
        Some("checkout") => Per::Checkout,
        Some("store") => Per::Store,
        Some("seller") => Per::Seller,
        _ => return Err(InputError::wrong(at("per"), "allowed: checkout, store, seller")),
    };
    let kinds: Vec<Kind> = raw
        .kinds
        .unwrap_or_default()
        .iter()
        .map(|t| Kind::from_name(t.as_str()))
        .collect();
    if kinds.is_empty() || kinds.iter().any(|kind| matches!(kind, Kind::Unknown(_))) {
        return Err(InputError::wrong(
            at("kinds"),
            "must list known kinds of discount, at least one",
        ));
    }
    if kinds.iter().any(Kind::is_automatic) && !kinds.iter().all(Kind::is_automatic) {
        return Err(InputError::conflict(
            at("kinds"),
            "automatic and chosen kinds cannot share a slot",
        ));
    }
    let basis = raw
        .minimum_spend
        .as_ref()
        .map_or(Ok(usual), |text| basis(text.as_str(), &at("minimum_spend")))?;
    Ok(Step {
        name: name.as_str().into(),
        kinds,
        per,
        basis,
    })
}

/// For each known kind the place of its step. A kind without a step would have no reason to be refused for, one with
/// two would have no place of its own.
fn complete(steps: &[Step]) -> Result<[usize; Kind::KNOWN.len()], InputError> {
    let mut places = [usize::MAX; Kind::KNOWN.len()];
    for (index, step) in steps.iter().enumerate() {
        for kind in &step.kinds {
            let Some(place) = kind.place().and_then(|place| places.get_mut(place)) else {
                continue;
            };
            if *place != usize::MAX {
                let at = At {
                    base: &Place(index),
                    field: "kinds",
                };
                return Err(InputError::conflict(at, format_args!("{kind} stands in two steps")));
            }
            *place = index;
        }
    }
    match Kind::KNOWN.iter().zip(places).find(|(_, place)| *place == usize::MAX) {
        Some((kind, _)) => Err(InputError::missing(
            "steps",
            format_args!("no step takes {kind}; every known kind needs one"),
        )),
        None => Ok(places),
    }
}

struct Place(usize);

impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "steps[{}]", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rule_sets_are_read_and_the_first_is_the_default() {
        let ids = RuleBook::built_in().map(|book| book.iter().map(|rules| rules.id.clone()).collect::<Vec<_>>());
        assert_eq!(
            ids.map_err(|e| e.detail),
            Ok(alloc::vec![
                "seed-2026".into(),
                "official-2018".into(),
                "code-on-running".into(),
                "all-on-running".into()
            ])
        );
    }

    #[test]
    fn a_rule_set_with_a_kind_in_two_steps_or_in_none_is_refused() {
        let twice = BUILT_IN[0].replace("[\"seller\"]", "[\"seller\", \"code\"]");
        assert_eq!(read(twice.as_bytes()).map_err(|e| e.path), Err("steps[5].kinds".into()));
        let none = BUILT_IN[0].replace(", \"welcome\"", "");
        assert!(read(none.as_bytes()).is_err_and(|e| e.detail.contains("no step takes welcome")));
    }

    #[test]
    fn a_misspelt_rule_is_refused_and_not_passed_over() {
        let wrong = BUILT_IN[0].replace(
            "\"per\": \"seller\"",
            "\"per\": \"seller\", \"minimum_spent\": \"running\"",
        );
        assert_eq!(
            read(wrong.as_bytes()).map_err(|e| e.path),
            Err("steps[4].minimum_spent".into())
        );
    }

    #[test]
    fn an_unknown_rule_set_is_answered_with_the_known_ones() {
        let told = RuleBook::built_in().and_then(|book| book.get(Some("2027")).map(|r| r.id.clone()));
        assert!(told.is_err_and(|e| e.detail.contains("seed-2026, official-2018")));
    }
}
