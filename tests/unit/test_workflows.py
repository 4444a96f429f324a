"""The workflows of GitHub, beyond their schema (`make validate`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from local.template.document import read_document
from tests.support.checkout import ROOT

_FOLDER = ROOT / ".github" / "workflows"
_WORKFLOWS: dict[str, dict[Any, Any]] = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.yml"))
}


def _steps() -> Iterator[dict[str, Any]]:
    for workflow in _WORKFLOWS.values():
        for job in workflow["jobs"].values():
            yield from job.get("steps", [])


def test_a_change_is_checked_as_anybody_can_check_it() -> None:
    [job] = _WORKFLOWS["checks.yml"]["jobs"].values()

    assert job["steps"][-1]["run"] == ".ci/run"
    assert job["container"].startswith(f"python:{(ROOT / '.python-version').read_text(encoding='utf-8').strip()}-")
    assert {"pull_request", "workflow_call"} <= _WORKFLOWS["checks.yml"][True].keys()  # YAML's `on`.


def test_a_release_is_checked_tried_in_staging_and_approved() -> None:
    jobs = _WORKFLOWS["release.yml"]["jobs"]
    environments = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))

    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "checks": None,
        "staging": "checks",
        "prod": "staging",
    }
    for name in ("staging", "prod"):
        assert jobs[name]["with"] == {"environment": name}
        assert "deploy" in environments[name]
    [job] = _WORKFLOWS["deploy.yml"]["jobs"].values()
    assert job["environment"] == "${{ inputs.environment }}"  # Whose reviewers approve.
    assert [step["run"].split()[1] for step in job["steps"] if "run" in step] == ["deploy", "smoke", "prune"]


def test_targets_of_make_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    used = {target for step in _steps() for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))}

    assert used
    assert {target for target in used if not re.search(rf"^{target}:", makefile, re.MULTILINE)} == set()


@pytest.mark.parametrize("name", _WORKFLOWS)
def test_jobs_have_the_rights_that_they_are_given(name: str) -> None:
    workflow = _WORKFLOWS[name]
    rights = [workflow["permissions"], *(job.get("permissions", {}) for job in workflow["jobs"].values())]

    assert all(right == "read" or scope == "id-token" for given in rights for scope, right in given.items())


def test_no_command_is_put_together_from_what_others_may_say() -> None:
    """An expression in a command is code to the shell; a variable is not."""
    assert [step["run"] for step in _steps() if "${{" in step.get("run", "")] == []


def test_actions_are_of_known_owners_and_pinned() -> None:
    used = {step["uses"] for step in _steps() if "uses" in step}

    assert used
    assert all(re.fullmatch(r"(actions|aws-actions)/[a-z-]+@v\d+", action) for action in used)


def test_roles_are_for_one_environment_of_one_repository() -> None:
    template = read_document(ROOT / "deployment" / "github.yaml")
    trust = template["Resources"]["GithubRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    execution = template["Resources"]["ExecutionRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Condition"]["StringEquals"] == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": {"Fn::Sub": "repo:${Repository}:environment:${Environment}"},
    }
    assert execution["Principal"] == {"Service": "cloudformation.amazonaws.com"}
    deploy = (_FOLDER / "deploy.yml").read_text(encoding="utf-8")
    assert all(name in deploy for name in ("vars.AWS_ROLE_ARN", "vars.AWS_EXECUTION_ROLE_ARN", "vars.AWS_REGION"))
