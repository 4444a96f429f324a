"""LINKS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ...errors import InvalidData
from .. import web_link
from ..inspect import inspect
from . import json_schema, values
from .base import Field, Stored
from .composite import CompositeType, Member, text_member, united
from .kinds import RawJson, UrlText

LABEL, URL, SECONDARY = "primaryLinkLabel", "primaryLinkUrl", "secondaryLinks"


def _url(name: str, value: Any) -> str | None:
    text = values.text(name, value)
    if text is None or not text.strip():
        return None
    url = web_link.normalise(text)
    if url is None:
        raise InvalidData("The URL of the link is not valid", sub_code="INVALID_URL")
    return url


def _links(name: str, value: Any) -> list[dict[str, str]] | None:
    """Links with a URL, as ``{"label", "url"}``."""
    links = []
    for link in values.json_list(name, value):
        if not isinstance(link, Mapping):
            raise InvalidData(f'Invalid object value {inspect(link)} for field "{name}"')
        label, url = link.get("label"), link.get("url")
        url = None if url is None else _url(f"{name}.url", url)
        label = None if label is None else values.text(f"{name}.label", label)
        if url is not None:
            links.append({"label": label or "", "url": url})
    return links or None


class Links(CompositeType):
    """A primary link and more. When the primary one has no URL, the next link takes its place."""

    name = "LINKS"
    words = "links"
    members = (
        text_member(LABEL),
        Member(name=URL, kind=UrlText(), read=_url, schema=json_schema.STRING, empty=""),
        Member(
            name=SECONDARY,
            kind=RawJson(),
            read=_links,
            schema=json_schema.array(json_schema.object_of({"label": json_schema.STRING, "url": json_schema.STRING})),
            empty=[],
        ),
    )
    sample: ClassVar[Mapping[str, Any]] = {
        LABEL: "Site",
        URL: "https://engines.example",
        SECONDARY: [{"label": "Blog", "url": "https://blog.engines.example"}],
    }

    def combine(self, field: Field, value: Mapping[str, Any], old: Mapping[str, Stored]) -> dict[str, Stored]:
        combined = super().combine(field, value, old)
        return combined if URL in combined or SECONDARY not in combined else _stored(combined[SECONDARY])

    def unique_subfields(self) -> Sequence[str | None]:
        return (URL,)

    def merge(self, field: Field, values: Sequence[Stored], priority: Stored) -> Stored:
        primary, secondary = united(
            values, priority, _primary, lambda record: record.get(SECONDARY, ()), lambda link: link["url"]
        )
        return _stored([*([primary] if primary else []), *secondary]) or priority


def _primary(record: Mapping[str, Stored]) -> dict[str, str] | None:
    return {"label": record.get(LABEL, ""), "url": record[URL]} if URL in record else None


def _stored(links: list[dict[str, str]]) -> dict[str, Stored]:
    if not links:
        return {}
    primary, *secondary = links
    members: dict[str, Stored] = {URL: primary["url"]}
    if primary["label"]:
        members[LABEL] = primary["label"]
    if secondary:
        members[SECONDARY] = secondary
    return members
