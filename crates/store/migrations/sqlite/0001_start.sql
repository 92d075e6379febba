-- All that is kept: listings, prices, watches, small states.
-- Moments are milliseconds since 1970, minutes are minutes since 1970, amounts are minor units of the listing's currency.
-- A BLOB of runs is a segment of the core's history, with its version and checksum.

-- A listing in one market: where it stands in the schedule, its last check, and the open run of its checks.
CREATE TABLE listing (
  id         INTEGER PRIMARY KEY,
  item       TEXT NOT NULL,
  market     TEXT NOT NULL,
  currency   TEXT NOT NULL,
  last_good  INTEGER,
  last_try   INTEGER,
  not_before INTEGER,
  last_full  INTEGER,
  failures   INTEGER NOT NULL DEFAULT 0,
  readings   INTEGER NOT NULL DEFAULT 0,
  changes    INTEGER NOT NULL DEFAULT 0,
  exposure   INTEGER NOT NULL DEFAULT 0,
  checked    INTEGER,
  source     TEXT,
  detail     TEXT,
  checks     BLOB,
  UNIQUE (item, market, currency)
) STRICT;

-- The last ok reading, whole, as JSON. Apart from the listing, whose row nearly every reading rewrites.
CREATE TABLE snapshot (
  listing INTEGER PRIMARY KEY REFERENCES listing,
  title   TEXT,
  seen    TEXT NOT NULL
) STRICT;

-- Closed runs of checks, up to 64 in each; the past is put before the first, under numbers below zero.
CREATE TABLE check_segment (
  listing INTEGER NOT NULL REFERENCES listing,
  number  INTEGER NOT NULL,
  count   INTEGER NOT NULL,
  runs    BLOB NOT NULL,
  PRIMARY KEY (listing, number)
) STRICT, WITHOUT ROWID;

-- Which rules made a price, and whether it is with shipping.
CREATE TABLE terms (
  id        INTEGER PRIMARY KEY,
  rules     TEXT NOT NULL,
  delivered INTEGER NOT NULL,
  UNIQUE (rules, delivered)
) STRICT;

-- A tracked variant. `selected`: whichever the page selects, and its id once a reading has named it.
CREATE TABLE variant (
  id       INTEGER PRIMARY KEY,
  listing  INTEGER NOT NULL REFERENCES listing,
  selected INTEGER NOT NULL,
  sku      TEXT,
  terms    INTEGER REFERENCES terms,
  UNIQUE (listing, selected, sku),
  CHECK (selected = 1 OR sku IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX variant_selected ON variant (listing) WHERE selected = 1;

-- The open run of each lane, so that a reading that finds the same prices rewrites one row.
CREATE TABLE tail (
  variant   INTEGER NOT NULL REFERENCES variant,
  terms     INTEGER NOT NULL REFERENCES terms,
  sticker   BLOB NOT NULL,
  automatic BLOB NOT NULL,
  public    BLOB NOT NULL,
  code      BLOB NOT NULL,
  PRIMARY KEY (variant, terms)
) STRICT, WITHOUT ROWID;

-- Closed runs of prices, up to 64 in each; lanes are 0 sticker, 1 automatic, 2 public, 3 code.
CREATE TABLE segment (
  variant INTEGER NOT NULL REFERENCES variant,
  terms   INTEGER NOT NULL REFERENCES terms,
  lane    INTEGER NOT NULL,
  number  INTEGER NOT NULL,
  count   INTEGER NOT NULL,
  runs    BLOB NOT NULL,
  PRIMARY KEY (variant, terms, lane, number)
) STRICT, WITHOUT ROWID;

-- How much is kept of prices, so that nobody need count it. One row.
CREATE TABLE total (
  series        INTEGER NOT NULL,
  runs          INTEGER NOT NULL,
  segment_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO total (series, runs, segment_bytes) VALUES (0, 0, 0);

-- Minutes of a variant that count in no low: from the first until before the second.
CREATE TABLE void (
  variant INTEGER NOT NULL REFERENCES variant,
  begins  INTEGER NOT NULL,
  ends    INTEGER NOT NULL,
  reason  TEXT NOT NULL,
  PRIMARY KEY (variant, begins, ends)
) STRICT, WITHOUT ROWID;

-- Parts of checkouts as JSON, each kept once: a discount, a first line without its price, or a checkout without its
-- moment, first line and discounts.
CREATE TABLE piece (
  id   INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  json TEXT NOT NULL
) STRICT;

-- The checkouts of a variant, one for each change. `discounts`: pieces in order, `@` before one that was seen at `seen`.
CREATE TABLE checkout (
  variant   INTEGER NOT NULL REFERENCES variant,
  minute    INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  price     INTEGER NOT NULL,
  line      INTEGER NOT NULL REFERENCES piece,
  base      INTEGER NOT NULL REFERENCES piece,
  seen      INTEGER,
  discounts TEXT NOT NULL,
  PRIMARY KEY (variant, minute)
) STRICT, WITHOUT ROWID;

-- Numbers of watches are never used again: an alert may still name one that is gone.
CREATE TABLE watch (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  variant INTEGER NOT NULL REFERENCES variant,
  lane    INTEGER NOT NULL,
  target  INTEGER,
  since   INTEGER NOT NULL
) STRICT;
CREATE INDEX watch_variant ON watch (variant);

-- Listings whose watches changed since somebody asked.
CREATE TABLE touched (
  listing INTEGER PRIMARY KEY REFERENCES listing
) STRICT;

-- Small states under names: a day's budget, a source's last answer.
CREATE TABLE memory (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
