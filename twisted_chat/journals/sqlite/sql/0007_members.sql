-- The account of the author of a message; empty for guests. "who" and "to_who" are
-- member ids, which for guests are client ids.
ALTER TABLE events ADD COLUMN account TEXT NOT NULL DEFAULT '';

-- Events of all kinds that nothing else finds again: what later versions add is among
-- them.
DROP INDEX others;
CREATE INDEX others ON events (id) WHERE kind NOT IN (1, 2, 3, 4);
