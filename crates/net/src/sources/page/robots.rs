//! `robots.txt` (RFC 9309): whether the marketplace lets a program like this one read a page.

/// The product token that a site addresses this program by.
const TOKEN: &str = "tillwatch";

/// What is read of a file, as the standard asks for at least.
const MOST_BYTES: usize = 500 * 1024;

/// The rules that count for this program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Robots(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    allows: bool,
    pattern: String,
}

/// Whom a group of rules addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Others,
    Everyone,
    Us,
}

impl Robots {
    /// Reads a file. A group for this program by name replaces those for everyone.
    pub(super) fn read(text: &str) -> Self {
        let text = text.get(..text.floor_char_boundary(MOST_BYTES)).unwrap_or(text);
        let (mut everyone, mut us) = (Vec::new(), None::<Vec<Rule>>);
        let (mut group, mut in_rules) = (Group::Others, false);
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            match key.as_str() {
                "user-agent" => {
                    // Agents after rules begin a new group; one after another they share it.
                    let named = addressed(value);
                    group = if in_rules { named } else { group.max(named) };
                    in_rules = false;
                    if group == Group::Us {
                        _ = us.get_or_insert_default();
                    }
                }
                "allow" | "disallow" => {
                    in_rules = true;
                    let rule = Rule {
                        allows: key == "allow",
                        pattern: value.to_owned(),
                    };
                    match group {
                        // An empty pattern forbids nothing.
                        _ if value.is_empty() => {}
                        Group::Us => us.get_or_insert_default().push(rule),
                        Group::Everyone => everyone.push(rule),
                        Group::Others => {}
                    }
                }
                _ => {}
            }
        }
        Self(us.unwrap_or(everyone))
    }

    /// Whether a path may be read: the longest pattern that fits decides, and allowing wins a tie.
    pub(super) fn allows(&self, path: &str) -> bool {
        let fitting = self.0.iter().filter(|rule| fits(&rule.pattern, path));
        fitting
            .max_by_key(|rule| (rule.pattern.len(), rule.allows))
            .is_none_or(|rule| rule.allows)
    }
}

fn addressed(agent: &str) -> Group {
    match agent {
        "*" => Group::Everyone,
        agent if agent.eq_ignore_ascii_case(TOKEN) => Group::Us,
        _ => Group::Others,
    }
}

/// Whether a pattern fits the start of a path; `*` is anything, `$` at the end is the path's end.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else {
        return false;
    };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if to_the_end && pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(robots: &str, path: &str) -> bool {
        Robots::read(robots).allows(path)
    }

    #[test]
    fn the_longest_pattern_decides_and_allowing_wins_a_tie() {
        let robots = "User-agent: *\nDisallow: /item/\nAllow: /item/1005\nDisallow: /a\nAllow: /a\n";
        assert!(!allows(robots, "/item/4000.html"));
        assert!(allows(robots, "/item/1005.html"));
        assert!(allows(robots, "/a"));
        assert!(allows(robots, "/store/1"));
    }

    #[test]
    fn a_group_for_this_program_replaces_those_for_everyone() {
        let robots = "User-agent: *\nDisallow: /\n\nUser-Agent: other\nUser-agent: TillWatch # us\nDisallow: /cart\n";
        assert!(allows(robots, "/item/1.html"));
        assert!(!allows(robots, "/cart"));
        assert!(allows(
            "User-agent: *\nDisallow: /\n\nUser-agent: tillwatch\nDisallow:\n",
            "/item/1.html"
        ));
        assert!(allows("User-agent: other\nDisallow: /\n", "/item/1.html"));
        assert!(!allows(
            "User-agent: tillwatch\nDisallow: /x\nUser-agent: *\nDisallow: /\n",
            "/x"
        ));
    }

    #[test]
    fn stars_and_ends_are_patterns() {
        for (pattern, path, fit) in [
            ("/*.html$", "/item/1.html", true),
            ("/*.html$", "/item/1.html?x", false),
            ("/item/*/x", "/item/1/x/y", true),
            ("/item/*/x", "/item/1/y", false),
            ("/item$", "/item", true),
            ("/item$", "/items", false),
            ("*", "/anything", true),
            ("/a*b*c$", "/a1b2c", true),
            ("/a*b*c$", "/a1c", false),
        ] {
            assert_eq!(fits(pattern, path), fit, "{pattern} {path}");
        }
    }

    #[test]
    fn nonsense_forbids_nothing() {
        for nonsense in [
            "",
            "<html>",
            "Disallow: /\n",
            "\u{0}\n:\n::",
            "User-agent *\nDisallow /",
        ] {
            assert!(allows(nonsense, "/item/1.html"), "{nonsense:?}");
        }
    }
}
