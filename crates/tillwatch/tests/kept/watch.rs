//! `watch`: many lines at once, each answered; a target that is met already; the same watch once.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use tillwatch_app::ports::store::Store;

use crate::filled::{Data, ITEM, NOW, err, out, status, values};

#[test]
fn five_hundred_lines_are_answered_and_the_refused_ones_are_named_by_their_line() {
    let data = Data::new();
    let lines: Vec<String> = (1..=500)
        .map(|number| match number {
            7 => String::new(),
            250 => "no listing at all".to_owned(),
            number => format!("https://www.aliexpress.com/item/10050063{number:08}.html"),
        })
        .collect();
    let told = data.with_input(&["watch", "add", "--market", "DE", "--json"], &lines.join("\n"));
    assert_eq!(status(&told), 1);
    let told = values(&told);
    assert_eq!(told.len(), 499);
    assert_eq!(
        (&told[0]["done"], &told[0]["currency"]),
        (&"added".into(), &"EUR".into())
    );
    let refused: Vec<_> = told.iter().filter(|one| one.get("error").is_some()).collect();
    assert_eq!((refused.len(), &refused[0]["error"]["path"]), (1, &"line 250".into()));
    assert_eq!(data.store().watches().unwrap().len(), 498);
}

#[test]
fn a_target_that_is_met_and_a_watch_that_is_there_are_said_at_once() {
    let data = Data::filled();
    let add = |target: &str| {
        let sku = "12000036904138213";
        data.run(&[
            "watch", "add", ITEM, "--sku", sku, "--market", "US", "--target", target, "--json",
        ])
    };
    let met = &values(&add("33.00"))[0];
    assert_eq!(
        (&met["met"], &met["last"], &met["done"]),
        (&true.into(), &"32.75".into(), &"added".into())
    );
    let again = &values(&add("33.00"))[0];
    assert_eq!((&again["done"], &again["watch"]), (&"was_there".into(), &met["watch"]));
    assert_eq!(values(&add("32.74"))[0]["met"], false);
    let text = data.run(&[
        "watch",
        "add",
        ITEM,
        "--market",
        "US",
        "--lane",
        "code",
        "--sku",
        "12000036904138213",
        "--target",
        "40",
    ]);
    assert!(
        out(&text).contains("The target is met already: 31.75 USD"),
        "{}",
        out(&text)
    );
}

#[test]
fn nothing_is_assumed_in_silence() {
    let data = Data::new();
    let told = data.run(&["watch", "add", "https://de.aliexpress.com/item/1005006367324382.html"]);
    assert_eq!(status(&told), 0, "{}", err(&told));
    assert!(err(&told).contains("no --market was given"), "{}", err(&told));
    assert!(out(&told).contains("--market DE"), "{}", out(&told));
    for (arguments, place) in [
        (
            &["--target", "12.345"][..],
            "--target: \"12.345\" has more digits than USD has (2)",
        ),
        (&["--target", "0"], "--target"),
        (&["--market", "AQ"], "--currency"),
    ] {
        let refused = data.run(&[&["watch", "add", ITEM], arguments].concat());
        assert_eq!(status(&refused), 1, "{arguments:?}");
        assert!(err(&refused).contains(place), "{}", err(&refused));
    }
    assert_eq!(status(&data.run(&["watch", "add", ITEM, "--lane", "best"])), 2);
}

#[test]
fn watches_are_listed_shown_and_removed() {
    let data = Data::filled();
    let list = &values(&data.run(&["watch", "list", "--at", NOW, "--json"]))[0];
    let one = &list["watches"][0];
    assert_eq!(
        (&one["now"], &one["low"], &one["met"]),
        (&"32.75".into(), &"31.49".into(), &false.into())
    );
    let text = data.run(&["watch", "list", "--at", NOW]);
    assert!(out(&text).contains("6 min ago"), "{}", out(&text));
    let later = &values(&data.run(&["watch", "list", "--at", "2026-08-20T00:00:00Z", "--json"]))[0];
    assert_eq!(later["watches"][0]["now"], serde_json::Value::Null);
    let show = data.run(&["watch", "show", "1", "--at", NOW]);
    assert!(
        out(&show).contains("32.75 USD now; 4 % above its low"),
        "{}",
        out(&show)
    );
    let removed = data.run(&["watch", "remove", "1", "99"]);
    assert_eq!(
        (status(&removed), err(&removed)),
        (1, "tillwatch: ID: there is no watch 99\n")
    );
    assert!(data.store().watches().unwrap().is_empty());
    let empty = Data::new();
    assert!(out(&empty.run(&["watch", "list"])).contains("Nothing is watched yet"));
    assert!(!empty.data().exists(), "a question makes no folder");
}
