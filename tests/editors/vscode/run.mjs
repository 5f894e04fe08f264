// Starts VS Code's server with a packaged extension and a browser without a window as its screen, and waits for the
// report of the journey extension.        node run.mjs VSIX WORKSPACE SERVER EDITORS SCRATCH
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [vsix, workspace, server, editors, scratch] = process.argv.slice(2).map((given) => path.resolve(given));
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

async function journey() {
  // machine settings are where a server-side VS Code reads settings of this scope
  fs.mkdirSync(inside("user/Machine"), { recursive: true });
  fs.writeFileSync(inside("user/Machine/settings.json"), JSON.stringify({ "mx2lm.server.path": server }));
  execFileSync(process.execPath, [main, "--install-extension", vsix, ...folders], { stdio: "pipe" });
  fs.cpSync(path.join(import.meta.dirname, "journey"), inside("extensions/mx2lm.mx2lm-journey-0.0.1"), { recursive: true });
  fs.rmSync(inside("extensions/extensions.json")); // an index without the copied folder; it is made anew

  const host = start(
    process.execPath,
    [main, "--disable-workspace-trust", "--without-connection-token", "--telemetry-level", "off", "--host", "127.0.0.1", "--port", "0", "--enable-smoke-test-driver", ...folders],
    { env: { ...process.env, JOURNEY_REPORT: report, JOURNEY_WORKSPACE: workspace } },
  );
  for (const stream of [host.stdout, host.stderr]) stream.on("data", (bytes) => (log += bytes));
  const port = (await until("the server's port", 30, () => /listening on (\d+)/.exec(log)))[1];

  const noise = fs.openSync(inside("browser.log"), "w");
  const address = `http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`;
  start(
    process.env.CHROMIUM ?? "chromium-headless-shell",
    ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0", `--user-data-dir=${inside("browser")}`, address],
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
