//! Reading JSON from outside: borrowed where it can be, every wrong value named by its place.
//!
//! Reading is done twice only when it fails: once fast, and once more to find the place.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

/// A refused input: what is wrong, where, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{}{}{detail}", path, if path.is_empty() { "" } else { ": " })]
pub struct InputError {
    /// A stable name: `not_json`, `missing`, `wrong_value`, `conflict`, `too_much`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The place, such as `lines[0].unit_price`; empty for the whole.
    pub path: String,
    /// What is wrong and what is allowed.
    pub detail: String,
}

impl InputError {
    /// A value that is not allowed at its place.
    pub fn wrong(path: impl fmt::Display, detail: impl fmt::Display) -> Self {
        Self {
            kind: "wrong_value",
            path: path.to_string(),
            detail: detail.to_string(),
        }
    }

    /// A value that must be there and is not.
    pub fn missing(path: impl fmt::Display, detail: impl fmt::Display) -> Self {
        Self {
            kind: "missing",
            path: path.to_string(),
            detail: format!("is missing; {detail}"),
        }
    }

    /// Two values that do not go together.
    pub fn conflict(path: impl fmt::Display, detail: impl fmt::Display) -> Self {
        Self {
            kind: "conflict",
            path: path.to_string(),
            detail: detail.to_string(),
        }
    }

    /// More than is accepted.
    pub fn too_much(path: impl fmt::Display, detail: impl fmt::Display) -> Self {
        Self {
            kind: "too_much",
            path: path.to_string(),
            detail: detail.to_string(),
        }
    }
}

/// Reads JSON into a raw form; on failure says where and what was expected.
pub fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, InputError> {
    // Texts of what is known to be UTF-8 need not be checked one by one.
    let read = match core::str::from_utf8(json) {
        Ok(json) => serde_json::from_str(json),
        Err(_) => serde_json::from_slice(json),
    };
    read.map_err(|_| explain::<T>(json))
}

#[cold]
fn explain<'a, T: Deserialize<'a>>(json: &'a [u8]) -> InputError {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let failed = serde_path_to_error::deserialize::<_, T>(&mut reader);
    match failed {
        Err(error) => {
            let path = match error.path().to_string() {
                // Where the input ends too early there is no place to name.
                root if root == "." || root == "?" => String::new(),
                path if path.ends_with(".?") => path.trim_end_matches(".?").into(),
                path => path,
            };
            let cause = error.into_inner();
            let kind = if cause.is_data() { "wrong_value" } else { "not_json" };
            InputError {
                kind,
                path,
                detail: cause.to_string(),
            }
        }
        // The value itself was read, so something stands behind it.
        Ok(_) => match reader.end() {
            Err(cause) => InputError {
                kind: "not_json",
                path: String::new(),
                detail: cause.to_string(),
            },
            Ok(()) => InputError {
                kind: "not_json",
                path: String::new(),
                detail: "is not readable".into(),
            },
        },
    }
}

/// A text, borrowed from the input unless it has escapes.
#[derive(Debug, Clone)]
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in quotes (amounts, percentages and ids are texts too, such as \"12.20\")")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.into())))
            }
        }
        from.deserialize_str(TextVisitor)
    }
}

/// Names of fields that an object had and nobody knows: not used, but never passed over in silence.
pub(crate) type Unknown = Vec<String>;

/// Reads an object field by field; `field` answers whether it knew the name and took the value.
pub(crate) fn read_fields<'de, M: MapAccess<'de>>(
    mut map: M,
    unknown: &mut Unknown,
    mut field: impl FnMut(&str, &mut M) -> Result<bool, M::Error>,
) -> Result<(), M::Error> {
    let mut seen = BTreeSet::new();
    while let Some(name) = map.next_key::<Text<'de>>()? {
        if !field(name.as_str(), &mut map)? {
            map.next_value::<serde::de::IgnoredAny>()?;
            let told: String = name.as_str().chars().take(64).collect();
            if !seen.insert(String::from(name.as_str())) {
                return Err(M::Error::custom(format_args!("duplicate field `{told}`")));
            }
            unknown.push(told);
        }
    }
    Ok(())
}

/// Puts a value in its place once; `null` is the same as leaving it out, a second one is an error.
pub(crate) fn once<'de, T: Deserialize<'de>, M: MapAccess<'de>>(
    place: &mut Option<T>,
    seen: &mut bool,
    name: &'static str,
    map: &mut M,
) -> Result<bool, M::Error> {
    if core::mem::replace(seen, true) {
        return Err(M::Error::duplicate_field(name));
    }
    *place = map.next_value()?;
    Ok(true)
}

/// Declares the raw form of an object: every field optional, names that nobody knows collected in `unknown`.
macro_rules! raw_object {
    ($(#[$doc:meta])* $name:ident: $what:literal { $($field:ident: $type:ty = $json:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(crate) struct $name<'a> {
            $(pub(crate) $field: Option<$type>,)*
            pub(crate) unknown: $crate::input::Unknown,
            marker: core::marker::PhantomData<&'a ()>,
        }

        impl<'de: 'a, 'a> serde::Deserialize<'de> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Fields<'a>(core::marker::PhantomData<&'a ()>);
                impl<'de: 'a, 'a> serde::de::Visitor<'de> for Fields<'a> {
                    type Value = $name<'a>;
                    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        f.write_str($what)
                    }
                    fn visit_map<M: serde::de::MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
                        let mut raw = $name::default();
                        let mut unknown = $crate::input::Unknown::new();
                        // A null leaves no value behind, and is still the one time that a name may stand.
                        $(let mut $field = false;)*
                        $crate::input::read_fields(map, &mut unknown, |name, map| match name {
                            $($json => $crate::input::once(&mut raw.$field, &mut $field, $json, map),)*
                            _ => Ok(false),
                        })?;
                        raw.unknown = unknown;
                        Ok(raw)
                    }
                }
                from.deserialize_map(Fields(core::marker::PhantomData))
            }
        }
    };
}
pub(crate) use raw_object;

/// Collects what was read and not used, with its place.
#[derive(Debug, Default)]
pub(crate) struct Warnings(pub(crate) Vec<String>);

impl Warnings {
    pub(crate) fn unknown(&mut self, place: &dyn fmt::Display, names: Unknown) {
        for name in names {
            let place = place.to_string();
            let dot = if place.is_empty() { "" } else { "." };
            self.0
                .push(format!("{place}{dot}{name}: no such field is known; it was not used"));
        }
    }
}
