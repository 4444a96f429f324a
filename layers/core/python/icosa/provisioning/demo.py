"""Records of a demo workspace: those in ``schemas/demo/``, created through the engine like anybody's.

The files hold request bodies by plural name; text of the form ``ref:…`` stands for a record's id, which follows from
the workspace and that text.
"""

from __future__ import annotations

from dataclasses import replace

from ..access.context import RequestContext
from ..engine.executor import execute
from ..lifecycle.demo import resolved
from ..query.operation import Create
from ..shipped import load
from ..store import keys
from ..store.register import Register
from ..store.table import chunked


def seed(context: RequestContext) -> None:
    """Create all demo records, each object's before those of the objects that refer to them."""
    workspace_id = context.workspace.id
    for plural in load("demo/index"):
        obj = context.model.by_plural[plural]
        for chunk in chunked(load(f"demo/{plural}"), context.settings.batch_limit):
            register = Register.parse(context.table.get(keys.open_batches(workspace_id)))
            data = tuple(resolved(workspace_id, body) for body in chunk)
            execute(replace(context, register=register), Create(object=obj, data=data))
