//! Short links: whether a command asks where they lead.

use tillwatch_core::link::{Identity, identify};
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::links::{FollowError, Follower};
use tokio::runtime::Runtime;

use crate::service::machine_clock;

/// What a command is told of short links. Without it nothing is asked.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Following {
    /// Ask short links where they lead; the page at their end is not fetched
    #[arg(long)]
    follow: bool,
    /// A marketplace on your own network that links may lead to as well
    #[arg(long, value_name = "HOST:PORT", requires = "follow", value_parser = Place::parse)]
    local: Vec<Place>,
}

impl Following {
    /// Who says what a text means.
    pub(crate) fn guide(&self) -> anyhow::Result<Guide> {
        Ok(if self.follow {
            let reach = Reach {
                private: self.local.clone(),
                ..Reach::default()
            };
            Guide::Online(
                tokio::runtime::Builder::new_current_thread().enable_all().build()?,
                Follower::new(&Client::new(None, reach)?),
            )
        } else {
            Guide::Offline
        })
    }
}

/// Says what a text means.
pub(crate) enum Guide {
    /// By the text alone.
    Offline,
    /// Short links are asked where they lead.
    Online(Runtime, Follower),
}

impl Guide {
    /// Which listing a text means; a short link that was asked and led nowhere is an error.
    pub(crate) fn identify(&self, text: &str) -> Result<Identity, FollowError> {
        match self {
            Self::Offline => Ok(identify(text)),
            Self::Online(runtime, follower) => runtime.block_on(follower.follow(text, machine_clock()())),
        }
    }
}
