//! What the client said of itself in `initialize`.
//!
//! Read from the bare JSON, member by member: a capability that a newer or sloppy client spells in an unknown way counts as absent, and never
//! keeps the server from starting.

use std::path::PathBuf;

use lsp_types::Uri;
use mx2lm_core::text::ColumnUnit;
use serde_json::Value;

use crate::convert;

/// The client's abilities, as far as the server asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Unit of columns.
    pub unit: ColumnUnit,
    /// The client asks for diagnostics, and can be told to ask again; they are not pushed.
    ///
    /// Without the second it would never learn what an edit in one file changed in another.
    pub pull: bool,
    /// It takes reports on other documents with the one it asked for.
    pub related_documents: bool,
    /// It can be told to ask for inlay hints again.
    pub refresh_hints: bool,
    /// It can be told to ask for code lenses again.
    pub refresh_lenses: bool,
    /// It watches files for a server that asks.
    pub watch: bool,
    /// It shows progress for a server that asks.
    pub progress: bool,
    /// It shows a document when the server asks it to.
    pub show_document: bool,
    /// It knows edits of versioned documents.
    pub document_changes: bool,
    /// An edit may create files.
    pub create_files: bool,
    /// It knows code actions, not only commands.
    pub code_action_literals: bool,
    /// It shows Markdown in hovers.
    pub markdown: bool,
    /// It knows nested document symbols.
    pub symbol_tree: bool,
    /// It wants the places that belong to a diagnostic.
    pub related_information: bool,
    /// The editor's process.
    pub parent: Option<u32>,
    /// The folders it opened.
    pub folders: Vec<PathBuf>,
}

impl Profile {
    /// Reads the parameters of `initialize`.
    pub fn read(params: &Value) -> Self {
        let client = params.get("capabilities").unwrap_or(&Value::Null);
        let yes = |pointer: &str| client.pointer(pointer).and_then(Value::as_bool) == Some(true);
        let there = |pointer: &str| client.pointer(pointer).is_some_and(Value::is_object);
        let has = |pointer: &str, item: &str| {
            client.pointer(pointer).and_then(Value::as_array).is_some_and(|list| list.iter().any(|v| v.as_str() == Some(item)))
        };
        let utf8 = has("/general/positionEncodings", "utf-8");
        Self {
            unit: if utf8 { ColumnUnit::Utf8 } else { ColumnUnit::Utf16 },
            pull: there("/textDocument/diagnostic")
                && (yes("/workspace/diagnostics/refreshSupport") || yes("/workspace/diagnostic/refreshSupport")),
            related_documents: yes("/textDocument/diagnostic/relatedDocumentSupport"),
            refresh_hints: yes("/workspace/inlayHint/refreshSupport"),
            refresh_lenses: yes("/workspace/codeLens/refreshSupport"),
            watch: yes("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            progress: yes("/window/workDoneProgress"),
            show_document: yes("/window/showDocument/support"),
            document_changes: yes("/workspace/workspaceEdit/documentChanges"),
            create_files: yes("/workspace/workspaceEdit/documentChanges") && has("/workspace/workspaceEdit/resourceOperations", "create"),
            code_action_literals: there("/textDocument/codeAction/codeActionLiteralSupport"),
            markdown: has("/textDocument/hover/contentFormat", "markdown"),
            symbol_tree: yes("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            related_information: yes("/textDocument/publishDiagnostics/relatedInformation")
                || yes("/textDocument/diagnostic/relatedInformation"),
            parent: params.get("processId").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()),
            folders: folders(params),
        }
    }
}

/// `workspaceFolders`, else `rootUri`, else `rootPath`; only folders on disk count.
fn folders(params: &Value) -> Vec<PathBuf> {
    let path = |uri: &Value| uri.as_str().and_then(|uri| uri.parse::<Uri>().ok()).and_then(|uri| convert::path_of(&uri));
    if let Some(list) = params.get("workspaceFolders").and_then(Value::as_array) {
        return list.iter().filter_map(|folder| path(folder.get("uri")?)).collect();
    }
    if let Some(root) = params.get("rootUri").and_then(path) {
        return vec![root];
    }
    let root = params.get("rootPath").and_then(Value::as_str).map(PathBuf::from);
    root.filter(|root| root.is_absolute()).map(|root| convert::lexical(&root)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn positions_are_utf8_only_if_the_client_offers_it() {
        let unit = |offer: Value| Profile::read(&json!({"capabilities": {"general": {"positionEncodings": offer}}})).unit;
        assert_eq!(unit(json!(["utf-16", "utf-8"])), ColumnUnit::Utf8);
        assert_eq!(unit(json!(["utf-32", "utf-16"])), ColumnUnit::Utf16);
        assert_eq!(unit(json!("utf-8")), ColumnUnit::Utf16);
        assert_eq!(Profile::read(&Value::Null), Profile::default());
    }

    #[cfg(unix)]
    #[test]
    fn folders_come_from_the_newest_member_that_is_there() {
        let both = json!({"workspaceFolders": [{"uri": "file:///a%20b", "name": "x"}, {"uri": "untitled:x"}], "rootUri": "file:///c"});
        assert_eq!(Profile::read(&both).folders, [PathBuf::from("/a b")]);
        let null = json!({"workspaceFolders": null, "rootUri": "file:///c/./d", "rootPath": "/e"});
        assert_eq!(Profile::read(&null).folders, [PathBuf::from("/c/d")]);
        assert_eq!(Profile::read(&json!({"rootPath": "/e/"})).folders, [PathBuf::from("/e")]);
        assert_eq!(Profile::read(&json!({"rootUri": null})).folders, Vec::<PathBuf>::new());
    }
}
