"""``make dead-letters`` and ``make redrive``: what was given up, and bringing it back.

Messages of a queue go back to the queue that gave them up (SQS's own move task). Those about the table's stream hold
positions: their records are read from the stream again, as long as it has them (a day), and handed to the function.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from ops.place import NoSuchPlace, Place, deployed, local
from ops.replay import Replay, Replayed

#: By the names of commands: the queue of dead letters, and for readers of the stream their function.
QUEUES: Final[dict[str, tuple[str, str | None]]] = {
    "events": ("EventsDeadLetters", "EventsFunction"),
    "schemas": ("SchemaDeadLetters", "SchemaBuilderFunction"),
    "jobs": ("JobsDeadLetters", None),
    "deliveries": ("DeliveriesDeadLetters", None),
}
#: Members of bodies that are shown: ids, numbers and positions.
_SHOWN = (
    "workspaceId",
    "jobId",
    "operationId",
    "webhookId",
    "deliveryId",
    "attempt",
    "shardId",
    "batchSize",
    "condition",
)
_SHOWN_POSITIONS = ("startSequenceNumber", "endSequenceNumber", "approximateArrivalOfFirstRecord")
#: Seconds for which messages that are looked at are not seen by others, and between looks at a task.
_LOOKED_AT = 5
_PAUSE = 1.0
#: The same for those that are replayed: as long as SQS allows, as no message may come twice to one command.
_REPLAYED = 43_200
_DONE = ("COMPLETED", "FAILED", "CANCELLED")


class MoveFailed(Exception):
    """SQS did not move the messages. The message says why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as it may be shown: no member of its body but ids, numbers and positions."""

    id: str
    sent: datetime
    shown: dict[str, Any]


def count(place: Place, queue: str) -> int:
    """The dead letters of a queue."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = place.sqs.get_queue_attributes(QueueUrl=place.physical(QUEUES[queue][0]), AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


def look(place: Place, queue: str, most: int) -> list[Letter]:
    """Some dead letters, the oldest first. They stay where they are."""
    url, letters, handles = place.physical(QUEUES[queue][0]), dict[str, Letter](), list[str]()
    while len(letters) < most:
        answer = place.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(10, most - len(letters)),
            VisibilityTimeout=_LOOKED_AT,
            AttributeNames=["SentTimestamp"],
        )
        handles += [message["ReceiptHandle"] for message in answer.get("Messages", ())]
        new = {message["MessageId"]: _letter(message) for message in answer.get("Messages", ())}
        if not new.keys() - letters.keys():
            break
        letters |= new
    for handle in handles:  # Whoever brings them back now must see them.
        place.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    return sorted(letters.values(), key=lambda letter: letter.sent)


def move(place: Place, queue: str, rate: int | None, pause: Callable[[float], None] = time.sleep) -> int:
    """Move all dead letters back to where they came from; how many. Raises MoveFailed."""
    url = place.physical(QUEUES[queue][0])
    arn = place.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    options = {} if rate is None else {"MaxNumberOfMessagesPerSecond": rate}
    place.sqs.start_message_move_task(SourceArn=arn, **options)
    while True:
        task = place.sqs.list_message_move_tasks(SourceArn=arn, MaxResults=1)["Results"][0]
        if task["Status"] in _DONE:
            break
        pause(_PAUSE)
    moved = int(task.get("ApproximateNumberOfMessagesMoved", 0))
    if task["Status"] != "COMPLETED":
        raise MoveFailed(f"{moved} messages were moved, then SQS stopped: {task.get('FailureReason', task['Status'])}")
    return moved


def replay(place: Place, queue: str, *, drops: bool) -> Iterator[Replayed]:
    """Hand the records of each dead letter to the function again; letters whose records were done are deleted, with
    ``drops`` those whose records the stream no longer has, too.
    """
    dead, function = QUEUES[queue]
    assert function is not None
    url, worker, kept = place.physical(dead), Replay(place, function), list[str]()
    try:
        while messages := _receive_one(place, url):
            outcome = worker.run(json.loads(messages[0]["Body"])["DDBStreamBatchInfo"])
            handle = messages[0]["ReceiptHandle"]
            if outcome.is_done or (drops and outcome.is_forgotten):
                place.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
            else:
                kept.append(handle)
            yield outcome
    finally:
        for handle in kept:
            place.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)


def _receive_one(place: Place, url: str) -> list[dict[str, Any]]:
    """A message that nobody sees meanwhile, this command's own next look included; none at the end."""
    answer = place.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, VisibilityTimeout=_REPLAYED)
    messages: list[dict[str, Any]] = answer.get("Messages") or []
    return messages


def _letter(message: dict[str, Any]) -> Letter:
    sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    try:
        body = json.loads(message["Body"])
    except ValueError:
        body = {}
    parts = [body, body.get("requestContext"), body.get("DDBStreamBatchInfo")] if isinstance(body, dict) else []
    shown = {
        name: part[name]
        for part in parts
        if isinstance(part, dict)
        for name in (*_SHOWN, *_SHOWN_POSITIONS)
        if isinstance(part.get(name), str | int)
    }
    return Letter(message["MessageId"], sent, shown)


# ------------------------------------------------------------------ commands


def show(place: Place, most: int) -> None:
    """Print how many there are and some of them."""
    for queue in QUEUES:
        number = count(place, queue)
        letters = look(place, queue, most) if number else []
        age = f", the oldest of those shown from {letters[0].sent:%Y-%m-%d %H:%M:%S} UTC" if letters else ""
        print(f"{queue}: {number}{age}")
        for letter in letters:
            members = " ".join(f"{name}={value}" for name, value in letter.shown.items())
            print(f"  {letter.sent:%Y-%m-%dT%H:%M:%SZ} {members or letter.id}")


def bring_back(place: Place, queue: str, *, rate: int | None, drops: bool) -> int:
    """Move or replay, and print what came of it; the exit status."""
    if QUEUES[queue][1] is None:
        print(f"{move(place, queue, rate)} messages were moved back" if count(place, queue) else "nothing is there")
        return 0
    outcomes = list(replay(place, queue, drops=drops))
    for outcome in outcomes:
        print(outcome)
    left = sum(not (outcome.is_done or (drops and outcome.is_forgotten)) for outcome in outcomes)
    print(f"{len(outcomes) - left} of {len(outcomes)} messages are done" if outcomes else "nothing is there")
    return 1 if left else 0


def main(arguments: Iterable[str]) -> int:
    """Run a command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ops.dead_letters", description="What was given up.")
    parser.add_argument("command", choices=("show", "redrive"))
    parser.add_argument("queue", nargs="?", choices=tuple(QUEUES))
    parser.add_argument("--env", help="an environment of samconfig.toml; without it the local stack")
    parser.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder of the local stack")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    parser.add_argument("--rate", type=int, help="messages moved a second at most")
    parser.add_argument("--look", type=int, default=10, help="messages to show of each queue (default 10)")
    parser.add_argument("--drop", action="store_true", help="delete messages about records that the stream has lost")
    options = parser.parse_args([*arguments])
    if options.command == "redrive" and options.queue is None:
        parser.error(f"which queue? One of {', '.join(QUEUES)}")
    try:
        place = deployed(options.root, options.env) if options.env else local(options.root, options.data)
        if options.command == "redrive":
            return bring_back(place, options.queue, rate=options.rate, drops=options.drop)
        show(place, options.look)
    except (NoSuchPlace, MoveFailed, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
