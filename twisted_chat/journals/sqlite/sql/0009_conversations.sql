-- The direct messages from one member to another, as a page of their conversation.
CREATE INDEX exchanged ON events (who, to_who, id) WHERE kind = 4;
