"""Who may do what: bans, mutes, settings of rooms, and the audit log."""
