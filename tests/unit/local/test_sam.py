"""The template that `make sam-local` serves."""

from __future__ import annotations

from local.sam import adapted
from tests.support.checkout import template_document


def test_the_template_gets_the_variables_of_the_local_stack() -> None:
    template = template_document()

    result = adapted(template, {"CoreRestFunction": {"TABLE_NAME": "local"}})

    resources = result["Resources"]
    assert resources["CoreRestFunction"]["Properties"]["Environment"] == {"Variables": {"TABLE_NAME": "local"}}
    assert resources["KeysFunction"] == template["Resources"]["KeysFunction"]
    assert template["Resources"]["CoreRestFunction"]["Properties"]["Environment"] != {
        "Variables": {"TABLE_NAME": "local"}
    }


def test_authorizers_name_their_function() -> None:
    authorizers = adapted(template_document(), {})["Resources"]["Api"]["Properties"]["Auth"]["Authorizers"]

    assert authorizers["Bearer"]["FunctionArn"] == {"Fn::GetAtt": ["AuthorizerFunction", "Arn"]}
