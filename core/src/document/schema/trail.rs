//! The schemas that an evaluation path leads through, with `$ref` followed, and what they are annotated with.

use serde_json::{Map, Value};

use super::BASE;

/// From the whole schema to the one that holds the keyword. There is always at least one step.
pub(super) struct Trail {
    steps: Vec<Step>,
    last: Step,
}

#[derive(Clone, Copy)]
struct Step {
    at: At,
    schema: &'static Map<String, Value>,
    /// Whether this schema is about another value than the one before.
    moved: bool,
}

/// A schema together with the name of the file it stands in, against which its `$ref`s are read.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub file: &'static str,
    pub value: &'static Value,
}

impl At {
    /// The root of the schema of that name.
    pub fn root(name: &str) -> Option<At> {
        let file = super::FILES.iter().find(|file| file.0 == name)?.0;
        Some(At { file, value: super::value(file)? })
    }

    /// The keywords of this schema.
    pub fn keywords(self) -> Option<&'static Map<String, Value>> {
        self.value.as_object()
    }

    /// What `$ref` names.
    pub fn follow(self) -> Option<At> {
        let target = self.value.get("$ref")?.as_str()?;
        let (file, pointer) = target.split_once('#').unwrap_or((target, ""));
        let at = if file.is_empty() { At::root(self.file)? } else { At::root(file.strip_prefix(BASE)?)? };
        Some(At { value: at.value.pointer(pointer)?, ..at })
    }

    pub fn child(self, token: &str) -> Option<At> {
        let value = match self.value {
            Value::Array(items) => items.get(token.parse::<usize>().ok()?)?,
            value => value.get(token)?,
        };
        Some(At { value, ..self })
    }
}

impl Trail {
    /// Follows an evaluation path (`/properties/hash/$ref/pattern`) through the schema of a kind, up to the schema that holds the last keyword.
    pub fn to_keyword(kind: &str, path: &str) -> Option<Trail> {
        let path = path.rsplit_once('/').map_or("", |(path, _)| path);
        let mut at = At::root(kind)?;
        let mut last = Step { at, schema: at.keywords()?, moved: true };
        let mut steps = Vec::new();
        // Inside `properties`, `allOf` and the like the next token is a name or a number, not a keyword.
        let (mut named, mut moved) = (false, false);
        for token in crate::document::pointer::tokens(path)? {
            let keyword = !named;
            named = false;
            at = if keyword && token == "$ref" { at.follow()? } else { at.child(&token)? };
            if keyword {
                named = matches!(
                    token.as_ref(),
                    "properties" | "patternProperties" | "dependentSchemas" | "prefixItems" | "allOf" | "anyOf" | "oneOf"
                );
                moved |=
                    !matches!(token.as_ref(), "allOf" | "anyOf" | "oneOf" | "dependentSchemas" | "$ref" | "if" | "then" | "else" | "not");
            }
            if !named && let Some(schema) = at.keywords() {
                steps.push(std::mem::replace(&mut last, Step { at, schema, moved }));
                moved = false;
            }
        }
        Some(Trail { steps, last })
    }

    fn inwards(&self) -> impl Iterator<Item = &Step> {
        std::iter::once(&self.last).chain(self.steps.iter().rev())
    }

    /// The innermost schema's annotation of this name.
    pub fn nearest(&self, annotation: &str) -> Option<&'static str> {
        self.inwards().find_map(|step| step.schema.get(annotation)?.as_str())
    }

    /// The same, among the schemas about the very value that is at fault.
    pub fn here(&self, annotation: &str) -> Option<&'static Value> {
        let mut left = false;
        let about = self.inwards().take_while(|step| !std::mem::replace(&mut left, step.moved));
        about.filter_map(|step| step.schema.get(annotation)).next()
    }

    /// The schema that holds the keyword.
    pub fn last(&self) -> &'static Map<String, Value> {
        self.last.schema
    }

    /// The same, with the file it stands in.
    pub fn holder(&self) -> At {
        self.last.at
    }

    /// The schema around the one that holds the keyword.
    pub fn outer(&self) -> Option<&'static Map<String, Value>> {
        self.steps.last().map(|step| step.schema)
    }
}
