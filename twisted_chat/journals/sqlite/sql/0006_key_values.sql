-- What is kept besides events, see interfaces.KeyValues: accounts, for example.
CREATE TABLE key_values (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
