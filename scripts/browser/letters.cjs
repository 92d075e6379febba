// The letters that the mail server of scripts/peers keeps.
"use strict";
const { readFileSync, readdirSync } = require("node:fs");
const { join } = require("node:path");

// The plain texts to a mailbox, oldest first.
function letters(mailbox) {
  const folder = join(process.env.TILLWATCH_SMTP_PEER_ROOM, "letters");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json")).sort();
  const all = names.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  return all.filter((letter) => letter.to.includes(mailbox)).map((letter) => letter.parts[0][1]);
}

// Looks again and again until something is there, for a minute and a half.
async function until(what, look) {
  const end = Date.now() + 90_000;
  while (Date.now() < end) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what} did not come`);
}

module.exports = { letters, until };
