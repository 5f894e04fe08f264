// Files that are no text, shown as the read-only pages the server makes of them: in a custom editor where the file is opened, and as
// documents of the scheme `mx2lm` where the server asks to show one.

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

interface Offer {
  title: string;
  uri: string;
}

/** Where the running client is to be had; there may be none. */
type Clients = () => LanguageClient | undefined;

class Pages implements vscode.CustomReadonlyEditorProvider, vscode.TextDocumentContentProvider {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changes.event;
  private readonly shown = new Map<string, Set<() => void>>();

  constructor(private readonly client: Clients) {}

  /** The server says that the text of a page is out of date. */
  changed(uri: string): void {
    this.changes.fire(vscode.Uri.parse(uri));
    for (const refresh of this.shown.get(uri) ?? []) {
      refresh();
    }
  }

  provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return this.content(uri.toString());
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  async resolveCustomEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    const page = await this.pageOf(document.uri);
    const refresh = async (): Promise<void> => {
      const text = page === undefined ? "mx2lm: the server cannot show this file, or does not run." : await this.content(page);
      panel.webview.html = html(text);
    };
    if (page !== undefined) {
      const again = (): void => void refresh();
      const all = this.shown.get(page) ?? new Set();
      this.shown.set(page, all.add(again));
      panel.onDidDispose(() => all.delete(again));
    }
    await refresh();
  }

  private async pageOf(file: vscode.Uri): Promise<string | undefined> {
    const offers = await this.client()?.sendRequest<Offer[]>("mx2lm/views", { uri: file.toString() });
    return offers?.[0]?.uri;
  }

  private async content(page: string): Promise<string> {
    try {
      return (await this.client()?.sendRequest<string>("mx2lm/content", { uri: page })) ?? "mx2lm: the server does not run.";
    } catch (error) {
      return `mx2lm: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

/** A page without scripts: what a file holds can only be read. */
function html(text: string): string {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
  const style = "pre { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }";
  return `<!DOCTYPE html><html><head><meta charset="utf-8">${policy}<style>${style}</style></head><body><pre>${safe}</pre></body></html>`;
}

/** Registers the pages; the answer tells them that the server has news of one. */
export function registerPages(context: vscode.ExtensionContext, client: Clients): (uri: string) => void {
  const pages = new Pages(client);
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider("mx2lm", pages),
    vscode.window.registerCustomEditorProvider("mx2lm.page", pages),
  );
  return (uri) => pages.changed(uri);
}
