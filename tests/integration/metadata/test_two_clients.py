"""Two clients change the model at the same time: what comes out is what one of the two orders would have given.

``make changes`` examines many pairs of changes. Each pair is also made one after the other, in both orders, in copies
of the table; everything in the table and both answers must be as in one of them, but for new ids and times.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import re
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from icosa.errors import BadRequest, IcosaError
from icosa.metadata.service import MetadataService
from icosa.model.model import Field, Model, Object
from icosa.store.ops import DeleteItem, Op, PutItem
from icosa.store.table import MAX_TRANSACTION, Table, chunked
from icosa.validation.errors import MetadataValidationError
from tests.support import dynoxide
from tests.support.provisioning import forget
from tests.support.tenant import Tenant

_PAIRS = int(os.environ.get("ICOSA_CHANGES", "10"))
_SEED = int(os.environ.get("ICOSA_CHANGES_SEED", "1"))
_NAMES = ("alpha", "beta", "gamma")
_FIELDS = ("one", "two", "three", "four")
_VALUES = ("RED", "GREEN", "BLUE", "NAVY")

Rows = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Change:
    """What a client does; it knows the model as it was before both."""

    words: str
    make: Callable[[MetadataService], Any]


# ---------------------------------------------------------------------- random changes


class Chooser:
    """Changes that are likely to meet: few objects, few names."""

    def __init__(self, rng: random.Random, model: Model) -> None:
        self.rng = rng
        self.model = model
        self.objects = [obj for obj in model.objects if obj.is_custom]
        #: The one that both clients care about, mostly.
        self.focus = rng.choice(self.objects) if self.objects else None

    def change(self) -> Change:
        if self.focus is None:
            return self.create_object()
        weights = [weight for _, weight in _CHANGES]
        for _ in range(50):
            rows = self.rng.choices(_CHANGES, weights=weights)[0][0](self)
            if rows is not None:
                return rows
        return self.create_object()

    def _object(self) -> Object:
        return self.focus if self.focus is not None and self.rng.random() < 0.8 else self.rng.choice(self.objects)

    def _field(self, test: Callable[[Field], bool] = lambda _: True) -> Field | None:
        shipped = {"attachments", "noteTargets", "taskTargets", "timelineActivities"}
        rows = [
            field
            for field in self._object().fields
            if field.is_custom and not field.is_system and field.name not in shipped and test(field)
        ]
        return self.rng.choice(rows) if rows else None

    def create_object(self) -> Change:
        name = self.rng.choice(_NAMES)
        wanted = {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": f"{name}s"}
        return Change(f"create object {name}", lambda service: service.create_object(wanted))

    def rename_object(self) -> Change:
        obj, name = self._object(), self.rng.choice(_NAMES)
        update = {"nameSingular": name, "namePlural": f"{name}s"}
        return Change(f"rename {obj.name_singular} to {name}", lambda service: service.update_object(obj.id, update))

    def describe_object(self) -> Change:
        obj = self._object()
        update = self.rng.choice(
            ({"labelSingular": f"L{self.rng.randrange(3)}"}, {"isActive": not obj.is_active}, {"isSearchable": False})
        )
        return Change(f"update {obj.name_singular} {update}", lambda service: service.update_object(obj.id, update))

    def identify_object(self) -> Change | None:
        obj = self._object()
        texts = [field for field in obj.fields if field.type.name == "TEXT"]
        field = self.rng.choice(texts)
        update = {"labelIdentifierFieldMetadataId": field.id}
        return Change(
            f"{obj.name_singular} is identified by {field.name}",
            lambda service: service.update_object(obj.id, update),
        )

    def delete_object(self) -> Change:
        obj = self._object()
        return Change(f"delete object {obj.name_singular}", lambda service: service.delete_object(obj.id))

    def create_field(self) -> Change:
        obj, name = self._object(), self.rng.choice(_FIELDS)
        more: dict[str, Any] = self.rng.choice(
            (
                {"type": "TEXT"},
                {"type": "TEXT", "isUnique": True},
                {"type": "NUMBER", "defaultValue": 7},
                {"type": "FULL_NAME"},
                {"type": "SELECT", "options": _options(self.rng.sample(_VALUES, k=2))},
                {"type": "MULTI_SELECT", "options": _options(self.rng.sample(_VALUES, k=2))},
            )
        )
        wanted = {"objectMetadataId": obj.id, "name": name, "label": name, **more}
        return Change(f"create {obj.name_singular}.{name} {more['type']}", lambda service: service.create_field(wanted))

    def relate(self) -> Change:
        obj, target = self._object(), self.rng.choice(self.objects)
        name, back = self.rng.sample(_FIELDS, k=2)
        payload = {"type": self.rng.choice(("MANY_TO_ONE", "ONE_TO_MANY")), "targetObjectMetadataId": target.id}
        payload |= {"targetFieldLabel": back, "targetFieldIcon": "IconX"}
        wanted = {
            "objectMetadataId": obj.id,
            "type": "RELATION",
            "name": name,
            "label": name,
            "relationCreationPayload": payload,
        }
        words = f"relate {obj.name_singular}.{name} {payload['type']} {target.name_singular}.{back}"
        return Change(words, lambda service: service.create_field(wanted))

    def relate_morph(self) -> Change | None:
        obj = self._object()
        targets = [target for target in self.objects if target is not obj]
        if not targets:
            return None
        name, back = self.rng.sample(_FIELDS, k=2)
        payloads = [
            {
                "type": "MANY_TO_ONE",
                "targetObjectMetadataId": target.id,
                "targetFieldLabel": back,
                "targetFieldIcon": "IconX",
            }
            for target in (*targets, self.model.by_singular["company"])
        ]
        wanted = {
            "objectMetadataId": obj.id,
            "type": "MORPH_RELATION",
            "name": name,
            "label": name,
            "morphRelationsCreationPayload": payloads,
        }
        return Change(f"relate {obj.name_singular}.{name} to many", lambda service: service.create_field(wanted))

    def rename_field(self) -> Change | None:
        field, name = self._field(), self.rng.choice(_FIELDS)
        if field is None:
            return None
        return Change(f"rename {field.name} to {name}", lambda service: service.update_field(field.id, {"name": name}))

    def describe_field(self) -> Change | None:
        field = self._field()
        if field is None:
            return None
        update = self.rng.choice(
            ({"label": f"L{self.rng.randrange(3)}"}, {"isActive": not field.is_active}, {"description": "x"})
        )
        return Change(f"update {field.name} {update}", lambda service: service.update_field(field.id, update))

    def default_field(self) -> Change | None:
        field = self._field(lambda field: field.type.name in ("TEXT", "SELECT"))
        if field is None:
            return None
        default = "'x'" if field.type.name == "TEXT" else f"'{self.rng.choice([*field.option_values])}'"
        return Change(
            f"default of {field.name}: {default}",
            lambda service: service.update_field(field.id, {"defaultValue": default}),
        )

    def unify_field(self) -> Change | None:
        field = self._field(lambda field: field.type.name == "TEXT")
        if field is None:
            return None
        update = {"isUnique": not field.is_unique}
        return Change(f"update {field.name} {update}", lambda service: service.update_field(field.id, update))

    def edit_options(self) -> Change | None:
        field = self._field(lambda field: bool(field.options))
        if field is None:
            return None
        options = [
            {"id": o.id, "value": o.value, "label": o.label, "position": o.position, "color": o.color}
            for o in field.options
        ]
        unused = [value for value in _VALUES if value not in field.option_values]
        match self.rng.choice(("add", "rename", "remove")):
            case "add" if unused:
                options.append({"value": unused[0], "label": "New", "position": len(options) + 10, "color": "red"})
            case "rename" if unused:
                self.rng.choice(options)["value"] = self.rng.choice(unused)
            case _ if len(options) > 1:
                options.remove(self.rng.choice(options))
        values = [option["value"] for option in options]
        return Change(
            f"options of {field.name}: {values}",
            lambda service: service.update_field(field.id, {"options": options}),
        )

    def delete_field(self) -> Change | None:
        field = self._field()
        return None if field is None else Change(f"delete {field.name}", lambda service: service.delete_field(field.id))

    def create_index(self) -> Change | None:
        obj, field = self._object(), self._field(lambda field: field.type.name == "TEXT")
        if field is None:
            return None
        wanted = {"objectMetadataId": obj.id, "fields": [{"fieldMetadataId": field.id}]}
        return Change(f"create index on {field.name}", lambda service: service.create_index(wanted))

    def delete_index(self) -> Change | None:
        rows = [index for index in self._object().indexes if index.is_custom]
        if not rows:
            return None
        index = self.rng.choice(rows)
        return Change(f"delete index {index.name}", lambda service: service.delete_index(index.id))


_CHANGES: tuple[tuple[Callable[[Chooser], Change | None], int], ...] = (
    (Chooser.create_object, 6),
    (Chooser.rename_object, 4),
    (Chooser.describe_object, 3),
    (Chooser.identify_object, 3),
    (Chooser.delete_object, 2),
    (Chooser.create_field, 12),
    (Chooser.relate, 5),
    (Chooser.relate_morph, 3),
    (Chooser.rename_field, 6),
    (Chooser.describe_field, 3),
    (Chooser.default_field, 3),
    (Chooser.unify_field, 4),
    (Chooser.edit_options, 8),
    (Chooser.delete_field, 6),
    (Chooser.create_index, 2),
    (Chooser.delete_index, 2),
)


def _options(values: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"value": value, "label": value.title(), "position": position, "color": "red"}
        for position, value in enumerate(values)
    ]


# ---------------------------------------------------------------------- what comes out

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_JOB = re.compile(r"\d{15}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
#: Milliseconds since 1970, and no other number of a workspace.
_TIMES_MS = 10**12


class Shown:
    """Rows and answers without what differs from run to run: ids that were not there before, and times."""

    def __init__(self, before: Rows, after: Rows) -> None:
        self._known = set(_UUID.findall(json.dumps([*before, *before.values()], default=str)))
        named = {row["id"]: row for (_, sk), row in after.items() if sk.startswith(("object#", "field#"))}
        owner = {row["id"]: sk.split("#")[1] for (_, sk), row in after.items() if sk.startswith("field#")}
        self._names = {
            i: row.get("name_singular") or f"{named[owner[i]]['name_singular']}.{row['name']}"
            for i, row in named.items()
        }

    def rows(self, rows: Rows) -> list[str]:
        return sorted(
            json.dumps(self.value({**row, **_opened(row)}), sort_keys=True, default=str) for row in rows.values()
        )

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return _UUID.sub(self._id, _JOB.sub("job", _TIME.sub("time", value)))
        if isinstance(value, Mapping):
            return {self.value(name): self.value(member) for name, member in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(member) for member in value]
        return "time" if isinstance(value, int) and value > _TIMES_MS else value

    def _id(self, match: re.Match[str]) -> str:
        rows = match.group()
        return rows if rows in self._known else self._names.get(rows, "new")


def _opened(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a job's row holds compressed."""
    return {"ghost": json.loads(zlib.decompress(base64.b64decode(row["ghost"])))} if "ghost" in row else {}


def _answer(change: Change, service: MetadataService) -> Any:
    """How a change ended: what is wrong with it, or None."""
    try:
        change.make(service)
    except MetadataValidationError as error:
        return [
            error.message,
            [[name, [_plain(failure) for failure in rows]] for name, rows in sorted(error.errors.items())],
        ]
    except IcosaError as error:
        return [type(error).__name__, error.message]
    return None


def _plain(failure: Any) -> Any:
    return json.loads(json.dumps(failure, default=str))


# ---------------------------------------------------------------------- at the same time


class Meeting(Table):
    """Waits for the other client before the first write, so that both have read the same model."""

    barrier: threading.Barrier

    def transact(self, ops: Sequence[Op], before_sending: Callable[[], None] | None = None) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(timeout=5)
        super().transact(ops, before_sending)


def at_once(tenant: Tenant, changes: Sequence[Change], *, meet: bool) -> list[Any]:
    """The answers to changes that two clients make at the same time."""
    barrier = threading.Barrier(2)

    def work(change: Change) -> Any:
        table: Table = tenant.table
        if meet:
            table = Meeting(tenant.table.name, tenant.table._client)
            table.barrier = barrier
        try:
            return _answer(change, tenant.service(table))
        finally:
            barrier.abort()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, changes))


def in_order(tenant: Tenant, changes: Sequence[Change], order: Sequence[int]) -> list[Any]:
    """The answers to changes that are made one after the other, in the order of ``changes``."""
    answers = {number: _answer(changes[number], tenant.service()) for number in order}
    return [answers[number] for number in range(len(changes))]


def make_equal(tenant: Tenant, rows: Rows) -> None:
    """Give a table the rows of another."""
    mine = tenant.rows()
    ops: list[Op] = [PutItem(dict(row)) for key, row in rows.items() if mine.get(key) != row]
    ops += [DeleteItem(key) for key in mine if key not in rows]
    for part in chunked(ops, MAX_TRANSACTION):
        tenant.table.transact(part)
    # What this process has read of the table before is not there any more.
    forget()


@pytest.fixture
def copies(dynamodb_endpoint: str) -> Iterator[tuple[Tenant, Tenant, Tenant]]:
    with contextlib.ExitStack() as stack:
        first, second, third = (Tenant(stack.enter_context(dynoxide.fresh_table(dynamodb_endpoint))) for _ in range(3))
        yield first, second, third


@pytest.mark.slow
def test_every_outcome_is_a_serial_one(copies: tuple[Tenant, Tenant, Tenant]) -> None:
    tenant, *others = copies
    rng = random.Random(_SEED)
    outcomes: Counter[str] = Counter()
    for number in range(_PAIRS):
        before = tenant.rows()
        for other in others:
            make_equal(other, before)
        chooser = Chooser(rng, tenant.model())
        changes = [chooser.change(), chooser.change()]
        answers = at_once(tenant, changes, meet=rng.random() < 0.7)
        rows = _outcome(tenant, before, answers)
        serial = [
            _outcome(other, before, in_order(other, changes, order))
            for other, order in zip(others, ((0, 1), (1, 0)), strict=True)
        ]
        what = f"pair {number} of seed {_SEED}: {' | '.join(change.words for change in changes)}"
        assert rows in serial, f"{what}\n{_difference(rows, serial[0])}\n{_difference(rows, serial[1])}"
        outcomes["both" if answers == [None, None] else "one" if None in answers else "none"] += 1
        outcomes["order matters"] += serial[0] != serial[1]
        _give_values(tenant, rng)
        tenant.finish_jobs()
    assert outcomes["both"] > outcomes["none"]
    print(dict(outcomes))


def _outcome(tenant: Tenant, before: Rows, answers: Sequence[Any]) -> tuple[list[str], Any]:
    after = tenant.rows()
    rendered = Shown(before, after)
    return rendered.rows(after), rendered.value(answers)


def _difference(rows: tuple[list[str], Any], serial: tuple[list[str], Any]) -> str:
    lines = [f"answers {rows[1]} for {serial[1]}"]
    lines += [f"+ {row}" for row in rows[0] if row not in serial[0]]
    lines += [f"- {row}" for row in serial[0] if row not in rows[0]]
    return "\n".join(line[:2000] for line in lines[:12])


def _give_values(tenant: Tenant, rng: random.Random) -> None:
    """Records, so that there is something to be unique, to be rebuilt, to be taken away."""
    model = tenant.model()
    for obj in model.objects:
        if obj.is_custom and rng.random() < 0.3:
            data: dict[str, Any] = {
                field.name: rng.choice("abcd")
                for field in obj.fields
                if field.type.name == "TEXT" and not field.is_system
            }
            data |= {
                field.name: rng.choice([*field.option_values]) for field in obj.fields if field.type.name == "SELECT"
            }
            with contextlib.suppress(BadRequest):  # not unique
                tenant.create(obj.name_singular, data, model=model)
