-- All events. The position of an event is the journal's name and this id, so an id is
-- never used twice: the next one is greater than all ids and all floors here.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,  -- see journals/records.py
    time INTEGER NOT NULL,  -- milliseconds since 1970, UTC
    room TEXT,
    nick TEXT NOT NULL,
    other TEXT,             -- recipient of a direct message; the new nickname
    text TEXT,
    raw TEXT,               -- JSON, as a Socket.IO client sent it
    who TEXT,               -- client ids, kept for direct messages only
    to_who TEXT,
    words TEXT              -- the text as it is indexed, if that differs
);

-- The history of a room: messages (1) and actions (2).
CREATE INDEX said ON events (room, id) WHERE kind IN (1, 2);

-- Topics and direct messages, for clients that resume.
CREATE INDEX topics_set ON events (room, id) WHERE kind = 3;
CREATE INDEX whispered ON events (who, id) WHERE kind = 4;
CREATE INDEX whispered_to ON events (to_who, id) WHERE kind = 4;

CREATE TABLE topics (
    room TEXT PRIMARY KEY,
    text TEXT NOT NULL
) WITHOUT ROWID;

-- The last message deleted in each room: up to this id its history is incomplete.
CREATE TABLE floors (
    room TEXT PRIMARY KEY,
    id INTEGER NOT NULL
) WITHOUT ROWID;

-- One row. "name" distinguishes the positions of this journal from those of others; up
-- to "floor" events other than messages are incomplete; the full-text search has
-- indexed all messages up to "searchable", and none beyond.
CREATE TABLE journal (
    name TEXT NOT NULL,
    floor INTEGER NOT NULL DEFAULT 0,
    searchable INTEGER NOT NULL DEFAULT 0
);
INSERT INTO journal (name) VALUES (lower(hex(randomblob(4))));

-- The full-text index contains no text; it can be rebuilt from this view with
-- INSERT INTO search (search) VALUES ('rebuild').
CREATE VIEW searchable (id, text) AS
    SELECT id, coalesce(words, text) FROM events
    WHERE kind IN (1, 2) AND id <= (SELECT searchable FROM journal);
CREATE VIRTUAL TABLE search USING fts5 (
    text,
    content = 'searchable',
    content_rowid = 'id',
    columnsize = 0,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co Cn So'"
);
