//! The bookmarklet: a link that a shopper drags among the bookmarks. A click on it in a page of the marketplace opens this
//! site with a form that holds what the page shows. The policy of our own pages does not let it run here.

/// What takes the data from a page; the extension has the same file.
const TAKE: &str = include_str!("../../../../../extension/take.js");

/// The link, for the address of the page that reads it.
pub(super) fn link(here: &str) -> String {
    let here = serde_json::to_string(here).unwrap_or_default();
    let script = format!(
        "(()=>{{const page=\n{TAKE}\nconst form=document.createElement(\"form\");\
         Object.assign(form,{{method:\"post\",enctype:\"multipart/form-data\",target:\"_blank\",action:{here}}});\
         const field=document.createElement(\"textarea\");field.name=\"page\";field.value=page;form.hidden=true;\
         form.append(field);document.body.append(form);form.submit();form.remove();}})()"
    );
    format!("javascript:{}", encoded(&script))
}

/// Percent-encoded, but for what every browser leaves as it is.
fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes()
        .fold(String::with_capacity(text.len() * 2), |mut safe, byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~()*!".contains(&byte) {
                safe.push(char::from(byte));
            } else {
                // A text takes whatever is written to it.
                _ = write!(safe, "%{byte:02X}");
            }
            safe
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_one_word_that_names_the_site_as_data() {
        let link = link("https://till.example/\"+evil+\"");
        assert!(
            link.bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\'')
        );
        assert!(link.starts_with("javascript:(()%3D%3E"));
        assert!(link.contains("action%3A%22https%3A%2F%2Ftill.example%2F%5C%22%2Bevil"));
    }
}
