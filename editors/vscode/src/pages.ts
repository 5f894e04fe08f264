// Files that are no text, shown as the read-only pages the server makes of them: in a custom editor where the file is opened, and as
// documents of the scheme `mx2lm` where the server asks to show one. The documents are the fuller view: findings stand on their lines,
// hovers say what a line means. The custom editor leads to them.

import * as vscode from "vscode";
import { State, type LanguageClient } from "vscode-languageclient/node";

/** The scheme of the server's own documents. */
export const PAGES = "mx2lm";
/** The same to the server. Custom editors have news of pages under it, whatever becomes of a document of the same page. */
const DRAWN = "mxlm";

interface Offer {
  title: string;
  uri: string;
}

/** Where the running client is to be had; there may be none. */
type Clients = () => LanguageClient | undefined;

/** A custom editor and the page it shows; none while the server does not run. */
interface Shown {
  file: vscode.Uri;
  panel: vscode.WebviewPanel;
  page: vscode.Uri | undefined;
}

export class Pages implements vscode.CustomReadonlyEditorProvider, vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changes.event;
  private readonly shown = new Set<Shown>();

  constructor(private readonly client: Clients) {}

  dispose(): void {
    this.changes.dispose();
  }

  /** The server says that the text of a page is out of date. */
  changed(page: string): void {
    this.changes.fire(vscode.Uri.parse(page));
    for (const one of this.shown) {
      if (one.page !== undefined && drawn(one.page) === page) {
        void this.draw(one);
      }
    }
  }

  /** A server has started, which knows nothing of the pages that stand open; documents are the client's to open again. */
  async started(): Promise<void> {
    for (const one of this.shown) {
      await this.show(one);
    }
    for (const document of vscode.workspace.textDocuments) {
      if (document.uri.scheme === PAGES) {
        this.changes.fire(document.uri);
      }
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
    const one: Shown = { file: document.uri, panel, page: undefined };
    this.shown.add(one);
    panel.onDidDispose(() => {
      this.shown.delete(one);
      this.tell("textDocument/didClose", one.page);
    });
    await this.show(one);
  }

  /** Finds the page of a file, draws it, and has the server tell when it changes. */
  private async show(one: Shown): Promise<void> {
    one.page = await this.pageOf(one.file);
    const text = await this.draw(one);
    if (this.shown.has(one)) {
      this.tell("textDocument/didOpen", one.page, text);
    }
  }

  private async draw(one: Shown): Promise<string> {
    const text = one.page === undefined ? "mx2lm: the server cannot show this file, or does not run." : await this.content(one.page);
    if (this.shown.has(one)) {
      one.panel.webview.html = html(text, one.page !== undefined);
    }
    return text;
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

  /** The server has news only of pages that are open, and a custom editor opens no document. */
  private tell(method: "textDocument/didOpen" | "textDocument/didClose", page: vscode.Uri | undefined, text = ""): void {
    const client = this.client();
    if (page === undefined || client?.state !== State.Running) {
      return;
    }
    const uri = drawn(page);
    const textDocument = method === "textDocument/didClose" ? { uri } : { uri, languageId: "plaintext", version: 0, text };
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

/** What the server knows a page by that a custom editor shows. */
function drawn(page: vscode.Uri): string {
  return page.with({ scheme: DRAWN }).toString();
}

/** A page without scripts: what a file holds can only be read. */
function html(text: string, isPage: boolean): string {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
  const style = "pre { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }";
  const link = !isPage ? "" : `<p><a href="command:mx2lm.openPage">Open as text</a>: findings on their lines, hovers, outline.</p>`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">${policy}<style>${style}</style></head><body>${link}<pre>${safe}</pre></body></html>`;
}

/** Registers the pages. */
export function registerPages(context: vscode.ExtensionContext, client: Clients): Pages {
  const pages = new Pages(client);
  context.subscriptions.push(
    pages,
    vscode.workspace.registerTextDocumentContentProvider(PAGES, pages),
    vscode.window.registerCustomEditorProvider("mx2lm.page", pages),
    vscode.commands.registerCommand("mx2lm.openPage", (file?: unknown) => pages.open(file instanceof vscode.Uri ? file : undefined)),
  );
  return pages;
}
