"""The webhooks of a workspace: their settings, and their secrets at rest (spec/access.md §11.1)."""
