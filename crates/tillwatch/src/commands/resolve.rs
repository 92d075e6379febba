//! `resolve`: from links, share texts and bare ids to listings.

use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::link::{Identity, IdentityKind, identify};
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::links::{FollowError, Follower};
use tokio::runtime::Runtime;

use crate::failure::Status;
use crate::input::{Lines, open};
use crate::output::Output;
use crate::page::Ink;

/// Say which listing and variant a link, a share text or a bare id means
///
/// Nothing is fetched without --follow. Ids of the US storefront and of the global one become the same. What is no listing is named for
/// what it was taken for, with exit status 1.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch resolve https://www.aliexpress.us/item/3256807990906987.html
  tillwatch resolve --json 1005006367324382
  tillwatch resolve --follow https://a.aliexpress.com/_mNhKQOm
  tillwatch resolve < links.txt")]
pub(crate) struct Arguments {
    /// Ask short links where they lead; the page at their end is not fetched
    #[arg(long)]
    follow: bool,
    /// A marketplace on your own network that links may lead to as well
    #[arg(long, value_name = "HOST:PORT", requires = "follow", value_parser = Place::parse)]
    local: Vec<Place>,
    /// What was pasted, one text each; without any, each line of standard input is one
    text: Vec<String>,
}

/// Identifies each text in its order.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> anyhow::Result<Status> {
    let network = arguments.follow.then(|| Network::open(arguments.local.clone()));
    let network = network.transpose()?;
    let (mut all, mut reached) = (true, true);
    each_text(&arguments.text, output, |text, output| {
        let identity = match network.as_ref().map(|network| network.follow(text)) {
            None => identify(text),
            Some(Ok(identity)) => identity,
            Some(Err(error)) => {
                reached = false;
                eprintln!("tillwatch: {error}");
                identify(text)
            }
        };
        all &= matches!(identity.kind, IdentityKind::Item | IdentityKind::NeedsRedirect);
        if output.json {
            output.value(&identity)
        } else {
            show(&identity, output)
        }
    })?;
    Ok(if reached {
        Status::all_answered(all)
    } else {
        Status::Outside
    })
}

/// What following a link takes.
struct Network {
    runtime: Runtime,
    follower: Follower,
}

impl Network {
    fn open(private: Vec<Place>) -> anyhow::Result<Self> {
        let reach = Reach {
            private,
            ..Reach::default()
        };
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            follower: Follower::new(&Client::new(None, reach)?),
        })
    }

    fn follow(&self, text: &str) -> Result<Identity, FollowError> {
        self.runtime.block_on(self.follower.follow(text))
    }
}

fn each_text(
    texts: &[String],
    output: &mut Output,
    mut answer: impl FnMut(&str, &mut Output) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if !texts.is_empty() {
        return texts.iter().try_for_each(|text| answer(text, output));
    }
    let mut lines = Lines::new(open(None)?);
    while let Some(line) = lines.next()? {
        answer(&String::from_utf8_lossy(line), output)?;
        if lines.would_wait() {
            output.flush()?;
        }
    }
    Ok(())
}

/// One line: the listing, the variant, and what else there is to say.
fn show(identity: &Identity, output: &mut Output) -> anyhow::Result<()> {
    let mut page = output.page();
    let item = identity.item.as_ref().map(ItemId::as_str);
    let sku = identity.sku.as_ref().map_or("-", SkuId::as_str);
    let written = identity
        .item_as_written
        .as_deref()
        .filter(|written| Some(*written) != item);
    match (item, identity.redirect.as_deref()) {
        (Some(item), _) => {
            page.piece(Ink::Bold, &format!("{item:<18}"));
            page.piece(Ink::Plain, &format!("{sku:<19}"));
            let written = written.map(|written| format!(" written as {written}"));
            page.piece(Ink::Dim, &written.unwrap_or_default());
        }
        (None, Some(link)) => page.piece(
            Ink::Plain,
            &format!("short link: {link}; ask where it leads with --follow, or open it in a browser"),
        ),
        (None, None) => page.piece(Ink::Dim, identity.kind.name()),
    }
    if let Some(reason) = &identity.reason {
        page.piece(Ink::Plain, &format!(": {reason}"));
    }
    page.end();
    output.show(&page)
}
