"""Which resource a path means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A matched resource. ``parameters`` are as they came, still percent-encoded, as REST APIs hand them on."""

    path: str
    parameters: Mapping[str, str]


@dataclass(kw_only=True)
class _Node:
    resource: str | None = None
    literals: dict[str, _Node] = field(default_factory=dict)
    parameter: tuple[str, _Node] | None = None
    greedy: tuple[str, str] | None = None


class Router:
    """The tree of resources. At every segment a literal goes before a parameter, and a parameter before a greedy one.

    Methods play no part, as in API Gateway: a resource without the request's method hides a less specific one that has
    it. Raises ValueError for two parameters of different names in one place, which API Gateway refuses too.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._root = _Node()
        for path in paths:
            self._add(path)

    def _add(self, path: str) -> None:
        node = self._root
        for segment in _segments(path):
            if segment.startswith("{") and segment.endswith("+}"):
                node.greedy = (segment[1:-2], path)
                return
            if segment.startswith("{") and segment.endswith("}"):
                name = segment[1:-1]
                if node.parameter is None:
                    node.parameter = (name, _Node())
                elif node.parameter[0] != name:
                    raise ValueError(f"{path}: a sibling resource names this parameter {{{node.parameter[0]}}}")
                node = node.parameter[1]
            else:
                node = node.literals.setdefault(segment, _Node())
        node.resource = path

    def match(self, path: str) -> Resource | None:
        """The most specific resource for a raw path (without query); a trailing slash means nothing. None:
        no resource.
        """
        parameters: dict[str, str] = {}
        matched = _match(self._root, _segments(path), 0, parameters)
        return None if matched is None else Resource(path=matched, parameters=parameters)


def _match(node: _Node, segments: list[str], at: int, parameters: dict[str, str]) -> str | None:
    if at == len(segments):
        return node.resource
    segment = segments[at]
    literal = node.literals.get(segment) or node.literals.get(unquote(segment))
    if literal and (path := _match(literal, segments, at + 1, parameters)):
        return path
    if node.parameter and segment and (path := _match(node.parameter[1], segments, at + 1, parameters)):
        parameters[node.parameter[0]] = segment
        return path
    if node.greedy:
        parameters[node.greedy[0]] = "/".join(segments[at:])
        return node.greedy[1]
    return None


def _segments(path: str) -> list[str]:
    stripped = path.strip("/")
    return stripped.split("/") if stripped else []
