//! The rules of watches: which there are, and how they change.

use rusqlite::{Row, Transaction};
use tillwatch_app::ports::store::{ListingId, RULES_OF_A_WATCH, Ruled, WatchId};
use tillwatch_core::alert::{self, Rule, State};

use super::alerts::listing_of_watch;
use super::failure::{Answer, refused};
use super::values::{currency_of, parsed};
use super::watches::touch;

/// That rules can be those of a watch on a listing.
pub(super) fn fit(from: &Transaction<'_>, listing: ListingId, rules: &[Rule]) -> Answer<()> {
    if rules.len() > RULES_OF_A_WATCH {
        let told = format_args!("{} rules: a watch has at most {RULES_OF_A_WATCH}", rules.len());
        return Err(refused(told));
    }
    let currency = currency_of(from, listing)?;
    for amount in rules.iter().filter_map(Rule::amount) {
        if amount.currency() != currency || !amount.is_positive() {
            let told = format_args!("{amount} {} is no target for a price in {currency}", amount.currency());
            return Err(refused(told));
        }
    }
    Ok(())
}

/// Gives a watch further rules, under numbers that it never had.
pub(super) fn put(to: &Transaction<'_>, watch: WatchId, rules: &[Rule]) -> Answer<()> {
    for rule in rules {
        let number: u32 = to
            .prepare_cached("UPDATE watch SET rules = rules + 1 WHERE id = ?1 RETURNING rules - 1")?
            .query_row([watch.0], |row| row.get(0))?;
        to.prepare_cached("INSERT INTO rule (watch, number, rule, state) VALUES (?1, ?2, ?3, ?4)")?
            .execute((watch.0, number, rule.to_json(), State::FRESH.to_string()))?;
    }
    Ok(())
}

pub(super) fn change(to: &Transaction<'_>, watch: WatchId, rules: &[Rule]) -> Answer<bool> {
    let Some(listing) = listing_of_watch(to, watch)? else {
        return Ok(false);
    };
    fit(to, listing, rules)?;
    let mut wanted = rules.to_vec();
    for had in of(to, watch)? {
        match wanted.iter().position(|rule| *rule == had.rule) {
            Some(place) => {
                wanted.remove(place);
            }
            None => {
                to.prepare_cached("DELETE FROM rule WHERE watch = ?1 AND number = ?2")?
                    .execute((watch.0, had.number))?;
            }
        }
    }
    put(to, watch, &wanted)?;
    touch(to, listing)?;
    Ok(true)
}

/// The rules of one watch, by number.
pub(super) fn of(from: &Transaction<'_>, watch: WatchId) -> Answer<Vec<Ruled>> {
    let mut found = from.prepare_cached("SELECT number, rule, state FROM rule WHERE watch = ?1 ORDER BY number")?;
    let mut rows = found.query([watch.0])?;
    let mut rules = Vec::new();
    while let Some(row) = rows.next()? {
        rules.extend(ruled(row, 0, watch)?);
    }
    Ok(rules)
}

/// A rule from three columns beginning with this one; absent where a watch has none.
pub(super) fn ruled(row: &Row<'_>, first: usize, watch: WatchId) -> Answer<Option<Ruled>> {
    let Some(number) = row.get::<_, Option<u32>>(first)? else {
        return Ok(None);
    };
    let place = format_args!("rule {number} of watch {}", watch.0);
    let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    Ok(Some(Ruled {
        number,
        rule: parsed(text(first + 1)?, |text| alert::read_rule(text.as_bytes()), &place)?,
        state: parsed(text(first + 2)?, State::parse, &place)?,
    }))
}
