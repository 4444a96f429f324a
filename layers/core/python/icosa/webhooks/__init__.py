"""The webhooks of a workspace: their settings, and their secrets at rest (docs/wire/access.md#webhooks)."""
