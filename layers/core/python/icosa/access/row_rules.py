"""Rules of rows: which records of an object a role may see and write (docs/wire/access.md#row-level-predicates).

A role's item holds predicates and groups of them by their wire members. They become one filter for an object, and
whatever cannot be understood denies the object as a whole: a rule that is dropped would show everything. Who asks is an
API key, which is no workspace member, so a predicate that compares with the caller's own field holds for no record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from ..errors import BadRequest
from ..model.model import Field, Model, Object
from ..model.operators import IN
from ..query.field_filters import chosen_values, needs_value, stored_condition
from ..query.filters import resolve_filter
from ..query.operation import And, Compare, Filter, Or
from ..query.row_scope import EVERYTHING, RowScope
from .roles import Role

Rule = Mapping[str, Any]
#: Groups inside one another.
MAX_DEPTH: Final = 10

GROUP: Final = "rowLevelPermissionPredicateGroupId"
PARENT: Final = "parentRowLevelPermissionPredicateGroupId"
MEMBER_FIELD: Final = "workspaceMemberFieldMetadataId"
_OPERATORS: Final[Mapping[str, type[And | Or]]] = {"AND": And, "OR": Or}


class BrokenRule(Exception):
    """A rule that cannot be understood. ``detail`` is for whoever writes it."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class RoleRows(RowScope):
    """The rows of a role. Objects with a broken rule are denied."""

    __slots__ = ("_broken", "_model", "_now", "_role")

    def __init__(self, role: Role, model: Model, now: str) -> None:
        super().__init__(self._filter)
        self._role = role
        self._model = model
        self._now = now
        self._broken: set[str] = set()

    def denies(self, obj: Object) -> bool:
        self.limits(obj)
        return obj.id in self._broken

    def _filter(self, obj: Object) -> Filter | None:
        role = self._role
        predicates = [rule for rule in role.row_predicates if rule.get("objectMetadataId") == obj.id]
        if not predicates:
            return None
        groups = [group for group in role.row_predicate_groups if group.get("objectMetadataId") == obj.id]
        try:
            return rules_filter(self._model, obj, predicates, groups, now=self._now)
        except BrokenRule:
            self._broken.add(obj.id)
            return _nothing(obj)


def rows_of(role: Role, model: Model, *, now: str) -> RowScope:
    """What a role may see at ``now``, a stored DATE_TIME. Costs nothing without rules; with them, each object's are
    read when it is first asked for.
    """
    return RoleRows(role, model, now) if role.row_predicates else EVERYTHING


def rules_filter(model: Model, obj: Object, predicates: Sequence[Rule], groups: Sequence[Rule], *, now: str) -> Filter:
    """What a record must fulfil. Predicates without a group must all hold. Raises BrokenRule."""
    try:
        tree = _Tree(model, obj, predicates, groups, datetime.fromisoformat(now))
        return tree.filter() or _nothing(obj)
    except (KeyError, TypeError, AttributeError) as malformed:
        raise BrokenRule(f"a member is missing or has another form: {malformed}") from malformed


class _Tree:
    def __init__(
        self, model: Model, obj: Object, predicates: Sequence[Rule], groups: Sequence[Rule], now: datetime
    ) -> None:
        self._model = model
        self._object = obj
        self._predicates = predicates
        self._groups = {group["id"]: group for group in groups}
        self._now = now

    def filter(self) -> Filter | None:
        """None when no record fulfils it."""
        in_use = {group_id for rule in self._predicates for group_id in self._ancestors(rule.get(GROUP))}
        return self._joined("AND", self._parts(None, in_use))

    def _ancestors(self, group_id: str | None) -> Iterator[str]:
        """A group and those around it. A predicate that cannot be reached from the root would be dropped."""
        for _ in range(MAX_DEPTH):
            if group_id is None:
                return
            if group_id not in self._groups:
                raise BrokenRule(f"there is no group {group_id}")
            yield group_id
            group_id = self._groups[group_id].get(PARENT)
        if group_id is not None:
            raise BrokenRule(f"groups can be nested {MAX_DEPTH} levels deep, and not contain themselves")

    def _parts(self, group_id: str | None, in_use: set[str]) -> Iterator[Filter | None]:
        """What stands directly in a group, or in none."""
        for rule in self._predicates:
            if rule.get(GROUP) == group_id:
                yield self._condition(rule)
        for inner in in_use:
            group = self._groups[inner]
            if group.get(PARENT) == group_id:
                yield self._joined(group["logicalOperator"], self._parts(inner, in_use))

    def _joined(self, operator: str, parts: Iterator[Filter | None]) -> Filter | None:
        if operator not in _OPERATORS:
            raise BrokenRule(f"{operator!r} is no logical operator")
        all_parts = list(parts)
        possible = tuple(part for part in all_parts if part is not None)
        if not possible or (operator == "AND" and len(possible) < len(all_parts)):
            return None
        return possible[0] if len(possible) == 1 else _OPERATORS[operator](possible)

    def _condition(self, rule: Rule) -> Filter | None:
        """What a predicate means; None when no record can fulfil it."""
        field = self._object.by_id.get(rule["fieldMetadataId"])
        if field is None:
            raise BrokenRule(f"field {rule['fieldMetadataId']} is gone")
        if rule.get(MEMBER_FIELD):
            return None
        operand, value = rule["operand"], rule.get("value")
        if needs_value(operand):
            selects_caller = bool(_selection(value).get("isCurrentWorkspaceMemberSelected"))
            if selects_caller and not (operand == "IS" and chosen_values(value)):
                return None
            _check_value(field, operand, value)
        try:
            raw = stored_condition(field, rule.get("subFieldName"), operand, value, now=self._now)
            condition = resolve_filter(self._model, self._object, raw)
        except BadRequest as invalid:
            raise BrokenRule(getattr(invalid, "detail", invalid.message)) from None
        if condition is None:
            raise BrokenRule(f"{operand} cannot be applied to field {field.name}")
        return condition


def _check_value(field: Field, operand: str, value: Any) -> None:
    """Refuse values that mean nothing, which conditions of views take for no restriction."""
    if operand == "IS_RELATIVE":
        return
    values = chosen_values(value)
    if value in (None, "") or not values or (operand != "IS" and "" in values):
        raise BrokenRule(f"{operand} of field {field.name} needs a value")
    is_pattern = operand in ("CONTAINS", "DOES_NOT_CONTAIN") and not field.options
    if not all(isinstance(each, str | int | float) for each in ([value] if is_pattern else values)):
        raise BrokenRule(f"{operand} of field {field.name} needs a value of another form")


def _selection(value: Any) -> Mapping[str, Any]:
    """The value of a condition on a relation in which records are selected, and perhaps the calling member; empty for
    other values.
    """
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = orjson.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _nothing(obj: Object) -> Filter:
    return Compare(obj.leaves["id",], IN, ())
