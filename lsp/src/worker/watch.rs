//! News of paths from the client's file watcher: of files, folders, links, rules of what is read, and workspaces that begin or end.

use std::path::Path;

use mx2lm_core::{map::HashSet, workspace::walk::CONFIG_FILE};

use super::{Changed, Home, Worker};
use crate::{content, root::Root};

/// What news of a path may concern beside files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing.
    Files,
    /// Which files are read, or what a link leads to.
    Rules,
    /// Where workspaces begin.
    Workspaces,
}

impl Worker {
    /// The client's file watcher spoke of a path. What concerns more than files is left to the caller.
    pub(super) fn watched(&mut self, path: &Path, changed: &mut Changed) -> News {
        let real = content::real(path);
        let name = path.file_name().unwrap_or_default();
        let Some(home) = self.home_of(path) else {
            let alone = self.open.iter().find(|(_, opened)| opened.document.path.as_deref() == Some(path));
            if let Some((uri, document)) = alone.map(|(uri, opened)| (uri.clone(), opened.document.clone())) {
                self.take_in(&uri, document, changed);
            }
            return self.news_of_folder(&real);
        };
        let is_link = real.is_symlink() || self.roots.get(&home.0).is_some_and(|root| root.is_link(&home.1));
        if name == ".gitignore" || name == ".ignore" || is_link {
            return News::Rules;
        }
        let known = || *home.1 == *CONFIG_FILE && self.roots.get(&home.0).is_some_and(Root::is_configured);
        if name == CONFIG_FILE && real.is_file() != known() {
            // a workspace begins here, or ends
            return News::Workspaces;
        }
        if real.is_dir() {
            return self.watched_folder(&real, changed);
        }
        let news = self.news_of_folder(&real);
        if news != News::Files {
            return news;
        }
        if *home.1 == *CONFIG_FILE && self.open_at(&home).is_none() {
            self.configure(home.0, None, changed);
        }
        // a folder that is gone takes its files along
        let below = self.roots.get(&home.0).map(|root| root.known_below(&home.1)).unwrap_or_default();
        for path in below.into_iter().chain([home.1]) {
            self.look_again(&(home.0, path), changed);
        }
        News::Files
    }

    /// A folder is there that was not, or is another than before: everything that is or was in it is looked at.
    fn watched_folder(&mut self, folder: &Path, changed: &mut Changed) -> News {
        let mut folders = vec![folder.to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = entry.file_name();
                match entry.file_type() {
                    Ok(_) if name == CONFIG_FILE => return News::Workspaces,
                    Ok(_) if name == ".gitignore" || name == ".ignore" => return News::Rules,
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    Ok(kind) if kind.is_symlink() => return News::Rules,
                    Ok(_) => files.push(entry.path()),
                    Err(_) => {}
                }
            }
        }
        let known = self.home_of(folder).map(|(id, path)| {
            let below = self.roots.get(&id).map(|root| root.known_below(&path)).unwrap_or_default();
            below.into_iter().map(move |path| (id, path))
        });
        let homes: HashSet<Home> = files.iter().filter_map(|file| self.home_of(file)).chain(known.into_iter().flatten()).collect();
        for home in homes {
            self.look_again(&home, changed);
        }
        News::Files
    }

    /// What it means for the workspaces that something at this path changed: one that lay there may be gone.
    fn news_of_folder(&self, path: &Path) -> News {
        let lost = |root: &Root| !root.is_lone() && root.path().starts_with(path) && !root.path().is_dir();
        if self.roots.values().any(lost) { News::Workspaces } else { News::Files }
    }

    /// Looks at one file again: at the editor's text where it is open, at the disk otherwise.
    fn look_again(&mut self, home: &Home, changed: &mut Changed) {
        match self.open_at(home).map(|(uri, opened)| (uri.clone(), opened.document.clone())) {
            Some((uri, document)) => self.take_in(&uri, document, changed),
            None => self.update(home, None, changed),
        }
    }
}
