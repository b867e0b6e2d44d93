-- Of a message of a guest: a digest of the client id, by which its last messages are found.
-- Of any message: whether its author has replaced the text.
ALTER TABLE events ADD COLUMN client BLOB;
ALTER TABLE events ADD COLUMN edited INTEGER;

-- What was deleted (14) and corrected (15) in a room is found beside its topics.
DROP INDEX topics_set;
CREATE INDEX topics_set ON events (room, id) WHERE kind IN (3, 14, 15);
DROP INDEX others;
CREATE INDEX others ON events (id) WHERE kind NOT IN (1, 2, 3, 4, 14, 15);

-- The full-text index has remains of messages that were deleted or corrected: they are
-- removed as all of it is merged.
ALTER TABLE journal ADD COLUMN remains INTEGER NOT NULL DEFAULT 0;
