//! Any text at all has an identity, and a clean one: it keeps to its kind and survives being read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tillwatch_core::link::{IdentityKind, clean_url, identify, identify_lines};

fuzz_target!(|text: &str| {
    let found = identify(text);
    assert!(serde_json::to_string(&found).is_ok());
    assert_eq!(found.item.is_some(), found.kind == IdentityKind::Item);
    assert_eq!(found.redirect.is_some(), found.kind == IdentityKind::NeedsRedirect);
    assert!(found.reason.is_some() || found.item.is_some() || found.redirect.is_some());
    if let Some(item) = &found.item {
        let again = identify(&clean_url(item, found.sku.as_ref()));
        // From 2^51 on a number is read as the US storefront's, and twice that one would be folded twice.
        if item
            .as_str()
            .parse::<u64>()
            .is_ok_and(|number| number < tillwatch_core::id::US_OFFSET)
        {
            assert_eq!(again.item.as_ref(), Some(item));
        }
        assert_eq!(again.sku, found.sku);
    }
    if let Some(redirect) = &found.redirect {
        assert_eq!(identify(redirect).redirect.as_ref(), Some(redirect));
    }
    assert!(identify_lines(text).count() <= text.lines().count());
});
