-- The chat merges the segments of the full-text index in short steps, see merging.py;
-- FTS5 itself would merge many at once while a batch waits.
INSERT INTO search (search, rank) VALUES ('automerge', 0);
-- Fewer and larger merges: measured, with 8 segments instead of 4 a third less is written.
INSERT INTO search (search, rank) VALUES ('usermerge', 8);
INSERT INTO search (search, rank) VALUES ('crisismerge', 256);
