//! Texts of sellers in a page: in its markup, and in the JSON of its scripts.

use std::fmt::Write;

use serde_json::Value;

/// A text in markup or in an attribute. Pages of 2022 also write titles in their JSON so ("Men&#39;s").
pub(super) fn markup(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, char| {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
        safe
    })
}

/// JSON inside of a script: nothing in a text can end the script or begin a comment.
pub(super) fn in_script(value: &Value) -> String {
    value.to_string().replace("</", "<\\/").replace("<!--", "<\\u0021--")
}

/// A text in a query. Everything but letters, digits and `-_.~` is percent-encoded.
pub(super) fn query(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut safe, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            let _ = write!(safe, "%{byte:02X}");
        }
        safe
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_title_cannot_end_the_script_that_it_stands_in_and_stays_the_same_text() {
        let nasty = json!({"subject": "a</script><script>alert(1)</script><!-- \"b\""});
        let safe = in_script(&nasty);
        assert!(!safe.contains("</") && !safe.contains("<!--"), "{safe}");
        assert_eq!(serde_json::from_str::<Value>(&safe).unwrap_or_default(), nasty);
    }

    #[test]
    fn a_query_keeps_no_separator() {
        assert_eq!(query("6@dis!EUR!1,5 €"), "6%40dis%21EUR%211%2C5%20%E2%82%AC");
    }
}
