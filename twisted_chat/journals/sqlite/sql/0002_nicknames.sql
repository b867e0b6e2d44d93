-- The last nickname of each client, for clients that resume. "client" is a digest of the
-- client id, which is a secret; "time" is when the client got the nickname, in
-- milliseconds since 1970.
CREATE TABLE nicknames (
    client BLOB PRIMARY KEY,
    nick TEXT NOT NULL,
    time INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX named ON nicknames (time);
