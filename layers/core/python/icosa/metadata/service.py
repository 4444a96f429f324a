"""Changes of a workspace's model, the one way for both Metadata APIs (docs/wire/metadata.md#one-change).

Every change is expanded in a draft, validated as a whole and committed with the version that it was new_id from as its
condition; when another change was faster everything begins again, so changes have one order and each sees those before
it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ..access.audit import Actor
from ..access.permissions import Permissions
from ..access.plans import Plan, forbid_more
from ..catalog.commit import Snapshot, VersionConflict, commit, is_one_transaction, read
from ..errors import Conflict, IcosaError
from ..model.dates import format_instant
from ..model.model import Field, Index, Model, Object
from ..model.types.base import Leaf
from ..store import keys
from ..store.retry import Attempts
from ..store.table import Item, Table, TransactionConflict
from ..validation.errors import EntityNotFound, Failure, MetadataValidationError
from ..views.rows import as_roots, changes
from ..views.tree import Roots
from ..views.view_updates import apply_updates, updates_for
from . import fields, indexes, objects
from .disclosure import label_failures
from .draft import Draft
from .index_changes import commit_indexes, drop_leaf_index
from .index_targets import begin_as_wanted
from .record_checks import record_failures
from .record_jobs import plan_jobs, vacant_objects
from .role_updates import RuleUpdate, check_options, check_roles, update_roles
from .rules import failures
from .uniqueness import announcement, prove, take_back, undecided

_ATTEMPTS = Attempts(16)


class MetadataService:
    """The model of one workspace, for one request. ``rights`` are the caller's on records, None for the product itself,
    as is ``plan``.

    Inputs are wire-shaped mappings (``bodies``, which changes alone import: reads need no validation library). Every
    method raises InvalidInput for members of the wrong form,
    MetadataValidationError with the report on a change that breaks rules, the domain errors of ``validation.errors``,
    PermissionDenied for a label identifier that the caller may not read, and Conflict when other changes never leave
    room for this one.
    """

    def __init__(
        self, table: Table, workspace_id: str, rights: Permissions | None = None, plan: Plan | None = None
    ) -> None:
        self._table = table
        self._workspace_id = workspace_id
        self._rights = rights
        self._plan = plan
        self._model: Model | None = None
        self._previous: Model | None = None

    def model(self) -> Model:
        """The model as this service left it, or as it is when nothing was changed."""
        if self._model is None:
            self._model = _retrying(lambda: read(self._table, self._workspace_id)).model
        return self._model

    @property
    def previous(self) -> Model:
        """The model that the last change began with. What was deleted is part of it."""
        assert self._previous is not None, "nothing was changed"
        return self._previous

    # ------------------------------------------------------------------ objects

    def create_object(self, input: Mapping[str, Any]) -> Object:
        """A new custom object with its system fields and default relations."""
        from . import bodies

        members = bodies.named_members(bodies.CreateObject, input)

        def create(draft: Draft) -> str:
            if self._plan is not None:
                own = sum(obj.is_custom for obj in draft.objects.values())
                forbid_more(self._plan, self._plan.objects, "custom objects", present=own)
            return objects.create_object(draft, members).id

        new_id = self._change("creating object", create)
        return self.model().by_id[new_id]

    def update_object(self, object_id: str, update: Mapping[str, Any]) -> Object:
        """The object after the update."""
        return self.update_many_objects([(object_id, update)])[0]

    def update_many_objects(self, updates: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Object]:
        """The objects after their updates, which apply together or not at all."""
        from . import bodies

        changes = [
            (object_id, bodies.named_members(bodies.UpdateObject, update), _named(objects.FIXED, update))
            for object_id, update in updates
        ]

        def change(draft: Draft) -> None:
            for object_id, members, fixed in changes:
                objects.update_object(draft, object_id, members, fixed=fixed)

        self._change("updating object", change)
        return [self.model().by_id[object_id] for object_id, *_ in changes]

    def delete_object(self, object_id: str) -> Object:
        """The object as it was; its records go with it."""
        return self._change("deleting object", lambda draft: objects.delete_object(draft, object_id))

    # ------------------------------------------------------------------ fields

    def create_field(self, input: Mapping[str, Any]) -> Field:
        """A new field; of a morph relation the first member."""
        from . import bodies

        members = bodies.named_members(bodies.CreateField, input)
        return self._field(self._change("creating fields", lambda draft: fields.create_field(draft, members).id))

    def update_field(self, field_id: str, update: Mapping[str, Any]) -> Field:
        """The field after the update."""
        from . import bodies

        members = bodies.named_members(bodies.UpdateField, update)
        fixed = _named(fields.FIXED, update)

        def change(draft: Draft) -> None:
            fields.update_field(draft, field_id, members, fixed=fixed)

        if members.get("isUnique"):
            self._make_unique("updating field", change, field_id)
        else:
            self._change("updating field", change)
        return self._field(field_id)

    def delete_field(self, field_id: str) -> Field:
        """The field as it was; its values go with it."""
        return self._change("deleting field", lambda draft: fields.delete_field(draft, field_id))

    # ------------------------------------------------------------------ indexes

    def create_index(self, input: Mapping[str, Any]) -> Index:
        """A new custom index."""
        from . import bodies

        members = bodies.read_index(input)
        new_id = self._change("creating index", lambda draft: indexes.create_index(draft, members).id)
        return next(index for obj in self.model().objects for index in obj.indexes if index.id == new_id)

    def delete_index(self, index_id: str) -> Index:
        """The index as it was."""
        return self._change("deleting index", lambda draft: indexes.delete_index(draft, index_id))

    def drop_field_index(self, input: Mapping[str, Any], actor: Actor) -> Leaf:
        """The leaf, as it was, whose index is dropped: one that nobody declared. An entry of the audit log tells it."""
        from . import bodies

        members = bodies.read_index_field(input)

        def attempt() -> Leaf:
            snapshot = read(self._table, self._workspace_id)
            draft = self._draft(snapshot)
            leaf = drop_leaf_index(draft, snapshot.indexes, members["fieldMetadataId"], members["subFieldName"])
            now_ms = int(time.time() * 1000)
            self._model = commit_indexes(self._table, snapshot, draft, actor, now_ms=now_ms)
            self._previous = snapshot.model
            return leaf

        return _retrying(attempt)

    # ------------------------------------------------------------------ the product's own

    def extend(self, expand: Callable[[Draft], None], allowed: Collection[tuple[str | None, str]]) -> None:
        """A change that the product makes itself (``migrations.standard``), by the rules for everybody's, but for
        problems that are ``allowed``: universal identifiers of entities, and messages.
        """
        self._change("adding standard objects and fields", expand, allowed)

    # ------------------------------------------------------------------ the pipeline

    def _field(self, field_id: str) -> Field:
        for obj in self.model().objects:
            if field_id in obj.by_id:
                return obj.by_id[field_id]
        raise EntityNotFound

    def _change[T](
        self, doing: str, expand: Callable[[Draft], T], allowed: Collection[tuple[str | None, str]] = ()
    ) -> T:
        def attempt() -> T:
            snapshot = read(self._table, self._workspace_id)
            draft, result = self._expanded(snapshot, doing, expand, allowed)
            self._commit(snapshot, draft)
            return result

        return _retrying(attempt)

    def _make_unique(self, doing: str, expand: Callable[[Draft], None], field_id: str) -> None:
        """A change that makes a field unique (``uniqueness``). It is announced alone first, so that no other part of
        the change has happened when records contradict it.
        """
        announced: set[str] = set()
        proved: set[str] = set()

        def attempt() -> bool:
            """Commit the change or announce it; whether that was all."""
            snapshot = read(self._table, self._workspace_id)
            draft, _ = self._expanded(snapshot, doing, expand)
            alone = announcement(snapshot, draft)
            if alone is None:
                self._commit(snapshot, draft)
                return True
            rest = Draft(alone.model(), next_object_key=alone.next_object_key, now=alone.now)
            expand(rest)
            self._commit(snapshot, alone, is_required=True)
            announced.update(index.id for index in undecided(self.model(), field_id))
            return not rest.row_changes().put

        try:
            is_whole = False
            while not is_whole:
                is_whole = _retrying(attempt)
                open_indexes = [index for index in undecided(self.model(), field_id) if index.id not in proved]
                if open_indexes:
                    report = prove(self._table, self.model(), open_indexes, self._rights)
                    if report:
                        announced.update(index.id for index in open_indexes)
                        raise _refused(doing, report)
                    proved.update(index.id for index in open_indexes)
        except (IcosaError, TransactionConflict) as error:
            self._take_back(announced)
            if isinstance(error, TransactionConflict):
                raise _conflict() from None
            raise

    def _take_back(self, index_ids: Collection[str]) -> None:
        if index_ids:
            self._model = None
            try:
                take_back(self._table, self._workspace_id, index_ids)
            except TransactionConflict:
                raise _conflict() from None

    @staticmethod
    def _draft(snapshot: Snapshot) -> Draft:
        return Draft(snapshot.model, next_object_key=snapshot.next_object_key, now=format_instant(datetime.now(UTC)))

    def _expanded[T](
        self,
        snapshot: Snapshot,
        doing: str,
        expand: Callable[[Draft], T],
        allowed: Collection[tuple[str | None, str]] = (),
    ) -> tuple[Draft, T]:
        """A draft of the change, and what ``expand`` gives for it. Raises MetadataValidationError."""
        draft = self._draft(snapshot)
        result = expand(draft)
        begin_as_wanted(draft, snapshot.indexes)
        check_options(draft, None if self._rights is None else self._rights.role)
        report = (
            _without(failures(draft), allowed)
            or label_failures(self._table, draft, self._rights)
            or record_failures(self._table, draft, self._rights)
        )
        if report:
            raise _refused(doing, report)
        return draft, result

    def _commit(self, snapshot: Snapshot, draft: Draft, *, is_required: bool = False) -> None:
        self._previous = snapshot.model
        now_ms = int(time.time() * 1000)
        vacancies = vacant_objects(self._table, draft)
        jobs = plan_jobs(draft, now_ms=now_ms, vacant=vacancies)
        rows = draft.row_changes()
        if not rows.put and not rows.removed:
            self._model = snapshot.model
            return
        roots, update, roles = self._followers(snapshot, draft)
        views = None if roots is None else changes(self._workspace_id, *roots, seen=snapshot.views_version)
        if update is not None:
            check_roles(update, roles, None if self._rights is None else self._rights.role)
        demands = [op for vacancy in vacancies.values() for op in vacancy.ops(draft.base.version + 1)]
        if demands and not is_one_transaction(
            len(rows.put) + len(rows.removed) + len(views or ()) + len(jobs) + len(demands)
        ):
            demands, jobs = [], plan_jobs(draft, now_ms=now_ms)
            rows = draft.row_changes()
        model = draft.model()
        commit(
            self._table,
            snapshot,
            model,
            rows.put,
            rows.removed,
            next_object_key=draft.next_object_key,
            views=views,
            jobs=jobs,
            demands=demands,
            is_required=is_required,
        )
        self._model = model
        if update is not None:
            update_roles(self._table, self._workspace_id, update, roles, now=draft.now)

    def _followers(
        self, snapshot: Snapshot, draft: Draft
    ) -> tuple[tuple[Roots, Roots] | None, RuleUpdate | None, list[Item]]:
        """Views and page layouts before and after the change, None for a change that concerns none; what becomes of
        rules of rows, and the roles that may have such.

        They are read after the version that guards them.
        """
        before, after = snapshot.model, draft.model()
        updates, rules = updates_for(before, after, now=draft.now), RuleUpdate.of(before, after)
        ws = self._workspace_id
        found: dict[str, Roots] = {}
        roles: list[Item] = []

        def read_views(table: Table) -> None:
            if updates:
                found["before"] = as_roots(table.query_all(keys.views(ws)))

        def read_roles(table: Table) -> None:
            if rules is not None:
                roles.extend(table.query_all(keys.roles(ws)))

        self._table.parallel([read_views, read_roles])
        roots = found.get("before")
        return None if roots is None else (roots, apply_updates(roots, updates)), rules, roles


def _named(names: Iterable[str], input: Mapping[str, Any]) -> dict[str, Any]:
    """The members of ``names`` that a request has a value for."""
    return {name: input[name] for name in names if input.get(name) is not None}


def _retrying[T](attempt: Callable[[], T]) -> T:
    for _ in _ATTEMPTS:
        try:
            return attempt()
        except VersionConflict:
            continue
    raise _conflict()


def _without(report: Sequence[Failure], allowed: Collection[tuple[str | None, str]]) -> list[Failure]:
    """The failures that have a problem that is not allowed, with these alone."""
    if not allowed:
        return list(report)
    left = [
        replace(
            failure,
            problems=[
                problem
                for problem in failure.problems
                if (failure.about.get("universalIdentifier"), problem.message) not in allowed
            ],
        )
        for failure in report
    ]
    return [failure for failure in left if failure.problems]


def _conflict() -> Conflict:
    return Conflict("The data model was changed by other requests at the same time. Please try again.")


def _refused(doing: str, report: Sequence[Failure]) -> MetadataValidationError:
    return MetadataValidationError(f"Multiple validation errors occurred while {doing}", report)
