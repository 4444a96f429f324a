"""What records of the table's stream mean."""

from __future__ import annotations

from typing import Any

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


def _told(key: keys.Key, old: dict[str, Any] | None, new: dict[str, Any] | None) -> stream.MetadataChange | None:
    def image(attributes: dict[str, Any]) -> dict[str, Any]:
        item = keys.item_at(key, **attributes)
        return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in item.items()}

    images = {name: image(attributes) for name, attributes in (("OldImage", old), ("NewImage", new)) if attributes}
    return stream.metadata_change({"dynamodb": {"ApproximateCreationDateTime": 7.0, **images}})


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (keys.object_row("ws", "o"), "object"),
        (keys.field_row("ws", "o", "f"), "field"),
        (keys.index_row("ws", "o", "i"), "index"),
        (keys.view_row("ws", "views", "v"), "view"),
        (keys.view_row("ws", "pageLayouts", "l"), "view"),
        (keys.role("ws", "r"), "role"),
        (keys.staged_row("ws", "change", 1), None),
        (keys.api_key("ws", "k"), None),
        (keys.webhook("ws", "h"), None),
        (keys.workspace("ws"), None),
        (keys.unique("ws", "o1", "c1", "a#P"), None),
        ((keys.tokens("ws", "o1", "m"), "m"), None),
    ],
)
def test_rows_of_metadata(key: keys.Key, kind: str | None) -> None:
    old, new = {"rev": 3, "a": "x"}, {"rev": 4, "a": "y"}
    told = [_told(key, None, new), _told(key, old, new), _told(key, old, None)]
    assert [change and (change.kind, change.row_id) for change in told] == [kind and (kind, key[1])] * 3
    if kind is not None:
        # A row that goes does so after the change that wrote it.
        assert [change.revision for change in told if change] == [4, 4, 4]
        assert [(change.old is None, change.new is None) for change in told if change] == [
            (True, False),
            (False, False),
            (False, True),
        ]


def test_a_new_revision_alone_says_nothing() -> None:
    key = keys.field_row("ws", "o", "f")
    assert _told(key, {"rev": 3, "a": "x"}, {"rev": 4, "a": "x"}) is None
    without = _told(keys.role("ws", "r"), {"a": "x"}, {"a": "y"})
    assert without is not None and without.revision == 0
