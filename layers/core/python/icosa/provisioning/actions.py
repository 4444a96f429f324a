"""What an action of the administration is: a table of them in each module, joined in ``admin``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..access.api_keys import ApiKeys
from ..store.table import Table
from ..validation.body import RequestBody
from ..validation.types import Identifier

Result = dict[str, Any]


class OfWorkspace(RequestBody):
    """Parameters of an action on a workspace that must be there."""

    workspace_id: Identifier


@dataclass(frozen=True, slots=True)
class Services:
    """What actions work with. ``find_url`` looks up the API's own address."""

    table: Table
    api_keys: ApiKeys
    find_url: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Action[P: RequestBody]:
    """``parameters`` is what an event must hold; ``run`` does the work. ``of_all``: also on a workspace that is being
    deleted, which others are refused.
    """

    parameters: type[P]
    run: Callable[[Services, P], Result]
    of_all: bool = False
