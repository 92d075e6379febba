// A Telegram Bot API on a free port of this machine. Started by scripts/peers with a folder; says where it is in the
// file bot.
"use strict";

const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const TelegramServer = require("telegram-test-api");

const host = "127.0.0.1";
const room = process.argv[2];

// The library takes no port 0, so a free one is asked for first.
const probe = net.createServer().listen(0, host, () => {
  const { port } = probe.address();
  probe.close(async () => {
    const server = new TelegramServer({ host, port });
    await server.start();
    fs.writeFileSync(path.join(room, "draft"), `${host}:${port}`);
    fs.renameSync(path.join(room, "draft"), path.join(room, "bot"));
  });
});
