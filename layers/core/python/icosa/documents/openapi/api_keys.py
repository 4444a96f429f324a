"""API keys in the document of the Metadata REST API (spec/access.md §1.3)."""

from __future__ import annotations

from collections.abc import Mapping

from ...model.types.json_schema import DATE_TIME, UUID, nullable
from .collection import Collection
from .errors import Part
from .records import reference

#: Mirrors ``access.api_keys.NAME_LENGTH``, whose module needs libraries that documents do without.
_NAME: Part = {"type": "string", "minLength": 1, "maxLength": 255}
_INPUT: Mapping[str, Part] = {
    "name": _NAME,
    "expiresAt": {**DATE_TIME, "description": "A date alone is taken as its first moment in UTC"},
    "revokedAt": {
        **nullable(DATE_TIME),
        "description": "Any moment, also one to come, ends the key at once; null undoes that",
    },
}
#: The answer for one key, whether it was asked for, changed or revoked.
_FOUND = {**nullable(reference("ApiKeyForResponse")), "description": "Null when there is no key with this id"}

API_KEYS = Collection(
    singular="apiKey",
    plural="apiKeys",
    create={**_INPUT, "roleId": {**UUID, "description": "A role that API keys may have"}},
    required=("name", "expiresAt", "roleId"),
    update={**_INPUT, "name": nullable(_NAME), "expiresAt": nullable(_INPUT["expiresAt"])},
    response={
        "id": UUID,
        "name": {"type": "string"},
        "expiresAt": DATE_TIME,
        "revokedAt": nullable(DATE_TIME),
        "createdAt": DATE_TIME,
        "updatedAt": DATE_TIME,
        "workspaceId": UUID,
    },
    example={"name": "Sync", "expiresAt": "2199-12-31T00:00:00.000Z", "roleId": "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001"},
    update_example={"name": "Nightly sync"},
    is_wrapped=False,
    found=_FOUND,
    updated=_FOUND,
    deleted={
        **_FOUND,
        "description": "The key, which is revoked and not deleted. Null when there is no key with this id",
    },
    has_parent=True,
)
