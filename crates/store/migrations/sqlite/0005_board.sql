-- What people find without a link. All of the board follows from the tables before and can be made again at any time.

-- What a variant's cards were last made of: its newest checks and prices, as they stand in their tables.
CREATE TABLE posted (
  variant INTEGER PRIMARY KEY REFERENCES variant,
  mark    BLOB NOT NULL
) STRICT;

-- A variant with a present price. `name`: its own, as shown. `categories`: ids between line ends.
-- `confirmed`: the minute of the last reading. `days`: full days of which a price is known.
CREATE TABLE board (
  variant       INTEGER PRIMARY KEY REFERENCES variant,
  title         TEXT,
  name          TEXT,
  sticker       INTEGER NOT NULL,
  warehouse     TEXT,
  categories    TEXT NOT NULL,
  free_shipping INTEGER NOT NULL,
  newcomers     INTEGER NOT NULL,
  voided        INTEGER NOT NULL,
  days          INTEGER NOT NULL,
  confirmed     INTEGER NOT NULL
) STRICT;

-- What it costs in a lane, and where that stands against its past. Shares are basis points.
-- `saved`: against the sticker. `former`: the low of the 30 days before the present price began, and `below_low` how far
-- the price lies under it. `below_usual`: the same against the average of 30 days. `fall`: both as one number, by the
-- former first.
CREATE TABLE offer (
  variant     INTEGER NOT NULL REFERENCES board ON DELETE CASCADE,
  lane        INTEGER NOT NULL,
  market      TEXT NOT NULL,
  currency    TEXT NOT NULL,
  total       INTEGER NOT NULL,
  saved       INTEGER NOT NULL,
  began       INTEGER NOT NULL,
  low_30      INTEGER NOT NULL,
  former      INTEGER,
  usual       INTEGER NOT NULL,
  low         INTEGER NOT NULL,
  low_at      INTEGER NOT NULL,
  below_low   INTEGER NOT NULL,
  below_usual INTEGER NOT NULL,
  fall        INTEGER NOT NULL GENERATED ALWAYS AS (below_low * 10001 + below_usual) VIRTUAL,
  PRIMARY KEY (variant, lane)
) STRICT, WITHOUT ROWID;
CREATE INDEX offer_saved ON offer (market, lane, saved, variant);
CREATE INDEX offer_fall ON offer (market, lane, fall, variant) WHERE fall > 0;
CREATE INDEX offer_below_usual ON offer (market, lane, below_usual, variant) WHERE below_usual > 0;

-- Titles and names by their parts of three letters: parts of words are found, and scripts without spaces.
CREATE VIRTUAL TABLE board_text USING fts5 (
  text, content = '', contentless_delete = 1, tokenize = 'trigram remove_diacritics 1'
);

-- The words of the board, without accents, and on how many cards each stands: what a mistyped one may have meant.
CREATE TABLE board_word (
  word  TEXT PRIMARY KEY,
  cards INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whether a public code worked, one voice for each network. `network`: a keyed hash; the address itself is kept nowhere.
CREATE TABLE voice (
  code    TEXT NOT NULL,
  network BLOB NOT NULL,
  proven  INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (code, network)
) STRICT, WITHOUT ROWID;
