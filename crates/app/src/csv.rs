//! Cells of tables that spreadsheets open: quoted as RFC 4180 says, and none that is taken for a formula.

use std::borrow::Cow;

/// What a spreadsheet could take for the beginning of a formula, and the sign that stands against it.
const DANGEROUS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// A text as a cell. One that could begin a formula gets an apostrophe in front; NUL, which no table has, is left out.
pub fn cell(text: &str) -> String {
    let text: Cow<'_, str> = if text.contains('\0') {
        text.replace('\0', "").into()
    } else {
        text.into()
    };
    let guarded = if text.starts_with(DANGEROUS) {
        format!("'{text}")
    } else {
        text.into_owned()
    };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    /// H138, H139, H140, H142, H143.
    #[test]
    fn no_cell_begins_as_a_formula_does() {
        for (text, written) in [
            (
                r#"=HYPERLINK("https://evil.example","x")"#,
                r#""'=HYPERLINK(""https://evil.example"",""x"")""#,
            ),
            ("+cmd|/C calc!A0", "'+cmd|/C calc!A0"),
            ("-1+1", "'-1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\u{0}=1", "'=1"),
            ("A lamp, with \"shade\"", r#""A lamp, with ""shade""""#),
            ("A lamp", "A lamp"),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }
}
