-- The chat merges the segments of the full-text index in short steps, see merging.py;
-- FTS5 itself would merge many at once while a batch waits.
INSERT INTO search (search, rank) VALUES ('automerge', 0);
INSERT INTO search (search, rank) VALUES ('crisismerge', 256);
