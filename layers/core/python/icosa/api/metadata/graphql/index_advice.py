"""Advice about indexes, and the drop of one that nobody declared (docs/wire/metadata.md#index-advice)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariadne import MutationType, QueryType

from ..index_advice import FLAG, advice_of, drop
from .call import Info, requires

_query = QueryType()
_mutation = MutationType()
RESOLVERS = (_query, _mutation)


@_query.field("indexAdvice")
def _advice(_parent: None, info: Info, *, objectMetadataId: str | None = None) -> Any:
    return advice_of(info.context.context, objectMetadataId)


@_mutation.field("dropFieldIndex")
@requires(FLAG)
def _drop(_parent: None, info: Info, *, input: Mapping[str, Any]) -> Any:
    return drop(info.context.context, info.context.service, input)
