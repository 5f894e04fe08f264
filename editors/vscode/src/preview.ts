// What a profile scores, beside its editor, following the typing. The server computes; nothing here knows how.

import * as vscode from "vscode";
import { LSPErrorCodes, ResponseError, State, type LanguageClient } from "vscode-languageclient/node";

interface Part {
  profile: string;
  weight: number;
  share: number;
}

interface Input {
  name: string;
  pairs: number;
  score: number | null;
  refused: string | null;
  parts: number[];
  weights: number[];
  near: number;
}

interface Against {
  object: string;
  documents: number;
  pairs: number;
  best: { id: string; score: number }[];
  refused: string | null;
}

interface Scores {
  version: number | null;
  profile: string;
  declared: string | null;
  computed: string | null;
  parts: Part[];
  inputs: Input[];
  against: Against[];
  refused: string | null;
  provisional: string | null;
}

export class Preview implements vscode.Disposable {
  private readonly own: vscode.Disposable[];
  private panel: vscode.WebviewPanel | undefined;
  private source: vscode.Uri | undefined;
  private asking: vscode.CancellationTokenSource | undefined;

  constructor(private readonly client: () => LanguageClient | undefined) {
    this.own = [
      vscode.commands.registerCommand("mx2lm.preview", () => this.open()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        // a profile is made of others, which may be open too
        if (this.panel !== undefined && document.languageId === "json") {
          void this.refresh();
        }
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        const uri = editor?.document.uri;
        if (this.panel !== undefined && uri !== undefined && /\.(pi-profile|piprofile)\.json$/.test(uri.path)) {
          this.source = uri;
          void this.refresh();
        }
      }),
    ];
  }

  dispose(): void {
    this.asking?.cancel();
    this.panel?.dispose();
    for (const one of this.own) {
      one.dispose();
    }
  }

  private async open(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
      return;
    }
    this.source = editor.document.uri;
    if (this.panel === undefined) {
      const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.panel = vscode.window.createWebviewPanel("mx2lm.preview", "Scores", where, { enableScripts: false, localResourceRoots: [] });
      this.panel.onDidDispose(() => {
        this.asking?.cancel();
        this.panel = undefined;
      });
    }
    await this.refresh();
  }

  /** Asks for the scores of the text as it is now; an answer for an older text is dropped. */
  private async refresh(): Promise<void> {
    this.asking?.cancel();
    const asking = new vscode.CancellationTokenSource();
    this.asking = asking;
    const client = this.client();
    const { panel, source } = this;
    if (client?.state !== State.Running || panel === undefined || source === undefined) {
      return;
    }
    try {
      const uri = client.code2ProtocolConverter.asUri(source);
      const scores = await client.sendRequest<Scores | null>("mx2lm/preview", { uri }, asking.token);
      if (this.asking === asking && this.panel === panel) {
        panel.title = scores === null ? "Scores" : `Scores of ${scores.profile}`;
        panel.webview.html = page(scores);
      }
    } catch (error) {
      const outdated = error instanceof ResponseError && error.code === LSPErrorCodes.ContentModified;
      if (!asking.token.isCancellationRequested && !outdated) {
        panel.webview.html = frame(`<p>${escape(error instanceof Error ? error.message : String(error))}</p>`);
      }
    } finally {
      asking.dispose();
    }
  }
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function frame(body: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font-family: var(--vscode-font-family); color: var(--vscode-foreground); }
td, th { padding: 0.15em 0.8em 0.15em 0; text-align: left; vertical-align: baseline; }
td.number { font-family: var(--vscode-editor-font-family); }
meter { width: 8em; }
</style></head><body>${body}</body></html>`;
}

function page(scores: Scores | null): string {
  if (scores === null) {
    return frame("<p>This file is no profile.</p>");
  }
  const rows = [`<h2>${escape(scores.profile)}</h2>`];
  if (scores.declared === null) {
    rows.push("<p>fingerprint: none</p>");
  } else if (scores.computed !== null) {
    rows.push(`<p>${scores.declared === scores.computed ? "✓ fingerprint true" : "✗ fingerprint stale: the profile was edited since"}</p>`);
  }
  if (scores.refused !== null) {
    rows.push(`<p>No score: ${escape(scores.refused)}</p>`);
  }
  if (scores.provisional !== null) {
    rows.push(`<p>⚠ ${escape(scores.provisional)}</p>`);
  }
  if (scores.parts.length > 0) {
    const part = ({ profile, weight, share }: Part) =>
      `<tr><td>${escape(profile)}</td><td>${bar(share)}</td><td class="number">${(share * 100).toFixed(1)} %</td><td class="number">weight ${weight}</td></tr>`;
    rows.push(`<h3>Made of</h3><table>${scores.parts.map(part).join("")}</table>`);
  }
  const input = (one: Input) => {
    const sum = one.parts.map((score, at) => `${one.weights[at] ?? ""} × ${score}`).join(" + ");
    const near = one.near > 0 ? ` ⚠ ${one.near} within 1e-9 of the threshold` : "";
    const told =
      one.score === null
        ? `<td colspan="3">${escape(one.refused ?? "")}</td>`
        : `<td>${bar(Math.abs(one.score))}</td><td class="number">${one.score}</td><td class="number">${sum === "" ? "" : `= ${sum}`}${near}</td>`;
    return `<tr><td>${escape(one.name)}</td>${told}</tr>`;
  };
  if (scores.inputs.length > 0) {
    rows.push(`<h3>Scores</h3><table>${scores.inputs.map(input).join("")}</table>`);
  } else if (scores.against.length === 0 && scores.refused === null) {
    rows.push("<p>Nothing to score: add <code>compliance.test_vectors</code>, or a file <code>*.gccp-tests.json</code>.</p>");
  }
  for (const { object, documents, pairs, best, refused } of scores.against) {
    rows.push(`<h3>${escape(object)}</h3>`);
    const line = (one: { id: string; score: number }) =>
      `<tr><td>${escape(one.id)}</td><td>${bar(Math.abs(one.score))}</td><td class="number">${one.score}</td></tr>`;
    rows.push(
      refused === null
        ? `<p>documents: ${documents}, pairs: ${pairs}, the best first</p><table>${best.map(line).join("")}</table>`
        : `<p>No score: ${escape(refused)}</p>`,
    );
  }
  return frame(rows.join("\n"));
}

function bar(share: number): string {
  return `<meter min="0" max="1" value="${Math.min(1, Math.max(0, share))}"></meter>`;
}
