"""Jobs (docs/wire/metadata.md#jobs)."""

from __future__ import annotations

from typing import Any

from ariadne import QueryType

from ..jobs import list_of_jobs, one_job
from .call import Info

_query = QueryType()
RESOLVERS = (_query,)


@_query.field("jobs")
def _jobs(_parent: None, info: Info) -> Any:
    return list_of_jobs(info.context.context)


@_query.field("job")
def _job(_parent: None, info: Info, *, id: str) -> Any:
    return one_job(info.context.context, id)
