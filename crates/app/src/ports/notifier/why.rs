//! Why a message is not there yet, or never will be: what we say of it ourselves, or a channel's own words.

use std::fmt;

use super::Channel;

/// What is said of a try that failed. It is kept as its text, and read again from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// An earlier message to the same address is still on its way.
    EarlierFirst,
    /// The operator has not set the channel up.
    NotSetUp(Channel),
    /// The site has no public address that a letter could lead to.
    NoPublicAddress,
    /// An answer with this status and no words.
    Status(u16),
    /// The channel's own words, or what happened on the way to it.
    Said(String),
}

const EARLIER_FIRST: &str = "an earlier one goes first";
const NOT_SET_UP: &str = " is not set up here";
const NO_PUBLIC_ADDRESS: &str = "the site has no public address to lead to";
const STATUS: &str = "it answered with status ";

impl Why {
    /// What a kept text says.
    pub fn of(text: &str) -> Self {
        let channel = |name: &str| Channel::ALL.into_iter().find(|channel| channel.to_string() == name);
        let known = match text {
            EARLIER_FIRST => Some(Self::EarlierFirst),
            NO_PUBLIC_ADDRESS => Some(Self::NoPublicAddress),
            _ => None,
        };
        known
            .or_else(|| text.strip_suffix(NOT_SET_UP).and_then(channel).map(Self::NotSetUp))
            .or_else(|| text.strip_prefix(STATUS)?.parse().ok().map(Self::Status))
            .unwrap_or_else(|| Self::Said(text.to_owned()))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EarlierFirst => f.write_str(EARLIER_FIRST),
            Self::NotSetUp(channel) => write!(f, "{channel}{NOT_SET_UP}"),
            Self::NoPublicAddress => f.write_str(NO_PUBLIC_ADDRESS),
            Self::Status(status) => write!(f, "{STATUS}{status}"),
            Self::Said(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let ours = [Why::EarlierFirst, Why::NoPublicAddress, Why::Status(503)];
        let channels = Channel::ALL.map(Why::NotSetUp);
        let theirs = [
            "Forbidden: bot was blocked by the user",
            "it answered with status 0x1f",
            "",
        ];
        let theirs = theirs.map(|text| Why::Said(text.to_owned()));
        for why in ours.into_iter().chain(channels).chain(theirs) {
            assert_eq!(Why::of(&why.to_string()), why);
        }
    }
}
