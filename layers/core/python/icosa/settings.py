"""Every limit and default that an installation may change, read once from the environment (parameters of
template.yaml).

A field ``page_limit`` is the variable ``PAGE_LIMIT``. The numbers are Twenty's unless
docs/compatibility.md#different-on-purpose says otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

Plan = Literal["cheapest", "walk", "rows", "set", "records", "scan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """Sizes at which ``engine`` changes from one plan to another: they decide what a request costs, never its result.

    Not read from the environment. Tests lower them, so that a few records take every plan.
    """

    #: The plan of lists (``engine.read.planner``): the one that costs least, or another wherever it is possible.
    plan: Plan = "cheapest"
    #: Index rows that are read of each condition at first, to see how many records it selects.
    probe_rows: int = 500
    #: Records that an ordered walk checks against a filter before it is given up for reading all matches.
    walk_records: int = 2_000
    #: Records with equal first values that an ordered walk collects to sort them.
    walk_run_rows: int = 2_000
    #: Records with equal first values that are fetched and sorted rather than looked for in the second term's index.
    walk_short_run: int = 120
    #: Index rows that an ordered walk reads beyond those of the page: they usually complete the last run of equal
    #: values.
    walk_read_ahead: int = 8
    #: Indexes that are read side by side in place of the records; more of them move more bytes than the records.
    index_only_scan_indexes: int = 4
    #: Records that a join fetches by id; beyond it their values are read from indexes.
    join_fetch_records: int = 300
    #: Live records from which on a scan of an object is split into parallel parts.
    parallel_scan_records: int = 4_000
    #: Rows of a page of an index that is read to its end, at most: more than DynamoDB puts on one, 1 MB.
    scan_page_rows: int = 100_000
    #: Children of all parents of a level that are fetched to filter, sort and count them in memory.
    child_list_records: int = 2_000
    #: How often a list is read, at most, while others change what it shows, and how many records in all.
    looks: int = 8
    look_records: int = 2_000
    #: Changed records that a read looks at. Where more have changed it reads again: most were so before it began.
    late_records: int = 100
    #: Rows of each tail of changes that a read looks at, at most.
    tail_rows: int = 500
    #: Records that a read must find in memory for a look at what has changed, and rows of the index of ``updatedAt``
    #: and of each part of the log that such a look reads at most (``store.remembered_reads``).
    remembered_least: int = 6
    trace_rows: int = 1_500
    trace_logs: int = 300
    #: Rows that are counted before their number is kept (``engine.read.ledgers``), rows of the blocks in which it is,
    #: and commits after which it is brought up to date.
    ledger_rows: int = 4_000
    ledger_block: int = 1_000
    ledger_deltas: int = 200
    #: Rows of a parent's edge partition that are read at first: enough for several relations of usual size.
    edge_rows: int = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Limits of the Core APIs."""

    #: Records of one batch create or upsert.
    batch_limit: int = 60
    #: Records that one update, deletion or restore by filter may change: all of them in one transaction.
    bulk_limit: int = 60
    #: Records of a list page when the request names no limit, and at most.
    page_default: int = 60
    page_limit: int = 200
    #: Children shown for each one-to-many field of a record, and in answers to a create.
    relation_limit: int = 60
    relation_limit_create: int = 200
    #: Records that one merge joins.
    merge_limit: int = 9
    #: Groups of a groupBy when the request names no limit, and at most; records shown for each group.
    group_default: int = 50
    group_limit: int = 200
    group_records: int = 10
    #: Fields of a record that an answer shows when the request does not choose them.
    field_limit: int = 200
    #: Rows of indexes that a request may look at where no index answers it; a record counts as six of them.
    scan_limit: int = 2_000_000
    #: Bytes of a request body: what Lambda takes. Behind the gateway it is less (``BodyLimit`` of template.yaml).
    body_limit: int = 6_000_000
    #: Calls a minute of one workspace. API Gateway's usage plan sees to it; documents and headers quote it.
    rate_limit: int = 100
    tuning: Tuning = Tuning()

    @classmethod
    def variables(cls) -> dict[str, Any]:
        """The environment variables that ``read`` looks at, with the defaults of their fields."""
        return {field.name.upper(): field.default for field in fields(cls) if field.name != "tuning"}

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """The settings of an environment. Raises ValueError naming a variable that is no whole number."""
        values: dict[str, Any] = {}
        for name in cls.variables():
            if not (text := environment.get(name)):
                continue
            if not text.isdecimal():
                raise ValueError(f"{name} must be a whole number, not {text!r}")
            values[name.lower()] = int(text)
        return cls(**values)


settings = Settings.read(os.environ)
