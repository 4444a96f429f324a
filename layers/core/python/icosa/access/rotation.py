"""Replacing the signing secret (docs/how-to/rotate-the-signing-secret.md)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import BadRequest
from ..store import keys
from ..store.ops import UpdateItem, append
from ..store.table import Item, Table
from .secret import SigningKey, SigningKeys

logger = logging.getLogger(__name__)

_BYTES = 48
_KIDS = "kids"


def ended_kids(row: Item | None) -> Sequence[str]:
    """The ids of signing keys whose tokens were ended, from the row at ``keys.ended_signing_keys()``."""
    return () if row is None else row[_KIDS]


class Rotation:
    """``read`` and ``write`` the stored secret; ``forget_answers`` makes the gateway ask the authorizer again."""

    def __init__(
        self, table: Table, read: Callable[[], str], write: Callable[[str], None], forget_answers: Callable[[], None]
    ) -> None:
        self._table = table
        self._read = read
        self._write = write
        self._forget_answers = forget_answers

    def run(self, event: Any) -> dict[str, Any]:
        """The result of an event's ``action``: the ids of the current and the previous signing key. Raises
        BadRequest.
        """
        actions = {"rotate_secret": self.rotate, "end_all_tokens": self.end_all_tokens}
        name = event.get("action") if isinstance(event, Mapping) else None
        action = actions.get(name) if isinstance(name, str) else None
        if action is None:
            raise BadRequest(f"action must be one of {', '.join(actions)}")
        done = action()
        kids = {"kid": done.current.kid, "previousKid": done.previous and done.previous.kid}
        logger.warning("the signing secret was replaced", extra={"action": name, **kids})
        return kids

    def rotate(self) -> SigningKeys:
        """A new secret signs from now on. Tokens of the one before go on, those of the one before that end."""
        replaced = SigningKeys(_new_key(), SigningKeys.parse(self._read()).current)
        self._write(replaced.stored())
        return replaced

    def end_all_tokens(self) -> SigningKeys:
        """A new secret, and no token that was made before is valid any more.

        The authorizer learns it from the table, at its next call, whatever secrets it still holds.
        """
        held = SigningKeys.parse(self._read())
        replaced = SigningKeys(_new_key())
        # In this order a failure on the way leaves all tokens ended, and repeating the call makes new ones possible.
        self._table.transact([_end(held)])
        self._write(replaced.stored())
        self._forget_answers()
        return replaced


def _new_key() -> SigningKey:
    return SigningKey(secrets.token_urlsafe(_BYTES))


def _end(held: SigningKeys) -> UpdateItem:
    kids = [key.kid for key in (held.current, held.previous) if key is not None]
    return append(keys.ended_signing_keys(), _KIDS, kids)
