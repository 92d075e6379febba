//! A line of a chart as steps between its gaps.

use std::fmt::Write;

use tillwatch_core::history::{Known, Span};

use super::scale::Scale;

/// Steps without a gap, from a place to another.
pub(super) struct Segment {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where each step begins, and its height.
    steps: Vec<(u32, u32)>,
}

/// The line of some spans; what is voided is no part of it.
pub(super) fn segments(spans: &[Span<'_>], scale: &Scale) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for span in spans {
        let Known::Price { price, void: None, .. } = span.known else {
            continue;
        };
        let (start, end, height) = (scale.x(span.from), scale.x(span.until), scale.y(price.minor()));
        match segments.last_mut() {
            Some(last) if last.end == start => {
                last.end = end;
                match last.steps.last() {
                    Some((_, same)) if *same == height => {}
                    _ => last.steps.push((start, height)),
                }
            }
            _ => segments.push(Segment {
                start,
                end,
                steps: vec![(start, height)],
            }),
        }
    }
    segments
}

impl Segment {
    /// From left to right.
    pub(super) fn forward(&self, path: &mut String) {
        let mut steps = self.steps.iter();
        if let Some((x, y)) = steps.next() {
            let _ = write!(path, "M{x} {y}");
        }
        for (x, y) in steps {
            let _ = write!(path, "H{x}V{y}");
        }
        let _ = write!(path, "H{}", self.end.max(self.start + 1));
    }

    /// From right to left, from wherever the path stands.
    pub(super) fn backward(&self, path: &mut String) {
        for (x, y) in self.steps.iter().rev() {
            let _ = write!(path, "V{y}H{x}");
        }
    }
}
