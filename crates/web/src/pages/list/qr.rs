//! An address as a picture that another device scans.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// Squares of nothing around it, as the standard asks.
const QUIET: usize = 4;

/// The picture, with its name; `None` where the address is too long for one.
pub(super) fn svg(address: &str, name: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (place, colour) in code.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            let _ = write!(path, "M{} {}h1v1h-1z", place % width + QUIET, place / width + QUIET);
        }
    }
    // Black on white in a dark page too: many scanners read nothing else.
    let name = askama::filters::escape(name, askama::filters::Html).ok()?;
    Some(format!(
        r##"<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{name}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>"##
    ))
}
