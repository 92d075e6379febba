//! The price over time as a picture: steps that hold until the next reading, gaps hatched, lows and sales marked.
//!
//! It is drawn from the spans of the series and from nothing else, so that the table beside it cannot disagree. One
//! picture serves every width: its texts are sized by the page's style, or by its own where it stands alone.

mod dress;
mod plot;
mod png;
mod scale;

use std::fmt::Write;

use tillwatch_core::history::{Known, Minute, Span};
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Outcome;

use crate::words::Words;
pub(crate) use dress::Dress;
use plot::{Segment, segments};
pub(crate) use png::{Brush, Width};
use scale::Scale;

/// The picture's width and height in its own units: two to a pixel at its usual size.
pub(crate) const SIZE: (u32, u32) = (1_440, 640);

/// No chart has more steps than this for a line: what is finer cannot be seen.
pub(crate) const BUCKETS: u32 = 240;

/// What is drawn.
pub(crate) struct Chart<'a> {
    pub(crate) from: Minute,
    pub(crate) until: Minute,
    /// The present, which decides how days are written.
    pub(crate) now: Minute,
    pub(crate) currency: Currency,
    /// The price with discounts: bold.
    pub(crate) effective: &'a [Span<'a>],
    /// The price without any: thin. What lies between is what the discounts are worth.
    pub(crate) sticker: &'a [Span<'a>],
    pub(crate) marks: Vec<Mark>,
    /// Named sales in the background.
    pub(crate) bands: Vec<Band>,
    /// Where a discount entered or left the stack.
    pub(crate) ticks: Vec<Tick>,
}

/// A price across the whole width.
pub(crate) struct Mark {
    pub(crate) kind: MarkKind,
    pub(crate) price: i64,
    pub(crate) label: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkKind {
    Low,
    RecentLow,
    Target,
}

/// A minute with words on it.
pub(crate) struct Tick {
    pub(crate) at: Minute,
    pub(crate) text: String,
}

/// A stretch of time with a name.
pub(crate) struct Band {
    pub(crate) from: Minute,
    pub(crate) until: Minute,
    pub(crate) name: String,
}

impl Chart<'_> {
    /// The picture. `alt` says the same in words.
    pub(crate) fn svg(&self, words: &Words, title: &str, alt: &str) -> String {
        self.draw(words, title, alt, "")
    }

    /// The picture for a place without our style sheet.
    pub(crate) fn alone(&self, words: &Words, title: &str, alt: &str, dress: Dress) -> String {
        self.draw(words, title, alt, &dress.element(SIZE))
    }

    fn draw(&self, words: &Words, title: &str, alt: &str, style: &str) -> String {
        let mut svg = String::with_capacity(8_192);
        let (width, height) = SIZE;
        let _ = write!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" role="img" aria-labelledby="chart-title chart-alt">{style}<title id="chart-title">{}</title><desc id="chart-alt">{}</desc>"#,
            Escaped(title),
            Escaped(alt)
        );
        let Some(scale) = self.scale() else {
            let _ = write!(
                svg,
                r#"<text class="c-empty" x="{}" y="{}">{}</text></svg>"#,
                width / 2,
                height / 2,
                Escaped(&words.listing.chart_empty)
            );
            return svg;
        };
        svg.push_str(r#"<defs><pattern id="c-hatch" width="14" height="14" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="c-hatch" d="M0 0V14"/></pattern></defs>"#);
        self.bands(&mut svg, &scale);
        let amounts = self.grid(&mut svg, &scale, words);
        let (bold, thin) = (segments(self.effective, &scale), segments(self.sticker, &scale));
        between(&mut svg, &bold, &thin);
        self.gaps(&mut svg, &scale, words);
        self.marks(&mut svg, &scale);
        line(&mut svg, "c-sticker", &thin);
        line(&mut svg, "c-effective", &bold);
        svg.push_str(&amounts);
        self.labels(&mut svg, &scale);
        self.voids(&mut svg, &scale);
        self.ticks(&mut svg, &scale);
        svg.push_str("</svg>");
        svg
    }

    /// From the prices in view that count; a voided one stretches nothing.
    fn scale(&self) -> Option<Scale> {
        let spans = self.effective.iter().chain(self.sticker);
        let prices = spans.filter_map(|span| match span.known {
            Known::Price { price, void: None, .. } => Some(price.minor()),
            _ => None,
        });
        let (low, high) = prices.fold(None, |range: Option<(i64, i64)>, price| {
            Some(range.map_or((price, price), |(low, high)| (low.min(price), high.max(price))))
        })?;
        // A mark just outside is worth its room; one far away is told in words.
        let room = (high - low).max(high / 20);
        let near = |price: &i64| *price < low && low - price <= room;
        let low = self
            .marks
            .iter()
            .map(|mark| mark.price)
            .filter(near)
            .fold(low, i64::min);
        Some(Scale::new(self.from, self.until, low, high))
    }

    /// The lines of the amounts and days; their names, which stand above everything else.
    fn grid(&self, svg: &mut String, scale: &Scale, words: &Words) -> String {
        let form = &words.site.form;
        let mut lines = String::new();
        let mut labels = String::new();
        for price in scale.prices() {
            let y = scale.y(price);
            let _ = write!(lines, "M0 {y}H{}", SIZE.0);
            let label = form.number(Money::new(price, self.currency));
            let _ = write!(labels, r#"<text x="4" y="{y}" dy="-.35em">{}</text>"#, Escaped(&label));
        }
        for (number, day) in scale.days().into_iter().enumerate() {
            let x = scale.x(day);
            let _ = write!(lines, "M{x} {}v12", scale::BOTTOM);
            // Every other date may be left out where there is little room.
            let class = if number % 2 == 0 { "c-date" } else { "c-date c-odd" };
            let label = form.day(day, self.now);
            let _ = write!(
                labels,
                r#"<text class="{class}" x="{x}" y="{}">{}</text>"#,
                SIZE.1 - 8,
                Escaped(&label)
            );
        }
        let _ = write!(svg, r#"<path class="c-grid" d="{lines}"/>"#);
        format!(r#"<g class="c-labels">{labels}</g>"#)
    }

    fn bands(&self, svg: &mut String, scale: &Scale) {
        for band in &self.bands {
            let (from, until) = (scale.x(band.from), scale.x(band.until));
            let width = until.saturating_sub(from).max(3);
            let _ = write!(
                svg,
                r#"<rect class="c-band" x="{from}" y="0" width="{width}" height="{}"><title>{}</title></rect>"#,
                scale::BOTTOM,
                Escaped(&band.name)
            );
        }
    }

    fn gaps(&self, svg: &mut String, scale: &Scale, words: &Words) {
        for span in self.effective {
            let Known::Gap(outcome) = span.known else { continue };
            let (from, until) = (scale.x(span.from), scale.x(span.until));
            let _ = write!(
                svg,
                r#"<rect class="c-gap" x="{from}" y="0" width="{}" height="{}"><title>{}</title></rect>"#,
                until.saturating_sub(from).max(2),
                scale::BOTTOM,
                Escaped(words.listing.outcomes.of(outcome))
            );
        }
    }

    fn marks(&self, svg: &mut String, scale: &Scale) {
        for mark in self.marks.iter().filter(|mark| scale.shows(mark.price)) {
            let class = match mark.kind {
                MarkKind::Low => "c-low",
                MarkKind::RecentLow => "c-recent",
                MarkKind::Target => "c-target",
            };
            let _ = write!(
                svg,
                r#"<path class="{class}" d="M0 {}H{}"/>"#,
                scale.y(mark.price),
                SIZE.0
            );
        }
    }

    /// What the marks are, above everything else.
    fn labels(&self, svg: &mut String, scale: &Scale) {
        for mark in self.marks.iter().filter(|mark| scale.shows(mark.price)) {
            // Each kind has its own room, since their lines may lie close together.
            let from_right = match mark.kind {
                MarkKind::Low => 6,
                MarkKind::Target => 300,
                MarkKind::RecentLow => 610,
            };
            let _ = write!(
                svg,
                r#"<text class="c-mark" x="{}" y="{}" dy="-.35em">{}</text>"#,
                SIZE.0 - from_right,
                scale.y(mark.price),
                Escaped(&mark.label)
            );
        }
    }

    /// A price that counts in no low: a cross, at the edge where it lies outside.
    fn voids(&self, svg: &mut String, scale: &Scale) {
        for span in self.effective {
            if let Known::Price {
                price,
                void: Some(void),
                ..
            } = span.known
            {
                let (x, y) = (scale.x(span.from), scale.y(price.minor()));
                let _ = write!(
                    svg,
                    r#"<path class="c-void" d="M{} {}l16 16m0-16l-16 16"><title>{}</title></path>"#,
                    x.saturating_sub(8),
                    y.saturating_sub(8),
                    Escaped(&void.reason)
                );
            }
        }
    }

    /// Small triangles on the floor.
    fn ticks(&self, svg: &mut String, scale: &Scale) {
        for tick in &self.ticks {
            let _ = write!(
                svg,
                r#"<path class="c-turn" d="M{} {}l-8 14h16z"><title>{}</title></path>"#,
                scale.x(tick.at),
                scale::BOTTOM - 14,
                Escaped(&tick.text)
            );
        }
    }

    /// The steps of both lines for whoever reads them out: `minutes since the last,effective,sticker` each, with an
    /// outcome's place in place of the prices of a gap.
    pub(crate) fn steps(&self) -> String {
        let mut turns: Vec<Minute> = self
            .effective
            .iter()
            .chain(self.sticker)
            .map(|span| span.from)
            .collect();
        turns.sort_unstable();
        turns.dedup();
        let mut written = String::with_capacity(turns.len() * 16);
        let mut last = self.from;
        for at in turns {
            if !written.is_empty() {
                written.push(' ');
            }
            let _ = write!(written, "{},", at.since(last));
            match (known(self.effective, at), known(self.sticker, at)) {
                (Some(Known::Gap(outcome)), _) => {
                    let _ = write!(written, "!{}", outcome.name());
                }
                (effective, sticker) => {
                    let _ = write!(written, "{},{}", minor(effective), minor(sticker));
                }
            }
            last = at;
        }
        written
    }
}

/// What is known at a minute; of two spans that begin in it, the one that lasts.
fn known<'a>(spans: &[Span<'a>], at: Minute) -> Option<Known<'a>> {
    let place = spans.partition_point(|span| span.from <= at).checked_sub(1)?;
    spans.get(place).filter(|span| at < span.until).map(|span| span.known)
}

fn minor(known: Option<Known<'_>>) -> String {
    match known {
        Some(Known::Price { price, .. }) => price.minor().to_string(),
        _ => String::new(),
    }
}

fn line(svg: &mut String, class: &str, segments: &[Segment]) {
    if segments.is_empty() {
        return;
    }
    let _ = write!(svg, r#"<path class="{class}" d=""#);
    for segment in segments {
        segment.forward(svg);
    }
    svg.push_str("\"/>");
}

/// What the discounts are worth: the area between the lines, where both are known.
fn between(svg: &mut String, bold: &[Segment], thin: &[Segment]) {
    let mut area = String::new();
    for below in bold {
        for above in thin
            .iter()
            .filter(|above| above.start == below.start && above.end == below.end)
        {
            below.forward(&mut area);
            above.backward(&mut area);
            area.push('Z');
        }
    }
    if !area.is_empty() {
        let _ = write!(svg, r#"<path class="c-area" d="{area}"/>"#);
    }
}

/// Text that is no markup.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                // A picture is XML, which knows no other control characters.
                letter if letter.is_control() && !matches!(letter, '\t' | '\n') => {}
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

impl crate::words::listing::Outcomes {
    /// An outcome in words.
    pub(crate) fn of(&self, outcome: Outcome) -> &str {
        match outcome {
            Outcome::Ok => &self.ok,
            Outcome::Blocked => &self.blocked,
            Outcome::Removed => &self.removed,
            Outcome::OtherRegion => &self.other_region,
            Outcome::OtherCurrency => &self.other_currency,
            Outcome::OtherListing => &self.other_listing,
            Outcome::SoldOut => &self.sold_out,
            Outcome::NotAListing => &self.not_a_listing,
            Outcome::EmptyShell => &self.empty_shell,
            Outcome::ApiRefused => &self.api_refused,
            Outcome::NoPrice => &self.no_price,
            Outcome::TooLarge => &self.too_large,
            Outcome::ParseFailed => &self.parse_failed,
            Outcome::Unreachable => &self.unreachable,
            Outcome::Doubtful => &self.doubtful,
        }
    }
}

#[cfg(test)]
mod tests;
