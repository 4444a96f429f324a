"""The template as written, and as CloudFormation gets it from SAM."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from tests.support.checkout import template_document

Document = dict[str, Any]


class _NoManagedPolicies:
    """The template names none, so SAM need not look any up."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="session")
def template() -> Document:
    return template_document()


@pytest.fixture(scope="session")
def transformed(template: Document) -> Document:
    """What SAM makes of the template, as if its code had been uploaded."""
    packaged = copy.deepcopy(template)
    for resource in packaged["Resources"].values():
        for place in ("CodeUri", "ContentUri"):
            if place in resource.get("Properties", {}):
                resource["Properties"][place] = "s3://bucket/key"
    made: Document = transform(packaged, {}, _NoManagedPolicies())
    return made


@pytest.fixture(scope="session")
def functions(template: Document) -> dict[str, Document]:
    """The properties of the template's functions."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
