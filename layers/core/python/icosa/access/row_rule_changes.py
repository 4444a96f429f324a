"""Setting the rules of rows of a role for an object (docs/wire/access.md#setting-row-level-predicates)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from ..errors import BadRequest, NotFound
from ..model.model import Model, Object
from ..store import keys
from ..store.ops import set_attributes
from ..store.table import Item
from .access_changes import AccessChanges, Attempt, members_of
from .access_errors import NOT_EDITABLE, OF_ANOTHER_APPLICATION, SystemObjectPermission, permissions_report
from .audit import Entry
from .row_rules import GROUP, MEMBER_FIELD, PARENT, BrokenRule, rules_filter

#: Bytes of all rules of a role, as JSON. Each request of a key reads its role, at one read unit for each 4 KB.
MAX_BYTES: Final = 64 * 1024
PREDICATES: Final = "rowLevelPredicates"
GROUPS: Final = "rowLevelPredicateGroups"

_Rules = list[dict[str, Any]]


class RuleTargetNotFound(NotFound):
    """A rule of rows names something that does not exist."""

    def __init__(self, entity: str, key: str) -> None:
        super().__init__(f"Could not find {entity} for given {key}", sub_code="RELATION_UNIVERSAL_IDENTIFIER_NOT_FOUND")


class InapplicableRule(BadRequest):
    """A rule of rows that cannot be understood."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"Row level permission predicate cannot be applied. {detail}",
            sub_code="INVALID_ROW_LEVEL_PERMISSION_PREDICATE_DATA",
        )


def set_row_rules(changes: AccessChanges, role_id: str, object_id: str, raw: Mapping[str, Any], model: Model) -> Item:
    """Let a role have exactly these predicates and groups for an object (``bodies``); the role as it is then.

    Costs what other changes of roles do: three reads and one transaction. Raises InvalidInput, RuleTargetNotFound,
    SystemObjectPermission, InapplicableRule, BadRequest for ids that occur twice and for too many rules,
    MetadataValidationError for a role that is not editable, Exceeds, AccessBusy.
    """
    from ..validation.body import validate
    from .row_rule_bodies import UpsertRowLevelPermissions

    body = validate(UpsertRowLevelPermissions, raw)
    obj = model.by_id.get(object_id)

    def decide(attempt: Attempt) -> Item:
        attempt.require("ROLES")
        role = attempt.find_role(role_id)
        if role is None:
            raise RuleTargetNotFound("role", "roleId")
        if obj is None:
            raise RuleTargetNotFound("objectMetadata", "objectMetadataId")
        if obj.is_open:
            # They are open to every role: no comparison of roles would see what such a rule leaves out.
            raise SystemObjectPermission(
                "Cannot add row level permission predicate on system object",
                sub_code="CANNOT_ADD_ROW_LEVEL_PERMISSION_ON_SYSTEM_OBJECT",
            )
        if not role.get("isEditable", True):
            raise permissions_report(
                "rowLevelPermissionPredicate",
                "row level permission predicates",
                role_id,
                [OF_ANOTHER_APPLICATION, NOT_EDITABLE],
            )
        groups = _with_ids(obj, [group.complete() for group in body.predicate_groups])
        predicates = _with_ids(obj, [predicate.complete() for predicate in body.predicates])
        _check(model, obj, predicates, groups, now=attempt.now)
        return _replace(attempt, role, obj, predicates, groups)

    return changes.apply(decide)


def rules_of(role: Item, attribute: str) -> _Rules:
    return list(role.get(attribute, ()))


def _with_ids(obj: Object, rules: _Rules) -> _Rules:
    """Rules as they are stored: those without an id get one."""
    for rule in rules:
        if rule.get("objectMetadataId") not in (None, obj.id):
            raise RuleTargetNotFound("objectMetadata", "objectMetadataId")
    stored = [{**rule, "id": rule["id"] or str(uuid.uuid4()), "objectMetadataId": obj.id} for rule in rules]
    ids = [rule["id"] for rule in stored]
    twice = next((i for i in ids if ids.count(i) > 1), None)
    if twice is not None:
        raise BadRequest(f"Duplicate id in row level permission predicates: {twice}", sub_code="INVALID_ARG")
    return stored


def _check(model: Model, obj: Object, predicates: _Rules, groups: _Rules, *, now: str) -> None:
    known = {group["id"] for group in groups}
    for predicate in predicates:
        if predicate["fieldMetadataId"] not in obj.by_id:
            raise RuleTargetNotFound("fieldMetadata", "fieldMetadataId")
        member = predicate[MEMBER_FIELD]
        if member is not None and not any(member in other.by_id for other in model.objects):
            raise RuleTargetNotFound("fieldMetadata", MEMBER_FIELD)
        if predicate[GROUP] is not None and predicate[GROUP] not in known:
            raise RuleTargetNotFound("rowLevelPermissionPredicateGroup", GROUP)
    for group in groups:
        if group[PARENT] is not None and group[PARENT] not in known:
            raise RuleTargetNotFound("rowLevelPermissionPredicateGroup", PARENT)
    try:
        if predicates:
            rules_filter(model, obj, predicates, groups, now=now)
    except BrokenRule as broken:
        raise InapplicableRule(broken.detail) from None


def _replace(attempt: Attempt, old: Item, obj: Object, predicates: _Rules, groups: _Rules) -> Item:
    changed = {
        PREDICATES: [rule for rule in rules_of(old, PREDICATES) if rule["objectMetadataId"] != obj.id] + predicates,
        GROUPS: [rule for rule in rules_of(old, GROUPS) if rule["objectMetadataId"] != obj.id] + groups,
    }
    if len(orjson.dumps(changed)) > MAX_BYTES:
        raise BadRequest(
            f"The row level permission predicates of a role can have {MAX_BYTES} bytes altogether",
            sub_code="INVALID_ARG",
        )
    new = {**old, **changed}
    attempt.forbid_excess(new, before=old)
    write_rules(attempt, old, new)
    return new


def write_rules(attempt: Attempt, old: Item, new: Item) -> None:
    """Give a role's item the rules of ``new``, with an entry in the audit log."""
    names: Sequence[str] = (PREDICATES, GROUPS)
    entry = Entry.of_change(
        "role.rowLevelPermissionPredicatesChanged",
        "role",
        keys.sort_of(old),
        old["label"],
        members_of(old, names),
        members_of(new, names),
    )
    attempt.write(
        set_attributes(keys.of(old), {**{name: new[name] for name in names}, **attempt.revision}), entry=entry
    )
