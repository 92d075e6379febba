//! How a watch wants to be told: how often, and not in the night.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use crate::instant::Instant;
use crate::money::BasisPoints;

/// How a watch wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    /// When a rule that was told can be told again.
    pub rearm: Rearm,
    /// How far below the price told last a further low is told as well; absent: none is.
    pub step: Option<BasisPoints>,
    /// After how many failed checks in a row a watch counts as broken.
    pub misses: u32,
    /// The hours in which nothing is sent.
    pub quiet: Option<Quiet>,
    /// The minute of the day at which everything is sent together; absent: each at once.
    pub digest: Option<DayMinute>,
    /// Whose clock the quiet hours and the digest go by.
    pub zone: Zone,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rearm: Rearm::After(86_400),
            step: BasisPoints::new(200),
            misses: 5,
            quiet: None,
            digest: None,
            zone: Zone::UTC,
        }
    }
}

/// When a rule that was told can be told again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rearm {
    /// So many seconds after it was told, once it is no longer met.
    After(u32),
    /// Never.
    Never,
}

/// Hours of the day, from one minute until before another; over midnight where the second is the earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quiet {
    /// The first minute.
    pub from: DayMinute,
    /// The first minute after it.
    pub until: DayMinute,
}

/// A minute of the day, from 00:00 to 23:59.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayMinute(u16);

/// A clock: that of a place, summer time included, or a fixed distance from UTC.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Zone(Clock);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Clock {
    /// Minutes east of UTC.
    Fixed(i16),
    /// A name of the bundled zone data.
    Named(String),
}

/// A text that is no setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not a minute of the day.
    #[error("{0:?} is not a minute of the day such as \"07:30\"")]
    NotAMinute(String),
    /// Neither a zone nor a distance from UTC.
    #[error("{0:?} is not a time zone such as \"Europe/Berlin\" or \"+02:00\"")]
    NotAZone(String),
    /// Neither a number of seconds nor never.
    #[error("{0:?} is not a number of seconds such as \"86400\", and not \"never\"")]
    NotARearm(String),
}

fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}

impl DayMinute {
    /// From hours and minutes; `None` where a day has no such minute.
    pub fn new(hour: u16, minute: u16) -> Option<Self> {
        (hour < 24 && minute < 60).then(|| Self(hour.saturating_mul(60).saturating_add(minute)))
    }

    /// Reads `07:30`.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        two_by_two(text)
            .and_then(|(hour, minute)| Self::new(hour, minute))
            .ok_or_else(|| SettingsError::NotAMinute(shown(text)))
    }

    /// The hour and the minute.
    fn parts(self) -> (u16, u16) {
        (self.0.div_euclid(60), self.0.rem_euclid(60))
    }
}

impl fmt::Display for DayMinute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute) = self.parts();
        write!(f, "{hour:02}:{minute:02}")
    }
}

/// `07:30` as two numbers.
fn two_by_two(text: &str) -> Option<(u16, u16)> {
    let number =
        |text: &str| (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok());
    let (first, second) = text.split_once(':')?;
    Some((number(first)??, number(second)??))
}

impl Rearm {
    /// Reads a number of seconds, or `never`.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        match text {
            "never" => Ok(Self::Never),
            seconds => seconds
                .parse()
                .map(Self::After)
                .map_err(|_| SettingsError::NotARearm(shown(text))),
        }
    }
}

impl fmt::Display for Rearm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(seconds) => write!(f, "{seconds}"),
            Self::Never => f.write_str("never"),
        }
    }
}

impl Zone {
    /// Universal time.
    pub const UTC: Self = Self(Clock::Fixed(0));

    /// Reads a name of the bundled zone data, or a distance such as `+02:00`.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let unread = || SettingsError::NotAZone(shown(text));
        if text == "UTC" || text == "Z" {
            return Ok(Self::UTC);
        }
        let fixed = |text: &str, sign: i16| {
            let (hours, minutes) = two_by_two(text).filter(|(hours, minutes)| *hours < 15 && *minutes < 60)?;
            let minutes = i16::try_from(hours.saturating_mul(60).saturating_add(minutes)).ok()?;
            Some(Self(Clock::Fixed(minutes.saturating_mul(sign))))
        };
        match (text.strip_prefix('+'), text.strip_prefix('-')) {
            (Some(east), _) => fixed(east, 1).ok_or_else(unread),
            (_, Some(west)) => fixed(west, -1).ok_or_else(unread),
            _ => TimeZone::get(text)
                .map(|_| Self(Clock::Named(text.to_owned())))
                .map_err(|_| unread()),
        }
    }

    fn clock(&self) -> TimeZone {
        match &self.0 {
            Clock::Fixed(minutes) => {
                let offset = Offset::from_seconds(i32::from(*minutes).saturating_mul(60));
                offset.map_or(TimeZone::UTC, Offset::to_time_zone)
            }
            // A zone that newer data no longer knows is as good as none.
            Clock::Named(name) => TimeZone::get(name).unwrap_or(TimeZone::UTC),
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Clock::Fixed(minutes) => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                let of_day = DayMinute(minutes.unsigned_abs());
                write!(f, "{sign}{of_day}")
            }
            Clock::Named(name) => f.write_str(name),
        }
    }
}

impl Settings {
    /// Before which moment an alert of now is held: until the digest, and not in the quiet hours. `None`: it is not held.
    pub fn hold_until(&self, now: Instant) -> Option<Instant> {
        if self.digest.is_none() && self.quiet.is_none() {
            return None;
        }
        let clock = self.zone.clock();
        let now = now.moment();
        let sent = match self.digest {
            Some(minute) => next(&clock, minute, now),
            None => now,
        };
        let sent = match self.quiet.filter(|quiet| quiet.has(&clock, sent)) {
            Some(quiet) => next(&clock, quiet.until, sent),
            None => sent,
        };
        (sent > now).then(|| Instant::utc(sent))
    }
}

impl Quiet {
    fn has(self, clock: &TimeZone, moment: Timestamp) -> bool {
        let local = clock.to_datetime(moment);
        let at = u16::try_from(
            i32::from(local.hour())
                .saturating_mul(60)
                .saturating_add(i32::from(local.minute())),
        );
        let at = DayMinute(at.unwrap_or(0));
        if self.from <= self.until {
            (self.from..self.until).contains(&at)
        } else {
            at >= self.from || at < self.until
        }
    }
}

/// The first moment from one on at which a clock shows a minute of the day. One that summer time leaves out comes an
/// hour later, one that comes twice is the first.
fn next(clock: &TimeZone, minute: DayMinute, from: Timestamp) -> Timestamp {
    let today = clock.to_datetime(from).date();
    let shown = |day: Date| -> Option<Timestamp> {
        let (hour, minute) = minute.parts();
        let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
        let moment = day.at(hour, minute, 0, 0).to_zoned(clock.clone()).ok();
        moment.as_ref().map(Zoned::timestamp)
    };
    let days = [Some(today), today.tomorrow().ok()];
    let found = days
        .into_iter()
        .flatten()
        .filter_map(shown)
        .find(|moment| *moment >= from);
    found.unwrap_or(from)
}
