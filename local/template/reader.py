"""From a template's text to an Application: parameters, conditions, globals, then one reader per kind of resource."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.template import api, data, function
from local.template.application import Application
from local.template.document import TemplateError, read_document
from local.template.intrinsics import NO_VALUE, Intrinsics
from local.template.names import Deployment, Names
from local.template.scope import Scope


def read_application(
    path: Path,
    deployment: Deployment,
    parameters: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Application:
    """The application that the template at ``path`` declares; code paths are relative to the template's folder.

    ``parameters`` override the template's defaults, and so do ``defaults``, where the template has such parameters. A
    mapping that has no row for a value of ``defaults`` is read at the row of the template's own default.
    Raises TemplateError for what cannot be understood.
    """
    scope = _scope(read_document(path), deployment, dict(parameters or {}), defaults or {}, path.resolve().parent)
    functions = function.read_functions(scope)
    read_api = api.read_api(scope)
    return Application(
        functions=functions,
        api=read_api,
        plans=api.read_plans(scope),
        api_keys=api.read_api_keys(scope),
        tables=data.read_tables(scope),
        queues=data.read_queues(scope),
        event_sources=function.read_event_sources(scope),
        schedules=function.read_schedules(scope),
        secrets=data.read_secrets(scope),
        encryption_keys=data.read_encryption_keys(scope),
        parameters=data.read_parameters(scope),
    )


def _scope(
    document: dict[str, Any], deployment: Deployment, overrides: dict[str, str], defaults: Mapping[str, str], root: Path
) -> Scope:
    declared: dict[str, Any] = document.get("Parameters") or {}
    if unknown := set(overrides) - set(declared):
        raise TemplateError(f"the template has no parameter {', '.join(sorted(unknown))}")
    values = {name: overrides.get(name, defaults.get(name, body.get("Default"))) for name, body in declared.items()}
    values = {name: _parameter(declared[name], value) for name, value in values.items() if value is not None}

    mappings = document.get("Mappings") or {}
    for name in defaults.keys() & values.keys():
        for rows in mappings.values():
            if (own := str(declared[name].get("Default"))) in rows:
                rows.setdefault(values[name], rows[own])

    def ref(name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in values:
            return values[name]
        if name in declared:
            raise TemplateError(f"parameter {name} has no default: give it a value")
        return names.ref(name)

    intrinsics = Intrinsics(
        ref=ref,
        attribute=lambda name, attribute: names.attribute(name, attribute),
        mappings=mappings,
        conditions=document.get("Conditions") or {},
    )
    resources = {
        name: resource
        for name, resource in (document.get("Resources") or {}).items()
        if "Condition" not in resource or intrinsics.condition(resource["Condition"])
    }
    names = Names(deployment, resources, intrinsics.resolve)
    return Scope(
        resources=resources,
        globals=document.get("Globals") or {},
        intrinsics=intrinsics,
        names=names,
        deployment=deployment,
        root=root,
    )


def _parameter(declaration: Mapping[str, Any], value: Any) -> Any:
    if str(declaration.get("Type", "String")).startswith(("List<", "CommaDelimitedList")):
        return [item.strip() for item in str(value).split(",")]
    return str(value).lower() if isinstance(value, bool) else str(value)
