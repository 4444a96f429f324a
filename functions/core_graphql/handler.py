"""The Core GraphQL API (``/graphql``) behind API Gateway."""

from __future__ import annotations

from icosa.api.graphql.service import GraphqlApi
from icosa.api.older.graphql import run_elsewhere
from icosa.metadata.overdue import do_overdue
from icosa.runtime.handlers import api_handler
from icosa.runtime.prime import prime
from icosa.store.table import Table

handler = api_handler(GraphqlApi(Table.from_environment(), elsewhere=run_elsewhere).answer, do_overdue=do_overdue)
prime()
