"""SQS over its JSON protocol (SQS API reference)."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

from local.aws.errors import AwsError
from local.aws.routing import Call, Reply, Targets
from local.queues.store import Message, QueueNotFound, Queues
from local.template.application import Queue

_MISSING = "AWS.SimpleQueueService.NonExistentQueue"


def sqs_targets(queues: Queues) -> Targets:
    """The operations, over the template's queues."""
    service = _Sqs(queues)
    operations: dict[str, Callable[[Queue, dict[str, Any]], Any]] = {
        "ChangeMessageVisibility": service.change_visibility,
        "ChangeMessageVisibilityBatch": service.change_visibility_batch,
        "DeleteMessage": service.delete,
        "DeleteMessageBatch": service.delete_batch,
        "GetQueueAttributes": service.attributes,
        "PurgeQueue": service.purge,
        "SendMessage": service.send,
        "SendMessageBatch": service.send_batch,
    }

    def operation(run: Callable[[Queue, dict[str, Any]], Any]) -> Callable[[Call], Any]:
        async def call_it(call: Call) -> Reply:
            body = call.json()
            return Reply(body=run(service.queue(body), body))

        return call_it

    return {
        **{f"AmazonSQS.{name}": operation(run) for name, run in operations.items()},
        "AmazonSQS.GetQueueUrl": service.get_queue_url,
        "AmazonSQS.ListQueues": service.list_queues,
        "AmazonSQS.ListMessageMoveTasks": service.list_moves,
        "AmazonSQS.ReceiveMessage": service.receive,
        "AmazonSQS.StartMessageMoveTask": service.start_move,
    }


class _Sqs:
    def __init__(self, queues: Queues) -> None:
        self._queues = queues
        #: Tasks by the ARN of their source, the newest first.
        self._moves: dict[str, list[dict[str, Any]]] = {}

    def queue(self, body: dict[str, Any]) -> Queue:
        try:
            return self._queues.find(str(body.get("QueueUrl") or body.get("QueueName")))
        except QueueNotFound as error:
            raise AwsError(_MISSING, "The specified queue does not exist.") from error

    async def get_queue_url(self, call: Call) -> Reply:
        return Reply(body={"QueueUrl": self.queue(call.json()).url})

    async def list_queues(self, call: Call) -> Reply:
        prefix = str(call.json().get("QueueNamePrefix", ""))
        return Reply(body={"QueueUrls": [queue.url for queue in self._queues.all() if queue.name.startswith(prefix)]})

    async def receive(self, call: Call) -> Reply:
        body = call.json()
        queue, limit = self.queue(body), int(body.get("MaxNumberOfMessages", 1))
        if not 1 <= limit <= 10:
            raise AwsError("InvalidParameterValue", "MaxNumberOfMessages must be between 1 and 10")
        deadline = time.monotonic() + float(body.get("WaitTimeSeconds", 0))
        while True:
            messages = self._queues.receive(queue, limit, visibility=body.get("VisibilityTimeout"))
            left = deadline - time.monotonic()
            if messages or left <= 0:
                return Reply(body={"Messages": [_shown(message) for message in messages]} if messages else {})
            await self._queues.wait(queue, left)

    async def start_move(self, call: Call) -> Reply:
        """Done at once, so it never runs."""
        body = call.json()
        source, target = self._by_arn(body["SourceArn"]), body.get("DestinationArn")
        try:
            moved = self._queues.move(source, self._by_arn(target) if target else None)
        except QueueNotFound as error:
            raise AwsError(
                "InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."
            ) from error
        task = {
            "Status": "COMPLETED",
            "SourceArn": source.arn,
            "ApproximateNumberOfMessagesMoved": moved,
            "ApproximateNumberOfMessagesToMove": moved,
            "StartedTimestamp": int(time.time() * 1000),
        }
        self._moves.setdefault(source.arn, []).insert(0, task)
        return Reply(body={"TaskHandle": secrets.token_urlsafe(24)})

    async def list_moves(self, call: Call) -> Reply:
        body = call.json()
        tasks = self._moves.get(self._by_arn(body["SourceArn"]).arn, [])
        return Reply(body={"Results": tasks[: int(body.get("MaxResults", 1))]})

    def _by_arn(self, arn: str) -> Queue:
        try:
            return self._queues.find(arn)
        except QueueNotFound as error:
            raise AwsError(
                "ResourceNotFoundException",
                "The resource that you specified for the SourceArn parameter doesn't exist.",
            ) from error

    def send(self, queue: Queue, body: dict[str, Any]) -> dict[str, Any]:
        text = str(body["MessageBody"])
        if len(text.encode()) > 1024 * 1024:
            raise AwsError(
                "InvalidParameterValue",
                "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
            )
        message_id = self._queues.send(
            queue, text, attributes=body.get("MessageAttributes"), delay=body.get("DelaySeconds")
        )
        return {"MessageId": message_id, "MD5OfMessageBody": _md5(text)}

    def send_batch(self, queue: Queue, body: dict[str, Any]) -> dict[str, Any]:
        return _batch(body, lambda entry: self.send(queue, entry))

    def delete(self, queue: Queue, body: dict[str, Any]) -> dict[str, Any]:
        self._queues.delete(queue, str(body["ReceiptHandle"]))
        return {}

    def delete_batch(self, queue: Queue, body: dict[str, Any]) -> dict[str, Any]:
        return _batch(body, lambda entry: self.delete(queue, entry))

    def change_visibility(self, queue: Queue, body: dict[str, Any]) -> dict[str, Any]:
        self._queues.change_visibility(queue, str(body["ReceiptHandle"]), float(body["VisibilityTimeout"]))
        return {}

    def change_visibility_batch(self, queue: Queue, body: dict[str, Any]) -> dict[str, Any]:
        return _batch(body, lambda entry: self.change_visibility(queue, entry))

    def attributes(self, queue: Queue, body: dict[str, Any]) -> dict[str, Any]:
        visible, received, delayed = self._queues.counts(queue)
        known = {
            "ApproximateNumberOfMessages": str(visible),
            "ApproximateNumberOfMessagesDelayed": str(delayed),
            "ApproximateNumberOfMessagesNotVisible": str(received),
            "DelaySeconds": str(queue.delay),
            "MessageRetentionPeriod": str(queue.retention),
            "QueueArn": queue.arn,
            "VisibilityTimeout": str(queue.visibility_timeout),
        }
        wanted = body.get("AttributeNames") or []
        return {"Attributes": {name: value for name, value in known.items() if name in wanted or "All" in wanted}}

    def purge(self, queue: Queue, _: dict[str, Any]) -> dict[str, Any]:
        self._queues.purge(queue)
        return {}


def _batch(body: dict[str, Any], run: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    successful: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    entries: Sequence[dict[str, Any]] = body.get("Entries") or []
    if not 1 <= len(entries) <= 10:
        raise AwsError(
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10."
        )
    for entry in entries:
        try:
            successful.append({"Id": entry["Id"], **run(entry)})
        except AwsError as error:
            failed.append({"Id": entry["Id"], "Code": error.code, "Message": error.message, "SenderFault": True})
    return {"Successful": successful, "Failed": failed}


def _shown(message: Message) -> dict[str, Any]:
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "MD5OfBody": _md5(message.body),
        "Attributes": {
            "ApproximateFirstReceiveTimestamp": str(int(message.first_received * 1000)),
            "ApproximateReceiveCount": str(message.received),
            "SentTimestamp": str(int(message.sent * 1000)),
        },
        "MessageAttributes": dict(message.attributes),
    }


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
