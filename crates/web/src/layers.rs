//! What every answer is wrapped in: headers that keep a browser from doing what no page of ours needs, and a refusal
//! of forms that another site sends.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Method};
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// The most bytes that are taken in: five hundred links or a long checkout.
const MOST_BYTES: usize = 256 * 1024;

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

/// Wraps the whole site. An answer that has a header of its own keeps it.
pub(crate) fn wrap(router: Router) -> Router {
    let wrapped = router.layer(DefaultBodyLimit::max(MOST_BYTES));
    // A mail program that stops an alert by one click, and Telegram, send from elsewhere by their nature; what they may
    // do is in the address.
    let csrf = CsrfLayer::new().with_insecure_bypass(|method: &Method, uri| {
        method == Method::POST && (uri.path().starts_with("/stop/") || uri.path().starts_with("/telegram/"))
    });
    HEADERS.into_iter().fold(wrapped.layer(csrf), |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(
            name,
            HeaderValue::from_static(value),
        ))
    })
}
