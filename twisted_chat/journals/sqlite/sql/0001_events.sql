-- Everything that happened, in one table. The position that clients see is the
-- journal's name and this id, so an id is never given twice: the next one is beyond
-- all that are here and beyond all floors.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,  -- see journals/records.py
    time INTEGER NOT NULL,  -- milliseconds since 1970, UTC
    room TEXT,
    nick TEXT NOT NULL,
    other TEXT,             -- whom a private message is for; the new nickname
    text TEXT,
    raw TEXT,               -- JSON, as a Socket.IO client sent it
    who TEXT,               -- client ids, kept for private messages only
    to_who TEXT,
    words TEXT              -- the text spelled out for the search, if that differs
);

-- History by room: what is said (1) and done (2), and nothing else.
CREATE INDEX said ON events (room, id) WHERE kind IN (1, 2);

-- What a client that comes back is shown besides.
CREATE INDEX topics_set ON events (room, id) WHERE kind = 3;
CREATE INDEX whispered ON events (who, id) WHERE kind = 4;
CREATE INDEX whispered_to ON events (to_who, id) WHERE kind = 4;

CREATE TABLE topics (
    room TEXT PRIMARY KEY,
    text TEXT NOT NULL
) WITHOUT ROWID;

-- What was trimmed: in each room nothing up to this id is complete.
CREATE TABLE floors (
    room TEXT PRIMARY KEY,
    id INTEGER NOT NULL
) WITHOUT ROWID;

-- One row. The name tells the positions of this journal from those of another;
-- nothing up to "floor" is complete of what is not said in a room; the search knows
-- all up to "searchable", and nothing beyond.
CREATE TABLE journal (
    name TEXT NOT NULL,
    floor INTEGER NOT NULL DEFAULT 0,
    searchable INTEGER NOT NULL DEFAULT 0
);
INSERT INTO journal (name) VALUES (lower(hex(randomblob(4))));

-- The search holds no text of its own; it can be made anew from this view with
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
