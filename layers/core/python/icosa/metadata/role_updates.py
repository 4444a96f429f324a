"""What a change of the model does to roles: rules of rows go with their field or object, and follow renamed options
(docs/wire/access.md#row-level-predicates).

Roles are changed after the model, by changes of their own: until then a rule of a field that is gone denies the object.

Costs: one query of the workspace's roles beside that of its views, for changes that remove objects, fields or options
or rename options; one read and one transaction more if rules are concerned.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ..access.access_changes import AccessChanges, Attempt
from ..access.access_errors import AccessBusy
from ..access.audit import SYSTEM
from ..access.escalation import forbid_excess
from ..access.roles import Role
from ..access.row_rule_changes import GROUPS, PREDICATES, rules_of, write_rules
from ..access.row_rules import MEMBER_FIELD
from ..errors import Forbidden
from ..model.model import Model
from ..store import keys
from ..store.table import Item, Table
from ..views.view_updates import value_after
from .draft import Draft

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RuleUpdate:
    """What is gone from a model, by ids, and by field id the new values of options, None for those that are gone."""

    objects: frozenset[str]
    fields: frozenset[str]
    options: Mapping[str, Mapping[str, str | None]]

    @classmethod
    def of(cls, before: Model, after: Model) -> Self | None:
        """None for a change that concerns no rule."""
        objects = before.by_id.keys() - after.by_id.keys()
        fields: set[str] = set()
        options: dict[str, Mapping[str, str | None]] = {}
        for old in before.objects:
            new = after.by_id.get(old.id)
            if new is None or new is old:
                continue
            fields |= old.by_id.keys() - new.by_id.keys()
            for field in old.fields:
                if field.options and field.id in new.by_id:
                    kept = {option.id: option.value for option in new.by_id[field.id].options}
                    values = {option.value: kept.get(option.id) for option in field.options}
                    if any(value != after_value for value, after_value in values.items()):
                        options[field.id] = values
        return cls(frozenset(objects), frozenset(fields), options) if objects or fields or options else None

    def without_objects(self, role: Item) -> Item:
        return self._keeping(role, lambda rule: rule["objectMetadataId"] not in self.objects)

    def without_fields(self, role: Item) -> Item:
        return self._keeping(
            role,
            lambda rule: rule.get("fieldMetadataId") not in self.fields and rule.get(MEMBER_FIELD) not in self.fields,
        )

    @staticmethod
    def _keeping(role: Item, is_kept: Callable[[Mapping[str, Any]], bool]) -> Item:
        kept = {name: [rule for rule in rules_of(role, name) if is_kept(rule)] for name in (PREDICATES, GROUPS)}
        return {**role, **kept}

    def apply(self, role: Item) -> Item:
        """The role after the change; the same if no rule is concerned."""
        after = self.without_fields(self.without_objects(role))
        after = {**after, PREDICATES: [self._renamed(rule) for rule in after[PREDICATES]]}
        same = all(after[name] == rules_of(role, name) for name in (PREDICATES, GROUPS))
        return role if same else after

    def _renamed(self, rule: dict[str, Any]) -> dict[str, Any]:
        values = self.options.get(rule["fieldMetadataId"])
        if values is None:
            return rule
        value = value_after(rule.get("value"), values)
        # A rule without a value would be no rule: it keeps the option that is gone, and denies.
        return rule if value in (None, [], "[]") else {**rule, "value": value}


def check_roles(update: RuleUpdate, roles: Sequence[Item], granter: Role | None) -> None:
    """Raises Exceeds if a caller with rules of rows would take a rule from a role together with its field, so that the
    role sees more than the caller. Rules of objects that are gone show nothing.
    """
    if granter is None or not granter.row_predicates:
        return
    own = next((role for role in roles if keys.sort_of(role) == granter.id), None)
    holder = granter if own is None else Role.parse(update.without_objects(own))
    for role in roles:
        before = update.without_objects(role)
        after = update.without_fields(before)
        if after[PREDICATES] != before[PREDICATES]:
            forbid_excess(Role.parse(after), holder, before=Role.parse(before))


def check_options(draft: Draft, caller: Role | None) -> None:
    """Raises Forbidden if a caller would change options by which their own role's rules choose records: a rule finds
    options by value and by label, so other records could come into sight.
    """
    if caller is None or not caller.row_predicates:
        return
    named = {rule.get("fieldMetadataId") for rule in caller.row_predicates}
    for change in draft.field_changes():
        before, after = change.before, change.after
        if before is None or after is None or before.id not in named:
            continue
        if [(o.id, o.value, o.label) for o in before.options] != [(o.id, o.value, o.label) for o in after.options]:
            raise Forbidden(
                f"The options of {before.name} decide which records your role sees, so your key cannot change them",
                sub_code="PERMISSION_DENIED",
            )


def update_roles(table: Table, workspace_id: str, update: RuleUpdate, roles: Sequence[Item], *, now: str) -> None:
    """Bring the rules of roles in line with the model."""
    concerned = [keys.sort_of(role) for role in roles if update.apply(role) is not role]
    if not concerned:
        return

    def decide(attempt: Attempt) -> None:
        for role_id in concerned:
            role = attempt.find_role(role_id)
            if role is not None and (after := update.apply(role)) is not role:
                write_rules(attempt, role, after)

    try:
        AccessChanges(table, workspace_id, None, now=now, actor=SYSTEM).apply(decide)
    except AccessBusy:
        # Nothing is lost but access: the objects are denied until the rules are set anew.
        logger.warning("rules of rows were not changed with the model", extra={"workspace_id": workspace_id})
