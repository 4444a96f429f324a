"""Advice about indexes (docs/wire/metadata.md#index-advice)."""

from __future__ import annotations

from typing import Any

from ariadne import QueryType

from ..index_advice import advice_of
from .call import Info

_query = QueryType()
RESOLVERS = (_query,)


@_query.field("indexAdvice")
def _advice(_parent: None, info: Info, *, objectMetadataId: str | None = None) -> Any:
    return advice_of(info.context.context, objectMetadataId)
