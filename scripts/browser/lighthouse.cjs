// Has Lighthouse judge the listing page and the deals, on a phone and on a desk: lighthouse.cjs FOLDER
// Says each score, keeps the reports in the folder, and fails below 100.
"use strict";
const { spawnSync } = require("node:child_process");
const { mkdirSync, readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { DEMO } = require("./browser.cjs");
const { known } = require("./pages.cjs");

const PROGRAM = join(dirname(require.resolve("lighthouse/package.json")), "cli/index.js");
const FIGURES = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"];

async function main(folder) {
  mkdirSync(folder, { recursive: true });
  const { listing } = await known();
  const pages = { listing, deals: "/deals?market=US" };
  for (const [name, path] of Object.entries(pages)) {
    for (const preset of ["mobile", "desktop"]) {
      const report = join(folder, `${name}-${preset}.json`);
      const options = ["--quiet", "--output=json", `--output-path=${report}`, "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage"];
      if (preset === "desktop") options.push("--preset=desktop");
      const environment = { ...process.env, CHROME_PATH: process.env.TILLWATCH_CHROMIUM };
      const { status } = spawnSync(process.execPath, [PROGRAM, DEMO + path, ...options], { env: environment, stdio: "inherit" });
      if (status !== 0) throw new Error(`lighthouse ended with ${status}`);
      const { categories, audits } = JSON.parse(readFileSync(report, "utf8"));
      const scores = Object.values(categories).map(({ title, score }) => `${title} ${Math.round(score * 100)}`);
      const figures = FIGURES.map((id) => `${id} ${audits[id].displayValue}`);
      console.log(`${name}, ${preset}: ${scores.join(", ")}\n  ${figures.join(", ")}`);
      for (const { auditRefs } of Object.values(categories)) {
        for (const { id, weight } of auditRefs) {
          const { score, title, displayValue = "" } = audits[id];
          if (weight > 0 && score !== null && score < 0.9) console.log(`  ${id}: ${title} ${displayValue}`);
        }
      }
      if (Object.values(categories).some(({ score }) => score < 1)) process.exitCode = 1;
    }
  }
}

main(...process.argv.slice(2));
