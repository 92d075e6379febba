//! Just as much of JSON Schema as ours use. A keyword that it does not know ends the test, so that none is passed over.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde_json::Value;

/// The schemas by their file names, without any from elsewhere.
pub(crate) struct Schemas(pub(crate) BTreeMap<String, Value>);

/// A schema within a file.
#[derive(Clone, Copy)]
struct Here<'a> {
    file: &'a str,
    schema: &'a Value,
}

impl Schemas {
    /// What is wrong with a value by the schema of a file, each fault with its place.
    pub(crate) fn faults(&self, file: &str, value: &Value) -> Vec<String> {
        let (file, schema) = self.0.get_key_value(file).expect("such a schema");
        self.check(Here { file, schema }, value, "")
    }

    /// The schema that a reference leads to.
    fn referred<'a>(&'a self, from: Here<'a>, reference: &str) -> Here<'a> {
        let (file, place) = reference.split_once('#').unwrap_or((reference, ""));
        let file = if file.is_empty() { from.file } else { file };
        let (file, whole) = self.0.get_key_value(file).expect("a schema that is there");
        let schema = whole
            .pointer(place)
            .unwrap_or_else(|| panic!("{reference} leads nowhere"));
        Here { file, schema }
    }

    fn check(&self, here: Here<'_>, value: &Value, place: &str) -> Vec<String> {
        let Value::Object(keywords) = here.schema else {
            let allowed = here.schema.as_bool().expect("a schema");
            return if allowed {
                Vec::new()
            } else {
                vec![format!("{place}: is not allowed")]
            };
        };
        let each = keywords.iter();
        each.flat_map(|(keyword, schema)| self.keyword(here, (keyword, schema), value, place))
            .collect()
    }

    fn is_valid(&self, here: Here<'_>, value: &Value) -> bool {
        self.check(here, value, "").is_empty()
    }

    fn keyword(&self, from: Here<'_>, (keyword, told): (&str, &Value), value: &Value, place: &str) -> Vec<String> {
        let at = |schema| Here { schema, ..from };
        let all = |schemas: &Value| -> Vec<bool> {
            let schemas = schemas.as_array().expect("a list of schemas").iter();
            schemas.map(|schema| self.is_valid(at(schema), value)).collect()
        };
        let empty = Vec::new();
        let members = value.as_array().unwrap_or(&empty);
        let length = value.as_str().map(|text| text.chars().count());
        let count = || usize::try_from(told.as_u64().expect("a number")).expect("a small number");
        let has = |name: &Value| value.get(name.as_str().expect("a name")).is_some();
        let lacks = |names: &Value| value.is_object() && !names.as_array().expect("names").iter().all(has);
        let wrong = match keyword {
            "$schema" | "$defs" | "title" | "description" | "then" => false,
            "$ref" => return self.check(self.referred(from, told.as_str().expect("a reference")), value, place),
            "allOf" => {
                let schemas = told.as_array().expect("a list of schemas").iter();
                return schemas
                    .flat_map(|schema| self.check(at(schema), value, place))
                    .collect();
            }
            "if" if self.is_valid(at(told), value) => return self.check(at(&from.schema["then"]), value, place),
            "if" => false,
            "properties" => {
                let known = told.as_object().expect("properties").iter();
                let there = known.filter_map(|(name, schema)| Some((name, schema, value.get(name)?)));
                return there
                    .flat_map(|(name, schema, value)| self.check(at(schema), value, &format!("{place}.{name}")))
                    .collect();
            }
            "items" | "prefixItems" => {
                let first = from.schema["prefixItems"].as_array().map_or(0, Vec::len);
                let pairs: Vec<(usize, &Value)> = match keyword {
                    "items" => (first..members.len()).map(|index| (index, told)).collect(),
                    _ => told.as_array().expect("schemas").iter().enumerate().collect(),
                };
                let there = pairs
                    .into_iter()
                    .filter_map(|(index, schema)| Some((index, schema, members.get(index)?)));
                return there
                    .flat_map(|(index, schema, value)| self.check(at(schema), value, &format!("{place}[{index}]")))
                    .collect();
            }
            "anyOf" => !all(told).contains(&true),
            "not" => self.is_valid(at(told), value),
            "contains" => value.is_array() && !members.iter().any(|member| self.is_valid(at(told), member)),
            "const" => value != told,
            "enum" => !told.as_array().expect("values").contains(value),
            "type" => match told {
                Value::Array(types) => !types.iter().any(|one| is_of_type(value, one)),
                one => !is_of_type(value, one),
            },
            "required" => lacks(told),
            "dependentRequired" => {
                let mut rules = told.as_object().expect("names").iter();
                rules.any(|(name, needed)| value.get(name).is_some() && lacks(needed))
            }
            "minItems" => value.is_array() && members.len() < count(),
            "maxItems" => members.len() > count(),
            "minLength" => length.is_some_and(|length| length < count()),
            "maxLength" => length.is_some_and(|length| length > count()),
            "minimum" => value
                .as_i64()
                .is_some_and(|number| number < told.as_i64().expect("a number")),
            "maximum" => value
                .as_u64()
                .is_some_and(|number| number > told.as_u64().expect("a number")),
            "pattern" => {
                let pattern = Regex::new(told.as_str().expect("a pattern")).expect("a pattern");
                value.as_str().is_some_and(|text| !pattern.is_match(text))
            }
            other => panic!("{}: the keyword {other} is not known", from.file),
        };
        if wrong {
            vec![format!("{place}: {value} breaks {keyword} {told}")]
        } else {
            Vec::new()
        }
    }
}

fn is_of_type(value: &Value, name: &Value) -> bool {
    match name.as_str().expect("a type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("the type {other} is not known"),
    }
}
