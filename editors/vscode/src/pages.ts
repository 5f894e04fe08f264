// Files that are no text, shown as the read-only pages the server makes of them: in a custom editor where the file is opened, and as
// documents of the scheme `mx2lm` where the server asks to show one. The documents are the fuller view: findings stand on their lines,
// hovers say what a line means. The custom editor leads to them.

import * as vscode from "vscode";
import { State, type LanguageClient } from "vscode-languageclient/node";

/** The scheme of the server's own documents. */
export const PAGES = "mx2lm";

interface Offer {
  title: string;
  uri: string;
}

/** Where the running client is to be had; there may be none. */
type Clients = () => LanguageClient | undefined;

class Pages implements vscode.CustomReadonlyEditorProvider, vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changes.event;
  /** What draws a page again, by its URI. */
  private readonly shown = new Map<string, Set<() => void>>();

  constructor(private readonly client: Clients) {}

  dispose(): void {
    this.changes.dispose();
  }

  /** The server says that the text of a page is out of date. */
  changed(page: string): void {
    const uri = vscode.Uri.parse(page);
    this.changes.fire(uri);
    for (const refresh of this.shown.get(uri.toString()) ?? []) {
      refresh();
    }
  }

  provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return this.content(uri);
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  async resolveCustomEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    panel.webview.options = { enableScripts: false, localResourceRoots: [], enableCommandUris: ["mx2lm.openPage"] };
    let closed = false;
    const refresh = async (): Promise<void> => {
      const page = await this.pageOf(document.uri);
      const text = page === undefined ? "mx2lm: the server cannot show this file, or does not run." : await this.content(page);
      if (!closed) {
        panel.webview.html = html(text, page !== undefined);
      }
    };
    const again = (): void => void refresh();
    const page = await this.pageOf(document.uri);
    const name = page?.toString() ?? "";
    this.shown.set(name, (this.shown.get(name) ?? new Set()).add(again));
    this.tell("textDocument/didOpen", page);
    panel.onDidDispose(() => {
      closed = true;
      this.shown.get(name)?.delete(again);
      if (this.shown.get(name)?.size === 0) {
        this.tell("textDocument/didClose", page);
      }
    });
    await refresh();
  }

  /** Opens the page of a file as a text document beside, or instead of, its custom editor. */
  async open(file: vscode.Uri | undefined): Promise<void> {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    const source = file ?? (tab instanceof vscode.TabInputCustom ? tab.uri : undefined);
    const page = source && (await this.pageOf(source));
    if (page !== undefined) {
      await vscode.window.showTextDocument(page, { preview: false });
    }
  }

  /** The server has news only of pages that are open, and a custom editor opens no document; an open document speaks for itself. */
  private tell(method: "textDocument/didOpen" | "textDocument/didClose", page: vscode.Uri | undefined): void {
    const client = this.client();
    if (page === undefined || client?.state !== State.Running) {
      return;
    }
    const uri = page.toString();
    if (vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri)) {
      return;
    }
    const textDocument = method === "textDocument/didOpen" ? { uri, languageId: "plaintext", version: 0, text: "" } : { uri };
    void client.sendNotification(method, { textDocument });
  }

  private async pageOf(file: vscode.Uri): Promise<vscode.Uri | undefined> {
    const client = this.client();
    if (client?.state !== State.Running) {
      return undefined;
    }
    const offers = await client.sendRequest<Offer[] | null>("mx2lm/views", { uri: client.code2ProtocolConverter.asUri(file) });
    const uri = offers?.[0]?.uri;
    return uri === undefined ? undefined : vscode.Uri.parse(uri);
  }

  private async content(page: vscode.Uri): Promise<string> {
    const client = this.client();
    if (client?.state !== State.Running) {
      return "mx2lm: the server does not run.";
    }
    try {
      const text = await client.sendRequest<string | null>("mx2lm/content", { uri: page.toString() });
      return text ?? "mx2lm: the server has no such page.";
    } catch (error) {
      return `mx2lm: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

/** A page without scripts: what a file holds can only be read. */
function html(text: string, isPage: boolean): string {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
  const style = "pre { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }";
  const link = !isPage ? "" : `<p><a href="command:mx2lm.openPage">Open as text</a>: findings on their lines, hovers, outline.</p>`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">${policy}<style>${style}</style></head><body>${link}<pre>${safe}</pre></body></html>`;
}

/** Registers the pages; the answer tells them that the server has news of one. */
export function registerPages(context: vscode.ExtensionContext, client: Clients): (uri: string) => void {
  const pages = new Pages(client);
  context.subscriptions.push(
    pages,
    vscode.workspace.registerTextDocumentContentProvider(PAGES, pages),
    vscode.window.registerCustomEditorProvider("mx2lm.page", pages),
    vscode.commands.registerCommand("mx2lm.openPage", (file?: unknown) => pages.open(file instanceof vscode.Uri ? file : undefined)),
  );
  return (uri) => pages.changed(uri);
}
