"""What the deployment test leaves out of the template for MiniStack."""

from __future__ import annotations

from tests.deploy.gaps import OMISSIONS, prepared
from tests.deploy.steps import STEPS
from tests.support.checkout import template_document


def test_each_gap_is_about_something_in_the_template() -> None:
    resources = template_document()["Resources"]
    for omission in OMISSIONS:
        assert any(omission.concerns(resource) for resource in resources.values()), omission


def test_only_alarms_of_metric_math_are_left_out() -> None:
    template = template_document()

    result, left_out = prepared(template, {"LogLevel": "ERROR"})

    assert left_out
    assert {template["Resources"][name]["Type"] for name in left_out} == {"AWS::CloudWatch::Alarm"}
    assert result["Resources"].keys() == template["Resources"].keys() - set(left_out)
    assert result["Parameters"]["LogLevel"]["Default"] == "ERROR"
    assert template == template_document()


def test_every_step_has_a_name_that_fits_the_table() -> None:
    names = [step.__doc__ or "" for step in STEPS]

    assert all(0 < len(name) <= 34 for name in names)
    assert len(set(names)) == len(names)
