//! What the readers of the almanac's files share.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Confidence;
use crate::discount::read::{At, optional};
use crate::input::{InputError, Text, Unknown};
use crate::instant::{Instant, InstantError};

/// `ladders[3]`.
pub(crate) struct Index(pub(crate) &'static str, pub(crate) usize);

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.0, self.1)
    }
}

/// Refuses another format; a file that does not name its own is taken at its word.
pub(crate) fn in_schema(given: Option<&Text<'_>>, wanted: &str) -> Result<(), InputError> {
    match given.map(Text::as_str) {
        Some(given) if given != wanted => Err(InputError::wrong("schema", format_args!("{given:?} is not {wanted:?}"))),
        _ => Ok(()),
    }
}

/// Refuses fields that nobody knows: in a file of our own a misspelt one is a fault.
pub(crate) fn no_others(place: impl fmt::Display, unknown: &Unknown) -> Result<(), InputError> {
    match unknown.first() {
        Some(name) => Err(InputError::wrong(place, format_args!("{name:?} is no known field"))),
        None => Ok(()),
    }
}

/// Reads a text that must be there.
pub(crate) fn needed<T, E: fmt::Display>(
    text: Option<&Text<'_>>,
    place: At<'_>,
    allowed: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, InputError> {
    optional(text, place, parse)?.ok_or_else(|| InputError::missing(place, allowed))
}

/// A text that must be there and say something.
pub(crate) fn text(text: Option<&Text<'_>>, place: At<'_>) -> Result<String, InputError> {
    let said = text.map(Text::as_str).filter(|text| !text.trim().is_empty());
    said.map(String::from)
        .ok_or_else(|| InputError::missing(place, "a text is needed"))
}

/// Texts that may be absent.
pub(crate) fn texts(texts: Option<&[Text<'_>]>) -> Vec<String> {
    let texts = texts.unwrap_or_default().iter();
    texts.map(|text| text.as_str().into()).collect()
}

/// A confidence that must be there.
pub(crate) fn confidence(text: Option<&Text<'_>>, place: At<'_>) -> Result<Confidence, InputError> {
    needed(text, place, "allowed: high, medium, low", |text| {
        Confidence::ALL
            .into_iter()
            .find(|one| one.name() == text)
            .ok_or_else(|| format!("{text:?} is none of high, medium, low"))
    })
}

/// The moment of a zoned time, shown with its offset.
pub(crate) fn from_zoned(zoned: &Zoned) -> Instant {
    Instant {
        moment: zoned.timestamp(),
        offset: zoned.offset(),
    }
}

/// Time zones that were looked up already: one name is asked for again and again, and finding its rules takes longer
/// than reading the rest of a file.
#[derive(Default)]
pub(crate) struct Zones(Vec<(String, TimeZone)>);

impl Zones {
    /// A time zone that must be there.
    pub(crate) fn get(&mut self, name: Option<&Text<'_>>, place: At<'_>) -> Result<TimeZone, InputError> {
        let name = name.map(Text::as_str).ok_or_else(|| {
            InputError::missing(
                place,
                "the time zone of starts and ends is needed, such as \"America/Los_Angeles\"",
            )
        })?;
        if let Some((_, zone)) = self.0.iter().find(|(known, _)| known == name) {
            return Ok(zone.clone());
        }
        let zone = TimeZone::get(name)
            .map_err(|_| InputError::wrong(place, InstantError::UnknownZone(name.chars().take(64).collect())))?;
        self.0.push((name.into(), zone.clone()));
        Ok(zone)
    }
}

/// A local date and time without an offset, or a day alone and then at the given time of it.
pub(crate) fn local_day_or_time(text: &str, time: &str, zone: &TimeZone) -> Result<Instant, InstantError> {
    // The parser of dates reads more forms, and passes over an offset that contradicts the zone.
    let form = |pattern: &[u8]| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                b'T' => matches!(byte, b'T' | b' '),
                wanted => byte == *wanted,
            })
    };
    let not = || InstantError::NotADate(text.chars().take(64).collect());
    let date: DateTime = if form(b"0000-00-00") {
        format!("{text}{time}").parse().map_err(|_| not())?
    } else if form(b"0000-00-00T00:00:00") {
        text.parse().map_err(|_| not())?
    } else {
        return Err(not());
    };
    let zoned = date.to_zoned(zone.clone()).map_err(|_| not())?;
    Ok(from_zoned(&zoned))
}
