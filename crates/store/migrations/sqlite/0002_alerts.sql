-- Rules and channels of watches, and alerts from the decision to the last answer of a channel.

-- `settings`: JSON, absent where all is as usual. `rest`: absent where it tells, 0 where it is stopped, else until when it
-- tells nothing.
ALTER TABLE watch ADD COLUMN settings TEXT;
ALTER TABLE watch ADD COLUMN rest INTEGER;

-- What a watch tells of, as JSON, and where that stands, as the core writes it.
CREATE TABLE rule (
  watch  INTEGER NOT NULL REFERENCES watch ON DELETE CASCADE,
  number INTEGER NOT NULL,
  rule   TEXT NOT NULL,
  state  TEXT NOT NULL,
  PRIMARY KEY (watch, number)
) STRICT, WITHOUT ROWID;

-- A target becomes a rule; amounts are decimal texts there, with the digits of their currency.
INSERT INTO rule (watch, number, rule, state)
SELECT id, 0, json_object('type', 'below', 'amount', CASE digits
         WHEN 0 THEN printf('%d', target)
         WHEN 3 THEN printf('%d.%03d', target / 1000, target % 1000)
         ELSE printf('%d.%02d', target / 100, target % 100) END, 'currency', currency), '0 fresh'
FROM (SELECT watch.id, target, currency, CASE
        WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF',
                          'XOF', 'XPF') THEN 0
        WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        ELSE 2 END AS digits
      FROM watch JOIN variant ON variant.id = watch.variant JOIN listing ON listing.id = variant.listing
      WHERE target IS NOT NULL);
ALTER TABLE watch DROP COLUMN target;

-- Addresses as text, each once. `confirmed`: whether anything may be sent there.
CREATE TABLE channel (
  id        INTEGER PRIMARY KEY,
  address   TEXT NOT NULL UNIQUE,
  confirmed INTEGER NOT NULL
) STRICT;

-- Where a watch tells it. `paused`: why it no longer does.
CREATE TABLE watch_channel (
  watch   INTEGER NOT NULL REFERENCES watch ON DELETE CASCADE,
  channel INTEGER NOT NULL REFERENCES channel,
  paused  TEXT,
  PRIMARY KEY (watch, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_channel_channel ON watch_channel (channel);

-- What was decided, once for each crossing.
CREATE TABLE alert (
  id       INTEGER PRIMARY KEY,
  watch    INTEGER NOT NULL REFERENCES watch ON DELETE CASCADE,
  rule     INTEGER NOT NULL,
  crossing INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  notice   TEXT NOT NULL,
  UNIQUE (watch, rule, crossing)
) STRICT;

-- Alerts that wait for a channel, and no others. `leased`: until when somebody has it in hand.
CREATE TABLE outbox (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  alert    INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
  channel  INTEGER NOT NULL REFERENCES channel,
  due      INTEGER NOT NULL,
  leased   INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  answer   TEXT,
  UNIQUE (alert, channel)
) STRICT;
CREATE INDEX outbox_channel ON outbox (channel);

-- Alerts that a channel has, or that were given up; under the number that they had in the outbox.
CREATE TABLE delivery (
  id       INTEGER PRIMARY KEY,
  alert    INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
  channel  INTEGER NOT NULL REFERENCES channel,
  settled  INTEGER NOT NULL,
  dead     INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  answer   TEXT,
  UNIQUE (alert, channel)
) STRICT;
CREATE INDEX delivery_channel ON delivery (channel);
CREATE INDEX delivery_dead ON delivery (id) WHERE dead = 1;

-- When a mailbox was asked to confirm itself, and the hash of the token that it was sent.
CREATE TABLE confirmation (
  token   BLOB PRIMARY KEY,
  address TEXT NOT NULL,
  asked   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmation_address ON confirmation (address, asked);

-- Salted hashes of addresses that want nothing sent.
CREATE TABLE suppressed (
  hash BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
