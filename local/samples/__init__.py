"""Sample events of every function: the files in `events/`, made by what the local stack itself sends to functions."""
