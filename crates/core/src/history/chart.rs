//! Chart data: the spans of a walk, thinned out where there are more than can be seen.

use alloc::vec::Vec;

use super::minute::Minute;
use super::series::{Known, Series, Span};

impl Series {
    /// What is known from a minute until before another, for a step chart that is so many buckets wide.
    ///
    /// Where there are more spans than buckets, a bucket keeps of the spans that begin in it the first, the last, the
    /// lowest and the highest price, the same of voided prices, and so by length of gaps. What is left out is covered
    /// by the span before it. So the extremes of a chart are those of [`Series::spans`], at any zoom.
    pub fn chart(&self, from: Minute, until: Minute, buckets: u32) -> Vec<Span<'_>> {
        let spans = self.spans(from, until);
        if u32::try_from(spans.len()).is_ok_and(|count| count <= buckets) {
            return spans;
        }
        let width = until.since(from).div_ceil(buckets.max(1));
        let bucket = |span: &Span<'_>| span.from.since(from).checked_div(width);
        let mut thin: Vec<Span<'_>> = Vec::new();
        for spans in spans.chunk_by(|one, next| bucket(one) == bucket(next)) {
            let kept = kept(spans);
            for (place, span) in spans.iter().enumerate() {
                match thin.last_mut() {
                    // The first of a bucket is always kept, so that this one is of the same.
                    Some(before) if !kept.contains(&place) => before.until = span.until,
                    _ => thin.push(*span),
                }
            }
        }
        thin
    }
}

/// What is drawn alike: prices, voided prices and gaps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Price,
    Voided,
    Gap,
}

/// A span's kind, and by what spans of that kind are compared: minor units, or minutes.
fn measure(span: &Span<'_>) -> (Kind, i64) {
    match span.known {
        Known::Price { price, void: None, .. } => (Kind::Price, price.minor()),
        Known::Price { price, .. } => (Kind::Voided, price.minor()),
        Known::Gap(_) => (Kind::Gap, i64::from(span.until.since(span.from))),
    }
}

/// Which spans of a bucket stay, by place.
fn kept(spans: &[Span<'_>]) -> Vec<usize> {
    let mut kept = Vec::new();
    for kind in [Kind::Price, Kind::Voided, Kind::Gap] {
        let measured = spans.iter().map(measure).enumerate();
        let alike: Vec<(i64, usize)> = measured
            .filter_map(|(place, (its, size))| (its == kind).then_some((size, place)))
            .collect();
        let keep = [alike.first(), alike.last(), alike.iter().min(), alike.iter().max()];
        kept.extend(keep.into_iter().flatten().map(|(_, place)| *place));
    }
    kept
}
