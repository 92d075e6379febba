// The extension and the bookmarklet in a real browser, on pages of the simulated marketplace under the real one's name:
// listing, cart and coupons arrive at the instance, and its answer is shown.
//
// In a browser without a window nobody can answer its question for leave or click its toolbar. So the copy under test has
// leave for the two hosts from the start, and the click is dispatched in the extension's own worker.
"use strict";
const assert = require("node:assert/strict");
const { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { after, before, describe, test } = require("node:test");
const { chromium } = require("playwright-core");
const { DEMO, SHOP, SIZES, accessible, fits, launch, visit } = require("./browser.cjs");
const { known, sent } = require("./pages.cjs");

const MARKET = "http://www.aliexpress.com";
const RULES = `--host-resolver-rules=MAP www.aliexpress.com:80 ${SHOP}`;

let folder;
let context;
let worker;
let bought;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "tillwatch-extension-"));
  const extension = join(folder, "extension");
  cpSync(join(__dirname, "../../extension"), extension, { recursive: true });
  const file = join(extension, "manifest.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  manifest.host_permissions = [`${MARKET}/*`, "http://127.0.0.1/*"];
  writeFileSync(file, JSON.stringify(manifest));
  context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: process.env.TILLWATCH_CHROMIUM,
    headless: false,
    locale: "en-US",
    ignoreDefaultArgs: ["--disable-extensions"],
    args: ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", RULES,
      "--disable-features=DisableLoadExtensionCommandLineSwitch", `--disable-extensions-except=${extension}`, `--load-extension=${extension}`],
  });
  worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
  bought = await listing();
});
after(async () => {
  await context?.close();
  rmSync(folder, { recursive: true, force: true });
});

// Opens a page of the marketplace until it comes whole: a few of its answers go wrong, as they do.
async function open(path, at = context) {
  const page = await at.newPage();
  for (let tries = 0; tries < 5; tries += 1) {
    await page.goto(MARKET + path).catch(() => null);
    if (await page.evaluate(() => Boolean(window.runParams?.data ?? window._dida_config_?._init_data_))) return page;
  }
  throw new Error(`${path} never came whole`);
}

// A listing that can be bought and for which there are coupons.
async function listing() {
  await known();
  const { items } = await (await fetch(`${DEMO}/api/v1/deals?market=US`)).json();
  for (const { item, title } of items) {
    const coupons = await (await fetch(`http://${SHOP}/p/my-coupons/index.html?item=${item}`)).text();
    if (!/<li>/.test(coupons)) continue;
    const page = await open(`/item/${item}.html`);
    const sku = await page.evaluate(() => {
      const { skuModule, priceComponent } = window.runParams.data;
      return (skuModule ?? priceComponent).skuPriceList.find(({ salable, skuVal }) => salable && skuVal.inventory > 2)?.skuIdStr;
    });
    await page.close();
    if (sku) return { item, title, sku };
  }
  throw new Error("no deal has coupons");
}

// The click on the button, and the tab that it opens.
async function click(page) {
  const [tab] = await Promise.all([
    context.waitForEvent("page"),
    worker.evaluate(async (url) => {
      const tabs = await chrome.tabs.query({});
      chrome.action.onClicked.dispatch(tabs.find((tab) => tab.url === url));
    }, page.url()),
  ]);
  return tab;
}

async function answered(tab) {
  await tab.locator("#answer").waitFor();
  assert.equal(tab.url(), `${DEMO}/browser#answer`, "nothing stands in the address");
  await fits(tab);
  return tab;
}

const cart = ({ item, sku }) => `/p/shoppingcart/index.html?lines=${item}:${sku}:1`;
const coupons = ({ item }) => `/p/my-coupons/index.html?item=${item}`;

// What the answer to each kind of page has to have.
const PAGES = {
  "a listing": [({ item }) => `/item/${item}.html`, async (tab) => {
    assert.match(await tab.locator("#answer b").first().innerText(), /[\d.,]+\sUSD at the till$/);
    assert.match(await tab.locator("#answer").innerText(), /Seen in your browser/);
    assert.equal(await tab.locator("#answer section a").first().getAttribute("href"), `/i/${bought.item}?market=US`);
    assert.ok(await tab.locator(".receipt .total").first().isVisible());
  }],
  "the cart": [cart, async (tab) => {
    const said = await tab.locator("#cart").innerText();
    assert.match(said, /[\d.,]+\sUSD at the till/);
    assert.match(said, /What your checkout did\n+\S/);
  }],
  "the coupons": [coupons, async (tab) => {
    const names = await tab.locator("#coupons li").allInnerTexts();
    assert.ok(names.length > 0);
    await sent(tab, "#coupons button");
    const rows = await tab.locator("#answer tbody tr").count();
    assert.ok(rows > 0 && rows <= names.length, `${rows} of ${names.length}`);
    assert.match(await tab.inputValue("#own"), /off|free shipping/);
  }],
};

describe("the extension", () => {
  test("asks for the address of the instance first, and takes nothing", async () => {
    const page = await open(`/item/${bought.item}.html`);
    const tab = await click(page);
    await tab.waitForURL(/^chrome-extension:.*options\.html$/);
    assert.match(await tab.locator("p").first().innerText(), /Without a click nothing is read/);
    await tab.fill("#instance", "ftp://till.example");
    await tab.click("button");
    assert.match(await tab.locator("output").innerText(), /no address/);
    await accessible(tab);
    await tab.fill("#instance", `${DEMO}/`);
    await tab.click("button");
    await tab.locator("output", { hasText: "Saved" }).waitFor();
    assert.equal(await tab.inputValue("#instance"), DEMO);
    await Promise.all([tab.close(), page.close()]);
  });

  for (const [name, [path, look]] of Object.entries(PAGES)) {
    test(`brings ${name} on a click, and nothing without`, async () => {
      const asked = [];
      const note = (request) => asked.push(request);
      context.on("request", note);
      const page = await open(path(bought));
      await page.waitForLoadState("load");
      assert.deepEqual(asked.filter((request) => request.url().startsWith(DEMO)), []);
      const tab = await answered(await click(page));
      context.off("request", note);
      const posts = asked.filter((request) => request.method() === "POST");
      assert.deepEqual(posts.map((request) => request.url()), [`${DEMO}/browser`]);
      await look(tab);
      await Promise.all([tab.close(), page.close()]);
    });
  }

  test("takes nothing on another site", async () => {
    const page = await context.newPage();
    await page.goto(`${DEMO}/guide`);
    const tab = await click(page);
    await tab.waitForURL(`${DEMO}/browser`);
    assert.equal(await tab.inputValue("#page"), "");
    await Promise.all([tab.close(), page.close()]);
  });
});

describe("the bookmarklet", () => {
  let browser;
  let plain;
  let script;
  before(async () => {
    browser = await chromium.launch({ executablePath: process.env.TILLWATCH_CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage", RULES] });
    plain = await browser.newContext({ locale: "en-US" });
    const page = await plain.newPage();
    await page.goto(`${DEMO}/browser`);
    const link = await page.locator("a[href^='javascript:']").getAttribute("href");
    script = decodeURIComponent(link.slice("javascript:".length));
    await page.close();
  });
  after(() => browser?.close());

  const run = async (page) => {
    const [tab] = await Promise.all([plain.waitForEvent("page"), page.evaluate(script)]);
    await tab.locator("#answer").waitFor();
    return tab;
  };

  for (const [name, [path, look]] of Object.entries(PAGES)) {
    test(`brings ${name}`, async () => {
      const page = await open(path(bought), plain);
      const tab = await run(page);
      assert.equal(tab.url(), `${DEMO}/browser`);
      await look(tab);
      await Promise.all([tab.close(), page.close()]);
    });
  }

  test("finds what a page holds beside what it draws, and leaves names and addresses there", async () => {
    const page = await open(cart(bought), plain);
    await page.evaluate(() => {
      const { data } = window._dida_config_._init_data_;
      delete window._dida_config_;
      const fiber = { memoizedProps: { data, buyer: { nickName: "Somebody", mail: "somebody@example.org" } } };
      fiber.return = fiber;
      document.body.append(Object.assign(document.createElement("div"), { __reactContainer$1: { child: fiber } }));
    });
    const [request] = await Promise.all([plain.waitForEvent("request", (one) => one.method() === "POST"), run(page)]);
    assert.ok(!/Somebody|example\.org/.test(request.postDataBuffer().toString()));
  });
});

describe("a saved page", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const size of Object.keys(SIZES)) {
    for (const javaScriptEnabled of [true, false]) {
      test(`is chosen and read, ${javaScriptEnabled ? "with" : "without"} script, on a ${size}`, async () => {
        const { page, leave } = await visit(browser, size, { javaScriptEnabled });
        const saved = await (await fetch(`http://${SHOP}${cart(bought)}`)).text();
        await page.goto(`${DEMO}/browser`);
        await page.setInputFiles("#file", { name: "cart.html", mimeType: "text/html", buffer: Buffer.from(saved) });
        await sent(page, "form[data-browser] button");
        assert.match(await page.locator("#cart").innerText(), /at the till/);
        assert.equal(await page.inputValue("#page"), "", "nothing of it is shown again");
        await leave();
      });
    }
  }

  test("is dropped on the form", async () => {
    const { page, leave } = await visit(browser, "desktop");
    const saved = await (await fetch(`http://${SHOP}${coupons(bought)}`)).text();
    await page.goto(`${DEMO}/browser`);
    const files = await page.evaluateHandle((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "coupons.html", { type: "text/html" }));
      return data;
    }, saved);
    await page.dispatchEvent("form[data-browser]", "drop", { dataTransfer: files });
    await page.locator("#coupons li").first().waitFor();
    await leave();
  });
});
