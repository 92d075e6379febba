//! Rules and settings from JSON: what someone asked for, each wrong value named by its place.

use alloc::format;
use core::fmt::Display;

use super::{DayMinute, Fall, Quiet, Rearm, Rule, Settings, Zone};
use crate::history::Period;
use crate::input::{self, InputError, Text, Unknown, raw_object};
use crate::money::{BasisPoints, Currency, Money};

raw_object! {
    /// A rule before it is checked.
    RawRule: "a rule (an object with a \"type\")" {
        kind: Text<'a> = "type",
        amount: Text<'a> = "amount",
        currency: Text<'a> = "currency",
        percent: Text<'a> = "percent",
        days: u32 = "days",
    }
}

raw_object! {
    /// Settings before they are checked.
    RawSettings: "settings (an object)" {
        rearm: Text<'a> = "rearm",
        step: Text<'a> = "step",
        misses: u32 = "misses",
        quiet: RawQuiet<'a> = "quiet",
        digest: Text<'a> = "digest",
        zone: Text<'a> = "zone",
    }
}

raw_object! {
    /// Quiet hours before they are checked.
    RawQuiet: "quiet hours (an object)" {
        from: Text<'a> = "from",
        until: Text<'a> = "until",
    }
}

const RULES: &str = "allowed: below, above_low, new_low, drop, back_in_stock, stack_gone, broken";

/// Reads a rule: `{"type": "below", "amount": "9.00", "currency": "USD"}`, `{"type": "above_low", "days": 90, "percent":
/// "5"}` (without days: of all time), `{"type": "new_low", "days": 30}`, `{"type": "drop", "percent": "10"}` or with an
/// amount, `{"type": "back_in_stock"}`, `{"type": "stack_gone"}`, `{"type": "broken"}`.
pub fn read_rule(json: &[u8]) -> Result<Rule, InputError> {
    rule(&input::read(json)?, "")
}

/// A rule that stands at a place of something else.
pub(super) fn rule(raw: &RawRule<'_>, base: &str) -> Result<Rule, InputError> {
    checked(raw).map_err(|error| InputError {
        path: format!("{base}{}", error.path),
        ..error
    })
}

fn checked(raw: &RawRule<'_>) -> Result<Rule, InputError> {
    known(&raw.unknown, "")?;
    let kind = raw.kind.as_ref().ok_or_else(|| InputError::missing("type", RULES))?;
    let period = match raw.days {
        Some(0) => return Err(InputError::wrong("days", "is zero; a period has a day at least")),
        Some(days) => Period::Days(days),
        None => Period::All,
    };
    let (period_given, percent_given) = (raw.days.is_some(), raw.percent.is_some());
    let amount_given = raw.amount.is_some() || raw.currency.is_some();
    let (rule, takes) = match kind.as_str() {
        "below" => (Rule::Below(amount(raw)?), (false, false, true)),
        "above_low" => {
            let share = percent(raw)?;
            (Rule::AboveLow { period, share }, (true, true, false))
        }
        "new_low" => (Rule::NewLow(period), (true, false, false)),
        "drop" if amount_given => (Rule::Drop(Fall::By(amount(raw)?)), (false, false, true)),
        "drop" => {
            let share = percent(raw)?;
            if share.points() == 0 {
                return Err(InputError::wrong("percent", "is zero; a fall has a size"));
            }
            (Rule::Drop(Fall::Share(share)), (false, true, false))
        }
        "back_in_stock" => (Rule::BackInStock, (false, false, false)),
        "stack_gone" => (Rule::StackGone, (false, false, false)),
        "broken" => (Rule::Broken, (false, false, false)),
        other => return Err(InputError::wrong("type", format_args!("{other:?} is no rule; {RULES}"))),
    };
    let given = [
        ("days", period_given, takes.0),
        ("percent", percent_given, takes.1),
        ("amount", amount_given, takes.2),
    ];
    match given.into_iter().find(|(_, given, takes)| *given && !takes) {
        Some((field, ..)) => {
            let told = format_args!("a rule of type {:?} has none", rule.name());
            Err(InputError::conflict(field, told))
        }
        None => Ok(rule),
    }
}

fn amount(raw: &RawRule<'_>) -> Result<Money, InputError> {
    let currency = needed(
        raw.currency.as_ref(),
        "currency",
        "a currency such as \"USD\" is needed",
        Currency::parse,
    )?;
    let parse = |text: &str| Money::parse(text, currency);
    let amount = needed(
        raw.amount.as_ref(),
        "amount",
        "an amount such as \"9.00\" is needed",
        parse,
    )?;
    if amount.is_zero() {
        return Err(InputError::wrong("amount", "is zero; no price is"));
    }
    Ok(amount)
}

fn percent(raw: &RawRule<'_>) -> Result<BasisPoints, InputError> {
    needed(
        raw.percent.as_ref(),
        "percent",
        "a percentage such as \"5\" is needed",
        BasisPoints::parse,
    )
}

/// Reads settings; what is left out is as usual.
pub fn read_settings(json: &[u8]) -> Result<Settings, InputError> {
    let raw: RawSettings<'_> = input::read(json)?;
    known(&raw.unknown, "")?;
    let usual = Settings::default();
    let step = |text: &str| match text {
        "none" => Ok(None),
        percent => BasisPoints::parse(percent).map(Some),
    };
    Ok(Settings {
        rearm: parsed(raw.rearm.as_ref(), "rearm", Rearm::parse)?.unwrap_or(usual.rearm),
        step: parsed(raw.step.as_ref(), "step", step)?.unwrap_or(usual.step),
        misses: match raw.misses {
            Some(0) => {
                return Err(InputError::wrong(
                    "misses",
                    "is zero; one failed check at least is needed",
                ));
            }
            misses => misses.unwrap_or(usual.misses),
        },
        quiet: raw.quiet.as_ref().map(quiet).transpose()?,
        digest: parsed(raw.digest.as_ref(), "digest", DayMinute::parse)?,
        zone: parsed(raw.zone.as_ref(), "zone", Zone::parse)?.unwrap_or(usual.zone),
    })
}

fn quiet(raw: &RawQuiet<'_>) -> Result<Quiet, InputError> {
    known(&raw.unknown, "quiet.")?;
    let help = "a minute of the day such as \"22:00\" is needed";
    let quiet = Quiet {
        from: needed(raw.from.as_ref(), "quiet.from", help, DayMinute::parse)?,
        until: needed(raw.until.as_ref(), "quiet.until", help, DayMinute::parse)?,
    };
    if quiet.from == quiet.until {
        return Err(InputError::conflict("quiet.until", "is the same as quiet.from"));
    }
    Ok(quiet)
}

/// A wish that is not understood is not half followed.
fn known(unknown: &Unknown, place: &str) -> Result<(), InputError> {
    match unknown.first() {
        Some(name) => Err(InputError::wrong(
            format_args!("{place}{name}"),
            "no such field is known",
        )),
        None => Ok(()),
    }
}

pub(super) fn parsed<T, E: Display>(
    text: Option<&Text<'_>>,
    place: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, InputError> {
    text.map(|text| parse(text.as_str()).map_err(|error| InputError::wrong(place, error)))
        .transpose()
}

pub(super) fn needed<T, E: Display>(
    text: Option<&Text<'_>>,
    place: &str,
    help: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, InputError> {
    parsed(text, place, parse)?.ok_or_else(|| InputError::missing(place, help))
}
