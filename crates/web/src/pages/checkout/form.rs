//! The calculator's form as it is shown: with the rows that there are, and what was typed into them.

use crate::typed::{Field, Typed};
use crate::words::{self, fill};

/// So many rows there are to begin with, so many are added at once, and not more than so many.
pub(super) const LINES: Rows = Rows {
    first: 2,
    more: 2,
    most: 8,
};
pub(super) const COUPONS: Rows = Rows {
    first: 2,
    more: 3,
    most: 12,
};

pub(super) struct Rows {
    first: usize,
    more: usize,
    pub(super) most: usize,
}

impl Rows {
    /// How many rows are shown: as many as were, as are filled, and more where that is asked for.
    fn shown(&self, typed: &Typed, counter: &str, fields: &[&str]) -> usize {
        let were = typed.text(counter).parse().unwrap_or(self.first);
        let filled = (1..=self.most).rev().find(|row| {
            let mut names = fields.iter().map(|field| format!("{field}-{row}"));
            names.any(|name| !typed.text(&name).is_empty())
        });
        let more = if typed.text("more") == counter { self.more } else { 0 };
        let shown = were.max(filled.unwrap_or(0)).max(self.first);
        shown.saturating_add(more).min(self.most)
    }

    /// A sentence that names the most rows.
    pub(super) fn told(&self, sentence: &str) -> String {
        fill(sentence, &[("most", &self.most.to_string())])
    }

    /// Whether a row that is filled lies beyond the last.
    pub(super) fn overflow(&self, typed: &Typed, fields: &[&str]) -> bool {
        typed.filled().any(|(name, _)| {
            let row = name.rsplit_once('-').filter(|(field, _)| fields.contains(field));
            row.is_some_and(|(_, number)| number.parse().is_ok_and(|number: usize| number > self.most))
        })
    }
}

/// The fields whose content makes a row count.
pub(super) const LINE_FIELDS: [&str; 4] = ["price", "shipping", "store", "link"];
pub(super) const COUPON_FIELDS: [&str; 5] = ["value", "from", "cap", "code", "of"];

/// The form as it is shown.
pub(super) struct View<'a> {
    pub(super) refused: Vec<String>,
    pub(super) lines: Vec<LineFields>,
    pub(super) more_lines: bool,
    pub(super) coupons: Vec<CouponFields<'a>>,
    pub(super) more_coupons: bool,
    pub(super) known: bool,
    pub(super) shown: Field,
    pub(super) json: Field,
}

pub(super) struct LineFields {
    pub(super) name: String,
    pub(super) link: Field,
    pub(super) price: Field,
    pub(super) pieces: Field,
    pub(super) shipping: Field,
    pub(super) store: Field,
}

pub(super) struct CouponFields<'a> {
    pub(super) name: String,
    pub(super) kind: Field,
    pub(super) kinds: Vec<(String, &'a str, bool)>,
    pub(super) off: Field,
    pub(super) offs: Vec<(&'static str, &'a str, bool)>,
    pub(super) value: Field,
    pub(super) from: Field,
    pub(super) cap: Field,
    pub(super) code: Field,
    pub(super) of: Field,
}

impl<'a> View<'a> {
    pub(super) fn of(typed: &Typed, words: &'a words::checkout::Words) -> Self {
        let lines = LINES.shown(typed, "lines", &LINE_FIELDS);
        let coupons = COUPONS.shown(typed, "coupons", &COUPON_FIELDS);
        Self {
            refused: typed.refused.clone(),
            lines: (1..=lines).map(|row| line_fields(typed, words, row)).collect(),
            more_lines: lines < LINES.most,
            coupons: (1..=coupons).map(|row| coupon_fields(typed, words, row)).collect(),
            more_coupons: coupons < COUPONS.most,
            known: !typed.text("known").is_empty(),
            shown: typed.field("shown"),
            json: typed.field("json"),
        }
    }
}

fn line_fields(typed: &Typed, words: &words::checkout::Words, row: usize) -> LineFields {
    let field = |name| typed.field(format!("{name}-{row}"));
    let mut pieces = field("pieces");
    if pieces.text.is_empty() {
        "1".clone_into(&mut pieces.text);
    }
    LineFields {
        name: numbered(&words.line, row),
        link: field("link"),
        price: field("price"),
        pieces,
        shipping: field("shipping"),
        store: field("store"),
    }
}

fn coupon_fields<'a>(typed: &Typed, words: &'a words::checkout::Words, row: usize) -> CouponFields<'a> {
    let field = |name| typed.field(format!("{name}-{row}"));
    let (kind, off) = (field("kind"), field("off"));
    let offs = [
        ("amount", words.offs.amount.as_str()),
        ("percent", &words.offs.percent),
        ("every", &words.offs.every),
    ];
    CouponFields {
        name: numbered(&words.coupon, row),
        kinds: words
            .kinds
            .all()
            .into_iter()
            .map(|(one, text)| (one.name().to_owned(), text, one.name() == kind.text))
            .collect(),
        offs: offs.map(|(name, text)| (name, text, name == off.text)).into(),
        kind,
        off,
        value: field("value"),
        from: field("from"),
        cap: field("cap"),
        code: field("code"),
        of: field("of"),
    }
}

pub(super) fn numbered(text: &str, row: usize) -> String {
    fill(text, &[("number", &row.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_grow_when_asked_and_never_hide_what_is_filled() {
        let shown = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            LINES.shown(&Typed::of(pairs.collect()), "lines", &LINE_FIELDS)
        };
        assert_eq!(shown(&[]), 2);
        assert_eq!(shown(&[("lines", "4"), ("more", "lines")]), 6);
        assert_eq!(shown(&[("lines", "2"), ("price-5", "1")]), 5);
        assert_eq!(shown(&[("lines", "99999999999999999999"), ("more", "lines")]), 4);
        assert_eq!(shown(&[("lines", "700")]), 8);
    }
}
