"""The queue of jobs. It can delay messages, and jobs never hold up the table's stream."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from itertools import batched
from typing import Any

#: SQS delays a message by no more (SQS developer guide, "Message timers"); a job that must wait longer is sent on
#: again.
_MAX_DELAY_SECONDS = 900


#: Messages of one request.
_BATCH = 10
#: What a message asks for that is about no job.
TRASH = "trash"


class NotQueued(Exception):
    """The queue has refused messages; whoever asked for them asks again."""


class JobQueue:
    """``client`` is boto3's for SQS."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    @classmethod
    def from_environment(cls) -> JobQueue:
        """The queue at JOBS_QUEUE_URL."""
        import boto3  # Here, because only the first job costs its 260 ms.

        return cls(boto3.client("sqs"), os.environ["JOBS_QUEUE_URL"])

    def send(self, workspace_id: str, job_id: str, *, delay_ms: int = 0) -> None:
        """Queue the next step of a job; it begins ``delay_ms`` from now at the earliest."""
        self._send({"workspaceId": workspace_id, "jobId": job_id}, delay_ms)

    def send_operation(self, workspace_id: str, operation_id: str, *, delay_ms: int = 0) -> None:
        """The same for what an operator has asked for (``store.operation_row``)."""
        self._send({"workspaceId": workspace_id, "operationId": operation_id}, delay_ms)

    def send_trash(self, workspace_ids: Sequence[str], *, first: str | None = None) -> None:
        """Ask for steps that empty the trash of workspaces, ``first`` names the object to begin with. Ten a request.
        Raises NotQueued.
        """
        place = {} if first is None else {"first": first}
        for part in batched(workspace_ids, _BATCH, strict=False):
            bodies = [json.dumps({"workspaceId": workspace_id, "task": TRASH, **place}) for workspace_id in part]
            entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
            refused = self._client.send_message_batch(QueueUrl=self._url, Entries=entries).get("Failed")
            if refused:
                raise NotQueued(", ".join(sorted({failure["Code"] for failure in refused})))

    def _send(self, body: dict[str, str], delay_ms: int) -> None:
        delay = min(_MAX_DELAY_SECONDS, -(-max(0, delay_ms) // 1000))
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(body), DelaySeconds=delay)
