//! Lists: watches that belong together, opened by a secret of which only the hash is kept.

use tillwatch_core::instant::Instant;

use super::{LastCheck, Latest, Watch};

/// The most watches of a list.
pub const WATCHES_OF_A_LIST: usize = 500;

/// The most channels of a watch.
pub const CHANNELS_OF_A_WATCH: usize = 20;

/// The most rules of a watch.
pub const RULES_OF_A_WATCH: usize = 20;

/// The most secrets of a list at a time.
pub const SECRETS_OF_A_LIST: usize = 20;

/// The most secrets of a list at a time that were sent to its channels.
pub const LENT_SECRETS_OF_A_LIST: usize = 10;

/// SHA-256 of a secret.
pub type Hash = [u8; 32];

/// The store's number of a list. Never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(pub i64);

/// A list as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListOf {
    /// Its number.
    pub id: ListId,
    /// What its owner calls it.
    pub name: Option<String>,
    /// When it was opened.
    pub since: Instant,
    /// Its watches, the oldest first.
    pub watches: Vec<Listed>,
}

/// A watch of a list, with what its page shows of the price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The watch, with its listing, variant and channels.
    pub watch: Watch,
    /// The variant's prices as last recorded.
    pub latest: Option<Latest>,
    /// The listing's last reading.
    pub last_check: Option<LastCheck>,
}

/// What becomes of the secrets that a list has when it gets another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Former {
    /// They open it as well.
    Stay,
    /// They open nothing any more.
    End,
}
