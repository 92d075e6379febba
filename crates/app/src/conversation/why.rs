//! Which discounts did not apply to a listing, and what a little more would do.

use tillwatch_core::history::Lane;
use tillwatch_core::instant::Instant;
use tillwatch_core::stack::explain::{amount, near_miss, offer, refusal};
use tillwatch_core::stack::{self, Receipt};

use super::press::Place;
use super::words::note;
use super::{Answer, Conversation};
use crate::message::short;
use crate::ports::notifier::Paragraph;
use crate::ports::store::StoreError;

/// The most reasons and near misses that are told.
const MOST: usize = 12;
const MOST_MISSES: usize = 3;

impl Conversation {
    /// Every discount that was refused with its reason, codes among them, and the nearest misses.
    pub(super) fn why(&self, place: &Place, now: Instant) -> Result<Answer, StoreError> {
        let look = self.app.look_in(&place.key(), place.sku.as_ref(), Lane::Code, now)?;
        let Some((look, till)) = look.and_then(|look| look.till.clone().map(|till| (look, till))) else {
            return Ok(Answer::toast("It was not read yet: send its link first"));
        };
        let receipt = Receipt::new(&till.checkout, self.app.rules(), &till.stack);
        let mut told: Vec<(String, Vec<String>)> = Vec::new();
        for refused in &till.stack.refused {
            let offered = receipt.discount(refused.discount).map(offer).unwrap_or_default();
            let name = format!("{}, {offered}", receipt.name(refused.discount));
            let reason = refusal(&receipt, refused);
            match told.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, names)) => names.push(name),
                None => told.push((reason, vec![name])),
            }
        }
        let more = told.len().saturating_sub(MOST);
        let mut paragraphs: Vec<Paragraph> = told
            .into_iter()
            .take(MOST)
            .map(|(reason, names)| {
                Paragraph::default()
                    .strong(names.join("; "))
                    .then(format!(": {reason}"))
            })
            .collect();
        if more > 0 {
            paragraphs.push(Paragraph::plain(format!("And {more} other reasons.")));
        }
        let mut misses = stack::near_misses(&till.checkout, self.app.rules(), &till.stack);
        misses.retain(|miss| miss.gain.is_positive());
        misses.sort_by_key(|miss| miss.add.minor());
        let nearest = misses.iter().take(MOST_MISSES);
        paragraphs.extend(nearest.map(|miss| Paragraph::plain(near_miss(&receipt, miss))));
        if paragraphs.is_empty() {
            paragraphs.push(Paragraph::plain("Every discount that is known of it applies."));
        }
        let title = short(look.title());
        let subject = format!("Why not less than {}? {title}", amount(till.stack.total()));
        Ok(Answer::of(note(
            &format!("why.{}", place.item),
            subject,
            paragraphs,
            now,
        )))
    }
}
