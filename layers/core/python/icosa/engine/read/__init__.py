"""Reading: planning and executing lists, records with their relations, aggregates, groups, duplicates and search."""
