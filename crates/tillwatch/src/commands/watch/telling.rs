//! What a watch tells, how and where to, as a command line says it.

use tillwatch_app::ports::notifier::Address;
use tillwatch_app::ports::store::NewChannel;
use tillwatch_core::alert::{DayMinute, Fall, Quiet, Rearm, Rule, Settings, Zone};
use tillwatch_core::history::Period;
use tillwatch_core::input::InputError;
use tillwatch_core::money::{BasisPoints, Currency, Money};

/// How addresses are written.
const WHERE: &str = "Where to; may be given several times. One of telegram:CHAT, mailto:NAME@DOMAIN, ntfys://HOST/TOPIC, \
                     gotifys://HOST/TOKEN, https://discord.com/api/webhooks/ID/TOKEN, webhook+https://HOST/PATH#SECRET, \
                     apprise+https://HOST/notify/KEY";

/// The rules, the settings and the channels of a watch.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Telling {
    /// Tell at or below this price, in the currency of the watch
    #[arg(long, value_name = "AMOUNT")]
    target: Option<String>,
    /// Tell also: near-low:5%, near-low:5%/90 (days), new-low, new-low/30, drop:10%, drop:2.00, back-in-stock, stack-gone,
    /// broken; may be given several times
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,
    /// Where to; may be given several times
    #[arg(long, value_name = "ADDRESS", long_help = WHERE)]
    tell: Vec<String>,
    /// When a rule that was told can be told again, in seconds, or never
    #[arg(long, value_name = "S|never", default_value = "86400", value_parser = Rearm::parse)]
    rearm: Rearm,
    /// How many percent further down a price is told again, or none
    #[arg(long, value_name = "PERCENT|none", default_value = "2", value_parser = step)]
    step: Step,
    /// After how many failed checks in a row the rule `broken` tells
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    misses: u32,
    /// Send nothing in these hours, such as 22:00-07:00
    #[arg(long, value_name = "FROM-UNTIL", value_parser = quiet)]
    quiet: Option<Quiet>,
    /// Send everything together at this minute of the day, such as 08:00
    #[arg(long, value_name = "HH:MM", value_parser = DayMinute::parse)]
    digest: Option<DayMinute>,
    /// Whose clock these hours go by, such as Europe/Berlin or +02:00
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = Zone::parse)]
    zone: Zone,
}

/// How far a price must fall to be told again; `None` is never.
type Step = Option<BasisPoints>;

impl Telling {
    /// The price to wait for.
    pub(crate) fn target(&self, currency: Currency) -> Result<Option<Money>, InputError> {
        self.target
            .as_deref()
            .map(|text| amount("--target", text, currency))
            .transpose()
    }

    /// All that is to be told.
    pub(crate) fn rules(&self, currency: Currency) -> Result<Vec<Rule>, InputError> {
        let target = self.target(currency)?.map(Rule::Below);
        let more = self.rule.iter().map(|text| rule(text, currency));
        target.into_iter().map(Ok).chain(more).collect()
    }

    /// How it is to be told.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            rearm: self.rearm,
            step: self.step,
            misses: self.misses,
            quiet: self.quiet,
            digest: self.digest,
            zone: self.zone.clone(),
        }
    }

    /// Where to. Whoever may write in the store vouches for its mailboxes; nobody else's are used unasked.
    pub(crate) fn channels(&self) -> Result<Vec<NewChannel>, InputError> {
        let mut channels: Vec<NewChannel> = Vec::new();
        for text in &self.tell {
            let address = Address::parse(text).map_err(|error| InputError::wrong("--tell", error))?;
            let address = address.kept();
            if channels.iter().all(|there| there.address != address) {
                channels.push(NewChannel {
                    address,
                    confirmed: true,
                });
            }
        }
        if !channels.is_empty() && self.target.is_none() && self.rule.is_empty() {
            let told = "there is nothing to tell: give a --target or a --rule with it";
            return Err(InputError::conflict("--tell", told));
        }
        Ok(channels)
    }
}

fn amount(place: &str, text: &str, currency: Currency) -> Result<Money, InputError> {
    let amount = Money::parse(text, currency).map_err(|why| InputError::wrong(place, why))?;
    if !amount.is_positive() {
        let told = format_args!("{text:?} is no price; a target is more than nothing");
        return Err(InputError::wrong(place, told));
    }
    Ok(amount)
}

fn rule(text: &str, currency: Currency) -> Result<Rule, InputError> {
    let unknown = || {
        let allowed = "allowed: near-low:5%, near-low:5%/90, new-low, new-low/30, drop:10%, drop:2.00, back-in-stock, \
                       stack-gone, broken";
        InputError::wrong("--rule", format_args!("{text:?} is no rule; {allowed}"))
    };
    let (head, days) = match text.rsplit_once('/') {
        Some((head, days)) => (head, Some(days)),
        None => (text, None),
    };
    let period = match days.map(str::parse) {
        None => Period::All,
        Some(Ok(days @ 1..)) => Period::Days(days),
        Some(_) => {
            return Err(InputError::wrong(
                "--rule",
                format_args!("{text:?}: a period is so many days"),
            ));
        }
    };
    let percent = |text: &str| {
        let share = BasisPoints::parse(text).map_err(|why| InputError::wrong("--rule", why))?;
        (share.points() > 0).then_some(share).ok_or_else(unknown)
    };
    let rule = match head.split_once(':') {
        Some(("near-low", share)) => Rule::AboveLow {
            period,
            share: percent(share.strip_suffix('%').ok_or_else(unknown)?)?,
        },
        None if head == "new-low" => Rule::NewLow(period),
        Some(("drop", fall)) if days.is_none() => Rule::Drop(match fall.strip_suffix('%') {
            Some(share) => Fall::Share(percent(share)?),
            None => Fall::By(amount("--rule", fall, currency)?),
        }),
        None if days.is_none() => match head {
            "back-in-stock" => Rule::BackInStock,
            "stack-gone" => Rule::StackGone,
            "broken" => Rule::Broken,
            _ => return Err(unknown()),
        },
        _ => return Err(unknown()),
    };
    Ok(rule)
}

/// A rule as a command line writes it; a target as its amount.
pub(super) fn written(rule: &Rule) -> String {
    let within = match rule.period() {
        Some(Period::Days(days)) => format!("/{days}"),
        _ => String::new(),
    };
    match rule {
        Rule::Below(target) => format!("at or below {target}"),
        Rule::AboveLow { share, .. } => format!("near-low:{share}%{within}"),
        Rule::NewLow(_) => format!("new-low{within}"),
        Rule::Drop(Fall::By(amount)) => format!("drop:{amount}"),
        Rule::Drop(Fall::Share(share)) => format!("drop:{share}%"),
        Rule::BackInStock => "back-in-stock".to_owned(),
        Rule::StackGone => "stack-gone".to_owned(),
        Rule::Broken => "broken".to_owned(),
    }
}

fn step(text: &str) -> Result<Step, String> {
    match text {
        "none" => Ok(None),
        percent => BasisPoints::parse(percent).map(Some).map_err(|error| error.to_string()),
    }
}

fn quiet(text: &str) -> Result<Quiet, String> {
    let unread = || format!("{text:?} is not two minutes of the day such as 22:00-07:00");
    let (from, until) = text.split_once('-').ok_or_else(unread)?;
    let quiet = Quiet {
        from: DayMinute::parse(from).map_err(|error| error.to_string())?,
        until: DayMinute::parse(until).map_err(|error| error.to_string())?,
    };
    (quiet.from != quiet.until).then_some(quiet).ok_or_else(unread)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use super::*;

    #[test]
    fn rules_are_read_as_they_are_written() {
        let usd = Currency::parse("USD").unwrap();
        let read = |text: &str| rule(text, usd).ok();
        let share = |points| BasisPoints::new(points).unwrap();
        assert_eq!(
            read("near-low:5%/90"),
            Some(Rule::AboveLow {
                period: Period::Days(90),
                share: share(500)
            })
        );
        assert_eq!(read("new-low"), Some(Rule::NewLow(Period::All)));
        assert_eq!(read("new-low/30"), Some(Rule::NewLow(Period::Days(30))));
        assert_eq!(read("drop:7.5%"), Some(Rule::Drop(Fall::Share(share(750)))));
        assert_eq!(read("drop:2.00"), Some(Rule::Drop(Fall::By(Money::new(200, usd)))));
        assert_eq!(read("broken"), Some(Rule::Broken));
        for text in [
            "near-low:5%/90",
            "new-low",
            "new-low/30",
            "drop:7.5%",
            "drop:2.00",
            "stack-gone",
        ] {
            assert_eq!(read(text).as_ref().map(written).as_deref(), Some(text));
        }
        for wrong in [
            "",
            "low",
            "new-low/0",
            "new-low/x",
            "drop:0",
            "drop:0%",
            "drop:2.001",
            "near-low:5",
            "broken/3",
        ] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
