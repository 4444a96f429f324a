"""Limits of GraphQL documents that an installation may change (parameters of template.yaml); docs/graphql.md says what
they are for.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from ...settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphqlSettings(Settings):
    """The limits of both APIs, and those of documents."""

    #: Characters and tokens of a document.
    query_limit: int = 100_000
    query_token_limit: int = 10_000
    #: Fields that an operation selects, those of a fragment at every use.
    query_field_limit: int = 2_000
    #: Fields of Query or Mutation in one operation.
    query_root_limit: int = 20
    #: Relations inside one another.
    query_depth_limit: int = 5
    #: Reads that an operation can cause.
    query_complexity_limit: int = 2_000


settings = GraphqlSettings.read(os.environ)
