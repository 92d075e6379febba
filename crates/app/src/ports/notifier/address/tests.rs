//! Addresses as they are written, kept and shown.

use proptest::prelude::*;

use super::*;

/// One of each channel and of each spelling, with the part that nobody is to see and the label.
const GOOD: [(&str, &str, &str); 12] = [
    ("telegram:5550001234", "5550001234", "Telegram"),
    ("telegram:-1009990001111", "1009990001111", "Telegram"),
    ("mailto:ann.lee@example.com", "ann.lee", "e-mail to a…@example.com"),
    ("ntfys://ntfy.example/tills_7f", "tills_7f", "ntfy at ntfy.example"),
    (
        "ntfy://ntfy.example:8080/tills_7f#tk_x1",
        "tk_x1",
        "ntfy at ntfy.example",
    ),
    ("gotify://push.example/Abc.123-x", "Abc.123-x", "Gotify at push.example"),
    (
        "gotifys://push.example/below/Abc.123-x",
        "Abc.123-x",
        "Gotify at push.example",
    ),
    ("https://discord.com/api/webhooks/123/to-k_en", "to-k_en", "Discord"),
    (
        "webhook+https://hooks.example/in?k=1#s3cr3t!",
        "s3cr3t",
        "webhook at hooks.example",
    ),
    (
        "webhook+http://hooks.example/#whsec_c2VjcmV0IQ==",
        "c2VjcmV0",
        "webhook at hooks.example",
    ),
    (
        "apprise+https://apprise.example/notify/k3y",
        "k3y",
        "Apprise at apprise.example",
    ),
    (
        "apprise+http://apprise.example/notify/k3y?tag=all",
        "k3y",
        "Apprise at apprise.example",
    ),
];

#[test]
fn what_is_kept_is_read_again_as_it_was() {
    for (text, _, _) in GOOD {
        let address = Address::parse(text).expect(text);
        assert_eq!(address.kept(), text);
        assert_eq!(Address::parse(&address.kept()), Ok(address));
    }
}

#[test]
fn each_channel_has_an_address_and_its_form_begins_like_it() {
    for channel in Channel::ALL {
        let of_it = GOOD
            .iter()
            .find(|(text, _, _)| Address::parse(text).is_ok_and(|one| one.channel() == channel));
        let (text, _, _) = of_it.expect("an address of each channel");
        let beginning = |text: &str| text.split(':').next().map(|word| word.trim_end_matches('s').to_owned());
        assert_eq!(beginning(channel.form()), beginning(text));
    }
}

#[test]
fn nothing_secret_is_printed() {
    for (text, secret, label) in GOOD {
        let address = Address::parse(text).expect(text);
        let printed = format!("{address} {address:?} {address:#?} {}", address.label());
        assert!(!printed.contains(secret), "{printed}");
        assert_eq!(address.to_string(), label);
    }
    let chat = Hidden(5_550_001_234_i64);
    assert_eq!(format!("{chat:?}"), "Hidden");
}

#[test]
fn spellings_that_mean_the_same_are_kept_the_same() {
    for (text, kept) in [
        ("  TELEGRAM:7  ", "telegram:7"),
        ("mailto:ann@EXAMPLE.com", "mailto:ann@example.com"),
        ("NTFYS://Ntfy.Example/tills", "ntfys://ntfy.example/tills"),
        (
            "https://discordapp.com/api/v10/webhooks/1/t",
            "https://discord.com/api/webhooks/1/t",
        ),
        ("webhook+https://hooks.example#s", "webhook+https://hooks.example/#s"),
    ] {
        assert_eq!(Address::parse(text).map(|one| one.kept()), Ok(kept.to_owned()));
    }
}

#[test]
fn a_secret_is_kept_as_it_was_written() {
    let address = Address::parse("webhook+https://hooks.example/in#<é\"#`>").expect("an address");
    let Address::Webhook { url, secret } = &address else {
        panic!("{address:?}");
    };
    assert_eq!(
        (url.reveal().as_str(), secret.reveal().as_str()),
        ("https://hooks.example/in", "<é\"#`>")
    );
    assert_eq!(Address::parse(&address.kept()), Ok(address));
}

#[test]
fn a_group_is_told_from_a_person() {
    assert!(Address::telegram(-100).is_group());
    assert!(!Address::telegram(100).is_group());
}

#[test]
fn a_wrong_text_is_told_what_it_was_taken_for_and_what_is_allowed() {
    for (text, told) in [
        ("", "no channel is named"),
        ("ann", "no channel is named"),
        ("ann@example.com", "looks like a mailbox: mailto:NAME@DOMAIN"),
        ("slack:abc", "\"slack\" is no channel; allowed are telegram:CHAT"),
        (
            "https://example.com/hook",
            "a page of the web: a program there that takes events is written as webhook+https",
        ),
        ("http://example.com/hook", "a page of the web"),
        ("telegram:@ann", "taken for Telegram: what follows is no number"),
        ("telegram:0", "no number of a chat"),
        ("telegram:99999999999999999999", "no number of a chat"),
        ("mailto:ann", "taken for e-mail: it has no @"),
        ("mailto:a@b.example,c@d.example", "not one plain name"),
        ("ntfys://ntfy.example/", "taken for ntfy: it has no topic"),
        ("ntfys:///topic", "it has no host"),
        ("ntfys:topic", "it has no host"),
        ("ntfys://me:pw@ntfy.example/topic", "it has a login in it"),
        ("ntfys://ntfy.example/a%20b", "it has no topic"),
        ("ntfys://ntfy.example/topic#", "no access token"),
        ("ntfys://ntfy.example/topic?auth=x", "it has a ? in it"),
        ("gotifys://push.example", "taken for Gotify: it has no token"),
        ("gotifys://push.example/t#x", "it has a # in it"),
        (
            "https://discord.com/channels/1/2",
            "taken for Discord: it is not a webhook",
        ),
        ("https://discord.com/api/webhooks/x/t", "cannot be read"),
        (
            "webhook+https://hooks.example/in",
            "taken for webhook: it has no secret after #",
        ),
        ("webhook+https://hooks.example/in#whsec_%%%", "is not Base64"),
        (
            "apprise+https://apprise.example/",
            "taken for Apprise: it does not end with /notify/ and a key",
        ),
        (
            "mailto:ann@example.com\r\nBcc: eve@example.net",
            "no blanks, line breaks",
        ),
        ("webhook+https://hooks.example/in#a b", "no blanks, line breaks"),
    ] {
        let error = Address::parse(text).expect_err(text).to_string();
        assert!(error.contains(told), "{text:?}: {error}");
    }
    let long = format!("webhook+https://hooks.example/{}#s", "a".repeat(2_000));
    assert_eq!(Address::parse(&long), Err(AddressError::TooLong(long.len())));
}

proptest! {
    #[test]
    fn any_text_is_an_address_that_survives_keeping_or_an_error_without_the_text(
        beginning in prop::sample::select(vec![
            "", "telegram:", "mailto:", "ntfy://", "ntfys://", "gotify://", "gotifys://", "https://discord.com/api/webhooks/",
            "webhook+https://", "apprise+http://", "https://",
        ]),
        rest in "[a-zA-Z0-9@./#?:%_\\-\\[\\]é ]{0,40}|\\PC{0,20}",
    ) {
        if let Ok(address) = Address::parse(&format!("{beginning}{rest}")) {
            prop_assert_eq!(Address::parse(&address.kept()), Ok(address));
        }
    }
}
