//! `export` and `import`: nothing is lost on the way, nothing is taken in twice, nothing by halves.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use tillwatch_app::ports::store::{ListingKey, Store};
use tillwatch_core::history::Lane;
use tillwatch_core::id::ItemId;

use crate::filled::{Data, ITEM, NOW, at, err, key, out, status, usd, values};

/// The filled store with more of everything: a variant that the page selects, a listing without any reading.
fn rich() -> Data {
    let data = Data::filled();
    let store = data.store();
    let (_, selected) = store.track(&key(), None, at(NOW)).unwrap();
    for lane in [Lane::Code, Lane::Sticker, Lane::Code] {
        store.add_watch(selected, lane, Some(usd(2_000)), at(NOW)).unwrap();
    }
    let unread = ListingKey {
        item: ItemId::parse("1005001111111111").unwrap(),
        ..key()
    };
    store.track(&unread, None, at(NOW)).unwrap();
    data
}

#[test]
fn what_is_exported_and_imported_is_exported_as_the_same_text() {
    let from = rich();
    for format in ["json", "csv"] {
        let first = from.run(&["export", "--format", format]);
        assert_eq!(status(&first), 0, "{}", err(&first));
        assert!(out(&first).contains("a slip of the shop") && out(&first).contains("blocked"));
        let to = Data::new();
        let taken = to.with_input(&["import", "-", "--json"], out(&first));
        assert_eq!(status(&taken), 0, "{}", err(&taken));
        assert_eq!(values(&taken)[0]["listings"], 2);
        let second = to.run(&["export", "--format", format]);
        assert!(out(&first) == out(&second), "{}\n{}", out(&first), out(&second));
        assert!(to.store().examine().unwrap().is_sound());
        // And the history reads the same.
        let sentence = |data: &Data| {
            let told = data.run(&["history", ITEM, "--at", NOW, "--json"]);
            values(&told)[0]["windows"].clone()
        };
        assert_eq!(sentence(&from), sentence(&to));
    }
}

#[test]
fn a_file_that_is_taken_in_twice_changes_nothing_the_second_time() {
    let data = rich();
    let file = data.file("all.csv");
    let file = file.to_str().unwrap();
    assert_eq!(status(&data.run(&["export", file])), 0);
    let before = std::fs::read_to_string(file).unwrap();
    assert!(before.starts_with("kind,item,"), "the ending names the format");
    let again = data.run(&["import", file, "--json"]);
    assert_eq!(status(&again), 0, "{}", err(&again));
    let told = &values(&again)[0];
    assert_eq!(
        (&told["known"], &told["runs"], &told["watches"]),
        (&2.into(), &0.into(), &0.into())
    );
    assert_eq!(out(&data.run(&["export", "--format", "csv"])), before);
}

#[test]
fn of_a_listing_that_does_not_fit_nothing_is_taken_in() {
    let text = out(&rich().run(&["export"])).to_owned();
    let data = Data::filled();
    // Another price in the first run of one lane, and a watch that would be new.
    let wrong = text.replacen("\"35.99\"", "\"35.98\"", 1);
    assert_ne!(wrong, text);
    let refused = data.with_input(&["import", "-", "--json"], &wrong);
    assert_eq!(status(&refused), 1);
    let told = values(&refused);
    let path = told[0]["error"]["path"].as_str().unwrap();
    assert!(path.starts_with("listings[1].variants[0].series["), "{path}");
    assert_eq!((&told[1]["refused"], &told[1]["listings"]), (&1.into(), &1.into()));
    assert_eq!(data.store().watches().unwrap().len(), 1);
    let nothing = data.with_input(&["import", "-"], "a,b\n1,2\n");
    assert_eq!((status(&nothing), out(&nothing)), (1, ""));
}
