// The main flow: paste, chart, receipt, target, list; with script, without, by keys alone, and with a letter.
"use strict";
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { after, before, test } = require("node:test");
const { DEMO, MAIL, SIZES, fits, launch, visit } = require("./browser.cjs");
const { known, link, sent } = require("./pages.cjs");
const { letters, until } = require("./letters.cjs");

const JSQR = readFileSync(require.resolve("jsqr/dist/jsQR.js"), "utf8");

let browser;
let facts;
before(async () => {
  [browser, facts] = [await launch(), await known()];
});
after(() => browser?.close());

// Pastes the share text of the app on the start page.
async function paste(page, origin = DEMO) {
  await page.goto(`${origin}/`);
  await page.fill("#text", `Look what I found! ${link(facts.deal.item)}?spm=a2g0o`);
  await page.selectOption("#market", "US");
  await sent(page, "form.paste button");
  assert.match(page.url(), new RegExp(`/i/${facts.deal.item}\\b`));
  await page.locator("svg.chart").waitFor();
}

async function watch(page, target) {
  if (target) await page.fill("#target", target);
  await sent(page, "form.watch button");
  assert.match(page.url(), /\/l\/[\w-]{22}$/);
  await fits(page);
}

// What a camera reads off a part of the page.
async function scan(locator) {
  const picture = (await locator.screenshot()).toString("base64");
  const page = locator.page();
  await page.evaluate(JSQR);
  return page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data: pixels } = pen.getImageData(0, 0, image.width, image.height);
    return window.jsQR(pixels, image.width, image.height)?.data;
  }, picture);
}

// The words beside a name on the card of a watch.
const said = (page, place) => page.locator(".cards dl dd").nth(place).innerText();

async function change(page, what) {
  await page.locator(".cards summary").click();
  await sent(page, `button[value=${what}]`);
}

// What is done with a list once it is open: by anybody, with script or without.
async function manage(page) {
  await page.fill("#name", "For the garden");
  await sent(page, "form[action$='/name'] button");
  assert.equal(await page.locator("h1").innerText(), "For the garden");

  await page.locator(".cards summary").click();
  await page.locator(".cards input[name=target]").fill("1.23");
  await sent(page, "button[value=target]");
  assert.match(await said(page, 0), /1\.23/);
  await change(page, "stop");
  assert.equal(await said(page, 1), "stopped");
  await change(page, "resume");
  assert.equal(await said(page, 1), "watching");

  const address = page.url().split("#")[0];
  await sent(page, "a[href$='/delete']");
  assert.equal(page.url(), `${address}/delete`);
  await sent(page);
  assert.match(await page.locator("h1").innerText(), /deleted/);
  assert.equal((await page.goto(address)).status(), 404);
}

for (const size of Object.keys(SIZES)) {
  test(`a visitor with a ${size} pastes a link, reads the chart, watches, and keeps the list`, async () => {
    const { context, page, leave } = await visit(browser, size);
    await paste(page);
    const listing = page.url();
    const chart = page.locator("svg.chart");
    const out = page.locator(".readout");
    const hint = await out.innerText();
    const { width, height } = await chart.boundingBox();
    const position = { x: width * 0.6, y: height / 2 };
    await (size === "phone" ? chart.tap({ position }) : chart.hover({ position }));
    const read = await out.innerText();
    assert.notEqual(read, hint);
    assert.match(read, /\d\.\d\d USD/);

    await chart.focus();
    await page.keyboard.press("Home");
    const first = await out.innerText();
    await page.keyboard.press("ArrowRight");
    assert.notEqual(await out.innerText(), first);
    await page.keyboard.press("End");
    // The last step that was a price: a gap has no receipt.
    for (let steps = 0; steps < 500 && !(await out.locator("a").count()); steps += 1) await page.keyboard.press("ArrowLeft");
    assert.ok(await out.locator("a").count(), "a step of the chart has a receipt");
    const paper = await out.locator("a").getAttribute("href");
    await Promise.all([page.waitForURL("**/r/**"), page.keyboard.press("Enter")]);
    assert.equal(new URL(page.url()).pathname, paper);
    assert.match(await page.locator(".receipt .total").first().innerText(), /\d/);

    await page.goto(listing);
    await watch(page);
    const address = page.url();
    const read_off = await scan(page.locator(".qr"));
    assert.equal(read_off, address);
    const other = await visit(browser, size === "phone" ? "desktop" : "phone");
    await other.page.goto(read_off);
    assert.equal(await other.page.locator(".cards h3").innerText(), await page.locator(".cards h3").innerText());
    await other.leave();

    await manage(page);
    assert.deepEqual(await context.cookies(), [], "nobody needs a cookie");
    await leave();
  });

  test(`without script a visitor with a ${size} gets as far`, async () => {
    const { page, leave } = await visit(browser, size, { javaScriptEnabled: false });
    await paste(page);
    assert.ok(await page.locator(".receipt").isVisible());
    await page.locator(".chips a").last().click();
    await page.waitForURL(/range=all/);
    assert.ok(await page.locator("svg.chart").isVisible());
    await watch(page);
    await manage(page);
    await leave();
  });

  test(`a mailbox agrees, is told and is left alone again, on a ${size}`, { skip: !MAIL && "no mail server runs" }, async () => {
    const mailbox = `${size}-${process.pid}@example.org`;
    const { page, leave } = await visit(browser, size);
    await paste(page, MAIL);
    await page.fill("#email", mailbox);
    await watch(page, "9000");
    assert.match(await page.locator("body").innerText(), /asked to confirm|on its way/);
    const list = page.url();

    const asked = await until("the letter that asks", () => letters(mailbox).find((letter) => /\/confirm\//.test(letter)));
    await page.goto(asked.match(/http:\S+\/confirm\/[\w-]+/)[0]);
    await fits(page);
    await sent(page);
    assert.match(await page.locator("h1").innerText(), /Confirmed/);

    const told = await until("the alert", () => letters(mailbox).find((letter) => /\/stop\//.test(letter)));
    await page.goto(list);
    assert.match(await page.locator("table").innerText(), /delivered/);
    await fits(page);
    await page.goto(told.match(/http:\S+\/stop\/[\w-]+/)[0]);
    await sent(page, "main form:first-of-type button");
    assert.match(await page.locator("h1").innerText(), /Stopped/);
    await page.goto(list);
    assert.equal(await said(page, 1), "stopped");
    await leave();
  });
}

test("keys alone lead from the start page to a list, and always show where one is", async () => {
  const { page, leave } = await visit(browser, "desktop");
  const here = () =>
    page.evaluate(() => {
      const one = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      return { seen: outlineStyle !== "none" && parseFloat(outlineWidth) > 0 && box.width > 0 && box.left >= 0, what: one.outerHTML.slice(0, 80) };
    });
  const reach = async (selector) => {
    for (let steps = 0; steps < 80; steps += 1) {
      await page.keyboard.press("Tab");
      const { seen, what } = await here();
      assert.ok(seen, `no focus is seen on ${what}`);
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    }
    assert.fail(`Tab never comes to ${selector}`);
  };
  const enter = () => Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);

  await page.goto(`${DEMO}/`);
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement.matches(".skip")), "the first stop skips the menu");
  assert.ok((await here()).seen);
  await page.keyboard.press("Enter");
  await reach("#text");
  await page.keyboard.type(link(facts.deal.item));
  await reach("form.paste button");
  await enter();
  await reach("svg.chart");
  await page.keyboard.press("ArrowLeft");
  assert.match(await page.locator(".readout").innerText(), /\d/);
  await reach("#target");
  await reach("form.watch button");
  await enter();
  assert.match(page.url(), /\/l\//);
  await leave();
});
