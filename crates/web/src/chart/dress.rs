//! The dress of a picture that stands alone: the page's style with its colours and sizes filled in. Whatever shows such
//! a picture may know neither names of colours nor the width that it is shown at.

use std::fmt::Write;

/// How a picture that stands alone looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dress {
    /// On a dark ground.
    pub(crate) dark: bool,
    /// With large texts and bold lines: for a picture that is shown at a phone's width.
    pub(crate) large: bool,
}

/// Colours by the names that the style gives them, the ground among them.
type Palette = [(&'static str, &'static str); 6];

const LIGHT: Palette = [
    ("paper", "#fffdf8"),
    ("quiet", "#56605a"),
    ("line", "#e4decf"),
    ("till", "#0a6b4c"),
    ("warm", "#a8431a"),
    ("band", "#f1e6c9"),
];

const DARK: Palette = [
    ("paper", "#181d18"),
    ("quiet", "#a3ada4"),
    ("line", "#2c342d"),
    ("till", "#62d5a2"),
    ("warm", "#ff9c6e"),
    ("band", "#2a2a19"),
];

/// What a page has around the picture and this one has itself.
const ALONE: &str = ".chart{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif}\
    .chart .c-ground{fill:var(--paper)}";

impl Dress {
    /// The style as an element, and the ground that it needs below everything.
    pub(super) fn element(self, (width, height): (u32, u32)) -> String {
        let mut style = String::from("<style>");
        style.push_str(include_str!("../../static/chart.css"));
        if self.large {
            style.push_str(include_str!("../../static/chart-large.css"));
        }
        style.push_str(ALONE);
        for (name, colour) in if self.dark { DARK } else { LIGHT } {
            style = style.replace(&format!("var(--{name})"), colour);
        }
        let _ = write!(
            style,
            r#"</style><rect class="c-ground" width="{width}" height="{height}"/>"#
        );
        style
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_colour_is_left_and_no_rule_that_asks_for_a_width() {
        for (dark, large) in [(false, false), (false, true), (true, false), (true, true)] {
            let style = Dress { dark, large }.element((2, 1));
            assert!(!style.contains("var(") && !style.contains('@'), "{style}");
        }
    }
}
