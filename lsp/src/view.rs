//! One moment of the workspaces, as features see it.
//!
//! A view never changes: a feature may hold it for as long as it computes, while the session and the worker go on.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
};

use lsp_types::{Location, OptionalVersionedTextDocumentIdentifier, Uri};
use mx2lm_core::{
    diagnostic::Diagnostic,
    document::facts::Facts,
    map::SharedMap,
    syntax::json,
    text::Span,
    workspace::{snapshot::Snapshot, walk},
};

use crate::{
    convert::{self, Places},
    document::{self, Hidden},
    features::leaf_scores::LeafScores,
    profile::Profile,
    root::{RootId, Spelling},
};

/// What the worker has worked out.
#[derive(Default)]
pub struct View {
    /// The last change of the session it knows of.
    pub change: u64,
    /// The client.
    pub profile: Arc<Profile>,
    /// The workspaces; documents outside every folder have one each.
    pub workspaces: BTreeMap<RootId, Arc<Workspace>>,
    /// The open documents.
    pub open: HashMap<Uri, Arc<Open>>,
    /// What of scores is kept from one view to the next.
    pub scores: Arc<LeafScores>,
}

/// One workspace.
pub struct Workspace {
    /// Files, configuration and index.
    pub snapshot: Snapshot,
    /// Findings by path from the root; files without any are left out.
    pub findings: SharedMap<Arc<str>, Arc<Vec<Diagnostic>>>,
    /// The editor's folders in it: files below them are reported, and spelled as the editor spells the folder.
    pub folders: Arc<[Spelling]>,
    /// Whether it is one document outside every folder.
    pub lone: bool,
}

/// An open document.
pub struct Open {
    /// The version of the text that the view knows.
    pub version: i32,
    /// Its workspace.
    pub workspace: RootId,
    /// Its path from that workspace's root.
    pub path: Arc<str>,
    /// Its content: the editor's text in the form of the file on disk.
    pub bytes: Arc<[u8]>,
    /// Its tree.
    pub tree: Option<Arc<json::Tree>>,
    /// What the editor does not show of the content.
    pub hidden: Hidden,
}

impl Workspace {
    /// The absolute path of a file, as the editor spells it.
    pub fn absolute(&self, path: &str) -> PathBuf {
        let real = self.snapshot.root().join(path);
        match self.folders.iter().find_map(|folder| Some(folder.shown.join(real.strip_prefix(&folder.real).ok()?))) {
            Some(shown) => shown,
            None => real,
        }
    }

    /// The path from the root of an absolute path, in either spelling.
    pub fn relative(&self, path: &Path) -> Option<Arc<str>> {
        let respelled = self.folders.iter().find_map(|folder| Some(folder.real.join(path.strip_prefix(&folder.shown).ok()?)));
        walk::relative(self.snapshot.root(), respelled.as_deref().unwrap_or(path)).filter(|path| !path.is_empty()).map(Arc::from)
    }

    /// The findings on a file.
    pub fn findings(&self, path: &str) -> &[Diagnostic] {
        self.findings.get(path).map_or(&[], |list| list.as_slice())
    }

    /// Whether findings on a file that is not open are reported.
    pub fn is_reported(&self, path: &str) -> bool {
        let real = self.snapshot.root().join(path);
        !self.lone && self.folders.iter().any(|folder| real.starts_with(&folder.real))
    }
}

impl View {
    /// The file a URI names: an open document, or a file of a workspace.
    pub fn file(&self, uri: &Uri) -> Option<File<'_>> {
        if let Some(open) = self.open.get(uri) {
            let workspace = self.workspaces.get(&open.workspace)?;
            return Some(File { view: self, workspace, path: open.path.clone(), bytes: open.bytes.clone(), open: Some(open) });
        }
        let path = convert::path_of(uri)?;
        self.workspaces
            .values()
            .filter(|workspace| !workspace.lone)
            .find_map(|workspace| self.member(workspace, &workspace.relative(&path)?))
    }

    /// A file of a workspace, by its path from the root.
    pub fn member<'v>(&'v self, workspace: &'v Workspace, path: &str) -> Option<File<'v>> {
        let open = self.open_at(workspace, path).map(|(_, open)| open);
        let bytes = match open {
            Some(open) => open.bytes.clone(),
            None => workspace.snapshot.bytes(path).ok()?,
        };
        Some(File { view: self, workspace, path: path.into(), bytes, open })
    }

    fn open_at<'v>(&'v self, workspace: &Workspace, path: &str) -> Option<(&'v Uri, &'v Open)> {
        let found = self.open.iter().find(|(_, open)| {
            *open.path == *path && self.workspaces.get(&open.workspace).is_some_and(|own| std::ptr::eq(&**own, workspace))
        });
        found.map(|(uri, open)| (uri, &**open))
    }

    /// The URI of a file: as the editor spells it when it is open.
    pub fn uri(&self, workspace: &Workspace, path: &str) -> Option<Uri> {
        match self.open_at(workspace, path) {
            Some((uri, _)) => Some(uri.clone()),
            None => convert::uri_of(&workspace.absolute(path)),
        }
    }
}

/// A file in a view.
pub struct File<'v> {
    /// The view.
    pub view: &'v View,
    /// Its workspace.
    pub workspace: &'v Workspace,
    /// Its path from the root.
    pub path: Arc<str>,
    /// Its content.
    pub bytes: Arc<[u8]>,
    open: Option<&'v Open>,
}

impl<'v> File<'v> {
    /// A file that is not open, with these bytes.
    pub fn closed(view: &'v View, workspace: &'v Workspace, path: Arc<str>, bytes: Arc<[u8]>) -> Self {
        Self { view, workspace, path, bytes, open: None }
    }

    /// What the workspace knows.
    pub fn snapshot(&self) -> &'v Snapshot {
        &self.workspace.snapshot
    }

    /// What the file says.
    pub fn facts(&self) -> Option<&'v Arc<Facts>> {
        self.snapshot().index().facts(&self.path)
    }

    /// Positions in it.
    pub fn places(&self) -> Places<'_> {
        Places::new(&self.bytes, self.view.profile.unit, self.open.is_some_and(|open| open.hidden.bom))
    }

    /// Its text; `None` when it is not UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// Its tree, when it is JSON.
    pub fn json(&self) -> Option<Arc<json::Tree>> {
        if let Some(tree) = self.open.and_then(|open| open.tree.clone()) {
            return Some(tree);
        }
        let name = self.path.rsplit('/').next()?;
        let json = name.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "json" | "xjson"));
        json.then(|| Some(Arc::new(json::Tree::parse(self.text()?.into()))))?
    }

    /// Its URI.
    pub fn uri(&self) -> Option<Uri> {
        self.view.uri(self.workspace, &self.path)
    }

    /// Its URI and the version an edit is for.
    pub fn versioned(&self) -> Option<OptionalVersionedTextDocumentIdentifier> {
        Some(OptionalVersionedTextDocumentIdentifier { uri: self.uri()?, version: self.open.map(|open| open.version) })
    }

    /// The version of its text, when it is open.
    pub fn version(&self) -> Option<i32> {
        self.open.map(|open| open.version)
    }

    /// A place in it.
    pub fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri()?, range: self.places().range(span) })
    }

    /// Another file of the same workspace.
    pub fn other(&self, path: &str) -> Option<File<'v>> {
        self.view.member(self.workspace, path)
    }

    /// Whether text that is put into it needs CR LF at its line ends.
    pub fn wants_crlf(&self) -> bool {
        !self.open.is_some_and(|open| open.hidden.crlf) && document::ends_in_crlf(&self.bytes)
    }

    /// The findings on it.
    pub fn findings(&self) -> &'v [Diagnostic] {
        self.workspace.findings(&self.path)
    }
}
