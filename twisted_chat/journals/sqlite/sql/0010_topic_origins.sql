-- Who set the topic of a room, and when, in milliseconds since 1970, UTC; NULL if that is
-- not known any more.
ALTER TABLE topics ADD COLUMN nick TEXT;
ALTER TABLE topics ADD COLUMN set_at INTEGER;
UPDATE topics SET (nick, set_at) = (
    SELECT nick, time FROM events
    WHERE events.room = topics.room AND kind IN (3, 14, 15) AND kind = 3
        AND events.text = topics.text
    ORDER BY id DESC LIMIT 1
);
