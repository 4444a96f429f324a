"""The built template, and the functions' environment, as sam local is to have them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.functions.variables import Services, function_variables
from local.template.application import Application

#: Variables beside the template's own that a function in a container needs; the rest is the container's.
_POINTERS = frozenset(
    {"ALLOW_PRIVATE_TARGETS", "AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "POWERTOOLS_TRACE_DISABLED"}
)
_POINTER_PREFIX = "AWS_ENDPOINT_URL"


def adapted(
    template: Mapping[str, Any], variables: Mapping[str, Mapping[str, str]], folder: Path = Path()
) -> dict[str, Any]:
    """A built template that declares the environment variables of each function (by logical id), without their values:
    sam sets only what is declared.

    Code is named by whole paths, from the ``folder`` of the build. Authorizers name their function instead of its
    alias, which sam does not follow.
    """
    result: dict[str, Any] = copy.deepcopy(dict(template))
    for name, values in variables.items():
        declared = dict.fromkeys(values, "")
        result["Resources"][name]["Properties"]["Environment"] = {"Variables": declared}
    for resource in result["Resources"].values():
        properties = resource.get("Properties") or {}
        for place in ("CodeUri", "ContentUri"):
            if isinstance(properties.get(place), str):
                properties[place] = str(folder / properties[place])
        for authorizer in (properties.get("Auth") or {}).get("Authorizers", {}).values():
            owner, _, alias = str(authorizer.get("FunctionArn", {}).get("Ref", "")).partition(".")
            if alias == "Alias":
                authorizer["FunctionArn"] = {"Fn::GetAtt": [owner, "Arn"]}
    return result


def variables(application: Application, services: Services) -> dict[str, dict[str, str]]:
    """The environment variables of each function by logical id: what ``sam local --env-vars`` takes."""
    return {
        name: {
            key: value
            for key, value in function_variables(function, services, {}, None).items()
            if key in _POINTERS or key.startswith(_POINTER_PREFIX) or key in function.environment
        }
        for name, function in application.functions.items()
    }
