"""Changes of records as records of the workspace: its timeline (docs/wire/timeline.md)."""
