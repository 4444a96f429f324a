"""The schema of ``/metadata``: the SDL files of ``schemas/metadata`` with the resolvers of this package.

A new part is a file of SDL, which extends Query and Mutation, and a module whose resolvers are listed here.
"""

from __future__ import annotations

from functools import cache

from ariadne import load_schema_from_path, make_executable_schema
from graphql import GraphQLSchema

from ....shipped import folder
from . import api_keys, fields, indexes, objects, roles, scalars, views, webhooks, workspace

_RESOLVERS = (
    *scalars.RESOLVERS,
    *objects.RESOLVERS,
    *fields.RESOLVERS,
    *indexes.RESOLVERS,
    *roles.RESOLVERS,
    *workspace.RESOLVERS,
    *views.RESOLVERS,
    *webhooks.RESOLVERS,
    *api_keys.RESOLVERS,
)


@cache
def metadata_schema() -> GraphQLSchema:
    """The executable schema, the same for all workspaces."""
    return make_executable_schema(load_schema_from_path(str(folder() / "metadata")), *_RESOLVERS)
