CREATE VIRTUAL TABLE words USING fts5(title, text, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3 4 5 6')
;;
CREATE TABLE words_left (number INTEGER PRIMARY KEY)
;;
INSERT INTO words_left (number) SELECT number FROM incidents
;;
CREATE TRIGGER words_of_title AFTER INSERT ON incidents BEGIN
  INSERT INTO words (rowid, title, text) VALUES (new.number * 2147483648, new.id || ' ' || new.title, '');
END
;;
CREATE TRIGGER words_of_new_title AFTER UPDATE OF title ON incidents WHEN old.title <> new.title BEGIN
  DELETE FROM words WHERE rowid = new.number * 2147483648;
  INSERT INTO words (rowid, title, text) VALUES (new.number * 2147483648, new.id || ' ' || new.title, '');
END
;;
CREATE TRIGGER words_of_redacted AFTER UPDATE OF facts ON entries WHEN old.facts <> new.facts BEGIN
  DELETE FROM words WHERE rowid = CAST(substr(new.incident, 5) AS INTEGER) * 2147483648 + new.position;
END
;;
INSERT INTO timers (key, due_at, leased_until) VALUES ('words', 0, 0)
