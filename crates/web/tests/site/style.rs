//! The style: ready for scripts that run from right to left.

/// Sides as a screen has them; what is meant is where a line starts and ends.
const PHYSICAL: [&str; 4] = ["left", "right", "-left", "-right"];

/// Properties whose four values name physical sides in order, fine only where both sides are the same.
const FOUR_SIDED: [&str; 3] = ["margin", "padding", "inset"];

/// The declarations of a style, as property and value.
fn declarations(css: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = css.split(['{', '}', ';']);
    parts
        .filter_map(|part| part.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
}

fn is_physical(name: &str, value: &str) -> bool {
    let sided = PHYSICAL
        .iter()
        .any(|side| name == *side || (side.starts_with('-') && name.contains(side)));
    let aligned =
        ["text-align", "float", "clear", "caption-side"].contains(&name) && ["left", "right"].contains(&value);
    let values: Vec<&str> = value.split_whitespace().collect();
    let lopsided = FOUR_SIDED.contains(&name) && matches!(values.as_slice(), [_, right, _, left] if right != left);
    sided || aligned || lopsided
}

#[test]
fn no_style_names_a_side_of_the_screen() {
    for css in [
        include_str!("../../static/site.css"),
        include_str!("../../static/chart.css"),
        include_str!("../../static/chart-large.css"),
    ] {
        assert!(declarations(css).count() > 2);
        for (name, value) in declarations(css) {
            assert!(!is_physical(name, value), "{name}:{value}");
        }
    }
    // The guard sees what it is there for.
    for (name, value) in declarations("a{margin-left:1px;left:0;text-align:right}b{padding:0 1px 0 2px;border-left:0}")
    {
        assert!(is_physical(name, value), "{name}:{value}");
    }
}
