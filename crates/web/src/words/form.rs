//! How a language writes amounts, percentages, days and spans of time.

use serde::Deserialize;
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

use super::fill;

/// The forms of a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Form {
    decimal: String,
    group: String,
    months: [String; 12],
    day: String,
    day_year: String,
    moment: String,
    minutes: String,
    hours: String,
    days: String,
    ago: String,
    just_now: String,
    percent: String,
}

impl Form {
    /// `1,234.50`, without the currency.
    pub(crate) fn number(&self, amount: Money) -> String {
        let text = amount.to_string();
        let (sign, digits) = text
            .strip_prefix('-')
            .map_or(("", text.as_str()), |digits| ("−", digits));
        let (whole, part) = digits
            .split_once('.')
            .map_or((digits, None), |(whole, part)| (whole, Some(part)));
        let mut written = String::from(sign);
        for (place, digit) in whole.char_indices() {
            let after = whole.len() - place;
            // A number of four digits is read without a mark.
            if place > 0 && after % 3 == 0 && whole.len() > 4 {
                written.push_str(&self.group);
            }
            written.push(digit);
        }
        if let Some(part) = part {
            written.push_str(&self.decimal);
            written.push_str(part);
        }
        written
    }

    /// `1,234.50 USD`.
    pub(crate) fn amount(&self, amount: Money) -> String {
        format!("{}\u{a0}{}", self.number(amount), amount.currency())
    }

    /// `4.1 %` of tenths of a percent; a whole number has no digit after it.
    pub(crate) fn tenths(&self, tenths: i64) -> String {
        let (whole, tenth) = (tenths / 10, (tenths % 10).abs());
        let number = if tenth == 0 {
            whole.to_string()
        } else {
            format!("{whole}{}{tenth}", self.decimal)
        };
        fill(&self.percent, &[("number", &number)])
    }

    /// `7.5 %` of a number as formats write it.
    pub(crate) fn percent(&self, number: &str) -> String {
        fill(&self.percent, &[("number", &number.replace('.', &self.decimal))])
    }

    /// `11 Nov`, with the year where it is not the present one. In UTC.
    pub(crate) fn day(&self, at: Minute, now: Minute) -> String {
        let (at, now) = (Written::of(at), Written::of(now));
        let month = self.months.get(at.month().saturating_sub(1));
        let month = month.map_or("", String::as_str);
        let form = if at.year() == now.year() {
            &self.day
        } else {
            &self.day_year
        };
        let (day, year) = (at.day().to_string(), at.year().to_string());
        fill(form, &[("day", &day), ("month", month), ("year", &year)])
    }

    /// `11 Nov, 06:00 UTC`.
    pub(crate) fn moment(&self, at: Minute, now: Minute) -> String {
        let written = Written::of(at);
        fill(&self.moment, &[("day", &self.day(at, now)), ("time", written.time())])
    }

    /// The same of a moment.
    pub(crate) fn instant(&self, at: Instant, now: Minute) -> String {
        self.moment(Minute::of(at), now)
    }

    /// `6 min ago`.
    pub(crate) fn ago(&self, at: Minute, now: Minute) -> String {
        match now.since(at) {
            0 => self.just_now.clone(),
            minutes => fill(&self.ago, &[("span", &self.span(minutes))]),
        }
    }

    /// `6 min`, `3 h`, `2 d`: the largest unit alone, rounded down. There are never fewer than two days.
    pub(crate) fn span(&self, minutes: u32) -> String {
        let (form, count) = match minutes {
            0..60 => (&self.minutes, minutes),
            60..2_880 => (&self.hours, minutes / 60),
            _ => (&self.days, minutes / 1_440),
        };
        fill(form, &[("count", &count.to_string())])
    }
}

/// A minute's parts, as RFC 3339 writes them in UTC.
struct Written(String);

impl Written {
    fn of(minute: Minute) -> Self {
        Self(minute.instant().to_string())
    }

    fn number(&self, from: usize, until: usize) -> usize {
        let digits = self.0.get(from..until);
        digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
    }

    fn year(&self) -> usize {
        self.number(0, 4)
    }

    fn month(&self) -> usize {
        self.number(5, 7)
    }

    fn day(&self) -> usize {
        self.number(8, 10)
    }

    fn time(&self) -> &str {
        self.0.get(11..16).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use tillwatch_core::money::Currency;

    use super::*;
    use crate::words::Tongues;

    #[test]
    fn amounts_days_and_spans_are_written_as_the_language_does() {
        let tongues = Tongues::built_in().unwrap();
        let form = &tongues.get("en").unwrap().site.form;
        let usd = |minor| Money::new(minor, Currency::parse("USD").unwrap());
        for (minor, written) in [
            (3_275, "32.75"),
            (123_456, "1234.56"),
            (1_234_567, "12,345.67"),
            (-5, "−0.05"),
        ] {
            assert_eq!(form.number(usd(minor)), written);
        }
        assert_eq!(
            form.amount(Money::new(12_000, Currency::parse("JPY").unwrap())),
            "12,000\u{a0}JPY"
        );
        assert_eq!(
            (form.tenths(41), form.tenths(40)),
            ("4.1\u{a0}%".to_owned(), "4\u{a0}%".to_owned())
        );
        let minute = |text| Minute::of(Instant::parse(text).unwrap());
        let now = minute("2026-11-23T12:00:00Z");
        assert_eq!(form.day(minute("2026-11-11T06:00:00Z"), now), "11 Nov");
        assert_eq!(form.day(minute("2025-01-02T06:00:00Z"), now), "2 Jan 2025");
        assert_eq!(form.moment(minute("2026-11-11T06:05:00Z"), now), "11 Nov, 06:05 UTC");
        assert_eq!(form.ago(minute("2026-11-23T11:54:00Z"), now), "6\u{a0}min ago");
        assert_eq!(form.ago(minute("2026-11-21T13:00:00Z"), now), "47\u{a0}h ago");
        assert_eq!(form.ago(minute("2026-11-21T12:00:00Z"), now), "2\u{a0}d ago");
        assert_eq!(form.ago(now, now), "just now");
        let french = &tongues.get("fr").unwrap().site.form;
        assert_eq!(french.span(3 * 1_440), "3\u{a0}j");
    }
}
