//! Style, script and icon: built in, and named by what they hold, so that a browser may keep them for ever.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// One file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

const ASSETS: [Asset; 3] = [
    Asset {
        name: "site.css",
        kind: "text/css; charset=utf-8",
        text: concat!(
            include_str!("../static/site.css"),
            include_str!("../static/chart.css"),
            "@container (max-width:34rem){",
            include_str!("../static/chart-large.css"),
            "}\n"
        ),
    },
    Asset {
        name: "site.js",
        kind: "text/javascript; charset=utf-8",
        text: include_str!("../static/site.js"),
    },
    Asset {
        name: "icon.svg",
        kind: "image/svg+xml",
        text: include_str!("../static/icon.svg"),
    },
];

/// A number of all that the files hold (FNV-1a): another one after each change.
const VERSION: u64 = {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut place = 0;
    while place < ASSETS.len() {
        let bytes = ASSETS[place].text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
        place += 1;
    }
    hash
};

/// Where a file is.
pub(crate) fn address(name: &str) -> String {
    format!("/static/{VERSION:016x}/{name}")
}

/// `GET /static/{version}/{name}`. An old page may ask for an old version: it gets the present one, and not to keep.
pub(crate) async fn show(Path((version, name)): Path<(String, String)>) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if version == format!("{VERSION:016x}") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    (
        [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, keep)],
        asset.text,
    )
        .into_response()
}
