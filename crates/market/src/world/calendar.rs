//! Days and sales. The marketplace's days are those of Los Angeles, in summer and in winter; the rules of its sales are
//! those that fitted the dated years (`crates/core/data/event-rules.json` names the sources).

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// A day in seconds, for spans that no clock change touches.
pub(super) const DAY: i64 = 86_400;

/// Years that are laid out before and after the one of the origin. Beyond them there are days, but no named sales.
const PAST: i16 = 4;
const FUTURE: i16 = 20;

/// A named sale. It begins and ends at midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// What it is called.
    pub name: &'static str,
    /// Whether it is one of the large ones, with a ladder of many codes.
    pub grand: bool,
    /// Its first second, as seconds of Unix time.
    pub starts: i64,
    /// The first second at which it is over.
    pub ends: i64,
    /// From when its prices are announced.
    pub announced: i64,
    /// Its place among all sales.
    pub(super) number: u64,
}

/// The days of Los Angeles and the sales that begin on them.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    first: i64,
    midnights: Vec<i64>,
    sales: Vec<Sale>,
}

impl Calendar {
    pub(super) fn around(year: i16) -> Self {
        let zone = TimeZone::get("America/Los_Angeles").unwrap_or(TimeZone::UTC);
        let years = year.saturating_sub(PAST)..year.saturating_add(FUTURE);
        let first = day_of_date(Date::constant(years.start, 1, 1));
        let last = day_of_date(Date::constant(years.end, 1, 1));
        let midnights = (first..=last).map(|day| midnight(day, &zone)).collect();
        let mut calendar = Self {
            first,
            midnights,
            sales: Vec::new(),
        };
        calendar.sales = calendar.lay_out(years);
        calendar
    }

    fn lay_out(&self, years: std::ops::Range<i16>) -> Vec<Sale> {
        let mut sales: Vec<Sale> = years
            .flat_map(sales_of)
            .map(|(name, grand, start, length, warm_up)| {
                let day = day_of_date(start);
                Sale {
                    name,
                    grand,
                    starts: self.midnight(day),
                    ends: self.midnight(day + length),
                    announced: self.midnight(day - warm_up),
                    number: 0,
                }
            })
            .collect();
        sales.sort_by_key(|sale| (sale.starts, sale.ends));
        for (number, sale) in (0..).zip(&mut sales) {
            sale.number = number;
        }
        sales
    }

    pub(super) fn leave_out_sales(&mut self) {
        self.sales.clear();
    }

    /// The first second of a day, counted from the first of January 1970.
    pub(super) fn midnight(&self, day: i64) -> i64 {
        let last = i64::try_from(self.midnights.len()).unwrap_or(1) - 1;
        let place = (day - self.first).clamp(0, last);
        let known = self.midnights[usize::try_from(place).unwrap_or(0)];
        // Beyond the table no clock is put forward.
        known + (day - self.first - place) * DAY
    }

    /// The day that a second falls on.
    pub(super) fn day(&self, second: i64) -> i64 {
        let guess = (second - 8 * 3_600).div_euclid(DAY);
        if self.midnight(guess + 1) <= second {
            guess + 1
        } else {
            guess
        }
    }

    /// The sales that begin before `until` and end at or after `from`.
    pub(super) fn sales(&self, from: i64, until: i64) -> impl DoubleEndedIterator<Item = &Sale> {
        // None is longer than 14 days.
        let begin = self.sales.partition_point(|sale| sale.starts < from - 15 * DAY);
        let end = self.sales.partition_point(|sale| sale.starts < until);
        self.sales[begin..end.max(begin)]
            .iter()
            .filter(move |sale| sale.ends >= from)
    }
}

fn day_of_date(date: Date) -> i64 {
    i64::from((date - Date::constant(1970, 1, 1)).get_days())
}

fn midnight(day: i64, zone: &TimeZone) -> i64 {
    let date = Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(day));
    date.to_zoned(zone.clone())
        .map_or(day * DAY, |zoned| zoned.timestamp().as_second())
}

type Row = (&'static str, bool, Date, i64, i64);

/// Name, whether it is grand, first day, days, days of announcement.
fn sales_of(year: i16) -> Vec<Row> {
    let date = |month, day| Date::constant(year, month, day);
    let nth = |month, nth, weekday| {
        date(month, 1)
            .nth_weekday_of_month(nth, weekday)
            .unwrap_or(date(month, 1))
    };
    let thanksgiving = nth(11, 4, Weekday::Thursday);
    let tuesday = thanksgiving.saturating_sub(jiff::Span::new().days(2));
    let choice_days = if year < 2025 { 3 } else { 7 };
    let mut rows: Vec<Row> = (1..=12)
        .map(|month| ("Choice Day", false, date(month, 1), choice_days, 2))
        .collect();
    rows.extend([
        ("New Year sale", false, date(1, 1), 14, 2),
        ("Winter sale", true, nth(2, 3, Weekday::Monday), 7, 3),
        ("Anniversary sale", true, nth(3, 3, Weekday::Monday), 10, 7),
        ("Summer sale", true, date(6, 1), 10, 4),
        ("August sale", true, nth(8, 3, Weekday::Monday), 10, 3),
        ("11.11", true, date(11, 11), 8, 10),
        ("Black Friday", true, tuesday, 7, 4),
        ("Year-end sale", true, nth(12, 3, Weekday::Monday), 8, 4),
    ]);
    rows
}
