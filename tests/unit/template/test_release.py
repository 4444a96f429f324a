"""A changed parameter reaches what runs: every function gets a new version, and the gateway a new deployment."""

from __future__ import annotations

import copy
import re
from types import SimpleNamespace
from typing import Any

import pytest
from samtranslator.model import apigateway
from samtranslator.translator.transform import transform

from deployment.configuration import Configuration
from deployment.parameters import effective_parameters
from deployment.release import RELEASE
from tests.support.checkout import template_document
from tests.unit.template.packaging import NoManagedPolicies, packaged

Document = dict[str, Any]

_TEMPLATE = template_document()
_CHANGEABLE = sorted(set(_TEMPLATE["Parameters"]) - {RELEASE})


def _values(*, code: str = "code", architecture: str = "arm64", **told: str) -> dict[str, str]:
    """The parameters of a deployment with these on its command line."""
    configuration = Configuration(
        environment="dev", stack_name="icosa-dev", region=None, profile=None, file={}, given=told, arguments=()
    )
    parameters = effective_parameters(_TEMPLATE, configuration, architecture=architecture, code=code, deployed={})
    return {parameter.name: parameter.value for parameter in parameters.values()}


@pytest.fixture(scope="module")
def functions_only(template: Document) -> Document:
    """The template without what has no part in the ids of versions, which SAM gets through much faster."""
    result = packaged(template)
    result["Resources"] = {
        name: resource for name, resource in result["Resources"].items() if "Serverless" in resource["Type"]
    }
    del result["Resources"]["Api"]
    for resource in result["Resources"].values():
        resource["Properties"].pop("Events", None)
    return result


def _versions(template: Document, values: dict[str, str]) -> set[str]:
    made = transform(copy.deepcopy(template), values, NoManagedPolicies())
    return {name for name, resource in made["Resources"].items() if resource["Type"] == "AWS::Lambda::Version"}


@pytest.fixture(scope="module")
def before(functions_only: Document) -> set[str]:
    return _versions(functions_only, _values())


def _other(name: str) -> str:
    """A value of a parameter that is not its default."""
    body = _TEMPLATE["Parameters"][name]
    if "AllowedValues" in body:
        return str(next(value for value in body["AllowedValues"] if value != body["Default"]))
    return str(body["Default"] + 1) if body["Type"] == "Number" else "other"


@pytest.mark.parametrize("name", _CHANGEABLE)
def test_a_changed_parameter_makes_a_new_version_of_every_function(
    name: str, functions_only: Document, before: set[str], functions: dict[str, Document]
) -> None:
    told = {"architecture": _other(name)} if name == "Architecture" else {name: _other(name)}

    after = _versions(functions_only, _values(**told))

    assert len(after) == len(before) == len(functions)
    assert not after & before


def test_nothing_changed_makes_no_new_version(functions_only: Document, before: set[str]) -> None:
    assert _versions(functions_only, _values()) == before


def test_changed_code_makes_a_new_version_of_every_function(functions_only: Document, before: set[str]) -> None:
    assert not _versions(functions_only, _values(code="other")) & before


def test_versions_in_the_whole_template_are_named_by_the_release(template: Document, transformed: Document) -> None:
    """And so is what Lambda compares, which makes no version of a function that is as the last one was."""
    resources = transformed["Resources"]
    release = template["Parameters"][RELEASE]["Default"]
    functions = [name for name, resource in resources.items() if resource["Type"] == "AWS::Lambda::Function"]

    for name in functions:
        assert f"{name}Version{release[:10]}" in resources
        assert resources[name]["Properties"]["Description"].endswith(release)


def test_every_deployment_of_the_stack_deploys_the_gateway(
    template: Document, transformed: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SAM names it by the second."""
    reduced = packaged(template)
    reduced["Resources"] = {"Api": reduced["Resources"]["Api"]}
    del reduced["Resources"]["Api"]["Properties"]["Auth"]
    names = set()
    for second in (1, 2):
        monkeypatch.setattr(apigateway, "time", SimpleNamespace(time=lambda second=second: second))
        made = transform(copy.deepcopy(reduced), {}, NoManagedPolicies())["Resources"]
        [deployment] = [name for name, body in made.items() if body["Type"] == "AWS::ApiGateway::Deployment"]
        [stage] = [body for body in made.values() if body["Type"] == "AWS::ApiGateway::Stage"]
        assert stage["Properties"]["DeploymentId"] == {"Ref": deployment}
        names.add(deployment)

    assert len(names) == 2


def test_the_name_of_a_release_is_what_the_template_takes(template: Document) -> None:
    assert re.fullmatch(template["Parameters"][RELEASE]["AllowedPattern"], _values()[RELEASE])
