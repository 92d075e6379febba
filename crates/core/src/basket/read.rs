//! Wishlists from JSON: a checkout with limits, and with tariff headings where a charge is counted by them.

use super::{Import, Limits, Wishlist};
use crate::checkout::{Read, Wished, read_wished};
use crate::input::InputError;
use crate::market::Markets;

/// Reads a wishlist: the checkout format, with `limits`, and with `tariff_heading` on the lines whose heading is known.
///
/// Where the market charges for each heading, in the checkout's currency, goods from abroad are counted with it.
pub fn read(json: &[u8], markets: &Markets) -> Result<Read<Wishlist>, InputError> {
    let Read { value, warnings } = read_wished(json, |market| markets.tax(market))?;
    let Wished {
        checkout,
        limits,
        headings,
    } = value;
    let each = markets.charge_per_heading(checkout.market, checkout.at);
    let import = each
        .filter(|each| each.currency() == checkout.currency)
        .map(|each| Import {
            each,
            headings: headings
                .into_iter()
                .zip(&checkout.lines)
                .map(|(heading, line)| {
                    heading.filter(|_| markets.from_abroad(checkout.market, line.warehouse.as_ref()))
                })
                .collect(),
        });
    let wishlist = Wishlist {
        import: import.filter(|import| import.headings.iter().any(Option::is_some)),
        checkout,
        limits: Limits {
            max_checkouts: limits.max_checkouts,
            max_merchandise: limits.max_merchandise,
            together: limits.together,
            apart: limits.apart,
        },
    };
    Ok(Read {
        value: wishlist,
        warnings,
    })
}
