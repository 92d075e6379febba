// A browser that sees whatever a page asks of the network or complains of, and says what is wrong with a page.
"use strict";
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { chromium } = require("playwright-core");

const DEMO = process.env.TILLWATCH_DEMO;
const MAIL = process.env.TILLWATCH_MAIL;
// The simulated marketplace itself, as host and port.
const SHOP = process.env.TILLWATCH_SHOP;
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 900 } },
};

function launch() {
  return chromium.launch({
    executablePath: process.env.TILLWATCH_CHROMIUM,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
  });
}

// A visitor of a size. `visitor.page` is theirs, `visitor.calls` all that it asked for; `leave` judges the visit.
async function visit(browser, size, options = {}) {
  const context = await browser.newContext({ locale: "en-US", colorScheme: "light", ...SIZES[size], ...options });
  const calls = [];
  const faults = [];
  context.on("request", (request) => {
    calls.push({ method: request.method(), url: request.url(), body: request.postData() ?? "" });
    const { origin, protocol } = new URL(request.url());
    if (![DEMO, MAIL].includes(origin) && protocol !== "data:") faults.push(`asked another host: ${request.url()}`);
  });
  const page = await context.newPage();
  // What the server refuses on purpose is no fault of the page.
  page.on("console", (message) => {
    const refused = /the server responded with a status of 4/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !refused) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  const leave = async () => {
    await context.close();
    assert.deepEqual(faults, []);
  };
  return { context, page, calls, leave };
}

// Nothing sticks out sideways.
async function fits(page) {
  const wide = await page.evaluate(() => {
    const { innerWidth, document: { documentElement: root } } = window;
    if (root.scrollWidth <= root.clientWidth) return null;
    const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
    return `${root.scrollWidth} of ${root.clientWidth}: ${out.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(" | ")}`;
  });
  assert.equal(wide, null, `${page.url()} is too wide`);
}

// No violation that axe knows of.
async function accessible(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run({ resultTypes: ["violations"] });
    return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
  });
  assert.deepEqual(found, [], page.url());
}

module.exports = { DEMO, MAIL, SHOP, SIZES, launch, visit, fits, accessible };
