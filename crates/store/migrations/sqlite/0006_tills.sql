-- What tills showed beside receipts: one verdict for each receipt and network, the last one counts.
-- `receipt`: its name, which is public facts alone. `network`: a keyed hash; the address itself is kept nowhere.
-- `total`: what the receipt came to when this was said, in minor units; `shown`: what the till showed, absent where the
-- price itself was another one, so that no rule set is judged by it. `apart`: whether the rule sets come to several totals.
CREATE TABLE verdict (
  id       INTEGER PRIMARY KEY,
  receipt  TEXT NOT NULL,
  network  BLOB NOT NULL,
  rules    TEXT NOT NULL,
  market   TEXT NOT NULL,
  currency TEXT NOT NULL,
  total    INTEGER NOT NULL,
  shown    INTEGER,
  apart    INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  UNIQUE (receipt, network)
) STRICT;
CREATE INDEX verdict_network ON verdict (network, at);
CREATE INDEX verdict_at ON verdict (at);

-- Whether the till showed the same for a part of the receipt: its price, a step by name, its shipping.
CREATE TABLE verdict_part (
  verdict INTEGER NOT NULL REFERENCES verdict ON DELETE CASCADE,
  part    TEXT NOT NULL,
  agreed  INTEGER NOT NULL,
  PRIMARY KEY (verdict, part)
) STRICT, WITHOUT ROWID;

-- Whether a rule set comes to what the till showed.
CREATE TABLE verdict_rules (
  verdict INTEGER NOT NULL REFERENCES verdict ON DELETE CASCADE,
  rules   TEXT NOT NULL,
  agreed  INTEGER NOT NULL,
  PRIMARY KEY (verdict, rules)
) STRICT, WITHOUT ROWID;
