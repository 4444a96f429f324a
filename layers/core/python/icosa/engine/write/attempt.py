"""One attempt to create or upsert records: it reads all that it needs side by side, makes a change of every draft, and
commits them together. What is wrong with the records is collected on the way (``model.problems``).

``create`` makes attempts until no other writer comes in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import IcosaError, PayloadTooLarge, PermissionDenied
from ...model.input import defaults
from ...model.problems import Problem, Problems
from ...model.record import Record
from ...query.operation import PATCHING, Node, Patching
from ...store.change import Change
from ...store.commit import WriteConflict
from ...store.record import pack
from ..context import Context
from .changes import create_change, lacking, with_position
from .commit import DuplicateEntry, announce, commit_changes, duplicate_id
from .conflicts import Claim, RecordKey, find_conflicts
from .draft_reads import DraftReads, read_for, references, wanted_position
from .drafts import RecordDraft, flatten
from .foreign_keys import MissingTarget, target_problem
from .positions import assign_positions
from .upsert import SeveralMatches, upsert_change
from .visibility import unseen, unseen_targets


class RecordsRefused(Exception):
    """Records of a request cannot be written: nothing was. ``error`` is the problem that was found first."""

    def __init__(self, problems: Problems, error: IcosaError | None = None) -> None:
        super().__init__(len(problems))
        self.problems = problems
        self.error = error or next(iter(problems)).error


class Attempt:
    """One attempt to write drafts: ``top``, and those inside them."""

    def __init__(
        self,
        ctx: Context,
        top: Sequence[RecordDraft],
        problems: Problems,
        *,
        is_upsert: bool = False,
        patching: Patching = PATCHING,
    ) -> None:
        self._ctx = ctx
        self._is_upsert = is_upsert
        self._patching = patching
        self._top = top
        self._drafts = flatten(top)
        self._problems = problems
        self.changes: dict[RecordKey, Change] = {}
        #: The record that each draft stands for, by the draft's identity; the drafts that have made changes; the first
        #: draft of each record; and the last one that says where the record stands among others.
        self._records: dict[int, RecordKey] = {}
        self._applied: set[int] = set()
        self._first: dict[RecordKey, RecordDraft] = {}
        self._placed: dict[RecordKey, RecordDraft] = {}

    def run(self) -> list[Record]:
        """Read, change and commit once; returns the records of the drafts as they are written.

        Raises RecordsRefused.
        """
        ctx, problems = self._ctx, self._problems
        reads = self.make_changes()
        changes = list(self.changes.values())
        self._find_denied(changes)
        if problems:
            self._find_conflicts(problems)
            raise RecordsRefused(problems)
        records = [after for draft in self._top if (after := self.changes[self._records[id(draft)]].after) is not None]
        announce(ctx, [Node(record) for record in records])
        try:
            commit_changes(ctx, changes, live_before=reads.live)
        except (DuplicateEntry, MissingTarget) as error:
            self._find_conflicts(problems)
            if not problems:  # What stood in the way has gone meanwhile.
                raise WriteConflict from None
            raise RecordsRefused(problems, error) from None
        except PayloadTooLarge as error:
            self._find_too_large(changes)
            if not problems:  # It is all of them together.
                raise
            raise RecordsRefused(problems, error) from None
        return records

    # ------------------------------------------------------------------ changes

    def make_changes(self) -> DraftReads:
        """Read what the drafts need, and make the change of every draft without problems, one after the other."""
        problems = self._problems
        reads = read_for(self._ctx, self._drafts, self._top if self._is_upsert else (), problems)
        faulty = set(problems.indexes)
        positions: list[tuple[RecordDraft, RecordKey]] = []
        for draft in self._drafts:
            found: list[Problem] = []
            change = self._change(draft, reads, positions, found, is_faulty=draft.index in faulty)
            if found:
                problems.extend(problem.inside(draft.index, draft.path) for problem in found)
                faulty.add(draft.index)
            elif change is not None:
                self.changes[change.obj.key, change.id] = change
                self._applied.add(id(draft))
                if reads.matches is not None:
                    reads.matches.note(self._ctx, change)
        if not problems:
            self._place(positions, reads)
        return reads

    def _change(
        self,
        draft: RecordDraft,
        reads: DraftReads,
        positions: list[tuple[RecordDraft, RecordKey]],
        problems: list[Problem],
        *,
        is_faulty: bool,
    ) -> Change | None:
        """The change that a draft makes; None, and why in ``problems``, where it makes none. Of a draft with problems
        it is only found out what else is wrong.
        """
        matched = None
        is_upsert = self._is_upsert and not draft.path
        if is_upsert and reads.matches is not None:
            try:
                matched = reads.matches.match(draft)
            except SeveralMatches as error:
                problems.append(Problem(error=error))
                return None
        record = draft.obj.key, draft.id if matched is None else matched.item.id
        self._records[id(draft)] = record
        before = self._first.setdefault(record, draft)
        if matched is not None:
            draft.is_new = False
            if is_faulty:
                return None
            if draft.parsed.position is not None:
                positions.append((draft, record))
                self._placed[record] = draft
            elif draft.obj.by_name["position"].key in draft.parsed.values:
                self._placed.pop(record, None)
            return upsert_change(self._ctx, draft, matched, self.changes.get(record), self._patching, problems)
        draft.is_new = True
        if before is not draft and not is_upsert:
            problems.append(Problem(error=duplicate_id(), field="id", value=draft.id, duplicate_of=before.index))
            return None
        values = self._new_values(draft)
        problems += draft.parsed.unfit
        problems += lacking(draft.obj, values, draft.data)
        if problems or is_faulty:
            return None
        positions.append((draft, record))
        self._placed[record] = draft
        return create_change(self._ctx, draft.obj, draft.id, values, id_is_given=draft.id_is_given)

    def _new_values(self, draft: RecordDraft) -> dict[str, Any]:
        """The values of a new record, whose position is still to come."""
        ctx, obj, parsed = self._ctx, draft.obj, draft.parsed.values
        by_name = obj.by_name
        values = {**defaults(obj, ctx.now), **parsed, **draft.relation_values()}
        values[by_name["id"].key] = draft.id
        for name in ("createdAt", "updatedAt"):
            values[by_name[name].key] = parsed.get(by_name[name].key) or ctx.now
        values[by_name["position"].key] = parsed.get(by_name["position"].key, 0)
        values[by_name["createdBy"].key] = _created_by(ctx, parsed.get(by_name["createdBy"].key))
        values[by_name["updatedBy"].key] = ctx.actor
        return values

    def _place(self, positions: Sequence[tuple[RecordDraft, RecordKey]], reads: DraftReads) -> None:
        """Give new records their positions, and those that an upsert moves to a place."""
        for obj_key in {draft.obj.key for draft, _ in positions}:
            placed = [(draft, record) for draft, record in positions if draft.obj.key == obj_key]
            assigned = assign_positions(
                [wanted_position(draft) for draft, _ in placed],
                reads.outer.get((obj_key, False)),
                reads.outer.get((obj_key, True)),
            )
            for (draft, record), position in zip(placed, assigned, strict=True):
                if self._placed.get(record) is draft:
                    self.changes[record] = with_position(self._ctx, self.changes[record], position)

    # ------------------------------------------------------------------ problems

    def _find_denied(self, changes: Sequence[Change]) -> None:
        """Records that the caller could not see once they are written, and references to such."""
        for change in unseen(self._ctx, changes):
            self._note((change.obj.key, change.id), Problem(error=PermissionDenied()))
        for reference in unseen_targets(self._ctx, changes):
            self._note(reference.owner, target_problem(reference))

    def _find_too_large(self, changes: Sequence[Change]) -> None:
        for change in changes:
            try:
                if change.after is not None:
                    pack(change.after, change.obj.stored_form)
            except PayloadTooLarge as error:
                self._note((change.obj.key, change.id), Problem(error=error))

    def _find_conflicts(self, problems: Problems) -> None:
        find_conflicts(self._ctx, [self._claim(draft) for draft in self._drafts], self.changes, problems)

    def _claim(self, draft: RecordDraft) -> Claim:
        record = self._records.get(id(draft), (draft.obj.key, draft.id))
        change = self.changes[record] if id(draft) in self._applied else None
        before = None if change is None else change.before
        return Claim(
            obj=draft.obj,
            id=record[1],
            values=draft.parsed.values if change is None or change.after is None else change.after,
            named=draft.parsed.mentioned,
            references=[
                reference
                for reference in references(self._ctx, [draft])
                if before is None or before.get(reference.field.key) != reference.id
            ],
            index=draft.index,
            path=draft.path,
            is_new=draft.is_new,
            is_upsert=self._is_upsert and not draft.path,
            id_is_given=draft.id_is_given,
            is_first=self._first.get(record) is draft,
        )

    def _note(self, record: RecordKey, problem: Problem) -> None:
        """Note a problem of a record with the last draft for it."""
        draft = next(draft for draft in reversed(self._drafts) if self._records.get(id(draft)) == record)
        self._problems.add(problem.inside(draft.index, draft.path))


def _created_by(ctx: Context, author: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """``createdBy``: the caller, unless the request names an author; of one without a name only the other parts count
    (docs/wire/rest.md#actor).
    """
    if author is None:
        return ctx.actor
    if author.get("name") is not None:
        return author
    return {**ctx.actor, **author}
