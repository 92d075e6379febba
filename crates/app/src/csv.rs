//! Tables that spreadsheets open: quoted as RFC 4180 says, and no cell that is taken for a formula.

use std::borrow::Cow;

use tillwatch_core::input::InputError;

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

/// The records of a text with the lines that they begin in; empty lines are none. The apostrophe that [`cell`] puts in front
/// is taken away.
pub fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, InputError> {
    let mut records = Vec::new();
    let mut signs = text.chars().peekable();
    let (mut line, mut begun) = (1, 1);
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    while let Some(sign) = signs.next() {
        line += usize::from(sign == '\n');
        match (sign, quoted) {
            ('"', true) if signs.next_if_eq(&'"').is_some() => cell.push('"'),
            ('"', _) if quoted || cell.is_empty() => quoted = !quoted,
            (',', false) => cells.push(std::mem::take(&mut cell)),
            ('\r', false) if signs.peek() == Some(&'\n') => {}
            ('\n', false) => {
                cells.push(std::mem::take(&mut cell));
                records.push((begun, std::mem::take(&mut cells)));
                begun = line;
            }
            (sign, _) => cell.push(sign),
        }
    }
    if quoted {
        let place = format!("row {begun}");
        return Err(InputError::wrong(place, "has a quotation mark that is never closed"));
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell);
        records.push((begun, cells));
    }
    records.retain(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
    for (_, cells) in &mut records {
        for cell in cells {
            if let Some(plain) = cell.strip_prefix('\'') {
                *cell = plain.to_owned();
            }
        }
    }
    Ok(records)
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
