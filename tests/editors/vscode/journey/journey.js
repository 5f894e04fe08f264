// Loaded by VS Code beside the extension under test. The report goes to the file JOURNEY_REPORT, whole or not at all.
"use strict";

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const workspace = process.env.JOURNEY_WORKSPACE;
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

exports.activate = () => {
  void journey()
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
