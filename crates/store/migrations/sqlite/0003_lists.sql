-- Lists at unguessable addresses, invitations to be told, and questions to mailboxes whether they agree.

-- Numbers of lists are never used again.
CREATE TABLE list (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  name  TEXT,
  since INTEGER NOT NULL
) STRICT;

-- SHA-256 of the secrets that open a list. The secrets themselves are kept nowhere.
CREATE TABLE secret (
  hash BLOB PRIMARY KEY,
  list INTEGER NOT NULL REFERENCES list ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX secret_list ON secret (list);

-- `list`: the one that it belongs to, if any. `rules`: how many rules it has had; a rule's number is never used again,
-- since an alert may still name one that is gone.
ALTER TABLE watch ADD COLUMN list INTEGER REFERENCES list;
ALTER TABLE watch ADD COLUMN rules INTEGER NOT NULL DEFAULT 0;
UPDATE watch SET rules = (SELECT coalesce(max(number) + 1, 0) FROM rule WHERE rule.watch = watch.id);
CREATE INDEX watch_list ON watch (list) WHERE list IS NOT NULL;

-- SHA-256 of a token, once for each watch that tells whoever brings it.
CREATE TABLE invite (
  hash  BLOB NOT NULL,
  watch INTEGER NOT NULL REFERENCES watch ON DELETE CASCADE,
  until INTEGER NOT NULL,
  PRIMARY KEY (hash, watch)
) STRICT, WITHOUT ROWID;
CREATE INDEX invite_watch ON invite (watch);
CREATE INDEX invite_until ON invite (until);

-- Mailboxes that were asked, or are to be. No program of version 2 asked any, and addresses stood here that nothing else
-- used. `hash`: SHA-256 of the token; `token`: the token itself until its letter is handed over or given up. `mailbox`: a
-- keyed hash, the same for all addresses that lead to one mailbox. `asked`: when the letter was handed over, before that
-- when it was wanted. `over`: 0 where it was handed over, 1 where it was given up.
DROP TABLE confirmation;
CREATE TABLE question (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  hash     BLOB NOT NULL UNIQUE,
  token    BLOB,
  mailbox  BLOB NOT NULL,
  channel  INTEGER REFERENCES channel ON DELETE SET NULL,
  asked    INTEGER NOT NULL,
  due      INTEGER NOT NULL,
  leased   INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  over     INTEGER,
  answer   TEXT
) STRICT;
CREATE INDEX question_mailbox ON question (mailbox, asked);
CREATE INDEX question_channel ON question (channel);
CREATE INDEX question_due ON question (due) WHERE over IS NULL;
