// Loaded by VS Code beside the extension under test. The report goes to the file JOURNEY_REPORT, whole or not at all.
"use strict";

const { execFileSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const { MX2LM_WORKSPACE: workspace, MX2LM_DEMO: demo, MX2LM_SAVED: saved, MX2LM_LINT: lint, JOURNEY_SCREEN: screen } = process.env;
const lines = [];

function check(held, what) {
  lines.push(`${held ? "ok   " : "FAIL "} ${what}`);
  if (!held) {
    throw new Error(what);
  }
}

async function wait(what, probe) {
  const end = Date.now() + 20_000;
  let held = await probe();
  while (!held && Date.now() < end) {
    await new Promise((resume) => setTimeout(resume, 50));
    held = await probe();
  }
  check(held, what);
  return held;
}

const uriOf = (name) => vscode.Uri.file(path.join(workspace, name));
const onDisk = (name) => fs.readFileSync(path.join(workspace, name));
const command = (name, ...given) => vscode.commands.executeCommand(name, ...given);

/** Waits until some frame of the window shows all of these texts: what a webview draws is in no document. */
async function drawn(what, ...wanted) {
  let texts = [];
  try {
    await wait(what, async () => {
      texts = await (await fetch(screen)).json();
      return texts.some((text) => wanted.every((one) => text.includes(one)));
    });
  } catch (error) {
    lines.push(...texts);
    throw error;
  }
}

function findings(uri) {
  return vscode.languages
    .getDiagnostics(uri)
    .filter((d) => d.source === "mx2lm" && d.severity <= vscode.DiagnosticSeverity.Warning);
}

async function journey() {
  // as text: left to itself VS Code shows a drawing as a picture
  for (const [name, language] of [
    ["tides/object.json", "json"],
    ["mx2lm.toml", "toml"],
    ["drawing.svg", "xml"],
    ["server.khl", "khl"],
    ["night.batch.json", "json"],
  ]) {
    const document = await vscode.workspace.openTextDocument(
      fs.existsSync(path.join(workspace, name)) ? uriOf(name) : uriOf(name).with({ scheme: "untitled" }),
    );
    check(document.languageId === language, `${name} is ${document.languageId}`);
  }

  const uri = uriOf("tides/object.json");
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: false });
  const declared = /"hash": "(sha256:[0-9a-f]+)"/.exec(document.getText())[1];
  const computed = `sha256:${createHash("sha256").update(onDisk("tides/tides.json")).digest("hex")}`;

  await wait("a diagnostic", () => findings(uri).length > 0);
  const told = findings(uri).map((d) => `${typeof d.code === "object" ? d.code.value : d.code}: ${d.message}`);
  check(told.length === 1, `one finding a cause: ${told.join(" | ")}`);
  const [finding] = findings(uri);
  check(document.getText(finding.range).includes(declared), "it marks the hash");
  // what VS Code itself says of a schema it cannot load comes late: a document beside this one shows that it has come
  const foreign = await vscode.workspace.openTextDocument({ language: "json", content: '{ "$schema": "nowhere://schema" }' });
  await vscode.window.showTextDocument(foreign, { viewColumn: vscode.ViewColumn.Beside });
  const complains = (of) => vscode.languages.getDiagnostics(of).some((d) => d.message.includes("load schema"));
  await wait("JSON support complains of a schema from nowhere", () => complains(foreign.uri));
  check(!complains(uri), "it does not complain of ours");

  const hovers = await command("vscode.executeHoverProvider", uri, finding.range.start.translate(0, 12));
  const hover = hovers.flatMap((h) => h.contents).map((c) => c.value ?? c).join("\n");
  check(hover.includes(declared) && hover.includes(computed), "hover shows both hashes");

  const writes = (action) => {
    const edits = action.edit?.entries() ?? [];
    return edits.length === 1 && edits[0][1].some((edit) => edit.newText?.includes(computed));
  };
  const fix = await wait("a quick fix writes the computed hash", async () =>
    (await command("vscode.executeCodeActionProvider", uri, finding.range, "quickfix")).find(writes),
  );
  await vscode.workspace.applyEdit(fix.edit);
  await document.save();
  check(JSON.parse(onDisk("tides/object.json")).hash === computed, "the true hash is on disk");
  await wait("the diagnostic is gone", () => findings(uri).length === 0);

  // an edit that is not saved counts in the file that names it
  const payload = await vscode.workspace.openTextDocument(uriOf("tides/tides.json"));
  const edit = new vscode.WorkspaceEdit();
  const unit = payload.getText().indexOf('"cm"');
  edit.replace(payload.uri, new vscode.Range(payload.positionAt(unit), payload.positionAt(unit + 4)), '"dm"');
  await vscode.workspace.applyEdit(edit);
  check(payload.isDirty, "the payload is edited and not saved");
  await wait("that makes the saved descriptor untrue", () => findings(uri).length === 1);

  const tokenizer = await vscode.workspace.openTextDocument(uriOf("tokenizer/object.json"));
  const at = tokenizer.positionAt(tokenizer.getText().indexOf("object://ai/vocab/base-en") + 5);
  const places = await wait("go to definition answers", async () => {
    const found = await command("vscode.executeDefinitionProvider", tokenizer.uri, at);
    return found.length > 0 && found;
  });
  check((places[0].targetUri ?? places[0].uri).path.endsWith("/vocab/object.json"), "it is the vocabulary");
  check(vscode.extensions.getExtension("mx2lm.mx2lm")?.isActive, "by the extension under test");
}

/** A file that is no text opens as a page; as a document it has findings and hovers. */
async function pages() {
  const pack = path.join(demo, "ai/brain/brain.weights.v2c-bin");
  await command("vscode.open", vscode.Uri.file(pack));
  await drawn("a pack opens as a page", "32 lanes of 32 weights", "policy@early", "Open as text");
  await command("mx2lm.openPage");
  const page = vscode.window.activeTextEditor?.document;
  check(page?.uri.scheme === "mx2lm" && page.getText().includes("policy@early"), "its document opens");
  const line = page.getText().split("\n").findIndex((text) => text.includes("policy@early  "));
  const [hover] = await command("vscode.executeHoverProvider", page.uri, new vscode.Position(line, 12));
  check(hover?.contents.some((one) => one.value.includes("class policy")), "hover says what a line is");
  check(findings(page.uri).length === 0, "a lawful pack has no finding");

  // a server that has just started knows nothing of the page; then a bit of the file turns over
  await command("mx2lm.restart");
  const damaged = path.join(demo, "ai/brain/brain.scxq2");
  const view = vscode.Uri.file(damaged);
  await command("vscode.open", view);
  await drawn("lanes open as a page", "lawful: 5 elements", "/W/1/curvature");
  const bytes = fs.readFileSync(damaged);
  bytes[617] ^= 1;
  fs.writeFileSync(damaged, bytes);
  await drawn("the page follows the file", "refused: ", "/W/1/curvature");
  await command("mx2lm.openPage");
  const lanes = vscode.window.activeTextEditor.document;
  await wait("its document has the finding", () => findings(lanes.uri).length > 0);
  const [finding] = findings(lanes.uri);
  check(lanes.lineAt(finding.range.start.line).text.includes("/W/1/curvature"), "on the line of the byte");
}

/** What the linter says of a text of the profile, by the name of the test vector. */
function collapsed(text) {
  const file = path.join(saved, "profiles/demo_hybrid.pi-profile.json");
  fs.writeFileSync(file, text);
  const { results } = JSON.parse(execFileSync(lint, ["collapse", "--format", "json", file], { encoding: "utf8" }));
  return Object.fromEntries(results.map(({ id, score }) => [id, String(score)]));
}

const VECTORS = '{"documents": [{"id": "straight", "vecA": [[1, 0]], "vecB": [[1, 0]]}, {"id": "across", "vecA": [[1, 0]], "vecB": [[0, 1]]}]}\n';

/** A profile, its scores beside it, and a weight that is changed. */
async function scores() {
  const profile = await vscode.workspace.openTextDocument(path.join(demo, "profiles/demo_hybrid.pi-profile.json"));
  await vscode.window.showTextDocument(profile, { preview: false });
  await command("mx2lm.preview");
  const before = collapsed(profile.getText());
  await drawn("the scores are those of the linter", "demo_hybrid", "✓ fingerprint true", ...Object.keys(before), ...Object.values(before));
  const edit = new vscode.WorkspaceEdit();
  for (const [weight, other] of [["0.75", "0.125"], ["0.25", "0.875"]]) {
    const at = profile.getText().indexOf(`"weight": ${weight}`) + '"weight": '.length;
    edit.replace(profile.uri, new vscode.Range(profile.positionAt(at), profile.positionAt(at + weight.length)), other);
  }
  await vscode.workspace.applyEdit(edit);
  const after = collapsed(profile.getText());
  check(profile.isDirty && after["turned by 0.29"] !== before["turned by 0.29"], "the weights change a score, and nothing is saved");
  await drawn("the window follows", "✗ fingerprint stale", ...Object.values(after));

  fs.writeFileSync(path.join(demo, "some.vectors.json"), VECTORS);
  await vscode.workspace.openTextDocument(path.join(demo, "some.vectors.json"));
  await command("mx2lm.preview");
  await drawn("vectors that are open are scored as well", "some.vectors.json", "documents: 2, pairs: 2", "straight");
}

exports.activate = () => {
  void journey()
    .then(pages)
    .then(scores)
    .then(() => 0)
    .catch((error) => {
      lines.push(String(error.stack));
      return 1;
    })
    .then((code) => {
      const report = process.env.JOURNEY_REPORT;
      fs.writeFileSync(`${report}.part`, JSON.stringify({ code, lines }));
      fs.renameSync(`${report}.part`, report);
    });
};
