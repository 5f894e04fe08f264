// Starts VS Code's server with a packaged extension and a browser without a window as its screen, and waits for the
// report of the journey extension, which can ask what is drawn in the window.
//     node --experimental-websocket run.mjs VSIX FOLDER SERVER EDITORS SCRATCH
// FOLDER is what the window opens; run.sh says in the environment what is in it.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [vsix, folder, server, editors, scratch] = process.argv.slice(2).map((given) => path.resolve(given));
const main = path.join(editors, "vscode-1.100.3/out/server-main.js");
const inside = (...parts) => path.join(scratch, ...parts);
const folders = ["--extensions-dir", inside("extensions"), "--user-data-dir", inside("user"), "--server-data-dir", inside("server"), "--accept-server-license-terms"];
const report = inside("report.json");
const children = [];
let log = "";

/** A child in a process group of its own, so that all of it can be stopped. */
function start(program, args, options) {
  const child = spawn(program, args, { detached: true, ...options });
  child.on("error", (error) => (log += `${program}: ${error}\n`));
  children.push(child);
  return child;
}

async function until(what, seconds, probe) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) {
    const found = probe();
    if (found) return found;
  }
  throw new Error(`${what}: nothing in ${seconds} seconds`);
}

/** The text of every frame of the browser's window: what is drawn in a webview is in no document. */
class Screen {
  #socket;
  #last = 0;
  #waiting = new Map();

  static async open(address) {
    const screen = new Screen();
    screen.#socket = new WebSocket(address);
    screen.#socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      screen.#waiting.get(message.id)?.(message);
      screen.#waiting.delete(message.id);
    });
    await new Promise((opened, failed) => {
      screen.#socket.addEventListener("open", opened);
      screen.#socket.addEventListener("error", () => failed(new Error("the browser does not answer")));
    });
    return screen;
  }

  async #ask(method, params = {}, sessionId = undefined) {
    const id = ++this.#last;
    const answer = new Promise((resume) => this.#waiting.set(id, resume));
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return (await answer).result ?? {};
  }

  async texts() {
    const texts = [];
    const { targetInfos = [] } = await this.#ask("Target.getTargets");
    for (const { targetId, type } of targetInfos.filter((target) => ["page", "iframe"].includes(target.type))) {
      const { sessionId } = await this.#ask("Target.attachToTarget", { targetId, flatten: true });
      const { frameTree } = await this.#ask("Page.getFrameTree", {}, sessionId);
      const walk = async ({ frame, childFrames = [] }) => {
        const { executionContextId: contextId } = await this.#ask("Page.createIsolatedWorld", { frameId: frame.id }, sessionId);
        const { result } = await this.#ask("Runtime.evaluate", { contextId, expression: "document.body?.innerText ?? ''" }, sessionId);
        if (type === "iframe" || frame.parentId) texts.push(result?.value ?? "");
        for (const child of childFrames) await walk(child);
      };
      if (frameTree) await walk(frameTree);
      await this.#ask("Target.detachFromTarget", { sessionId });
    }
    return texts;
  }
}

/** A window for the journey on what the browser draws. */
async function listen(texts) {
  const listener = http.createServer(async (_, response) => {
    try {
      response.end(JSON.stringify(await texts()));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise((ready) => listener.listen(0, "127.0.0.1", ready));
  return listener;
}

async function journey() {
  // machine settings are where a server-side VS Code reads settings of this scope
  fs.mkdirSync(inside("user/Machine"), { recursive: true });
  fs.writeFileSync(inside("user/Machine/settings.json"), JSON.stringify({ "mx2lm.server.path": server }));
  execFileSync(process.execPath, [main, "--install-extension", vsix, ...folders], { stdio: "pipe" });
  fs.cpSync(path.join(import.meta.dirname, "journey"), inside("extensions/mx2lm.mx2lm-journey-0.0.1"), { recursive: true });
  fs.rmSync(inside("extensions/extensions.json")); // an index without the copied folder; it is made anew

  const address = () => /DevTools listening on (ws:\S+)/.exec(fs.readFileSync(inside("browser.log"), "utf8"))?.[1];
  let screen;
  const listener = await listen(async () => (screen ??= await Screen.open(address())).texts());

  const host = start(
    process.execPath,
    [main, "--disable-workspace-trust", "--without-connection-token", "--telemetry-level", "off", "--host", "127.0.0.1", "--port", "0", "--enable-smoke-test-driver", ...folders],
    { env: { ...process.env, JOURNEY_REPORT: report, JOURNEY_SCREEN: `http://127.0.0.1:${listener.address().port}/` } },
  );
  for (const stream of [host.stdout, host.stderr]) stream.on("data", (bytes) => (log += bytes));
  const port = (await until("the server's port", 30, () => /listening on (\d+)/.exec(log)))[1];

  const noise = fs.openSync(inside("browser.log"), "w");
  const window = `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`;
  start(
    process.env.CHROMIUM ?? "chromium-headless-shell",
    ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0", `--user-data-dir=${inside("browser")}`, window],
    { stdio: ["ignore", noise, noise] },
  );
  await until("the report", 120, () => fs.existsSync(report));
  return JSON.parse(fs.readFileSync(report, "utf8"));
}

let code = 1;
try {
  const said = await journey();
  code = said.code;
  console.log(said.lines.join("\n"));
} catch (error) {
  console.error(error.stderr?.toString() || String(error));
}
for (const signal of ["SIGTERM", "SIGKILL"]) {
  for (const child of children) {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // it is gone already
    }
  }
  await sleep(500);
}
if (code !== 0) console.error(log);
process.exit(code);
