//! Names: categories, brands, colours, and titles of which some hold what could break a page.

use super::draw::Draw;

/// A category, and the wider one that it stands in: id and name of both, and a word for its goods.
pub(super) type Row = ((&'static str, &'static str), (&'static str, &'static str), &'static str);

const ELECTRONICS: (&str, &str) = ("44", "Consumer Electronics");
const PHONES: (&str, &str) = ("509", "Phones & Telecommunications");
const HOME: (&str, &str) = ("15", "Home & Garden");
const TOYS: (&str, &str) = ("26", "Toys & Hobbies");
const TOOLS: (&str, &str) = ("1420", "Tools");
const SPORTS: (&str, &str) = ("18", "Sports & Entertainment");

/// All of them.
pub(super) const CATEGORIES: [Row; 12] = [
    (ELECTRONICS, ("63705", "Earphones & Headphones"), "Wireless Earphones"),
    (ELECTRONICS, ("200084017", "Portable Players"), "Music Player"),
    (PHONES, ("380230", "Phone Cases"), "Shockproof Case"),
    (PHONES, ("5090301", "Mobile Phones"), "Smartphone"),
    (HOME, ("1501", "Kitchen Tools"), "Kitchen Grater"),
    (HOME, ("150402", "Lighting"), "LED Strip"),
    (TOYS, ("200003495", "Building Blocks"), "Building Set"),
    (TOYS, ("200002639", "Remote Control"), "RC Car"),
    (TOOLS, ("142001", "Power Tools"), "Cordless Drill"),
    (TOOLS, ("1537", "Measuring"), "Digital Caliper"),
    (SPORTS, ("200003274", "Cycling"), "Bicycle Light"),
    (SPORTS, ("200094001", "Camping"), "Camping Lantern"),
];

/// The wider categories, each once.
pub(super) const WIDE: [(&str, &str); 6] = [ELECTRONICS, PHONES, HOME, TOYS, TOOLS, SPORTS];

/// The place in [`WIDE`] of a category's wider one.
pub(super) fn wide(category: usize) -> usize {
    let (wide, ..) = CATEGORIES[category];
    WIDE.iter().position(|row| *row == wide).unwrap_or(0)
}

pub(super) const BRANDS: [&str; 12] = [
    "Aurivo", "Bexolt", "Caldry", "Dunmore", "Elvaro", "Fentix", "Gorwin", "Haldex", "Ixoria", "Junpeak", "Kestrin",
    "Lumbra",
];

pub(super) const COLOURS: [&str; 6] = ["Black", "White", "Navy blue", "Größe 42 / rot", "绿色", "2 PCS \"Pro\""];

const WORDS: [&str; 10] = [
    "Portable",
    "Waterproof",
    "Mini",
    "Rechargeable",
    "Foldable",
    "Magnetic",
    "USB-C",
    "Heavy Duty",
    "Silent",
    "2026 New",
];

/// Ends of titles that sellers, or worse people, really write.
const NASTY: [&str; 8] = [
    "</script><script>alert(1)</script>",
    "\"quoted\" & 'half-quoted' <b>bold</b>",
    "5% off {{7*7}} ${price}",
    "\u{202e}txet desrever\u{202c}",
    "🔥🔥 ЛУЧШАЯ ЦЕНА 最低价 🔥🔥",
    "\\u0022}]};window.runParams={};",
    "]]> --> <!-- x",
    "=HYPERLINK(\"x\")",
];

pub(super) fn title(draw: &mut Draw, category: usize) -> String {
    let goods = CATEGORIES[category].2;
    let (brand, one, other) = (draw.pick(&BRANDS), draw.pick(&WORDS), draw.pick(&WORDS));
    let plain = format!("{brand} {one} {goods} {other} Model {}", draw.between(10, 999));
    match draw.below(20) {
        0 => format!("{plain} {}", draw.pick(&NASTY)),
        1 => format!("{plain}, {}", [one; 20].join(" ")),
        _ => plain,
    }
}
