//! The thread that keeps the core's engines up with the session, and tells the client what changed.
//!
//! Takes all the work there is at once, so that of many edits only the last text is looked at; a lone edit is looked at immediately.

#[cfg(test)]
mod recovery;
mod watch;

use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread::JoinHandle,
};

use lsp_types::{MessageType, Uri};
use mx2lm_core::{map::HashSet, workspace::walk::CONFIG_FILE};

use crate::{
    content::{self, Content},
    convert,
    document::Document,
    features::{diagnostics, virtual_document},
    pages::{self, Wish},
    root::{Root, RootId, Spelling},
    session::{Outgoing, Session, Task},
    view::{Open, View},
};
use watch::News;

/// Above this many watched paths at once the folders are read anew.
const MANY_PATHS: usize = 500;

/// Starts the thread; it ends with the session.
pub fn start(session: Arc<Session>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let pages = pages::start(session.clone());
        let mut worker = Worker {
            session,
            pages,
            roots: BTreeMap::new(),
            next_root: 0,
            open: HashMap::new(),
            view: Arc::default(),
            entered: Vec::new(),
        };
        while let Some(task) = worker.session.take() {
            if catch_unwind(AssertUnwindSafe(|| worker.work(&task))).is_err() {
                worker.recover(&task);
            }
        }
    })
}

/// An open document as the worker knows it.
struct Opened {
    document: Document,
    content: Content,
    /// Which root it belongs to, and its path there.
    home: Home,
}

struct Worker {
    session: Arc<Session>,
    pages: mpsc::Sender<Wish>,
    roots: BTreeMap<RootId, Root>,
    next_root: RootId,
    open: HashMap<Uri, Opened>,
    view: Arc<View>,
    /// Files whose findings stand, and were not told as long as they lay in no folder of the editor's.
    entered: Vec<Home>,
}

/// A root and a path from there.
type Home = (RootId, Arc<str>);

/// Which files' findings have to be looked at again, by root.
type Changed = BTreeMap<RootId, HashSet<Arc<str>>>;

impl Worker {
    fn work(&mut self, task: &Task) {
        let mut changed = Changed::new();
        let mut touched = HashSet::default();
        if task.work.folders {
            self.set_folders(task, &mut changed);
        }
        if task.work.rescan || task.work.watched.len() > MANY_PATHS {
            self.reload_all(&mut changed);
        } else {
            let news: Vec<News> = task.work.watched.iter().map(|path| self.watched(path, &mut changed)).collect();
            if news.contains(&News::Workspaces) {
                self.reload_all(&mut changed);
                self.set_folders(task, &mut changed);
            } else if news.contains(&News::Rules) {
                self.reload_all(&mut changed);
            }
        }
        for uri in &task.work.documents {
            match task.documents.get(uri) {
                Some(document) => self.take_in(uri, document.clone(), &mut changed),
                None => self.closed(uri, &mut changed),
            }
            if let Some(opened) = self.open.get(uri) {
                touched.insert(opened.home.clone());
            }
        }
        self.report(task, &changed, &touched);
    }

    /// After a panic: everything is read anew, so that nothing half done is left; a second panic leaves the workspaces empty.
    fn recover(&mut self, task: &Task) {
        let text = "a check failed in a way that is a fault of this server: the workspaces are read anew";
        self.session.tell(Outgoing::Log(MessageType::ERROR, text.into()));
        let again = catch_unwind(AssertUnwindSafe(|| {
            let mut changed = Changed::new();
            self.reload_all(&mut changed);
            if task.work.folders {
                self.set_folders(task, &mut changed);
            }
            self.report(task, &changed, &HashSet::default());
        }));
        if again.is_err() {
            self.roots.clear();
            self.open.clear();
            self.view = Arc::new(View { change: task.change, profile: task.profile.clone(), ..View::default() });
            self.session.show(self.view.clone());
        }
    }

    /// Makes the list of roots fit the editor's folders.
    fn set_folders(&mut self, task: &Task, changed: &mut Changed) {
        let mut wanted: Vec<(PathBuf, Vec<Spelling>)> = Vec::new();
        for shown in &task.folders {
            let Ok(real) = shown.canonicalize() else { continue };
            let root = mx2lm_core::lint::workspace_root(&real, false);
            let spelling = Spelling { real, shown: shown.clone() };
            match wanted.iter_mut().find(|(known, _)| *known == root) {
                Some((_, spellings)) => spellings.push(spelling),
                None => wanted.push((root, vec![spelling])),
            }
        }
        let mut old = std::mem::take(&mut self.roots);
        while let Some((path, spellings)) = wanted.pop() {
            let known = old.iter().find(|(_, root)| !root.is_lone() && root.path() == path).map(|(id, _)| *id);
            let (id, mut root) = match known.and_then(|id| old.remove_entry(&id)) {
                Some(entry) => entry,
                None => (self.new_id(), self.load(&path)),
            };
            // a workspace inside a folder of the editor's is checked on its own terms
            for inner in root.inner().iter().filter(|inner| spellings.iter().any(|spelling| inner.starts_with(&spelling.real))) {
                if wanted.iter().all(|(known, _)| known != inner) && self.roots.values().all(|known| known.path() != inner) {
                    wanted.push((inner.clone(), spellings.clone()));
                }
            }
            let (entered, left) = root.spell(spellings);
            self.entered.extend(entered.into_iter().map(|path| (id, path)));
            let is_open = |path: &Arc<str>| self.open.values().any(|opened| opened.home.0 == id && opened.home.1 == *path);
            self.withdraw(id, left.iter().filter(|path| !is_open(path)));
            changed.entry(id).or_default().extend(root.paths());
            self.roots.insert(id, root);
            self.complain(id);
        }
        for (id, gone) in old.iter().filter(|(_, root)| !root.is_lone()) {
            self.withdraw(*id, gone.findings().keys());
            // what another root found there stands
            let homes = gone.findings().keys().filter_map(|path| self.home_of(&gone.path().join(&**path)));
            let homes: Vec<Home> = homes.collect();
            self.entered.extend(homes);
        }
        for (uri, opened) in std::mem::take(&mut self.open) {
            self.take_in(&uri, opened.document, changed);
        }
    }

    fn new_id(&mut self) -> RootId {
        self.next_root += 1;
        self.next_root
    }

    fn load(&self, path: &Path) -> Root {
        self.session.tell(Outgoing::Begin(format!("checking {}", path.display())));
        #[cfg(test)]
        recovery::load(path);
        let root = Root::load(path);
        self.session.tell(Outgoing::End(format!("{} files", root.files())));
        root
    }

    /// Says, once, that a configuration cannot be used.
    fn complain(&mut self, id: RootId) {
        let Some(root) = self.roots.get_mut(&id) else { return };
        if let Some(problem) = root.new_problem() {
            let text = format!("{}: {problem}; the last good configuration stays in force", root.path().join(CONFIG_FILE).display());
            self.session.tell(Outgoing::Show(MessageType::WARNING, text));
        }
    }

    fn reload_all(&mut self, changed: &mut Changed) {
        for id in self.roots.keys().copied().collect::<Vec<_>>() {
            self.reload(id, changed);
        }
    }

    /// Reads a root anew, with the texts of the open documents.
    fn reload(&mut self, index: RootId, changed: &mut Changed) {
        let Some(root) = self.roots.get_mut(&index).filter(|root| !root.is_lone()) else { return };
        let paths = changed.entry(index).or_default();
        paths.extend(root.paths());
        root.reload();
        paths.extend(root.paths());
        for (uri, document) in self.documents_in(index) {
            self.take_in(&uri, document, changed);
        }
        self.complain(index);
    }

    /// The open documents of a root and of the workspaces inside it.
    fn documents_in(&self, id: RootId) -> Vec<(Uri, Document)> {
        let folder = self.roots.get(&id).map(|root| root.path().to_owned());
        let inside = |home: &Home| {
            home.0 == id || self.roots.get(&home.0).zip(folder.as_ref()).is_some_and(|(root, folder)| root.path().starts_with(folder))
        };
        self.open.iter().filter(|(_, opened)| inside(&opened.home)).map(|(uri, opened)| (uri.clone(), opened.document.clone())).collect()
    }

    fn open_at(&self, home: &Home) -> Option<(&Uri, &Opened)> {
        self.open.iter().find(|(_, opened)| opened.home == *home)
    }

    /// Replaces one file by a text or by what the disk has: in its workspace, and where an outer one reads it too because something there
    /// names it.
    fn update(&mut self, home: &Home, overlay: Option<Arc<[u8]>>, changed: &mut Changed) {
        let own = self.roots.get(&home.0).filter(|root| !root.is_lone()).map(|root| root.path().join(&*home.1));
        for (id, root) in &mut self.roots {
            let path = if *id == home.0 {
                Some(home.1.clone())
            } else {
                own.as_deref().and_then(|own| root.relative(own)).filter(|path| root.borrows(path))
            };
            if let Some(path) = path {
                changed.entry(*id).or_default().extend(root.update(&path, overlay.clone()));
            }
        }
    }

    /// Takes in the text of an open document.
    fn take_in(&mut self, uri: &Uri, document: Document, changed: &mut Changed) {
        let known = self.open.remove(uri);
        #[cfg(test)]
        recovery::look_at(&document);
        let home = match &known {
            // a document does not move while it is open, unless the folders did
            Some(opened) if self.roots.contains_key(&opened.home.0) && self.still_home(opened) => opened.home.clone(),
            _ => self.find_home(uri, &document),
        };
        let content = content::of(&document, known.map(|opened| opened.content));
        let Some(root) = self.roots.get(&home.0) else { return };
        if *home.1 == *CONFIG_FILE
            && !root.is_lone()
            && let Some(bytes) = &content.overlay
        {
            let bytes = bytes.clone();
            self.configure(home.0, Some(bytes), changed);
        }
        self.update(&home, content.overlay.clone(), changed);
        self.open.insert(uri.clone(), Opened { document, content, home });
    }

    /// Puts a configuration in force: a text, or what the disk has.
    fn configure(&mut self, id: RootId, text: Option<Arc<[u8]>>, changed: &mut Changed) {
        let Some(root) = self.roots.get_mut(&id) else { return };
        let before: Vec<_> = root.paths().collect();
        if !root.configure(text) {
            return;
        }
        let paths = changed.entry(id).or_default();
        paths.extend(before);
        paths.extend(root.paths());
        let open: Vec<(Home, Option<Arc<[u8]>>)> =
            self.open.values().map(|opened| (opened.home.clone(), opened.content.overlay.clone())).collect();
        for (home, overlay) in open {
            self.update(&home, overlay, changed);
        }
        self.complain(id);
    }

    fn still_home(&self, opened: &Opened) -> bool {
        match &opened.document.path {
            Some(path) => self.home_of(path).unwrap_or_else(|| opened.home.clone()) == opened.home,
            None => true,
        }
    }

    /// The document was closed: the file counts again.
    fn closed(&mut self, uri: &Uri, changed: &mut Changed) {
        let Some(opened) = self.open.remove(uri) else { return };
        let home = opened.home;
        match self.roots.get(&home.0) {
            Some(root) if !root.is_lone() => {
                self.update(&home, None, changed);
                if *home.1 == *CONFIG_FILE {
                    self.configure(home.0, None, changed);
                }
            }
            _ => {
                self.roots.remove(&home.0);
                if !self.view.profile.pull {
                    self.session.tell(Outgoing::Publish { uri: uri.clone(), diagnostics: Vec::new(), version: None });
                }
            }
        }
    }

    /// The root a path belongs to, and its path there.
    fn home_of(&self, path: &Path) -> Option<Home> {
        let real = content::real(path);
        let roots = self.roots.iter().filter(|(_, root)| !root.is_lone());
        let candidates = roots.filter_map(|(id, root)| Some((*id, root.relative(&real)?)));
        // of a workspace inside another, the inner one
        candidates.min_by_key(|(_, relative)| relative.len())
    }

    fn find_home(&mut self, uri: &Uri, document: &Document) -> Home {
        if let Some(home) = document.path.as_deref().and_then(|path| self.home_of(path)) {
            return home;
        }
        if let Some(home) = document.path.as_deref().and_then(|path| self.adopt(path)) {
            return home;
        }
        let name = content::name_of(uri, document);
        let id = self.new_id();
        self.roots.insert(id, Root::lone());
        (id, name)
    }

    /// Takes in the workspace of a document that lies outside every folder of the editor, where a configuration file says that there is
    /// one (`DECISIONS` 65).
    fn adopt(&mut self, path: &Path) -> Option<Home> {
        let real = content::real(path);
        let folder = mx2lm_core::lint::workspace_root(&real, true);
        if !folder.join(CONFIG_FILE).is_file() {
            return None;
        }
        let below = real.strip_prefix(&folder).ok()?.components().count();
        let shown = path.ancestors().nth(below).unwrap_or(&folder).to_owned();
        let mut root = self.load(&folder);
        root.spell(vec![Spelling { real: folder, shown }]);
        let id = self.new_id();
        self.roots.insert(id, root);
        self.complain(id);
        self.home_of(path)
    }

    /// Takes back what was told of files that are of no concern any more.
    fn withdraw<'p>(&self, id: RootId, paths: impl Iterator<Item = &'p Arc<str>>) {
        // as they were told: the folders may be spelled otherwise by now
        let Some(workspace) = self.view.workspaces.get(&id) else { return };
        if self.view.profile.pull {
            return self.session.tell(Outgoing::Refresh);
        }
        for path in paths {
            if let Some(uri) = convert::uri_of(&workspace.absolute(path)) {
                self.session.tell(Outgoing::Publish { uri, diagnostics: Vec::new(), version: None });
            }
        }
    }

    /// Brings findings up to date, shows the view, and tells the client what it has to know.
    fn report(&mut self, task: &Task, changed: &Changed, touched: &HashSet<Home>) {
        let mut news: Vec<Home> = std::mem::take(&mut self.entered);
        for (&index, paths) in changed {
            if let Some(root) = self.roots.get_mut(&index) {
                news.extend(root.refresh(paths).into_iter().map(|path| (index, path)));
            }
        }
        let open = self.open.iter().filter_map(|(uri, opened)| {
            let root = self.roots.get(&opened.home.0)?;
            let bytes = opened.content.bytes.clone();
            Some((
                uri.clone(),
                Arc::new(Open {
                    version: opened.document.version,
                    workspace: opened.home.0,
                    path: opened.home.1.clone(),
                    hidden: opened.content.hidden,
                    tree: root.tree(&opened.home.1),
                    bytes,
                }),
            ))
        });
        let view = View {
            change: task.change,
            profile: task.profile.clone(),
            open: open.collect(),
            workspaces: self.roots.iter().map(|(id, root)| (*id, root.workspace())).collect(),
            scores: self.view.scores.clone(),
        };
        // the view before holds what is freed with it: nobody has to wait for that
        let before = std::mem::replace(&mut self.view, Arc::new(view));
        let shown = self.session.show(self.view.clone());
        if !task.profile.pull {
            self.publish(task, &news, touched);
        }
        self.pages(task, changed);
        if news.iter().any(|file| !touched.contains(file)) {
            self.session.tell(Outgoing::Refresh);
        }
        drop((before, shown));
    }

    /// Brings the open documents of the server's own up to date: those just opened or closed, and those whose file may have changed.
    fn pages(&self, task: &Task, changed: &Changed) {
        for uri in task.work.documents.iter().filter(|uri| virtual_document::is_virtual(uri)) {
            if !task.profile.pull {
                let view = task.pages.contains(uri).then(|| self.view.clone());
                let _ = self.pages.send(Wish { uri: uri.clone(), view });
            }
        }
        let is_stale = |uri: &Uri| {
            changed.iter().any(|(id, paths)| {
                let workspace = self.view.workspaces.get(id);
                workspace.is_some_and(|workspace| paths.iter().any(|path| virtual_document::names(&self.view, uri, workspace, path)))
            })
        };
        // one that was just opened shows what was asked for before that: it may be as old as the others
        for uri in task.pages.iter().filter(|uri| is_stale(uri)) {
            self.session.tell(Outgoing::PageChanged(uri.clone()));
            if !task.profile.pull {
                let _ = self.pages.send(Wish { uri: uri.clone(), view: Some(self.view.clone()) });
            }
        }
    }

    /// Pushes the findings of files where they changed, and of every document that was just edited.
    fn publish(&self, task: &Task, news: &[Home], touched: &HashSet<Home>) {
        let mut done = HashSet::default();
        for (index, path) in touched.iter().chain(news) {
            let Some(workspace) = self.view.workspaces.get(index) else { continue };
            if !done.insert((*index, path.clone())) {
                continue;
            }
            let open = self.view.open.iter().find(|(_, open)| open.workspace == *index && open.path == *path);
            let uri = match open {
                Some((uri, _)) => Some(uri.clone()),
                None if !workspace.is_reported(path) => continue,
                None => convert::uri_of(&workspace.absolute(path)),
            };
            let (Some(uri), version) = (uri, open.map(|(_, open)| open.version)) else { continue };
            // a newer text is waiting: its findings will be published instead
            if version.is_some() && self.session.version(&uri) != version && !task.documents.is_empty() {
                continue;
            }
            let diagnostics = diagnostics::of(&self.view, workspace, path);
            self.session.tell(Outgoing::Publish { uri, diagnostics, version });
        }
    }
}
