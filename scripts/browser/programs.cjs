// Starts what the browser looks at: the demonstration, and `serve` with mail over a copy of its data.
"use strict";
const { spawn } = require("node:child_process");
const { cpSync, mkdtempSync, readdirSync, rmSync } = require("node:fs");
const net = require("node:net");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

// The app that the simulated marketplace knows.
const APP = { TILLWATCH_APP_KEY: "512345", TILLWATCH_APP_SECRET: "demonstration" };

// Starts a program and waits until it says `ready`; the match is returned with a way to stop it.
function start(binary, args, ready, environment = {}) {
  const child = spawn(binary, args, { env: { ...process.env, ...environment }, stdio: ["ignore", "ignore", "pipe"] });
  const over = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await over;
  };
  let said = "";
  return new Promise((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said = (said + text).slice(-20000);
      const match = said.match(ready);
      if (match) resolve({ match, stop });
    });
    over.then(() => reject(new Error(`${args.join(" ")} ended:\n${said}`)));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Both programs; mail only where scripts/peers has started a mail server. The marketplace takes signatures that are two
// hours off, which ten seconds in one stay within for twelve minutes.
async function all(binary) {
  const folder = mkdtempSync(join(tmpdir(), "tillwatch-browser-"));
  const ready = /marketplace is at http:\/\/(\S+?)\.\s[^]*curl http:\/\/(\S+)\/metrics/;
  const demonstrate = () => start(binary, ["demo", "--speed", "10", "--listen", "127.0.0.1:0", "--data", folder], ready);
  const running = [];
  const stop = async () => {
    for (const one of running) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    running.push(await demonstrate());
    const post = process.env.TILLWATCH_SMTP_PEER;
    const mail = post && (await beside());
    return { demo: `http://${running[0].match[2]}`, shop: running[0].match[1], mail, stop };

    // Copies the data, for which it stops the demonstration for a moment.
    async function beside() {
      await running.pop().stop();
      const world = readdirSync(folder).find((name) => name.startsWith("demo-"));
      const copy = join(folder, "serve");
      cpSync(join(folder, world), copy, { recursive: true });
      running.push(await demonstrate());
      const shop = running[0].match[1];
      const at = `127.0.0.1:${await freePort()}`;
      const environment = {
        ...APP,
        TILLWATCH_GATEWAY: `http://${shop}/sync`,
        TILLWATCH_REACH: shop,
        TILLWATCH_SMTP: `smtp+plain://${post}`,
        TILLWATCH_MAIL_FROM: "alerts@till.example",
      };
      const args = ["serve", "--listen", at, "--public", `http://${at}/`, "--webhooks", "--data", copy];
      running.push(await start(binary, args, /answers on/, environment));
      return `http://${at}`;
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

module.exports = { all };
