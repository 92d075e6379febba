//! Words as people type them: accents and the size of letters make no difference, and a wrong letter or two is forgiven.

use std::collections::BTreeSet;

/// The letters of a word that is worth remembering; longer ones are numbers, or scripts without spaces.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=24;

/// The words of a text without accents, in small letters, each once.
pub fn words(text: &str) -> BTreeSet<String> {
    let parts = folded(text);
    let parts = parts.split(|c: char| !c.is_alphanumeric());
    parts
        .filter(|part| LETTERS.contains(&part.chars().count()) && !part.bytes().all(|byte| byte.is_ascii_digit()))
        .map(ToOwned::to_owned)
        .collect()
}

/// Small letters without the accents of the Latin script.
pub fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(bare).collect()
}

const fn bare(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'ş' | 'š' | 'ș' => 's',
        'ť' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// The words that a mistyped one may have meant: those with the fewest wrong letters, of equals the one first that
/// stands on more cards.
#[derive(Debug)]
pub struct Meant {
    typed: Vec<char>,
    /// How many wrong letters a better one may have.
    most: usize,
    found: Vec<(u32, String)>,
}

impl Meant {
    /// The most words that are taken for one.
    const WORDS: usize = 4;

    /// For a word as it was typed. A word of three or four letters may have one wrong, a longer one two, a number none.
    pub fn by(typed: &str) -> Self {
        let typed: Vec<char> = folded(typed).chars().filter(|c| c.is_alphanumeric()).collect();
        let most = match typed.len() {
            _ if typed.iter().all(char::is_ascii_digit) => 0,
            0..3 => 0,
            3..5 => 1,
            _ => 2,
        };
        Self {
            typed,
            most,
            found: Vec::new(),
        }
    }

    /// Whether no wrong letter is forgiven, so that no other word need be considered.
    pub const fn is_exact(&self) -> bool {
        self.most == 0
    }

    /// Considers a word as [`words`] gives it.
    pub fn consider(&mut self, word: &str, cards: u32) {
        let Some(wrong) = wrong_letters(&self.typed, word, self.most) else {
            return;
        };
        if wrong < self.most {
            self.most = wrong;
            self.found.clear();
        }
        self.found.push((cards, word.to_owned()));
    }

    /// What was meant; nothing where no word is near.
    pub fn words(self) -> Vec<String> {
        let mut found = self.found;
        found.sort_by(|one, other| (other.0, &one.1).cmp(&(one.0, &other.1)));
        found.truncate(Self::WORDS);
        found.into_iter().map(|(_, word)| word).collect()
    }
}

/// How many letters are wrong, missing, too many or in the other order of two; `None` where more than so many.
fn wrong_letters(typed: &[char], word: &str, most: usize) -> Option<usize> {
    let word: Vec<char> = word.chars().collect();
    if most == 0 && typed != word.as_slice() || typed.len().abs_diff(word.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=word.len()).collect();
    for (row, letter) in typed.iter().enumerate() {
        let mut here = vec![row + 1];
        for (column, other) in word.iter().enumerate() {
            let wrong = usize::from(letter != other);
            let mut least = (above[column] + wrong).min(above[column + 1] + 1).min(here[column] + 1);
            let crossed = row > 0 && column > 0 && *letter == word[column - 1] && typed[row - 1] == *other;
            if crossed {
                least = least.min(before[column - 1] + 1);
            }
            here.push(least);
        }
        if here.iter().all(|wrong| *wrong > most) {
            return None;
        }
        before = std::mem::replace(&mut above, here);
    }
    above.last().copied().filter(|wrong| *wrong <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(typed: &str) -> Vec<String> {
        let mut meant = Meant::by(typed);
        let known = [
            ("earbuds", 9),
            ("headphones", 5),
            ("wireless", 7),
            ("lamp", 3),
            ("lampe", 2),
            ("camp", 4),
            ("keyboard", 1),
            ("charger", 2),
            ("ecouteurs", 1),
            ("drone", 1),
            ("screwdriver", 1),
            ("kabel", 1),
            ("słuchawki", 1),
        ];
        for (word, cards) in known {
            meant.consider(&folded(word), cards);
        }
        meant.words()
    }

    #[test]
    fn a_word_with_one_or_two_wrong_letters_is_taken_for_the_right_one() {
        for (typed, right) in [
            ("earbudz", "earbuds"),
            ("erbuds", "earbuds"),
            ("earbudss", "earbuds"),
            ("aerbuds", "earbuds"),
            ("EARBUSD", "earbuds"),
            ("hedphones", "headphones"),
            ("headfones", "headphones"),
            ("wirless", "wireless"),
            ("keybord", "keyboard"),
            ("chargr", "charger"),
            ("Écouteur", "ecouteurs"),
            ("drohne", "drone"),
            ("scredriver", "screwdriver"),
            ("sluchafki", "sluchawki"),
            ("lmap", "lamp"),
        ] {
            assert_eq!(meant(typed).first().map(String::as_str), Some(right), "{typed}");
        }
    }

    #[test]
    fn what_is_near_nothing_is_taken_for_nothing() {
        for typed in ["", "x", "tv", "(a+)+$", "%%%%%", "100500", "umbrella", "earb"] {
            assert_eq!(meant(typed), Vec::<String>::new(), "{typed}");
        }
    }

    #[test]
    fn of_words_that_are_as_near_the_commoner_comes_first() {
        assert_eq!(meant("damp"), ["camp", "lamp"]);
    }

    #[test]
    fn words_have_no_accents_and_are_counted_once() {
        let all: Vec<String> = words("Écouteurs, écouteurs sans-fil ŁÓŻKO 15 1005006367324382 é")
            .into_iter()
            .collect();
        assert_eq!(all, ["ecouteurs", "fil", "lozko", "sans"]);
    }
}
