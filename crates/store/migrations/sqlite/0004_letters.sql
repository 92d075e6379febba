-- Letters that bring the link of a list to a mailbox that its watches tell, beside those that ask one.

-- `list`: what the token opens, absent where the letter asks whether the mailbox agrees.
ALTER TABLE question ADD COLUMN list INTEGER REFERENCES list ON DELETE CASCADE;
CREATE INDEX question_list ON question (list) WHERE list IS NOT NULL;

-- `lent`: when it was sent to a channel of the list that had asked for it; the oldest of these make room for new ones.
ALTER TABLE secret ADD COLUMN lent INTEGER;
