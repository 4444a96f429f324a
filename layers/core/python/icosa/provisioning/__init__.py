"""Making workspaces. Stands beside ``api``: it uses everything below and nothing uses it but functions."""
