"""The template as written, and as CloudFormation gets it from SAM."""

from __future__ import annotations

from typing import Any

import pytest
from samtranslator.translator.transform import transform

from tests.support.checkout import template_document
from tests.unit.template.packaging import NoManagedPolicies, packaged

Document = dict[str, Any]


@pytest.fixture(scope="session")
def template() -> Document:
    return template_document()


@pytest.fixture(scope="session")
def transformed(template: Document) -> Document:
    """What SAM makes of the template, as if its code had been uploaded."""
    made: Document = transform(packaged(template), {}, NoManagedPolicies())
    return made


@pytest.fixture(scope="session")
def functions(template: Document) -> dict[str, Document]:
    """The properties of the template's functions."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
