//! What stands around a page's data, and pages that have none.

use serde_json::Value;

use crate::shop::escape::{in_script, markup};

/// A picture that stands for a listing which is gone.
const GONE: &str = "https://ae01.alicdn.com/kf/HTB18eCBQXXXXXXfXXXX760XFXXXa.png";

/// A page with its data in a script, as the pages of 2022 to 2024 were.
pub(super) fn with_data(id: &str, title: &str, data: &Value) -> String {
    let script = in_script(data);
    let body = format!(
        "<script>\n    window.runParams = {{\n        data: {script},\n        \
         csrfToken: 'none',\n        abVersion: '',\n    }};\n</script>"
    );
    page(id, title, &body)
}

/// The frame whose data the browser loads by a call.
pub(super) fn shell(id: &str, title: &str) -> String {
    let body = "<script>window._d_c_ = window._d_c_ || {}; window._d_c_.isCSR = true;</script>\n\
                <script>window.runParams = {};</script>\n<div id=\"root\"></div>";
    page(id, title, body)
}

fn page(id: &str, title: &str, body: &str) -> String {
    let title = markup(title);
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head>\n<meta charset=\"utf-8\">\n<title>{title} - AliExpress</title>\n\
         <meta property=\"og:url\" content=\"//www.aliexpress.com/item/{id}.html\">\n\
         <meta property=\"og:title\" content=\"{title} - AliExpress\">\n<meta property=\"og:type\" content=\"product\">\n\
         <link rel=\"canonical\" href=\"https://www.aliexpress.com/item/{id}.html\">\n\
         <script src=\"//g.alicdn.com/baxia/none.js\"></script>\n</head><body>\n{body}\n</body></html>\n"
    )
}

/// The page of a listing that is gone, or never was; its status is 200 all the same.
pub(super) fn gone() -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>404 page</title>\n\
         <meta property=\"og:url\" content=\"//www.aliexpress.com/item/none.html\">\n\
         <meta property=\"og:title\" content=\"404 page\">\n<meta property=\"og:image\" content=\"{GONE}\">\n\
         </head><body>Sorry, this page is not there.</body></html>\n"
    )
}

/// A page that asks whether a person is there, in one of three forms.
pub(in crate::shop) fn challenge(nth: u64) -> String {
    let sign = match nth % 3 {
        0 => {
            "<iframe src=\"//www.aliexpress.com:443/item/none.html/_____tmd_____/punish?recaptcha=1&amp;x5secdata=none\">\
             </iframe>"
        }
        1 => "<div id=\"nocaptcha\" class=\"nc-container\"></div><script>var NCTOKENSTR = 'none';</script>",
        _ => {
            "<div class=\"punish-component\"></div><script>window._config_ = {\"action\":\"captcha\",\
             \"type\":\"captcharecaptcha\"}; /* rgv587_flag:sm */</script>"
        }
    };
    format!(
        "<html><head><meta charset=\"utf-8\"><script src=\"//g.alicdn.com/baxia/none.js\"></script></head>\
         <body>{sign}</body></html>\n"
    )
}
