-- When anyone was last in a room that has a topic, in milliseconds since 1970, UTC: the
-- topic goes some time after that.
ALTER TABLE topics ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
UPDATE topics SET used = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
CREATE INDEX topics_used ON topics (used);

-- Arrivals, departures and so on, of which only the last ones are kept.
CREATE INDEX others ON events (id) WHERE kind IN (5, 6, 7, 8, 9, 10);
