"""Two months of a CRM's traffic under each setting ``indexes``, and what they cost at list prices.

Nothing is left to chance: each day asks the same questions, the frequent ones much more often than the rare ones
(Zipf). What a question costs is measured, by one call, whenever the indexes have changed; the bill is that times how
often it is asked. The product itself tunes: each evening it is given the notes that the day's calls would have
left, and does its job.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from unittest.mock import patch

from bench import dataset
from bench.client import Call, Client, Reply
from bench.measure import cost_of
from icosa.catalog.commit import read
from icosa.catalog.jobs import FENCE_MS
from icosa.metadata import index_advice
from icosa.metadata.index_advice import Activity
from icosa.metadata.index_tuning import tune
from icosa.metadata.job_runner import run_all
from icosa.model.dates import format_instant
from icosa.model.model import Object
from icosa.model.tunable import IndexSetting
from icosa.prices import Prices
from icosa.store import keys
from icosa.store.index_use import read_days
from icosa.store.lookup import count_live
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, PutItem
from icosa.store.table import Table
from icosa.store.workspace_row import new_settings

MONTHS: Final = 2
DAYS: Final = 30
#: Requests of a working day: filters and orders together, single records, the newest records with their number.
_QUESTIONS, _SINGLE, _NEWEST = 1_200, 2_400, 600
#: Records created and changed in a working day, of people; a fifth as many companies.
_CREATED, _CHANGED = 300, 400
#: What of it there is on Saturdays and Sundays.
_WEEKEND = 0.1
_SHARES: Final[Mapping[str, float]] = {"people": 1.0, "companies": 0.2}
#: Of a record that is made to see what that costs.
_NUMBER: Final = 900_000
_BEGIN: Final = datetime(2030, 1, 7, 20, tzinfo=UTC)
_ROW_BYTES: Final = 220

#: From the most frequent to the rarest: what people of a CRM filter and order by. About half have no index at first.
_ASKED: Final[Sequence[tuple[str, Mapping[str, str]]]] = (
    ("people", {"filter": f'jobTitle[eq]:"{dataset.RARE_TITLE}"'}),
    ("people", {"filter": 'emails.primaryEmail[eq]:"nobody@acme.example"'}),
    ("people", {"filter": 'createdBy.name[eq]:"Import"'}),
    ("companies", {"filter": 'name[startsWith]:"Ac"'}),
    ("companies", {"filter": 'address.addressState[eq]:"Bavaria"'}),
    ("people", {"filter": f'name.lastName[startsWith]:"{dataset.RARE_PREFIX}"'}),
    ("companies", {"order_by": "annualRevenue.amountMicros[DescNullsLast]"}),
    ("people", {"filter": 'phones.primaryPhoneCountryCode[eq]:"PT"'}),
    ("companies", {"filter": 'address.addressPostcode[startsWith]:"802"'}),
    ("people", {"filter": 'createdBy.source[eq]:"IMPORT"'}),
    ("companies", {"filter": 'address.addressCity[eq]:"Porto"'}),
    ("people", {"filter": 'linkedinLink.primaryLinkLabel[eq]:"Ann"'}),
    ("companies", {"filter": 'createdBy.name[eq]:"Import"'}),
    ("people", {"filter": 'avatarUrl[eq]:"https://acme.example/a.png"'}),
    ("companies", {"filter": 'linkedinLink.primaryLinkUrl[eq]:"https://linkedin.example/acme"'}),
    ("people", {"filter": 'updatedBy.name[eq]:"Import"'}),
)


@dataclass(slots=True)
class Bill:
    """Units of a month, write units of jobs among them, indexes that came and went, and their rows at its end."""

    setting: str
    month: int
    reads: float = 0.0
    writes: float = 0.0
    job_writes: float = 0.0
    rows: int = 0
    built: int = 0
    dropped: int = 0
    gigabyte_months: float = 0.0

    def usd(self, prices: Prices) -> float:
        units = self.reads * prices.reads + self.writes * prices.writes
        return (units + self.gigabyte_months * prices.gigabyte_months) / 1e6


#: What a call would have noted: by object and leaf, read units of what was missed, None for a use.
type _Notes = list[tuple[str, str, float | None]]


class _Recorder:
    """Stands for the notes of requests (``icosa.store.index_use.IndexUse``), which would be those of today."""

    notes: ClassVar[_Notes] = []

    def __init__(self, table: Table, ws: str, noted: Mapping[tuple[str, str], str], **_: Any) -> None:
        self._noted = noted
        self.notes.clear()

    def read(self, pk: str) -> None:
        index = keys.index_of(pk)
        if index is not None and (name := self._noted.get(index)) is not None:
            self.notes.append((index[0], name, None))

    def missed(self, object_key: str, leaf: str, units: float) -> None:
        self.notes.append((object_key, leaf, units))

    def settle(self) -> None:
        """There is nothing to wait for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    reads: float
    writes: float
    notes: _Notes


def months(client: Client, table: Table, workspace_id: str) -> Iterator[Bill]:
    """The bills, setting by setting. Each begins with the indexes that workspaces begin with."""
    settings: Sequence[IndexSetting] = ("all", "declared", "advise", "auto")
    with patch("icosa.access.session.IndexUse", _Recorder):
        for number, setting in enumerate(settings):
            begin = _BEGIN + timedelta(weeks=60 * number)
            for choice in dict.fromkeys(("declared", setting)):
                table.transact([new_settings(workspace_id, {}, {"indexes": choice})])
                with patch.object(index_advice, "_activity", _activity):
                    _work(table, workspace_id, begin - timedelta(days=1))
            yield from _Simulation(client, table, workspace_id, setting, begin).months()
            for day in read_days(table, workspace_id):
                table.delete(DeleteItem(keys.index_use(workspace_id, day.day, day.object_key, day.leaf)))


def _work(table: Table, ws: str, at: datetime) -> None:
    """Do the evening's job, and those that follow from it."""
    now_ms = int(at.timestamp() * 1000)
    tune(table, ws, now_ms=now_ms)
    for fences in (2, 4):
        run_all(table, ws, now=format_instant(at), now_ms=now_ms + fences * FENCE_MS)


def _activity(table: Table, *, ws: str, obj: Object, now: datetime) -> Activity:
    """Records that the simulated day has created and changed."""
    share = _SHARES.get(obj.name_plural, 0.0)
    return Activity(
        live=count_live(table, ws, obj.key), created=round(_CREATED * share), changed=round(_CHANGED * share)
    )


class _Simulation:
    """One workspace under one setting."""

    def __init__(self, client: Client, table: Table, ws: str, setting: str, begin: datetime) -> None:
        self._client, self._table, self._ws, self._setting, self._begin = client, table, ws, setting, begin
        self._version = -1
        self._asked: list[_Measured] = []
        self._fixed: list[tuple[float, _Measured]] = []

    def months(self) -> Iterator[Bill]:
        for month in range(MONTHS):
            bill = Bill(setting=self._setting, month=month + 1)
            for day in range(month * DAYS, (month + 1) * DAYS):
                self._day(bill, self._begin + timedelta(days=day))
            bill.rows = self._rows()
            yield bill

    def _day(self, bill: Bill, at: datetime) -> None:
        self._measure()
        share = 1.0 if at.weekday() < 5 else _WEEKEND
        noted: dict[tuple[str, str], dict[str, float]] = {}
        for times, each in (*zip(_frequencies(), self._asked, strict=True), *self._fixed):
            calls = round(times * share)
            bill.reads += calls * each.reads
            bill.writes += calls * each.writes
            for object_key, leaf, units in each.notes if calls else ():
                counts = noted.setdefault((object_key, leaf), {"scans": 0, "units": 0.0, "uses": 0})
                counts["uses" if units is None else "scans"] += calls
                counts["units"] += calls * (units or 0.0)
        for (object_key, leaf), counts in noted.items():
            key = keys.index_use(self._ws, f"{at:%Y-%m-%d}", object_key, leaf)
            self._table.put(PutItem(keys.item_at(key, **counts)))
            # Two processes, which note what was missed each minute at most, and what was used each hour.
            bill.writes += min(counts["scans"], 2 * 600) + min(counts["uses"], 2 * 10)
        self._evening(bill, at)
        bill.gigabyte_months += self._rows() * _ROW_BYTES / 1e9 / DAYS

    def _evening(self, bill: Bill, at: datetime) -> None:
        before = self._indexed()
        meter = Meter()
        with patch.object(index_advice, "_activity", _activity):
            _work(self._table.metered(meter), self._ws, at)
        done = meter.total()
        bill.reads += done.read_units
        bill.writes += done.write_units
        bill.job_writes += done.write_units
        after = self._indexed()
        bill.built += len(after - before)
        bill.dropped += len(before - after)

    def _measure(self) -> None:
        """What calls cost, if the indexes are others than when that was last measured."""
        version = read(self._table, self._ws).model.version
        if version == self._version:
            return
        self._version = version
        self._asked = [self._call(Call(method="GET", path=f"/rest/{plural}", query=query)) for plural, query in _ASKED]
        person, made = self._created("/rest/people", "createPerson", dataset.person(_NUMBER, []))
        company, other = self._created("/rest/companies", "createCompany", dataset.company(_NUMBER))
        single = Call(method="GET", path=f"/rest/people/{person}")
        newest = Call(method="GET", path="/rest/people", query={"order_by": "createdAt[DescNullsLast]"})
        change = Call(method="PATCH", path=f"/rest/people/{person}", body={"jobTitle": "Head of months"})
        move = Call(method="PATCH", path=f"/rest/companies/{company}", body={"address": {"addressCity": "Porto"}})
        self._fixed = [
            (_SINGLE, self._call(single)),
            (_NEWEST, self._call(newest)),
            (_CREATED * _SHARES["people"], made),
            (_CREATED * _SHARES["companies"], other),
            (_CHANGED * _SHARES["people"], self._call(change)),
            (_CHANGED * _SHARES["companies"], self._call(move)),
        ]
        for path in (f"/rest/people/{person}", f"/rest/companies/{company}"):
            self._client.call(Call(method="DELETE", path=path))

    def _created(self, path: str, name: str, body: Mapping[str, Any]) -> tuple[str, _Measured]:
        reply = self._client.call(Call(method="POST", path=path, body=body), explain=True)
        return reply.json()["data"][name]["id"], _measured(reply)

    def _call(self, call: Call) -> _Measured:
        return _measured(self._client.call(call, explain=True))

    def _indexed(self) -> frozenset[tuple[str, str]]:
        """The leaves with an index, by object and path."""
        model = read(self._table, self._ws).model
        return frozenset((obj.key, leaf.dotted) for obj in model.objects for leaf in obj.indexed_leaves)

    def _rows(self) -> int:
        model = read(self._table, self._ws).model
        objects = [model.by_singular[name] for name in ("person", "company")]
        return sum(
            count_live(self._table, self._ws, obj.key) * sum(leaf.has_index for leaf in obj.indexed_leaves)
            for obj in objects
        )


def _measured(reply: Reply) -> _Measured:
    cost = cost_of(reply)
    return _Measured(reads=cost.read_units, writes=cost.write_units, notes=list(dict.fromkeys(_Recorder.notes)))


def _frequencies() -> list[float]:
    """How often each question is asked on a working day."""
    weights = [1 / rank for rank in range(1, len(_ASKED) + 1)]
    return [_QUESTIONS * weight / sum(weights) for weight in weights]
