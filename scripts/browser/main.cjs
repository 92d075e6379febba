// Runs the browser's tests, or takes pictures, or has Lighthouse judge, against programs that it starts and stops:
//   main.cjs BINARY CHROMIUM tests|pictures|lighthouse FOLDER
"use strict";
const { spawn } = require("node:child_process");
const { readdirSync } = require("node:fs");
const { join } = require("node:path");
const programs = require("./programs.cjs");

const [binary, chromium, what, folder] = process.argv.slice(2);

function command() {
  if (what !== "tests") return [join(__dirname, `${what}.cjs`), folder];
  const tests = readdirSync(__dirname).filter((name) => name.endsWith(".test.cjs"));
  return ["--test", "--test-reporter=spec", "--test-concurrency=2", ...tests.map((name) => join(__dirname, name))];
}

async function main() {
  const site = await programs.all(binary);
  try {
    const environment = { ...process.env, TILLWATCH_CHROMIUM: chromium, TILLWATCH_DEMO: site.demo, TILLWATCH_SHOP: site.shop, TILLWATCH_MAIL: site.mail };
    const child = spawn(process.execPath, command(), { env: environment, stdio: "inherit" });
    process.once("SIGTERM", () => child.kill());
    process.exitCode = await new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  } finally {
    await site.stop();
  }
}

main();
