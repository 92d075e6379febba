//! A survey of a folder of recordings: what was read of each kind, as a table. Shared by a test and an example.

#[path = "recordings.rs"]
pub(crate) mod recordings;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use tillwatch_core::discount::Benefit;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_net::readers;

/// What was read of one kind of recording.
#[derive(Default)]
struct Row {
    inputs: usize,
    listings: usize,
    variants: usize,
    shipping: usize,
    discounts: usize,
    unread: usize,
    outcomes: BTreeMap<&'static str, usize>,
}

/// Whether a benefit was kept in its words only.
pub(crate) fn is_unread(benefit: &Benefit) -> bool {
    matches!(benefit, Benefit::Unknown { .. })
}

/// The table of a folder: one row a subfolder.
pub(crate) fn table(folder: &Path) -> String {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for file in recordings::files(folder) {
        let kind = file
            .strip_prefix(folder)
            .ok()
            .and_then(Path::parent)
            .map(|p| p.display().to_string());
        let row = rows.entry(kind.unwrap_or_default()).or_default();
        for input in recordings::inputs(&file) {
            row.inputs += 1;
            for seen in readers::read(&input) {
                row.add(&seen);
                if seen.outcome != Outcome::Ok {
                    let name = file.file_name().unwrap_or_default().display();
                    let detail = seen.detail.unwrap_or_default();
                    let why = format!("{name}: {} [{}] {detail}", seen.outcome, seen.shape);
                    *refused.entry(why).or_default() += 1;
                }
            }
        }
    }
    let mut table = format!(
        "{:<28}{:>7}{:>9}{:>9}{:>9}{:>10}{:>8}  outcomes\n",
        "kind", "inputs", "listings", "variants", "shipping", "discounts", "unread"
    );
    for (kind, row) in rows {
        let outcomes: Vec<String> = row
            .outcomes
            .iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        let _ = writeln!(
            table,
            "{kind:<28}{:>7}{:>9}{:>9}{:>9}{:>10}{:>8}  {}",
            row.inputs,
            row.listings,
            row.variants,
            row.shipping,
            row.discounts,
            row.unread,
            outcomes.join(", ")
        );
    }
    table.push_str("\nwithout a price:\n");
    for (why, times) in refused {
        let _ = writeln!(table, "{times:>4}  {why}");
    }
    table
}

impl Row {
    fn add(&mut self, seen: &Snapshot) {
        self.listings += usize::from(seen.item.is_some());
        self.variants += seen.variants.len();
        self.shipping += seen.shipping.len();
        self.discounts += seen.discounts.len();
        self.unread += seen
            .discounts
            .iter()
            .filter(|discount| is_unread(&discount.benefit))
            .count();
        *self.outcomes.entry(seen.outcome.name()).or_default() += 1;
    }
}
