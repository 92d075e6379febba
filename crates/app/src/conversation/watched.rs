//! The watches of a chat: how one stands, and what its buttons do.

use tillwatch_core::alert::{Rule, Settings};
use tillwatch_core::history::Lane;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{MOST_MINOR, Money};
use tillwatch_core::stack::explain::amount;

use super::press::{Deed, Place, Press};
use super::words::{note, sentence};
use super::{Answer, Conversation};
use crate::Wanted;
use crate::look::Look;
use crate::message::{moment, short};
use crate::ports::notifier::{Action, ActionKind, Address, Message, Paragraph};
use crate::ports::store::{NewChannel, Rest, StoreError, Watch, WatchId};

/// A week, in seconds.
const WEEK: i64 = 7 * 86_400;

/// So many watches are listed at a time.
const PAGE: usize = 20;

/// What is said of a watch that does not tell this chat, whether or not it is there.
const NOT_YOURS: &str = "This is not a watch of this chat";

impl Conversation {
    /// The watch by which a chat is told of a listing's variant in the public lane.
    pub(super) fn watch_of(&self, chat: &Address, look: &Look) -> Result<Option<Watch>, StoreError> {
        let mut watches = self.app.watches_telling(chat)?.into_iter();
        Ok(watches
            .find(|watch| watch.variant == look.variant.id && watch.lane == look.lane && watch.rest != Rest::Stopped))
    }

    /// A watch by its number, if it tells this chat.
    fn own(&self, chat: &Address, id: WatchId) -> Result<Option<Watch>, StoreError> {
        let kept = chat.kept();
        let watch = self.app.store().watch(id)?;
        Ok(watch.filter(|watch| watch.channels.iter().any(|channel| channel.address == kept)))
    }

    /// Watches a listing at a target for a chat; a watch that it has already takes the new target.
    pub(super) fn begin(
        &self,
        chat: &Address,
        place: &Place,
        target: Money,
        message: Option<i64>,
        now: Instant,
    ) -> Result<Answer, StoreError> {
        let key = place.key();
        let Some(look) = self.app.look(&key, place.sku.as_ref(), now)? else {
            return Ok(Answer::toast("Send the link again, please"));
        };
        match self.watch_of(chat, &look)? {
            Some(watch) if watch.target() == Some(target) => {}
            Some(watch) => self.aim(&watch, target, now)?,
            None => {
                let wanted = Wanted {
                    key,
                    sku: place.sku.clone(),
                    lane: Lane::Public,
                    rules: vec![Rule::Below(target)],
                    settings: Settings::default(),
                    channels: vec![NewChannel {
                        address: chat.kept(),
                        confirmed: true,
                    }],
                };
                self.app.watch(&wanted, now)?;
            }
        }
        let receipt = self.receipt(chat, &look, super::receipt::Size::Whole, now)?;
        let toast = format!("You are told at {} or below", amount(target));
        Ok(Answer::instead(toast, message, receipt))
    }

    /// Gives a watch another target in place of all that it has.
    fn aim(&self, watch: &Watch, target: Money, now: Instant) -> Result<(), StoreError> {
        let rules = watch.rules.iter().map(|ruled| ruled.rule);
        let others = rules.filter(|rule| !matches!(rule, Rule::Below(_)));
        let rules: Vec<Rule> = std::iter::once(Rule::Below(target)).chain(others).collect();
        self.app.change_rules(watch.id, &rules, now).map(drop)
    }

    /// What a button of a watch does. `message` is what it becomes, where the message was ours to change.
    pub(super) fn deed(
        &self,
        chat: &Address,
        deed: Deed,
        id: WatchId,
        message: Option<i64>,
        now: Instant,
    ) -> Result<Answer, StoreError> {
        let Some(watch) = self.own(chat, id)? else {
            return Ok(Answer::toast(NOT_YOURS));
        };
        let toast = match deed {
            Deed::Show => String::new(),
            Deed::Why => return self.why(&Place::of(&watch.key, watch.sku.as_ref()), now),
            Deed::Stop | Deed::Bought => {
                self.app.stop(id)?;
                if deed == Deed::Stop {
                    "Stopped"
                } else {
                    "Well bought. Stopped"
                }
                .to_owned()
            }
            Deed::Resume => {
                self.app.resume(id)?;
                "You are told again".to_owned()
            }
            Deed::Snooze => {
                let until = now.plus_seconds(WEEK);
                self.app.snooze(id, until)?;
                format!("Nothing before {}", moment(until))
            }
            Deed::Lower | Deed::Raise => {
                let Some(target) = self.moved(&watch, deed, now)? else {
                    return Ok(Answer::toast("It has no target that could be moved"));
                };
                self.aim(&watch, target, now)?;
                format!("The target is now {}", amount(target))
            }
        };
        let Some(watch) = self.own(chat, id)? else {
            return Ok(Answer::toast(NOT_YOURS));
        };
        Ok(Answer::instead(toast, message, self.entry(&watch, now)?))
    }

    /// A target a twentieth lower than it is, or than the price is where that is lower already, rounded down; or a
    /// twentieth higher, rounded up.
    fn moved(&self, watch: &Watch, deed: Deed, now: Instant) -> Result<Option<Money>, StoreError> {
        let Some(target) = watch.target() else { return Ok(None) };
        if deed == Deed::Raise {
            let higher = target.minor().unsigned_abs().saturating_mul(105).div_ceil(100);
            let higher = i64::try_from(higher).unwrap_or(MOST_MINOR).min(MOST_MINOR);
            return Ok(Some(Money::new(higher, target.currency())));
        }
        let look = self.app.look_in(&watch.key, watch.sku.as_ref(), watch.lane, now)?;
        let look = look.filter(Look::is_present);
        let price = look.and_then(|look| look.till.map(|till| till.stack.total().minor()));
        let from = price.map_or(target.minor(), |price| price.min(target.minor()));
        let lower = (from.saturating_mul(95) / 100).max(1);
        Ok(Some(Money::new(lower, target.currency())))
    }

    /// Another target, as it was typed.
    pub(super) fn retarget(&self, chat: &Address, words: &[&str], now: Instant) -> Result<Answer, StoreError> {
        let help = |why: String| {
            let text = Paragraph::plain(why)
                .then(" Write the watch's number and an amount in its currency, such as ")
                .code("/target 17 31.50")
                .then("; /list shows the numbers. Nothing was changed.");
            Answer::of(note("target", "Which target?", vec![text], now))
        };
        let [number, typed] = words else {
            return Ok(help("Two things belong to this.".to_owned()));
        };
        let id = number.trim_start_matches('#').parse().map(WatchId);
        let Some(watch) = id.ok().map(|id| self.own(chat, id)).transpose()?.flatten() else {
            return Ok(help(format!("{NOT_YOURS}.")));
        };
        match Money::parse(typed, watch.key.currency) {
            Ok(target) if target.is_positive() => self.aim(&watch, target, now)?,
            Ok(_) => return Ok(help("A target is more than nothing.".to_owned())),
            Err(error) => return Ok(help(format!("{error}."))),
        }
        let watch = self.own(chat, watch.id)?;
        Ok(match watch {
            Some(watch) => Answer::of(self.entry(&watch, now)?),
            None => help(format!("{NOT_YOURS}.")),
        })
    }

    /// One watch as it stands, with all its buttons.
    fn entry(&self, watch: &Watch, now: Instant) -> Result<Message, StoreError> {
        let title = short(watch.title.as_deref());
        let look = self.app.look_in(&watch.key, watch.sku.as_ref(), watch.lane, now)?;
        let present = look.filter(Look::is_present);
        let price = present.and_then(|look| look.till.map(|till| till.stack.total()));
        let price = price.map_or_else(|| "not known".to_owned(), amount);
        let target = watch.target().map_or_else(|| "none".to_owned(), amount);
        let rest = match watch.rest {
            Rest::Until(until) if until > now => format!("You are told nothing before {}.", moment(until)),
            Rest::Awake | Rest::Until(_) => "You are told of it.".to_owned(),
            Rest::Stopped => "You are told nothing of it.".to_owned(),
        };
        let paragraphs = vec![
            Paragraph::plain("Target ")
                .strong(target)
                .then(format!(", now {price}, to {}.", watch.key.market)),
            Paragraph::plain(rest),
        ];
        let mut message = note(
            &format!("watch.{}", watch.id.0),
            format!("#{} {title}", watch.id.0),
            paragraphs,
            now,
        );
        message.actions = buttons(watch, false).into_iter().flatten().collect();
        Ok(message)
    }

    /// The watches of a chat, the newest first.
    pub(super) fn listed(&self, chat: &Address, page: usize, now: Instant) -> Result<Answer, StoreError> {
        let mut watches = self.app.watches_telling(chat)?;
        watches.reverse();
        if watches.is_empty() {
            let text = "This chat watches nothing yet. Send a link of a listing.";
            return Ok(Answer::of(sentence("list", "Nothing is watched", text, now)));
        }
        let (count, first) = (watches.len(), page.saturating_sub(1).saturating_mul(PAGE));
        let shown: Vec<Watch> = watches.into_iter().skip(first).take(PAGE).collect();
        let lines = shown.iter().map(|watch| {
            let target = watch.target().map(|target| format!(", below {}", amount(target)));
            let rest = if watch.rest.is_awake(now) { "" } else { ", asleep" };
            let title = short(watch.title.as_deref());
            let told = format!(" {title}, to {}{}{rest}", watch.key.market, target.unwrap_or_default());
            Paragraph::default().strong(format!("#{}", watch.id.0)).then(told)
        });
        let mut paragraphs: Vec<Paragraph> = lines.collect();
        if count > first.saturating_add(PAGE) {
            let next = format!("/list {}", page.saturating_add(1));
            paragraphs.push(Paragraph::plain("More of them: ").code(next));
        }
        let mut message = note("list", format!("{count} watched"), paragraphs, now);
        let open =
            |watch: &Watch| Press::Deed(Deed::Show, watch.id).action(ActionKind::Show, &format!("#{}", watch.id.0));
        message.actions = shown.iter().filter_map(open).collect();
        Ok(Answer::of(message))
    }

    /// Asks whether all watches of a chat are to be stopped.
    pub(super) fn stop_question(&self, chat: &Address, now: Instant) -> Result<Answer, StoreError> {
        let watches = self.app.watches_telling(chat)?;
        let awake = watches.iter().filter(|watch| watch.rest != Rest::Stopped).count();
        if awake == 0 {
            let text = "There is nothing to stop: this chat is told nothing.";
            return Ok(Answer::of(sentence("stop", "Nothing to stop", text, now)));
        }
        let text = format!("{awake} of them tell this chat. Their histories stay, and each can be resumed from /list.");
        let mut message = sentence("stop", "Stop all watches?", text, now);
        message.actions = Press::StopAll
            .action(ActionKind::Stop, "Stop all")
            .into_iter()
            .collect();
        Ok(Answer::of(message))
    }

    /// Stops them.
    pub(super) fn stop_all(&self, chat: &Address, message: Option<i64>, now: Instant) -> Result<Answer, StoreError> {
        let mut stopped: usize = 0;
        for watch in self.app.watches_telling(chat)? {
            if watch.rest != Rest::Stopped {
                self.app.stop(watch.id)?;
                stopped = stopped.saturating_add(1);
            }
        }
        let text = format!("{stopped} stopped. This chat is told nothing more.");
        Ok(Answer::instead(
            "Stopped",
            message,
            sentence("stop", "Stopped", text, now),
        ))
    }
}

/// The buttons of a watch. Under a receipt there are fewer, since it has some of its own.
pub(super) fn buttons(watch: &Watch, under_receipt: bool) -> Vec<Option<Action>> {
    let button = |deed, kind, label: &str| Press::Own(deed, watch.id).action(kind, label);
    if watch.rest == Rest::Stopped {
        return vec![button(Deed::Resume, ActionKind::Resume, "Watch again")];
    }
    let mut all = Vec::new();
    if watch.target().is_some() {
        all.push(button(Deed::Lower, ActionKind::Lower, "Lower the target"));
        all.push(button(Deed::Raise, ActionKind::Raise, "Target +5 %"));
    }
    if watch.rest == Rest::Awake {
        all.push(button(Deed::Snooze, ActionKind::Snooze, "Snooze 7 days"));
    } else {
        all.push(button(Deed::Resume, ActionKind::Resume, "Tell me again"));
    }
    all.push(button(Deed::Stop, ActionKind::Stop, "Stop"));
    if !under_receipt {
        all.push(button(Deed::Bought, ActionKind::Bought, "Bought it"));
        all.push(Press::Deed(Deed::Why, watch.id).action(ActionKind::WhyNot, "Why not more?"));
    }
    all
}
