"""What records of the table's stream mean."""

from __future__ import annotations

import pytest

from icosa.store import keys, stream
from icosa.store.stream import NewJob, RemovedLog, RemovedRecord

LOG = keys.item_at(keys.batch_log("ws", "batch", 0), rows=b"")


@pytest.mark.parametrize(
    ("item", "meaning"),
    [
        (keys.item_at((keys.records("ws", "o1"), "a")), RemovedRecord("ws", "o1", "a")),
        (keys.item_at((keys.trash("ws", "o1"), "a")), RemovedRecord("ws", "o1", "a")),
        (LOG, RemovedLog("ws", LOG)),
        (keys.item_at(keys.open_batches("ws")), None),
        (keys.item_at(keys.workspace("ws")), None),
    ],
)
def test_removed_items(item: dict[str, object], meaning: object) -> None:
    assert stream.removed(item) == meaning


def test_a_removal_has_only_the_old_image() -> None:
    old, new = {"PK": {"S": "ws#W"}, "n": {"N": "1"}}, {"PK": {"S": "ws#W"}, "n": {"N": "2"}}
    assert stream.image_of({"dynamodb": {"OldImage": old}}) == {"PK": "ws#W", "n": 1}
    assert stream.image_of({"dynamodb": {"OldImage": old, "NewImage": new}}) == {"PK": "ws#W", "n": 2}


def test_new_jobs() -> None:
    assert stream.new_job(keys.item_at(keys.job("ws", "j"), notBefore=5)) == NewJob("ws", "j", 5)
