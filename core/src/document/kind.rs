//! The kinds of documents as values: a row of the table, its name, its syntax, and which file names claim it.
//!
//! How a document shows its kind is `detect.rs`; the rows are `kinds_table.rs`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kinds_table::{KINDS, KindInfo};

/// How the text of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// One JSON document.
    Json,
    /// One JSON document a line.
    JsonLines,
    /// XML that is not a drawing.
    Xml,
    /// SVG.
    Svg,
    /// TOML.
    Toml,
    /// A cluster server in KHL.
    Khl,
    /// PowerShell.
    PowerShell,
    /// Plain text with a grammar of its own.
    Text,
    /// Bytes with a layout of their own.
    Binary,
}

impl Syntax {
    /// The syntax that a file name stands for; `None` for a name that no kind of ours could have.
    pub fn of_path(path: &str) -> Option<Syntax> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension {
            "json" | "xjson" => Some(Syntax::Json),
            "jsonl" => Some(Syntax::JsonLines),
            "xml" => Some(Syntax::Xml),
            "svg" => Some(Syntax::Svg),
            "toml" => Some(Syntax::Toml),
            "khl" => Some(Syntax::Khl),
            "ps1" => Some(Syntax::PowerShell),
            "scxq2" | "v2c-bin" => Some(Syntax::Binary),
            _ => by_file_name(path, |_| true).map(Kind::syntax),
        }
    }
}

/// A kind of document: one row of [`KINDS`].
#[derive(Clone, Copy)]
pub struct Kind(&'static KindInfo);

impl Kind {
    /// The kind of this name.
    pub fn by_name(name: &str) -> Option<Kind> {
        KINDS.iter().find(|info| info.name == name).map(Kind)
    }

    /// The kind whose `$schema` is this.
    pub fn by_schema(schema: &str) -> Option<Kind> {
        KINDS.iter().find(|info| info.schema == Some(schema)).map(Kind)
    }

    /// Every kind, in the order of the table.
    pub fn all() -> impl Iterator<Item = Kind> {
        KINDS.iter().map(Kind)
    }

    /// Its name, such as `ai.vocab.v1`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The family of rules that judges it.
    pub fn family(self) -> &'static str {
        self.0.family
    }

    /// How its text is read.
    pub fn syntax(self) -> Syntax {
        self.0.syntax
    }

    /// The whole row.
    pub fn info(self) -> &'static KindInfo {
        self.0
    }

    /// Whether this is the kind of that name.
    pub fn is(self, name: &str) -> bool {
        self.0.name == name
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Kind {}

impl std::hash::Hash for Kind {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kind({})", self.0.name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Kind::by_name(&name).ok_or_else(|| serde::de::Error::custom(format!("no kind is named `{name}`")))
    }
}

/// The first kind that passes `filter` and claims a file of this name.
pub fn by_file_name(path: &str, filter: impl Fn(Kind) -> bool) -> Option<Kind> {
    Kind::all().filter(|kind| filter(*kind)).find(|kind| kind.info().files.iter().any(|pattern| matches_path(pattern, path)))
}

/// A pattern with `/` is compared with the end of the path, segment by segment; one without with the file name.
fn matches_path(pattern: &str, path: &str) -> bool {
    let mut names = path.rsplit('/');
    pattern.rsplit('/').all(|part| names.next().is_some_and(|name| matches_name(part, name)))
}

/// `*` is any run of characters, also none.
fn matches_name(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let (between, last) = rest.rsplit_once('*').map_or((None, rest), |(between, last)| (Some(between), last));
    for part in between.into_iter().flat_map(|between| between.split('*')) {
        match name.find(part) {
            Some(at) => name = &name[at + part.len()..],
            None => return false,
        }
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_schemas_and_markers_are_unique() {
        for (at, a) in KINDS.iter().enumerate() {
            for b in &KINDS[..at] {
                assert_ne!(a.name, b.name);
                assert!(a.schema.is_none() || a.schema != b.schema, "{}", a.name);
                assert!(!a.markers.iter().any(|marker| b.markers.contains(marker)), "{} and {}", a.name, b.name);
            }
        }
    }

    #[test]
    fn stars_in_patterns_are_any_run_of_characters() {
        for (pattern, name, wanted) in [
            ("*.json", "a.json.json", true),
            ("*.json", "a.json.jso", false),
            ("*.batch.json", "x.batch.json", true),
            ("*.batch.json", "batch.json", false),
            ("object.json", "object.json", true),
            ("object.json", "object.jsonx", false),
            ("_asxr._tcp.*.txt", "_asxr._tcp.a.b.txt", true),
            ("a*b*b", "ab", false),
            ("a*b*b", "abb", true),
        ] {
            assert_eq!(matches_name(pattern, name), wanted, "{pattern} {name}");
        }
        assert!(matches_path("cluster/queue/*.json", "x/cluster/queue/1.json"));
        assert!(!matches_path("cluster/queue/*.json", "queue/1.json"));
        assert!(!matches_path("cluster/queue/*.json", "cluster/queue/x/1.json"));
    }

    #[test]
    fn a_kind_travels_by_name() {
        let kind = Kind::by_name("pi-profile.v1");
        let text = serde_json::to_string(&kind).unwrap_or_default();
        assert_eq!(text, "\"pi-profile.v1\"");
        assert_eq!(serde_json::from_str::<Option<Kind>>(&text).ok().flatten(), kind);
        assert!(serde_json::from_str::<Kind>("\"pi-profile.v9\"").is_err());
    }
}
