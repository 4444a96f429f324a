"""What a user can do something about."""

from __future__ import annotations


class Unprepared(Exception):
    """Something that sam local needs is not there. The message says what to do."""
