"""Stream triggers: a table's changes, filtered and in batches, to the functions that subscribe."""
