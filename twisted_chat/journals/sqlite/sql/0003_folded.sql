-- Texts are folded before the full-text search indexes them, so that it finds the same
-- in every store. Messages up to "unfolded" have the words of the former version; they
-- are folded as they are indexed again, in the background.
ALTER TABLE journal ADD COLUMN unfolded INTEGER NOT NULL DEFAULT 0;
UPDATE journal SET
    searchable = 0,
    unfolded = (SELECT coalesce(max(id), 0) FROM events);
INSERT INTO search (search) VALUES ('delete-all');
