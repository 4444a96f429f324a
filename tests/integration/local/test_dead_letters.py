"""What operators do about dead letters, with the local stack's doubles of SQS and of the table's stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops import dead_letters
from ops.dead_letters import main
from ops.place import local

from .conftest import APP, RunningStack
from .test_services import TABLE, dynamodb, eventually, put, written


@pytest.fixture(autouse=True)
def queues(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Those of the application; empty before and after."""
    monkeypatch.setattr(
        dead_letters, "QUEUES", {"events": ("DeadLetters", "StreamFunction"), "jobs": ("ShelfDeadLetters", None)}
    )
    _empty(stack)
    yield
    _empty(stack)


def _empty(stack: RunningStack) -> None:
    for name in ("DeadLetters", "ShelfDeadLetters", "Shelf"):
        stack.client("sqs").purge_queue(QueueUrl=_url(stack, name))


def _url(stack: RunningStack, name: str) -> str:
    url: str = stack.client("sqs").get_queue_url(QueueName=f"icosa-local-{name}")["QueueUrl"]
    return url


def _number(stack: RunningStack, name: str) -> int:
    names = ["ApproximateNumberOfMessages"]
    answer = stack.client("sqs").get_queue_attributes(QueueUrl=_url(stack, name), AttributeNames=names)
    return int(answer["Attributes"][names[0]])


def _send(stack: RunningStack, name: str, body: dict[str, Any]) -> None:
    stack.client("sqs").send_message(QueueUrl=_url(stack, name), MessageBody=json.dumps(body))


def _run(stack: RunningStack, *arguments: str) -> int:
    return main([*arguments, "--root", str(APP), "--data", str(stack.data)])


def test_messages_go_back_to_where_they_came_from(stack: RunningStack, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        _send(stack, "ShelfDeadLetters", {"jobId": f"j{number}"})

    assert _run(stack, "redrive", "jobs") == 0
    assert capsys.readouterr().out == "3 messages were moved back\n"
    assert (_number(stack, "Shelf"), _number(stack, "ShelfDeadLetters")) == (3, 0)
    assert _run(stack, "redrive", "jobs") == 0
    assert capsys.readouterr().out == "nothing is there\n"


def test_only_dead_letters_can_be_moved(stack: RunningStack) -> None:
    sqs = stack.client("sqs")
    arn = "arn:aws:sqs:us-east-1:000000000000:icosa-local-"

    with pytest.raises(ClientError, match="must be configured as a Dead Letter Queue"):
        sqs.start_message_move_task(SourceArn=f"{arn}Shelf")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        sqs.start_message_move_task(SourceArn=f"{arn}Missing")


def test_a_look_shows_ids_and_nothing_else(stack: RunningStack, capsys: pytest.CaptureFixture[str]) -> None:
    _send(
        stack, "ShelfDeadLetters", {"workspaceId": "w1", "jobId": "j1", "secret": "s3cret", "attempt": {"a": "s3cret"}}
    )
    stack.client("sqs").send_message(QueueUrl=_url(stack, "ShelfDeadLetters"), MessageBody="s3cret, and no JSON")

    assert _run(stack, "show") == 0
    out = capsys.readouterr().out
    assert "events: 0\n" in out
    assert "jobs: 2, the oldest of those shown from 20" in out
    assert "workspaceId=w1 jobId=j1" in out
    assert "s3cret" not in out
    assert dead_letters.count(local(APP, stack.data), "jobs") == 2


def _positions(record: dict[str, Any]) -> dict[str, Any]:
    number = record["dynamodb"]["SequenceNumber"]
    stream = f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}/stream/x"
    info = {"shardId": "shardId-00000001", "startSequenceNumber": number, "endSequenceNumber": number}
    return {"DDBStreamBatchInfo": {**info, "batchSize": 1, "streamArn": stream}}


def test_records_of_the_stream_are_read_again(stack: RunningStack, capsys: pytest.CaptureFixture[str]) -> None:
    put(stack, "watched#again", "1", data={"B": "AAE="}, beside={"S": "x"})
    put(stack, "ignored", "2")

    def seen() -> list[dict[str, Any]]:
        return [r for r in written(stack, "seen") if r["dynamodb"]["Keys"]["PK"]["S"] == "watched#again"]

    [first] = eventually(seen)
    key = {"PK": {"S": "seen"}, "SK": {"S": f"{int(first['dynamodb']['SequenceNumber']):08}"}}
    dynamodb(stack, "DeleteItem", TableName=TABLE, Key=key)
    assert not seen()
    _send(stack, "DeadLetters", _positions(first))

    assert _run(stack, "redrive", "events") == 0
    assert capsys.readouterr().out.endswith("1 records, 0 failed\n1 of 1 messages are done\n")
    [second] = seen()
    assert second["dynamodb"]["NewImage"] == first["dynamodb"]["NewImage"]
    assert {name: second[name] for name in ("eventName", "eventSource")} == {
        name: first[name] for name in ("eventName", "eventSource")
    }
    assert _number(stack, "DeadLetters") == 0


def test_what_fails_again_stays(stack: RunningStack, capsys: pytest.CaptureFixture[str]) -> None:
    put(stack, "watched#fails", "poison")
    eventually(lambda: _number(stack, "DeadLetters"))

    assert _run(stack, "redrive", "events") == 1
    assert capsys.readouterr().out.endswith("the function failed: ValueError\n0 of 1 messages are done\n")
    assert _number(stack, "DeadLetters") == 1


def test_without_a_stack(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--root", str(APP), "--data", str(tmp_path / "none")]) == 1
    assert "no local stack runs on" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
