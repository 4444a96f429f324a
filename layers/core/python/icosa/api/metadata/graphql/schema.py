"""The schema of ``/metadata``: the SDL files of ``schemas/metadata`` and the names of field types, with the resolvers
of this package.

A new part is a file of SDL, which extends Query and Mutation, and a module whose resolvers are listed here.
"""

from __future__ import annotations

from functools import cache

from ariadne import load_schema_from_path, make_executable_schema
from graphql import GraphQLSchema

from ....shipped import folder
from . import (
    api_keys,
    audit_log,
    events,
    fields,
    index_advice,
    indexes,
    jobs,
    objects,
    roles,
    row_rules,
    scalars,
    views,
    webhook_deliveries,
    webhooks,
    workspace,
)
from .descriptions import describe, field_types

_RESOLVERS = (
    *scalars.RESOLVERS,
    *objects.RESOLVERS,
    *fields.RESOLVERS,
    *indexes.RESOLVERS,
    *index_advice.RESOLVERS,
    *roles.RESOLVERS,
    *row_rules.RESOLVERS,
    *workspace.RESOLVERS,
    *views.RESOLVERS,
    *webhooks.RESOLVERS,
    *webhook_deliveries.RESOLVERS,
    *api_keys.RESOLVERS,
    *audit_log.RESOLVERS,
    *jobs.RESOLVERS,
    *events.RESOLVERS,
)


@cache
def metadata_schema() -> GraphQLSchema:
    """The executable schema, the same for all workspaces."""
    written = load_schema_from_path(str(folder() / "metadata"))
    schema = make_executable_schema([written, field_types()], *_RESOLVERS)
    describe(schema)
    return schema
