//! What every answer is wrapped in: headers that keep a browser from doing what no page of ours needs, a refusal of forms
//! that another site sends, limits, and one voice for whatever goes wrong.

mod guard;
mod kept;
mod warm;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Method};
use axum::middleware;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::Site;

pub(crate) use guard::too_many;
pub(crate) use warm::Warm;

/// The most bytes that are taken in, but where an address says otherwise.
const MOST_BYTES: usize = 64 * 1024;

/// Nothing is loaded but from here, nothing runs that is not a file of ours, nobody frames a page.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (
        STRICT_TRANSPORT_SECURITY,
        "max-age=63072000; includeSubDomains; preload",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
];

/// Wraps what has no secret in it: an answer gets a name, so that it need not be sent twice, and is packed.
///
/// An answer with a secret is not packed: beside a text that a visitor chose, its packed length would tell the secret.
pub(crate) fn open(router: Router<Site>, site: &Site) -> Router<Site> {
    let packed = CompressionLayer::new().quality(CompressionLevel::Fastest);
    router
        .layer(middleware::from_fn(kept::named))
        .layer(packed)
        .layer(middleware::from_fn_with_state(site.clone(), warm::warm))
}

/// Wraps the whole site. An answer that has a header of its own keeps it.
pub(crate) fn wrap(router: Router<Site>, site: &Site) -> Router<Site> {
    let wrapped = router.layer(DefaultBodyLimit::max(MOST_BYTES));
    // A mail program that stops an alert by one click, and Telegram, send from elsewhere by their nature; what they may
    // do is in the address.
    // Pages of the marketplace send what a shopper sees there; that changes nothing, and the page itself asks from where.
    let csrf = CsrfLayer::new().with_insecure_bypass(|method: &Method, uri| {
        let path = uri.path();
        method == Method::POST && (path.starts_with("/stop/") || path.starts_with("/telegram/") || path == "/browser")
    });
    let wrapped = wrapped
        .layer(csrf)
        .layer(middleware::from_fn_with_state(site.clone(), guard::guard));
    HEADERS.into_iter().fold(wrapped, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(
            name,
            HeaderValue::from_static(value),
        ))
    })
}
