// Takes a picture of every page, on a phone and on a desk, light and dark, into a folder: pictures.cjs FOLDER
"use strict";
const { mkdirSync } = require("node:fs");
const { join } = require("node:path");
const { SIZES, launch, visit } = require("./browser.cjs");
const { PAGES, known } = require("./pages.cjs");

async function main(folder, only = "", lang = "en") {
  mkdirSync(folder, { recursive: true });
  const [browser, facts] = [await launch(), await known()];
  for (const size of Object.keys(SIZES)) {
    for (const [name, open] of Object.entries(PAGES)) {
      if (!name.includes(only)) continue;
      const { context, page } = await visit(browser, size);
      try {
        await open(page, facts, lang);
        for (const scheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme: scheme });
          await page.screenshot({ path: join(folder, `${name.replace(" ", "-")}-${size}-${scheme}.png`), fullPage: true });
        }
      } catch (error) {
        console.error(`${name}, ${size}: ${error.message}`);
        process.exitCode = 1;
      }
      await context.close();
    }
  }
  await browser.close();
}

main(...process.argv.slice(2));
