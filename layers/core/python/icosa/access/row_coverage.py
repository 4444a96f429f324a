"""Whether one role's rules of rows provably show no more than another's (docs/wire/access.md#escalation).

Rules become the set of conditions that must all hold, in a form whose order and ids do not matter. Who demands the same
conditions, and perhaps more, shows no more. Whatever else may be narrower counts as more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .roles import Role
from .row_rules import GROUP, PARENT

Rule = Mapping[str, Any]
#: What rules that mean the same may differ in.
_INCIDENTAL: Final = frozenset(
    ("id", "roleId", "objectMetadataId", GROUP, PARENT, "positionInRowLevelPermissionPredicateGroup")
)


def covers(holder: Role, granted: Role, object_id: str) -> bool:
    """Whether the holder sees all records of an object that ``granted`` shows."""
    own = _conditions(holder, object_id)
    return not own or own <= _conditions(granted, object_id)


def _conditions(role: Role, object_id: str) -> frozenset[str]:
    """What a role demands of records; empty without rules."""
    predicates = [rule for rule in role.row_predicates if rule.get("objectMetadataId") == object_id]
    groups = [group for group in role.row_predicate_groups if group.get("objectMetadataId") == object_id]
    tree = _Tree(predicates, groups)
    conditions = frozenset(tree.conditions(None, "AND", ()))
    # What hangs in the air, by which the object is denied.
    lost = [rule for rule in predicates if id(rule) not in tree.reached]
    return conditions | {f"unreachable {_essence(rule)}" for rule in lost}


class _Tree:
    def __init__(self, predicates: Sequence[Rule], groups: Sequence[Rule]) -> None:
        self._predicates = predicates
        self._groups = groups
        self.reached: set[int] = set()

    def conditions(self, group_id: str | None, operator: Any, path: tuple[Any, ...]) -> Iterator[str]:
        """The conditions of a group that its ``operator`` joins: of inner groups with the same operator, or with a
        single condition, those themselves.
        """
        for rule in self._predicates:
            if rule.get(GROUP) == group_id:
                self.reached.add(id(rule))
                yield _essence(rule)
        for group in self._groups:
            if group.get(PARENT) != group_id or group.get("id") in path:
                continue
            own = group.get("logicalOperator")
            inner = sorted(set(self.conditions(group["id"], own, (*path, group["id"]))))
            if own == operator or len(inner) == 1:
                yield from inner
            elif inner:
                yield repr((own, inner))


def _essence(rule: Rule) -> str:
    return repr(sorted((name, value) for name, value in rule.items() if name not in _INCIDENTAL and value is not None))
