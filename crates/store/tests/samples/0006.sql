-- What a store of version 5 held: two listings, one with a history of more than a segment, a gap, a void, a watch, and an alert of it on its way; a list with another watch, an invitation and a question; a card on the board and a voice on a code.
INSERT INTO listing (id, item, market, currency, last_good, last_try, not_before, last_full, failures, readings, changes, exposure, checked, source, detail, checks) VALUES
  (1, '1005006000000001', 'US', 'USD', 1, 2, 3, 4, 5, 6, 7, 8, 1780320000000, 'affiliate', 'it was blocked', x'01c084930e00026e46cd3b');
INSERT INTO listing (id, item, market, currency, last_good, last_try, not_before, last_full, failures, readings, changes, exposure, checked, source, detail, checks) VALUES
  (2, '1005006000000002', 'US', 'USD', NULL, NULL, NULL, NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL);
INSERT INTO snapshot (listing, title, seen) VALUES
  (1, 'A lamp', '{"schema":"tillwatch/snapshot/1","outcome":"ok","shape":"page_components","item":"1005006000000001","title":"A lamp","store":null,"seller":null,"categories":[],"market":"US","currency":"USD","seen_at":"2026-06-01T13:10:00Z","variants":[{"sku":null,"name":null,"price":"10.00","list_price":null,"stock":null,"warehouse":null,"salable":true}],"shipping":[],"discounts":[{"id":"A","kind":"platform","benefit":{"type":"fixed","amount":"1.00"},"currency":"USD","audience":"public","provenance":{"source":"the listing page"}}],"notes":[]}');
INSERT INTO check_segment (listing, number, count, runs) VALUES
  (1, 0, 1, x'01f083930e4600a697c078');
INSERT INTO terms (id, rules, delivered) VALUES
  (1, 'seed-2026', 1);
INSERT INTO variant (id, listing, selected, sku, terms) VALUES
  (1, 1, 0, '1200', 1);
INSERT INTO variant (id, listing, selected, sku, terms) VALUES
  (2, 2, 0, '1200', NULL);
INSERT INTO tail (variant, terms, sticker, automatic, public, code) VALUES
  (1, 1, x'01b584930e00da10f6fb9fa8', x'01b584930e00c610a0e460ba', x'01b584930e00b2108fae6943', x'01b584930e009e106a976e14');
INSERT INTO segment (variant, terms, lane, number, count, runs) VALUES
  (1, 1, 0, 0, 64, x'01f083930e00d00f010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002e25dea0c');
INSERT INTO segment (variant, terms, lane, number, count, runs) VALUES
  (1, 1, 0, 1, 5, x'01b084930e00d0100100020100020100020100029a4d4b8f');
INSERT INTO segment (variant, terms, lane, number, count, runs) VALUES
  (1, 1, 1, 0, 64, x'01f083930e00bc0f0100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100020100028a9a11e6');
INSERT INTO segment (variant, terms, lane, number, count, runs) VALUES
  (1, 1, 1, 1, 5, x'01b084930e00bc100100020100020100020100022c761ff5');
INSERT INTO segment (variant, terms, lane, number, count, runs) VALUES
  (1, 1, 2, 0, 64, x'01f083930e00a80f010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002b911cda9');
INSERT INTO segment (variant, terms, lane, number, count, runs) VALUES
  (1, 1, 2, 1, 5, x'01b084930e00a810010002010002010002010002305c2b3e');
INSERT INTO segment (variant, terms, lane, number, count, runs) VALUES
  (1, 1, 3, 0, 64, x'01f083930e00940f010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002010002ec8ca879');
INSERT INTO segment (variant, terms, lane, number, count, runs) VALUES
  (1, 1, 3, 1, 5, x'01b084930e009410010002010002010002010002e5549b66');
UPDATE total SET series = 4, runs = 280, segment_bytes = 900;
INSERT INTO void (variant, begins, ends, reason) VALUES
  (1, 29671923, 29671925, 'a slip');
INSERT INTO piece (id, hash, json) VALUES
  (1, x'698aed01c3da75e7e606f1a1ef90eef16665fde12b4a7c7d200c90bb74168191', '{"schema":"tillwatch/checkout/1","market":"US","currency":"USD","at":"1970-01-01T00:00:00Z","tax":{"included":true,"minimum_spend_net":false},"lines":[{"item":"0","sku":null,"store":null,"seller":null,"categories":[],"warehouse":null,"unit_price":"0.01","quantity":1,"shipping":"0.00","shipping_pool":null}],"discounts":[]}');
INSERT INTO piece (id, hash, json) VALUES
  (2, x'abd97c4760642448816623c71ac12996c83fa76d979c39e5d141fcf6a6da3f40', '{"id":"A","kind":"platform","benefit":{"type":"fixed","amount":"1.00"},"currency":"USD","audience":"public","provenance":{"source":"the listing page"}}');
INSERT INTO piece (id, hash, json) VALUES
  (3, x'e961fce503f756b4a28fc13f5fcf2b1bd0239bfad2a5c0bc59599e95d49318d3', '{"item":"1005006000000001","sku":"1200","title":"A lamp","categories":[],"quantity":1,"shipping":199}');
INSERT INTO checkout (variant, minute, at, price, line, base, seen, discounts) VALUES
  (1, 29671989, 1780319400000, 1069, 3, 1, 1780319400000, '@2');
INSERT INTO list (id, name, since) VALUES
  (1, 'For the kitchen', 1780315260000);
INSERT INTO secret (hash, list, lent) VALUES
  (zeroblob(32), 1, NULL), (x'292afde3b64e6636d68f1120d9242f1f85e38ef7bf306e4407c2303eb63791ef', 1, 1780315320000);
INSERT INTO watch (id, variant, lane, since, settings, rest, list, rules) VALUES
  (1, 1, 2, 1780315260000, NULL, NULL, NULL, 2);
INSERT INTO watch (id, variant, lane, since, settings, rest, list, rules) VALUES
  (2, 2, 2, 1780315320000, NULL, NULL, 1, 0);
INSERT INTO rule (watch, number, rule, state) VALUES
  (1, 0, '{"type":"below","amount":"9.00","currency":"USD"}', '0 fresh');
INSERT INTO rule (watch, number, rule, state) VALUES
  (1, 1, '{"type":"new_low","days":30}', '1 fired 1780315320000 899 USD');
INSERT INTO channel (id, address, confirmed) VALUES
  (1, 'telegram:1', 1);
INSERT INTO watch_channel (watch, channel, paused) VALUES
  (1, 1, NULL);
INSERT INTO alert (id, watch, rule, crossing, at, notice) VALUES
  (1, 1, 1, 1, 1780315320000, '{}');
INSERT INTO outbox (id, alert, channel, due, leased, attempts, answer) VALUES
  (1, 1, 1, 1780315320000, 0, 2, 'slow down');
INSERT INTO channel (id, address, confirmed) VALUES
  (2, 'mailto:a@example.org', 0);
INSERT INTO watch_channel (watch, channel, paused) VALUES
  (2, 2, NULL);
INSERT INTO invite (hash, watch, until) VALUES
  (zeroblob(32), 2, 1780318920000);
INSERT INTO question (id, hash, token, mailbox, channel, asked, due, leased, attempts, over, answer) VALUES
  (1, zeroblob(32), zeroblob(16), zeroblob(32), 2, 1780315320000, 1780315325000, 0, 1, NULL, 'slow down');
INSERT INTO channel (id, address, confirmed) VALUES
  (3, 'mailto:b@example.org', 1);
INSERT INTO watch_channel (watch, channel, paused) VALUES
  (2, 3, NULL);
INSERT INTO question (id, hash, token, mailbox, channel, asked, due, leased, attempts, over, answer, list) VALUES
  (2, x'6c696e6b', x'02020202020202020202020202020202', x'', 3, 1780315320000, 1780315320000, 0, 0, NULL, NULL, 1);
INSERT INTO touched (listing) VALUES
  (1);
INSERT INTO memory (name, value) VALUES
  ('budget', '5');
INSERT INTO posted (variant, mark) VALUES
  (1, x'00');
INSERT INTO board (variant, title, name, sticker, warehouse, categories, free_shipping, newcomers, voided, days, confirmed) VALUES
  (1, 'A lamp', NULL, 1069, 'US', char(10) || '15' || char(10), 1, 0, 1, 3, 29671989);
INSERT INTO offer (variant, lane, market, currency, total, saved, began, low_30, former, usual, low, low_at, below_low, below_usual) VALUES
  (1, 2, 'US', 'USD', 1049, 187, 29671980, 1049, 1100, 1080, 1049, 29671980, 464, 287);
INSERT INTO board_text (rowid, text) VALUES
  (1, 'A lamp' || char(10) || char(10) || '1005006000000001 1200');
INSERT INTO board_word (word, cards) VALUES
  ('lamp', 1);
INSERT INTO voice (code, network, proven, at) VALUES
  ('SAVE5', zeroblob(32), 1, 1780315320000);
INSERT INTO verdict (id, receipt, network, rules, market, currency, total, shown, apart, at) VALUES
  (1, '1005006000000001.US.USD.1200.public.20260601T1202Z.seed-2026', zeroblob(32), 'seed-2026', 'US', 'USD', 1049, 1099, 1, 1780315320000);
INSERT INTO verdict_part (verdict, part, agreed) VALUES
  (1, 'price', 1), (1, 'code', 0);
INSERT INTO verdict_rules (verdict, rules, agreed) VALUES
  (1, 'seed-2026', 0), (1, 'official-2018', 1);
