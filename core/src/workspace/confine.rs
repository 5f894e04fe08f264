//! Locations that stay inside the workspace (`DECISIONS` 6 and 40; rows A610, A748, A749).
//!
//! A location is a literal file name relative to the folder of the document that holds it: nothing is decoded, folded or expanded.
//! This module judges the text alone; what the disk says of links is in `index`.

/// Where a written location leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A path from the workspace root, `/` between its parts.
    Inside(String),
    /// `stream://…`: there are no bytes to look at.
    Stream,
}

/// Why a location is refused; it is never opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// Nothing written.
    #[error("the location is empty")]
    Empty,
    /// `stream://` and nothing behind it.
    #[error("`stream://` names no source")]
    Unnamed,
    /// A URL such as `https://…` or `file:…`.
    #[error("`{0}:` locations are never fetched or opened: what a document names lies in the workspace")]
    Url(String),
    /// Begins with `/`, `\`, or a drive letter.
    #[error("the location is absolute: it must be relative to the document that names it")]
    Absolute,
    /// A backslash: a separator on one system, a letter on the others.
    #[error("the location holds a backslash: parts are separated by `/`")]
    Backslash,
    /// A NUL or another control character.
    #[error("the location holds a control character")]
    Control,
    /// Steps above the workspace root, even if it comes back.
    #[error("the location steps above the workspace root")]
    Escapes,
    /// Names a folder.
    #[error("the location names a folder")]
    Folder,
}

/// Judges `location` as written in a document that lies in `folder` (a path from the root, empty for the root itself).
pub fn resolve(folder: &str, location: &str) -> Result<Location, LocationError> {
    if location.is_empty() {
        return Err(LocationError::Empty);
    }
    if let Some(source) = location.strip_prefix("stream://") {
        return if source.is_empty() { Err(LocationError::Unnamed) } else { Ok(Location::Stream) };
    }
    if location.chars().any(char::is_control) {
        return Err(LocationError::Control);
    }
    if location.starts_with(['/', '\\']) {
        return Err(LocationError::Absolute);
    }
    if let Some((scheme, _)) = location.split_once(':') {
        let mut letters = scheme.chars();
        let named =
            letters.next().is_some_and(|c| c.is_ascii_alphabetic()) && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        if named {
            return Err(if scheme.len() == 1 { LocationError::Absolute } else { LocationError::Url(scheme.to_owned()) });
        }
    }
    if location.contains('\\') {
        return Err(LocationError::Backslash);
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in location.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(LocationError::Escapes)?;
            }
            name => parts.push(name),
        }
    }
    match location.rsplit('/').next() {
        Some("" | "." | "..") | None => Err(LocationError::Folder),
        Some(_) => Ok(Location::Inside(parts.join("/"))),
    }
}

/// Folders that lie in the root of a host's file system.
const HOST_FOLDERS: &[&str] =
    &["bin", "dev", "etc", "home", "mnt", "opt", "private", "proc", "root", "srv", "sys", "tmp", "usr", "var", "Users"];

/// Whether a text begins like an absolute path of a host: `/etc/…`, `/home/…`. `/objects/…`, a JSON Pointer and a lone `/` do not.
pub fn is_host_path(text: &str) -> bool {
    let Some((folder, rest)) = text.strip_prefix('/').and_then(|path| path.split_once('/')) else { return false };
    HOST_FOLDERS.contains(&folder) && !rest.is_empty()
}

/// The folder part of a path from the root; empty for a file in the root itself.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: A610 A748 A749
    #[test]
    fn locations_are_judged_on_their_text_first() {
        let inside = |folder: &str, location: &str| match resolve(folder, location) {
            Ok(Location::Inside(path)) => path,
            other => panic!("{location}: {other:?}"),
        };
        assert_eq!(inside("a/b", "./x.json"), "a/b/x.json");
        assert_eq!(inside("a/b", "../c/x.json"), "a/c/x.json");
        assert_eq!(inside("", "x y%20.json"), "x y%20.json");
        assert_eq!(inside("a", "..x/..y"), "a/..x/..y");
        assert_eq!(inside("a", "b//c"), "a/b/c");
        assert_eq!(resolve("a", "stream://source/id"), Ok(Location::Stream));
        for (location, why) in [
            ("", LocationError::Empty),
            ("stream://", LocationError::Unnamed),
            ("/etc/passwd", LocationError::Absolute),
            ("\\\\server\\share", LocationError::Absolute),
            ("C:\\x", LocationError::Absolute),
            ("c:x", LocationError::Absolute),
            ("https://example.org/x", LocationError::Url("https".into())),
            ("file:x.json", LocationError::Url("file".into())),
            ("a\\b", LocationError::Backslash),
            ("a\0b", LocationError::Control),
            ("../../x", LocationError::Escapes),
            ("../../a/x.json", LocationError::Escapes),
            ("./", LocationError::Folder),
            ("..", LocationError::Folder),
        ] {
            assert_eq!(resolve("a", location), Err(why), "{location}");
        }
        assert_eq!(resolve("", "../ws/x"), Err(LocationError::Escapes));
    }

    // rows: A717 A722 A748
    #[test]
    fn only_folders_of_a_host_make_a_host_path() {
        for path in ["/etc/passwd", "/home/a/b.json", "/usr/lib/x", "/var/log/a", "/Users/a/x"] {
            assert!(is_host_path(path), "{path}");
        }
        for text in ["/objects/sea/tide", "/projections/default/emit", "/", "/etc", "/etc/", "and/or", "/homes/a", "", "//etc/x"] {
            assert!(!is_host_path(text), "{text}");
        }
    }
}
