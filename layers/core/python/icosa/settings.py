"""Every limit and default that an installation may change, read once from the environment (parameters of
template.yaml).

A field ``page_limit`` is the variable ``PAGE_LIMIT``. The numbers are Twenty's unless design.md §1 says otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Limits of the Core APIs."""

    #: Records of one batch create or upsert.
    batch_limit: int = 60
    #: Records that one update, deletion or restore by filter may change: all of them in one transaction.
    bulk_limit: int = 60
    #: Records of a list page when the request names no limit, and at most.
    page_default: int = 60
    page_limit: int = 200
    #: Children shown for each one-to-many field of a record, and in answers to a create.
    relation_limit: int = 60
    relation_limit_create: int = 200
    #: Records that one merge joins.
    merge_limit: int = 9
    #: Groups of a groupBy when the request names no limit, and at most; records shown for each group.
    group_default: int = 50
    group_limit: int = 200
    group_records: int = 10
    #: Fields of a record that an answer shows when the request does not choose them.
    field_limit: int = 200
    #: Bytes of a request body.
    body_limit: int = 6_000_000
    #: Calls a minute of one API key. API Gateway's usage plan sees to it; documents quote it.
    rate_limit: int = 100

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """The settings of an environment. Raises ValueError naming a variable that is no whole number."""
        given: dict[str, int] = {}
        for field in fields(cls):
            name = field.name.upper()
            if not (text := environment.get(name)):
                continue
            if not text.isdecimal():
                raise ValueError(f"{name} must be a whole number, not {text!r}")
            given[field.name] = int(text)
        return cls(**given)


settings = Settings.read(os.environ)
