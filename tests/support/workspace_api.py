"""A workspace's APIs as scripts use them: what tests of the console compare its pages with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceApi:
    """``url`` is the APIs' base URL, with a slash at its end."""

    url: str
    key: str

    def rest(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """The answer to a REST call, whose status must be as expected."""
        answer = httpx.request(method, f"{self.url}rest/{path}", json=body, headers=self._headers(), timeout=_SECONDS)
        assert answer.status_code == status, answer.text
        return answer.json()

    def graphql(self, api: str, query: str, **variables: Any) -> Any:
        """``data`` of an answer without errors; ``api`` is ``graphql`` or ``metadata``."""
        body = {"query": query, "variables": variables}
        answer = httpx.post(self.url + api, json=body, headers=self._headers(), timeout=_SECONDS).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def objects(self) -> dict[str, Any]:
        """All objects by plural name, each with its ``fields`` by name."""
        found = self.rest("GET", "metadata/objects")["data"]["objects"]
        return {obj["namePlural"]: {**obj, "fields": {each["name"]: each for each in obj["fields"]}} for obj in found}

    def create_object(self, singular: str, label: str, **more: Any) -> Any:
        """A new object."""
        names = {"nameSingular": singular, "namePlural": f"{singular}s"}
        body = {**names, "labelSingular": label, "labelPlural": f"{label}s", **more}
        return self.rest("POST", "metadata/objects", body, status=201)["data"]["createOneObject"]

    def create_field(self, obj: Any, type_: str, name: str, label: str, **more: Any) -> Any:
        """A new field of an object."""
        body = {"objectMetadataId": obj["id"], "type": type_, "name": name, "label": label, **more}
        return self.rest("POST", "metadata/fields", body, status=201)["data"]["createOneField"]

    def create_record(self, plural: str, body: Any) -> Any:
        """A new record."""
        (created,) = self.rest("POST", plural, body, status=201)["data"].values()
        return created

    def record(self, plural: str, record_id: str) -> Any:
        """A record as it is."""
        (found,) = self.rest("GET", f"{plural}/{record_id}")["data"].values()
        return found

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}
