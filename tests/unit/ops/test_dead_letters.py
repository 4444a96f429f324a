"""Dead letters of deployed stacks, with answers as AWS gives them."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ops.dead_letters import QUEUES, MoveFailed, main, move, replay
from ops.place import NoSuchPlace, Place, deployed
from tests.support.checkout import ROOT, template_document

_STREAM = "arn:aws:dynamodb:eu-central-1:1:table/t/stream/2026"


def _letter(first: int, last: int) -> dict[str, Any]:
    positions = {"startSequenceNumber": str(first), "endSequenceNumber": str(last)}
    info = {"shardId": "shardId-1", "streamArn": _STREAM, "batchSize": last - first + 1, **positions}
    return {"MessageId": f"m{first}", "ReceiptHandle": f"h{first}", "Body": json.dumps({"DDBStreamBatchInfo": info})}


class _Sqs:
    def __init__(self, *letters: dict[str, Any]) -> None:
        self.letters = list(letters)
        self.deleted: list[str] = []
        self.returned: list[str] = []
        self.tasks: list[dict[str, Any]] = []

    def receive_message(self, **_: Any) -> dict[str, Any]:
        return {"Messages": [self.letters.pop(0)]} if self.letters else {}

    def delete_message(self, *, ReceiptHandle: str, **_: Any) -> None:
        self.deleted.append(ReceiptHandle)

    def change_message_visibility(self, *, ReceiptHandle: str, **_: Any) -> None:
        self.returned.append(ReceiptHandle)

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        return {"Attributes": {"QueueArn": "arn"}}

    def start_message_move_task(self, **options: Any) -> None:
        self.started = options

    def list_message_move_tasks(self, **_: Any) -> dict[str, Any]:
        return {"Results": [self.tasks.pop(0)]}


class _Streams:
    """Records 1 to 250, of which every second concerns the function; up to 100 a page, and 1 and 2 are lost."""

    def get_shard_iterator(self, **position: Any) -> dict[str, Any]:
        assert (position["StreamArn"], position["ShardId"]) == (_STREAM, "shardId-1")
        assert position["ShardIteratorType"] == "AT_SEQUENCE_NUMBER"
        number = int(position["SequenceNumber"])
        if number < 3:
            raise ClientError({"Error": {"Code": "TrimmedDataAccessException"}}, "GetShardIterator")
        return {"ShardIterator": str(number)}

    def get_records(self, *, ShardIterator: str) -> dict[str, Any]:
        start = int(ShardIterator)
        numbers = range(start, min(start + 100, 251))
        following = {"NextShardIterator": str(numbers.stop)} if numbers.stop < 251 else {}
        return {"Records": [self._record(number) for number in numbers], **following}

    def _record(self, number: int) -> dict[str, Any]:
        image = {"PK": {"S": "w#W"}, "SK": {"S": "workspace" if number % 2 else "other"}, "b": {"B": b"\x00\x01"}}
        keys = {name: image[name] for name in ("PK", "SK")}
        return {
            "eventName": "MODIFY",
            "eventSource": "aws:dynamodb",
            "dynamodb": {
                "Keys": keys,
                "NewImage": {**image, "metadataVersion": {"N": "1"}},
                "SequenceNumber": str(number),
                "ApproximateCreationDateTime": datetime(2026, 11, 28, tzinfo=UTC),
            },
        }


class _Lambda:
    def __init__(self, **answer: Any) -> None:
        self.events: list[list[dict[str, Any]]] = []
        self._answer = answer

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        assert FunctionName == "schema-builder:live"
        self.events.append(json.loads(Payload)["Records"])
        return {"Payload": io.BytesIO(json.dumps(self._answer.get("answer")).encode()), **self._answer.get("error", {})}


def _place(sqs: _Sqs, functions: _Lambda | None = None) -> Place:
    from local.template.names import Deployment
    from local.template.reader import read_application

    application = read_application(ROOT / "template.yaml", Deployment(endpoint="http://localhost"))
    clients = {"sqs": sqs, "dynamodbstreams": _Streams(), "lambda": functions}
    names = {"SchemaBuilderFunction": "schema-builder:live"}
    return Place(application, clients.__getitem__, lambda name: names.get(name, name))


def test_queues_are_those_of_the_template() -> None:
    resources = template_document()["Resources"]

    assert {dead for dead, _ in QUEUES.values()} == {
        name for name, body in resources.items() if body["Type"] == "AWS::SQS::Queue" and name.endswith("DeadLetters")
    }
    for dead, function in QUEUES.values():
        if function is None:
            sources = [
                body["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]
                for body in resources.values()
                if "RedrivePolicy" in body.get("Properties", {})
            ]
            assert {"Fn::GetAtt": [dead, "Arn"]} in sources or {"Fn::GetAtt": f"{dead}.Arn"} in sources
        else:
            [event] = resources[function]["Properties"]["Events"].values()
            assert dead in json.dumps(event["Properties"]["DestinationConfig"])


def test_records_come_in_order_through_the_filter_in_the_batches_of_the_mapping() -> None:
    sqs, functions = _Sqs(_letter(5, 210)), _Lambda(answer={"batchItemFailures": []})

    [outcome] = replay(_place(sqs, functions), "schemas", drops=False)
    numbers = [[int(record["dynamodb"]["SequenceNumber"]) for record in event] for event in functions.events]
    assert [number for batch in numbers for number in batch] == list(range(5, 211, 2))
    assert max(map(len, numbers)) == 10
    record = functions.events[0][0]
    assert record["dynamodb"]["NewImage"]["b"] == {"B": "AAE="}
    assert record["dynamodb"]["ApproximateCreationDateTime"] == datetime(2026, 11, 28, tzinfo=UTC).timestamp()
    assert record["eventSourceARN"] == _STREAM
    assert (outcome.records, outcome.is_done, sqs.deleted, sqs.returned) == (103, True, ["h5"], [])


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"answer": {"batchItemFailures": [{"itemIdentifier": "5"}]}}, "1 records, 1 failed"),
        (
            {"answer": {"errorType": "KeyError"}, "error": {"FunctionError": "Unhandled"}},
            "the function failed: KeyError",
        ),
    ],
)
def test_what_fails_comes_again_later_and_does_not_stop_the_rest(answer: dict[str, Any], text: str) -> None:
    sqs = _Sqs(_letter(5, 5), _letter(7, 7))

    first, second = replay(_place(sqs, _Lambda(**answer)), "schemas", drops=False)
    assert str(first).endswith(text)
    assert (str(second).endswith(text), sqs.deleted, sqs.returned) == (True, [], ["h5", "h7"])


def test_what_the_stream_has_lost_goes_on_demand_only() -> None:
    kept, dropped = _Sqs(_letter(1, 2)), _Sqs(_letter(1, 2))

    [outcome] = replay(_place(kept), "schemas", drops=False)
    assert "no longer has these records" in str(outcome)
    assert (kept.deleted, kept.returned) == ([], ["h1"])
    assert len(list(replay(_place(dropped), "schemas", drops=True))) == 1
    assert dropped.deleted == ["h1"]


def test_a_move_is_waited_for() -> None:
    sqs, pauses = _Sqs(), list[float]()
    sqs.tasks = [{"Status": "RUNNING"}, {"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 7}]

    assert move(_place(sqs), "jobs", 50, pauses.append) == 7
    assert sqs.started == {"SourceArn": "arn", "MaxNumberOfMessagesPerSecond": 50}
    assert pauses == [1.0]


def test_a_move_that_fails_says_why() -> None:
    sqs = _Sqs()
    sqs.tasks = [{"Status": "FAILED", "FailureReason": "AccessDenied", "ApproximateNumberOfMessagesMoved": 2}]

    with pytest.raises(MoveFailed, match="2 messages were moved, then SQS stopped: AccessDenied"):
        move(_place(sqs), "jobs", None)


def test_environments_are_those_of_samconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def describe(**names: Any) -> dict[str, Any]:
        asked.append(names)
        return {"StackResourceDetail": {"PhysicalResourceId": f"physical-{names['LogicalResourceId']}"}}

    session = SimpleNamespace(client=lambda _service: SimpleNamespace(describe_stack_resource=describe))
    monkeypatch.setattr(boto3, "Session", lambda **_: session)

    found = deployed(ROOT, "staging")
    assert found.physical("Jobs") == "physical-Jobs"
    assert found.physical("EventsFunction") == "physical-EventsFunction:live"
    assert asked[0] == {"StackName": "icosa-staging", "LogicalResourceId": "Jobs"}
    with pytest.raises(NoSuchPlace, match="no environment 'moon', but dev, staging, prod"):
        deployed(ROOT, "moon")


def test_a_redrive_needs_a_queue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["redrive", "--data", str(tmp_path)])
    assert "which queue? One of events, schemas, jobs, deliveries" in capsys.readouterr().err
