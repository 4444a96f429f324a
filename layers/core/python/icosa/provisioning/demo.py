"""Records of a demo workspace: those in ``schemas/demo/``, created through the engine like anybody's.

The files hold request bodies by plural name; text of the form ``ref:…`` stands for a record's id, which follows from
the workspace and that text.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from ..access.context import RequestContext
from ..engine.executor import execute
from ..query.operation import Create
from ..shipped import load
from ..store import keys
from ..store.register import Register
from ..store.table import chunked

_REFERENCE = "ref:"


def seed(context: RequestContext) -> None:
    """Create all demo records, each object's before those of the objects that refer to them."""
    workspace_id = context.workspace.id
    for plural in load("demo/index"):
        obj = context.model.by_plural[plural]
        for chunk in chunked(load(f"demo/{plural}"), context.settings.batch_limit):
            register = Register.parse(context.table.get(keys.open_batches(workspace_id)))
            data = tuple(_resolve(workspace_id, body) for body in chunk)
            execute(replace(context, register=register), Create(object=obj, data=data))


def _resolve(workspace_id: str, value: Any) -> Any:
    """``value`` with every reference in it replaced by the id that it stands for."""
    match value:
        case str() if value.startswith(_REFERENCE):
            return str(uuid.uuid5(uuid.UUID(workspace_id), value))
        case dict():
            return {name: _resolve(workspace_id, member) for name, member in value.items()}
        case _:
            return value
