//! `backup` and `restore`: a restore restores, and never under a server.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use tillwatch_app::ports::store::Store;

use crate::filled::{Data, ITEM, err, status, values};

#[test]
fn a_backup_comes_back_with_everything_and_what_it_replaced_stays_aside() {
    let data = Data::filled();
    let file = data.file("kept.db");
    let file = file.to_str().unwrap();
    let done = data.run(&["backup", file]);
    assert_eq!(status(&done), 0, "{}", err(&done));
    assert_eq!(
        status(&data.run(&["backup", file])),
        1,
        "a backup is never written over"
    );
    let exported = data.run(&["export"]).stdout;
    assert_eq!(status(&data.run(&["watch", "remove", "1"])), 0);
    let refused = data.run(&["restore", file]);
    assert_eq!(status(&refused), 1);
    assert!(err(&refused).contains("--replace"), "{}", err(&refused));
    let restored = data.run(&["restore", file, "--replace", "--json"]);
    assert_eq!(status(&restored), 0, "{}", err(&restored));
    assert!(std::path::Path::new(values(&restored)[0]["aside"].as_str().unwrap()).exists());
    assert_eq!(data.run(&["export"]).stdout, exported);
    let fresh = Data::new();
    assert_eq!(status(&fresh.run(&["restore", file])), 0);
    assert_eq!(fresh.store().watches().unwrap().len(), 1);
}

#[test]
fn a_backup_that_is_not_what_its_checksum_says_is_refused_and_nothing_is_moved() {
    let data = Data::filled();
    let file = data.file("kept.db");
    assert_eq!(status(&data.run(&["backup", file.to_str().unwrap()])), 0);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let refused = data.run(&["restore", file.to_str().unwrap(), "--replace"]);
    assert_eq!(status(&refused), 3);
    assert!(err(&refused).contains("SHA-256"), "{}", err(&refused));
    assert_eq!(data.store().watches().unwrap().len(), 1);
}

#[test]
fn nothing_is_restored_while_a_server_holds_the_store() {
    let data = Data::filled();
    let file = data.file("kept.db");
    let file = file.to_str().unwrap();
    assert_eq!(status(&data.run(&["backup", file])), 0);
    let server = std::fs::File::create(data.data().join("tillwatch.lock")).unwrap();
    server.lock().unwrap();
    let refused = data.run(&["restore", file, "--replace"]);
    assert_eq!(status(&refused), 3);
    assert!(err(&refused).contains("watches from"), "{}", err(&refused));
    // Looking and watching go on.
    assert_eq!(status(&data.run(&["history", ITEM])), 0);
    drop(server);
    assert_eq!(status(&data.run(&["restore", file, "--replace"])), 0);
}
