// Every page there is, and how a visitor comes to it.
"use strict";
const { DEMO, SHOP } = require("./browser.cjs");

// What the demonstration has: a deal, and a listing that it reads often.
async function known() {
  for (let tries = 0; tries < 120; tries += 1) {
    const { items } = await (await fetch(`${DEMO}/api/v1/deals?market=US`)).json();
    if (items.length) {
      const [deal, other = deal] = items;
      const listing = `/i/${deal.item}?market=US`;
      const html = await (await fetch(DEMO + listing)).text();
      return { deal, other, listing, receipt: html.match(/href="(\/r\/[^"]+)"/)[1] };
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the demonstration has no deals");
}

const link = (item) => `https://www.aliexpress.com/item/${item}.html`;

async function sent(page, button = "main form button:not(.first)") {
  await Promise.all([page.waitForNavigation(), page.locator(button).last().click()]);
}

// A list with one watch.
async function list(page, { listing }, lang) {
  await page.goto(`${DEMO}${listing}&lang=${lang}`);
  await sent(page, "form.watch button");
}

// Each by name: opens the page in a language.
const PAGES = {
  home: (page, facts, lang) => page.goto(`${DEMO}/?lang=${lang}`),
  "home refused": async (page, facts, lang) => {
    await page.goto(`${DEMO}/?lang=${lang}`);
    await page.fill("#text", "https://example.org/item/1.html");
    await sent(page);
  },
  "home several": async (page, { deal, other }, lang) => {
    await page.goto(`${DEMO}/?lang=${lang}`);
    await page.fill("#text", `${link(deal.item)}\n${link(other.item)}\nhttps://example.org/`);
    await sent(page);
  },
  listing: (page, { listing }, lang) => page.goto(`${DEMO}${listing}&lang=${lang}`),
  "listing untracked": (page, facts, lang) => page.goto(`${DEMO}/i/1005009999999999?market=US&lang=${lang}`),
  receipt: (page, { receipt }, lang) => page.goto(`${DEMO}${receipt}?lang=${lang}`),
  "till refused": async (page, { receipt }, lang) => {
    await page.goto(`${DEMO}${receipt}?lang=${lang}`);
    await page.fill("#total", "much");
    await sent(page, "#till form.stack button");
  },
  "till told": async (page, { receipt }, lang) => {
    await page.goto(`${DEMO}${receipt}?lang=${lang}`);
    await page.fill("#total", "1.00");
    await sent(page, "#till form.stack button");
  },
  list,
  "list empty": async (page, facts, lang) => {
    await list(page, facts, lang);
    await page.click("summary");
    await sent(page, "button[value=remove]");
  },
  "list added": async (page, facts, lang) => {
    await list(page, facts, lang);
    await page.locator("summary").last().click();
    await page.fill("#text", `${link(facts.other.item)}\nhttps://example.org/`);
    await sent(page, "form[action$='/add'] button");
  },
  "list delete": async (page, facts, lang) => {
    await list(page, facts, lang);
    await sent(page, "a[href$='/delete']");
  },
  deals: (page, facts, lang) => page.goto(`${DEMO}/deals?market=US&lang=${lang}`),
  "deals refused": (page, facts, lang) => page.goto(`${DEMO}/deals?market=US&min_percent=lots&lang=${lang}`),
  search: (page, facts, lang) => page.goto(`${DEMO}/search?market=US&min_percent=0&q=lantern&lang=${lang}`),
  "search empty": (page, facts, lang) => page.goto(`${DEMO}/search?market=US&q=zzqqxx&lang=${lang}`),
  "search asked": async (page, facts, lang) => {
    await page.goto(`${DEMO}/search?market=US&min_percent=0&q=lantern&lang=${lang}`);
    // What is asked for may be answered already; where the marketplace is busy, it is asked again.
    for (let tries = 0; tries < 10 && !(await page.locator("#beyond-1").count()); tries += 1) {
      await sent(page, "form[method=post][action^='/search'] button");
    }
    await page.waitForSelector("#beyond-1");
  },
  promotions: (page, facts, lang) => page.goto(`${DEMO}/promotions?lang=${lang}`),
  codes: (page, facts, lang) => page.goto(`${DEMO}/codes?market=US&lang=${lang}`),
  checkout: (page, facts, lang) => page.goto(`${DEMO}/checkout?lang=${lang}`),
  "checkout answered": async (page, { deal }, lang) => {
    await page.goto(`${DEMO}/checkout?lang=${lang}`);
    await page.selectOption("#market", "US");
    const fields = page.locator("fieldset").first().locator("input");
    await fields.nth(0).fill("31.90");
    await fields.nth(4).fill("");
    const coupon = page.locator("fieldset:has(select)").first();
    await coupon.locator("input").nth(0).fill("5");
    await coupon.locator("input").nth(1).fill("30");
    await page.fill("#shown", "31.90");
    await sent(page, "form.stack > p > button:not(.second)");
  },
  "checkout refused": async (page, facts, lang) => {
    await page.goto(`${DEMO}/checkout?lang=${lang}`);
    await page.locator("fieldset").first().locator("input").first().fill("much");
    await sent(page, "form.stack > p > button:not(.second)");
  },
  basket: (page, facts, lang) => page.goto(`${DEMO}/basket?lang=${lang}`),
  "basket answered": async (page, { deal, other }, lang) => {
    await page.goto(`${DEMO}/basket?lang=${lang}`);
    await page.selectOption("#market", "US");
    await page.locator("textarea").first().fill(`${link(deal.item)} x2\n${link(other.item)}`);
    await page.locator("textarea").nth(1).fill("5 off 30");
    await sent(page);
  },
  drawer: (page, facts, lang) => page.goto(`${DEMO}/drawer?lang=${lang}`),
  "drawer answered": async (page, { deal }, lang) => {
    await page.goto(`${DEMO}/drawer?lang=${lang}`);
    await page.fill("#own", "5 off 30 until 2027-12-01\n10% off 5 max 8");
    await page.locator("textarea").nth(1).fill(link(deal.item));
    await page.selectOption("#market", "US");
    await sent(page, "form button:not(.second)");
  },
  browser: (page, facts, lang) => page.goto(`${DEMO}/browser?lang=${lang}`),
  "browser answered": async (page, { deal }, lang) => {
    await page.goto(`${DEMO}/browser?lang=${lang}`);
    await page.fill("#page", await (await fetch(`http://${SHOP}/item/${deal.item}.html`)).text());
    await sent(page, "form[data-browser] button");
  },
  "browser refused": async (page, facts, lang) => {
    await page.goto(`${DEMO}/browser?lang=${lang}`);
    await sent(page, "form[data-browser] button");
  },
  guide: (page, facts, lang) => page.goto(`${DEMO}/guide?lang=${lang}`),
  about: (page, facts, lang) => page.goto(`${DEMO}/about?lang=${lang}`),
  status: (page, facts, lang) => page.goto(`${DEMO}/status?lang=${lang}`),
  lost: (page, facts, lang) => page.goto(`${DEMO}/lost?lang=${lang}`),
  missing: (page, facts, lang) => page.goto(`${DEMO}/nowhere?lang=${lang}`),
};

module.exports = { PAGES, known, link, sent };
