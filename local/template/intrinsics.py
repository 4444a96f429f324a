"""CloudFormation's intrinsic functions, evaluated.

Source: the intrinsic function reference of the CloudFormation user guide. ``Fn::ImportValue``, ``Fn::Transform`` and
macros need an account and are refused.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from local.template.document import TemplateError


class _NoValue:
    """What ``!Ref AWS::NoValue`` resolves to: the property is as if it were not there."""


NO_VALUE: Final = _NoValue()

_SUB_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


class Intrinsics:
    """Evaluates intrinsics against parameters, mappings, conditions and the names of resources.

    ``ref`` answers Ref of a parameter, pseudo parameter or resource; ``attribute`` answers Fn::GetAtt. Both raise
    TemplateError for unknown names.
    """

    def __init__(
        self,
        *,
        ref: Callable[[str], Any],
        attribute: Callable[[str, str], Any],
        mappings: Mapping[str, Any],
        conditions: Mapping[str, Any],
    ) -> None:
        self._ref = ref
        self._attribute = attribute
        self._mappings = mappings
        self._conditions = conditions
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self.condition,
            "Fn::And": lambda terms: all(self.resolve(term) for term in terms),
            "Fn::Base64": lambda value: base64.b64encode(str(self.resolve(value)).encode()).decode(),
            "Fn::Equals": self._equals,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Length": lambda value: len(self.resolve(value)),
            "Fn::Not": lambda terms: not self.resolve(terms[0]),
            "Fn::Or": lambda terms: any(self.resolve(term) for term in terms),
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Sub": self._sub,
            "Fn::ToJsonString": lambda value: json.dumps(self.resolve(value), separators=(",", ":")),
        }

    def resolve(self, value: Any) -> Any:
        """The value with every intrinsic in it evaluated."""
        if isinstance(value, dict):
            if len(value) == 1:
                name, argument = next(iter(value.items()))
                if function := self._functions.get(name):
                    return function(argument)
                if name.startswith("Fn::"):
                    raise TemplateError(f"{name} is not supported by the local stack")
            resolved = {key: self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not NO_VALUE}
        if isinstance(value, list):
            return [item for item in (self.resolve(item) for item in value) if item is not NO_VALUE]
        return value

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        if name not in self._conditions:
            raise TemplateError(f"there is no condition {name}")
        return bool(self.resolve(self._conditions[name]))

    def _equals(self, terms: list[Any]) -> bool:
        left, right = (self.resolve(term) for term in terms)
        return _text(left) == _text(right)

    def _find_in_map(self, path: list[Any]) -> Any:
        value: Any = self._mappings
        for step in (self.resolve(step) for step in path[:3]):
            if not isinstance(value, Mapping) or step not in value:
                raise TemplateError(f"Fn::FindInMap finds nothing at {step}")
            value = value[step]
        return self.resolve(value)

    def _get_att(self, path: list[Any] | str) -> Any:
        name, attribute = path.split(".", 1) if isinstance(path, str) else path
        return self._attribute(name, str(self.resolve(attribute)))

    def _if(self, terms: list[Any]) -> Any:
        return self.resolve(terms[1] if self.condition(terms[0]) else terms[2])

    def _join(self, terms: list[Any]) -> str:
        return str(terms[0]).join(_text(item) for item in self.resolve(terms[1]))

    def _select(self, terms: list[Any]) -> Any:
        return self.resolve(terms[1])[int(self.resolve(terms[0]))]

    def _split(self, terms: list[Any]) -> list[str]:
        return str(self.resolve(terms[1])).split(str(terms[0]))

    def _sub(self, argument: str | list[Any]) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else (argument[0], self.resolve(argument[1]))

        def replace(match: re.Match[str]) -> str:
            literal, name = match.group(1), match.group(2).strip()
            if literal:
                return f"${{{name}}}"
            if name in variables:
                return _text(variables[name])
            if "." in name:
                owner, attribute = name.split(".", 1)
                return _text(self._attribute(owner, attribute))
            return _text(self._ref(name))

        return _SUB_VARIABLE.sub(replace, text)


def _text(value: Any) -> str:
    """A value as CloudFormation writes it into text: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)
