// Starts the language server and says plainly when it cannot. What is checked is decided by the server and by the
// workspace's mx2lm.toml; nothing here knows a rule.

import * as vscode from "vscode";
import { LanguageClient, State, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

import { PAGES, registerPages, type Pages } from "./pages";
import { Preview } from "./preview";

const LANGUAGES = ["json", "jsonl", "khl", "powershell", "toml", "xml"];

let client: LanguageClient | undefined;
let output: vscode.LogOutputChannel | undefined;
let pages: Pages | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("mx2lm", { log: true });
  pages = registerPages(context, () => client);
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("mx2lm.restart", restart),
    vscode.commands.registerCommand("mx2lm.showOutput", () => output?.show()),
    new Preview(() => client),
    // JSON support would warn that it cannot load `$schema: object://…`; the server knows those schemas.
    vscode.workspace.registerTextDocumentContentProvider("object", { provideTextDocumentContent: () => "{}" }),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("mx2lm.server")) {
        await restart();
      }
    }),
  );
  await start(output);
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function start(channel: vscode.LogOutputChannel): Promise<void> {
  const settings = vscode.workspace.getConfiguration("mx2lm");
  const command = settings.get<string>("server.path", "mx2lm-lsp");
  const server: ServerOptions = { command, args: ["--stdio", ...settings.get<string[]>("server.args", [])] };
  const options: LanguageClientOptions = {
    documentSelector: [
      ...LANGUAGES.flatMap((language) => [
        { scheme: "file", language },
        { scheme: "untitled", language },
      ]),
      { scheme: PAGES },
    ],
    outputChannel: channel,
    traceOutputChannel: channel,
  };
  const starting = new LanguageClient("mx2lm", "mx2lm", server, options);
  client = starting;
  try {
    starting.onNotification("mx2lm/contentChanged", (news: { uri: string }) => pages?.changed(news.uri));
    await starting.start();
  } catch (error) {
    client = undefined;
    void explain(command, error);
    return;
  }
  void pages?.started();
}

async function stop(): Promise<void> {
  const stopping = client;
  client = undefined;
  // a server that never ran, or died, cannot be asked to stop
  if (stopping?.state === State.Running) {
    await stopping.stop();
  }
}

async function restart(): Promise<void> {
  await stop();
  if (output !== undefined) {
    await start(output);
  }
}

/** Says what could not be started, and leads to the setting that names it. */
async function explain(command: string, error: unknown): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  output?.error(`cannot start ${command}: ${reason}`);
  const settings = "Open Settings";
  const chosen = await vscode.window.showErrorMessage(
    `mx2lm: cannot start the language server \`${command}\`. Put mx2lm-lsp on PATH, or set its path.`,
    settings,
    "Show Output",
  );
  if (chosen === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "mx2lm.server.path");
  } else if (chosen !== undefined) {
    output?.show();
  }
}
