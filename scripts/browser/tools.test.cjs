// The pages beside the listing: what is typed, chosen and clicked there, and what a page weighs.
"use strict";
const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { DEMO, SIZES, launch, visit } = require("./browser.cjs");
const { PAGES, known, sent } = require("./pages.cjs");

let browser;
let facts;
before(async () => {
  [browser, facts] = [await launch(), await known()];
});
after(() => browser?.close());

// A test on a phone and on a desk.
function both(name, run) {
  for (const size of Object.keys(SIZES)) {
    test(`${name}, on a ${size}`, async (t) => {
      const visitor = await visit(browser, size);
      await run(visitor, t);
      await visitor.leave();
    });
  }
}

both("the calculator takes a coupon off and says why the checkout dropped it", async ({ page, calls }) => {
  await PAGES["checkout answered"](page, facts, "en");
  assert.match(await page.locator("#answer h2").first().innerText(), /^26\.90\sUSD at the till$/);
  assert.match(await page.locator("#answer .card").innerText(), /probably dropped/);
  assert.equal(await page.locator("fieldset input").first().inputValue(), "31.90", "what was typed is still there");
  assert.ok(calls.every(({ url }) => !url.includes("31.90")), "what is typed stands in no address");
});

both("a basket is split, and said to be the cheapest", async ({ page }) => {
  await PAGES["basket answered"](page, facts, "en");
  assert.match(await page.locator("#answer h2").first().innerText(), /^[\d.,]+\sUSD in .*checkout/);
  assert.match(await page.locator("#answer p").first().innerText(), /Proven|At most/);
});

both("a word with a letter wrong is found", async ({ page }) => {
  await page.goto(`${DEMO}/search?market=US&min_percent=0`);
  await page.fill("#q", "lantren");
  await sent(page, "form.filters button");
  assert.match(await page.locator("main").innerText(), /Shown is what has “lantern”/);
  for (const title of await page.locator(".offer h3").allInnerTexts()) assert.match(title, /lantern/i);
});

both("deals are narrowed to a warehouse, and a wrong number is explained beside its field", async ({ page }) => {
  await page.goto(`${DEMO}/deals?market=US`);
  const all = await page.locator(".offer").count();
  assert.ok(all > 0);
  await page.selectOption("#warehouse", "US");
  await sent(page, "form.filters button");
  const shown = await page.locator(".offer").allInnerTexts();
  for (const one of shown) assert.match(one, /Ships from: United States/);
  await page.fill("#min_percent", "lots");
  await sent(page, "form.filters button");
  const field = page.locator("#min_percent");
  assert.equal(await field.inputValue(), "lots");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  const wrong = page.locator(`#${await field.getAttribute("aria-describedby")}`);
  assert.match(await wrong.innerText(), /“lots” is no percentage/);
});

test("promotions stand in the visitor's own time, and in their calendar", async () => {
  const seen = [];
  for (const timezoneId of ["America/Los_Angeles", "Asia/Tokyo"]) {
    const { page, leave } = await visit(browser, "phone", { timezoneId });
    await page.goto(`${DEMO}/promotions`);
    seen.push(await page.locator("time").first().innerText());
    const calendar = await page.request.get(`${DEMO}/promotions.ics`);
    assert.match(calendar.headers()["content-type"], /^text\/calendar/);
    await leave();
  }
  assert.notEqual(seen[0], seen[1]);
});

both("a code's result is reported with one click", async ({ page }, t) => {
  await page.goto(`${DEMO}/codes`);
  const markets = await page.locator("#market option").evaluateAll((all) => all.map((one) => one.value));
  for (const market of markets) {
    const place = `${DEMO}/codes?market=${market}`;
    if (!(await (await page.request.get(place)).text()).includes('name="worked"')) continue;
    await page.goto(place);
    await Promise.all([page.waitForNavigation(), page.locator("button[value=yes]").first().click()]);
    assert.ok(await page.locator("[role=status]").isVisible());
    return;
  }
  t.skip("no code runs today");
});

both("the drawer keeps coupons in the browser, and nothing of them leaves it", async ({ page, calls }) => {
  await page.goto(`${DEMO}/drawer`);
  await page.fill("#own", "7 off 70 code SECRET7");
  await page.reload();
  assert.equal(await page.inputValue("#own"), "7 off 70 code SECRET7");
  assert.ok(await page.locator("#own-kept").isVisible());
  assert.ok(calls.length > 0 && calls.every(({ method, url, body }) => method === "GET" && !/SECRET7/.test(url + body)));
  await page.fill("#own", "");
  await page.reload();
  assert.equal(await page.inputValue("#own"), "", "an empty field forgets");
});

both("a language is chosen once, and kept", async ({ page, context }) => {
  await page.goto(`${DEMO}/guide`);
  await Promise.all([page.waitForNavigation(), page.locator("footer a[hreflang=de]").click()]);
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  await page.goto(`${DEMO}/`);
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  assert.deepEqual((await context.cookies()).map(({ name }) => name), ["lang"]);
});

test("a listing page with its chart is light", async () => {
  const { page, leave } = await visit(browser, "phone");
  const loaded = [];
  page.on("response", (response) => loaded.push(response));
  await PAGES.listing(page, facts, "en");
  await page.waitForLoadState("networkidle");
  const weights = await Promise.all(loaded.map(async (response) => (await response.body()).length));
  const icon = await page.request.get(DEMO + (await page.locator("link[rel=icon]").getAttribute("href")));
  const all = weights.reduce((sum, weight) => sum + weight, (await icon.body()).length);
  console.log(`HTML ${weights[0]} bytes, everything ${all} bytes, unpacked`);
  assert.ok(weights[0] <= 30_000, `${weights[0]} bytes of HTML`);
  assert.ok(all < 100_000, `${all} bytes in all`);
  await leave();
});
