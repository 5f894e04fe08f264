//! Paths as reports name them: relative to the working directory, with `/` (`DECISIONS` 68).

use std::path::{Component, Path};

/// Turns the paths of one workspace into the paths of a report.
pub struct Base {
    /// Components of the working directory below the workspace root, when it lies inside.
    inside: Vec<String>,
    /// What goes before every path, when it does not.
    prefix: String,
}

impl Base {
    /// Both paths are absolute.
    pub fn new(root: &Path, working_directory: &Path) -> Self {
        if let Ok(rest) = working_directory.strip_prefix(root) {
            let inside = rest.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            return Base { inside, prefix: String::new() };
        }
        let (from, to): (Vec<_>, Vec<_>) = (working_directory.components().collect(), root.components().collect());
        let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let other_drive = matches!((from.first(), to.first()), (Some(Component::Prefix(a)), Some(Component::Prefix(b))) if a != b);
        let mut prefix = String::new();
        if other_drive {
            prefix = root.to_string_lossy().replace('\\', "/");
            prefix.push('/');
        } else {
            for _ in shared..from.len() {
                prefix.push_str("../");
            }
            for part in &to[shared..] {
                prefix.push_str(&part.as_os_str().to_string_lossy());
                prefix.push('/');
            }
        }
        Base { inside: Vec::new(), prefix }
    }

    /// The report's name for the file that `path` names from the root.
    pub fn path(&self, path: &str) -> String {
        if self.inside.is_empty() {
            return format!("{}{path}", self.prefix);
        }
        let parts: Vec<&str> = path.split('/').collect();
        let folders = parts.len().saturating_sub(1);
        let shared = self.inside.iter().zip(&parts[..folders]).take_while(|(a, b)| a.as_str() == **b).count();
        let mut shown = "../".repeat(self.inside.len() - shared);
        shown.push_str(&parts[shared..].join("/"));
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_the_working_directory() {
        let at = |root: &str, here: &str| Base::new(Path::new(root), Path::new(here)).path("a/b/x.json");
        assert_eq!(at("/w", "/w"), "a/b/x.json");
        assert_eq!(at("/w", "/"), "w/a/b/x.json");
        assert_eq!(at("/w", "/w/a"), "b/x.json");
        assert_eq!(at("/w", "/w/a/c"), "../b/x.json");
        assert_eq!(at("/w", "/w/a/b/c"), "../x.json");
        assert_eq!(at("/w/p", "/w/q/r"), "../../p/a/b/x.json");
    }
}
