"""Clients of the table with the credentials of one workspace: what holds tenants apart when the code would not.

With the parameter ``TenantIsolation`` the functions of records act on the table by a role that is the workspace's: they
assume ``TenantRole`` with the session tag ``workspaceId``, and the role's policy allows only partitions that begin with
the tag (docs/deploying.md#tenants-apart-by-iam). The workspace is the one that the authorizer has found in the verified
token, before anything is read; so even the read that authenticates a request goes by the workspace's own credentials,
and the function's role reaches no row.

Credentials last for an hour and are kept in memory, for as many workspaces as ``_MOST``. Nothing is made at import:
copies of a snapshot begin empty, and their clocks are compared by the time of day.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from pydynox import pydynox_core as dynamo

from ..errors import Unavailable
from ..lru import LRUCache

#: Sessions of a role that a role has assumed end after an hour at the latest.
_SESSION_SECONDS: Final = 3600
#: So long before their end credentials are replaced: longer than any request runs.
_MARGIN_SECONDS: Final = 300
#: Workspaces whose clients a process keeps; each has connections of its own.
_MOST: Final = 200
_TAG: Final = "workspaceId"


class Credentials(NamedTuple):
    """``expires_at`` is in seconds since 1970."""

    access_key: str
    secret_key: str
    session_token: str
    expires_at: float


class Tenants:
    """Clients by workspace. ``assume`` gets the credentials of one, ``connect`` makes a client with them."""

    def __init__(
        self,
        assume: Callable[[str], Credentials],
        connect: Callable[[Credentials], dynamo.DynamoDBClient],
        *,
        clock: Callable[[], float] = time.time,
        most: int = _MOST,
    ) -> None:
        self._assume = assume
        self._connect = connect
        self._clock = clock
        self._clients: LRUCache[str, tuple[dynamo.DynamoDBClient, float]] = LRUCache(size=most)
        self._lock = threading.Lock()

    def client(self, workspace_id: str) -> dynamo.DynamoDBClient:
        """The client of a workspace; one call to STS for the first in an hour. Raises Unavailable."""
        if (client := self._known(workspace_id)) is not None:
            return client
        with self._lock:
            if (client := self._known(workspace_id)) is not None:
                return client
            credentials = self._assume(workspace_id)
            client = self._connect(credentials)
            self._clients.put(workspace_id, (client, credentials.expires_at))
            return client

    def _known(self, workspace_id: str) -> dynamo.DynamoDBClient | None:
        entry = self._clients.get(workspace_id)
        return entry[0] if entry is not None and entry[1] - _MARGIN_SECONDS > self._clock() else None


class RoleOfTenants:
    """Assumes a role for a workspace, by STS."""

    def __init__(self, role_arn: str) -> None:
        self._role_arn = role_arn
        self._client: Any = None

    def __call__(self, workspace_id: str) -> Credentials:
        from botocore.exceptions import BotoCoreError

        if self._client is None:
            from ..aws import client_without_debug_logs

            self._client = client_without_debug_logs("sts")
        try:
            answer = self._client.assume_role(
                RoleArn=self._role_arn,
                RoleSessionName=f"workspace-{workspace_id}",
                DurationSeconds=_SESSION_SECONDS,
                Tags=[{"Key": _TAG, "Value": workspace_id}],
            )["Credentials"]
        except BotoCoreError:
            raise Unavailable("The record store does not answer. Please try again.") from None
        return Credentials(
            answer["AccessKeyId"],
            answer["SecretAccessKey"],
            answer["SessionToken"],
            answer["Expiration"].timestamp(),
        )
