"""`make deploy` before it calls sam: parameters merged, the release's name, the plan."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from deployment import __main__ as command
from deployment.configuration import Configuration, DeploymentError, read_configuration, read_overrides
from deployment.parameters import effective_parameters
from deployment.plan import plan_text
from deployment.release import code_of, release_name
from deployment.stack import Deployed, read_stack

_TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Architecture": {"Default": "arm64"},
        "LogLevel": {"Default": "INFO"},
        "RateLimit": {"Default": 100},
        "Release": {"Default": "unreleased"},
        "StageName": {"Default": "dev"},
    },
    "Resources": {"One": {"Properties": {"CodeUri": "One"}}},
}
_CONFIG = """
[prod.deploy.parameters]
stack_name = "icosa-prod"
region = "eu-central-1"
parameter_overrides = "StageName=prod LogLevel=WARN"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "samconfig.toml"
    path.write_text(_CONFIG, encoding="utf-8")
    return path


def _sources(configuration: Configuration, **deployed: str) -> dict[str, tuple[str, str]]:
    parameters = effective_parameters(_TEMPLATE, configuration, architecture="arm64", code="c", deployed=deployed)
    return {name: (parameter.value, parameter.source) for name, parameter in parameters.items() if name != "Release"}


def test_parameters_of_the_command_line_are_added_to_those_of_the_file(config: Path) -> None:
    given = ["--parameter-overrides", "LogLevel=DEBUG", "--no-execute-changeset"]

    configuration = read_configuration(config, "prod", given)

    assert configuration.arguments == ("--no-execute-changeset",)
    assert (configuration.stack_name, configuration.region) == ("icosa-prod", "eu-central-1")
    assert _sources(configuration, RateLimit="300") == {
        "Architecture": ("arm64", "as it was built"),
        "LogLevel": ("DEBUG", "command line"),
        "RateLimit": ("300", "as deployed"),
        "StageName": ("prod", "samconfig.toml"),
    }
    assert _sources(configuration)["RateLimit"] == ("100", "default")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--parameter-overrides", "ListPrices='reads=1 writes=2' LogLevel=INFO", "--region", "r"],
        ["--region=r", "--parameter-overrides", 'ListPrices="reads=1 writes=2"', "LogLevel=INFO"],
        ["--region", "r", '--parameter-overrides=ListPrices="reads=1 writes=2" LogLevel=INFO'],
    ],
    ids=["one word", "words", "equals sign"],
)
def test_values_may_have_blanks(config: Path, arguments: list[str]) -> None:
    configuration = read_configuration(config, "prod", arguments)

    assert configuration.given == {"ListPrices": "reads=1 writes=2", "LogLevel": "INFO"}
    assert configuration.region == "r"


@pytest.mark.parametrize(
    "value",
    [
        {"LogLevel": "WARN", "RateLimit": 5},
        ["LogLevel=WARN", "RateLimit=5"],
        "ParameterKey=LogLevel,ParameterValue=WARN RateLimit=5",
    ],
)
def test_the_file_may_say_parameters_in_any_of_sams_forms(value: Any) -> None:
    assert read_overrides(value) == {"LogLevel": "WARN", "RateLimit": "5"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("LogLevl=DEBUG", "template.yaml has no parameter LogLevl"),
        ("Release=aaaaaaaaaa", "Release follows from code and parameters"),
        ("Architecture=x86_64", "built for arm64, but Architecture is x86_64: say make deploy ARCH=x86_64"),
        ("LogLevel", "'LogLevel' is no parameter: say Name=value"),
    ],
)
def test_parameters_that_cannot_be(config: Path, given: str, message: str) -> None:
    with pytest.raises(DeploymentError, match=message):
        _sources(read_configuration(config, "prod", ["--parameter-overrides", given]))


def test_names_of_stacks_that_rights_could_not_name(config: Path) -> None:
    with pytest.raises(DeploymentError, match="has more than 24 characters"):
        read_configuration(config, "prod", ["--stack-name", "x" * 25])


def test_an_environment_that_is_not_there(config: Path) -> None:
    with pytest.raises(DeploymentError, match="no environment 'production'; it has prod"):
        read_configuration(config, "production", [])


def test_a_release_is_named_by_content_and_not_by_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        folder = tmp_path / name / "One" / "inside"
        folder.mkdir(parents=True)
        (folder / "x.py").write_text("1", encoding="utf-8")
        (tmp_path / name / "template.yaml").write_text("t", encoding="utf-8")
    resources = _TEMPLATE["Resources"]
    first = code_of(tmp_path / "a", resources)

    assert code_of(tmp_path / "b", resources) == first
    (tmp_path / "b" / "One" / "inside" / "x.py").write_text("2", encoding="utf-8")
    assert code_of(tmp_path / "b", resources) != first
    assert release_name(first, {"A": "1", "B": "2"}) == release_name(first, {"B": "2", "A": "1", "Release": "x"})
    assert release_name(first, {"A": "1"}) != release_name(first, {"A": "2"})


def _plan(config: Path, deployed: Deployed | None, *arguments: str) -> str:
    configuration = read_configuration(config, "prod", arguments)
    known = deployed.parameters if deployed else {}
    parameters = effective_parameters(_TEMPLATE, configuration, architecture="arm64", code="c", deployed=known)
    return plan_text(configuration, parameters, deployed)


def test_a_plan_tells_what_becomes_of_parameters_and_versions(config: Path) -> None:
    new = _plan(config, Deployed())
    assert "Stack icosa-prod in eu-central-1, which is new." in new
    assert "every function gets a new version" in new
    assert "  LogLevel = WARN (samconfig.toml)" in new
    release = new.split("Release ")[1].split(":")[0]

    running = {"Release": release, "LogLevel": "WARN", "StageName": "prod", "RateLimit": "100", "Architecture": "arm64"}
    same = _plan(config, Deployed(exists=True, parameters=running))
    assert f"Release {release}: code and parameters are those that run. No function gets a new version." in same
    changed = _plan(config, Deployed(exists=True, parameters=running), "--parameter-overrides", "LogLevel=DEBUG")
    assert f" after {release}: every function gets a new version." in changed
    assert "  LogLevel = WARN -> DEBUG (command line)" in changed

    kept = _plan(config, Deployed(exists=True, parameters=running | {"RateLimit": "300"}))
    assert "  RateLimit = 300 (as deployed)" in kept
    assert "RateLimit" not in same, "what is as the template has it needs no words"

    unasked = _plan(config, None)
    assert "which was not asked" in unasked and "It has another name where the stack keeps values" in unasked


class _CloudFormation:
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def describe_stacks(self, StackName: str) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"Stacks": [self.answer]}


def _answer(monkeypatch: pytest.MonkeyPatch, **clients: Any) -> None:
    """Have these in the place of AWS's services."""
    session = SimpleNamespace(client=lambda service: clients[service.replace("lambda", "functions")])
    monkeypatch.setattr(command, "session", lambda _: session)


def _refusal(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")


def test_the_stack_is_asked_for_its_parameters() -> None:
    running = {
        "StackStatus": "UPDATE_COMPLETE",
        "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
        "Outputs": [{"OutputKey": "ApiUrl", "OutputValue": "https://x"}],
    }

    assert read_stack(_CloudFormation(running), "s") == Deployed(
        exists=True, parameters={"A": "1"}, outputs={"ApiUrl": "https://x"}
    )
    assert read_stack(_CloudFormation(_refusal("Stack with id s does not exist")), "s") == Deployed()
    assert read_stack(_CloudFormation({"StackStatus": "REVIEW_IN_PROGRESS"}), "s") == Deployed()
    for error in (_refusal("not authorized"), NoCredentialsError()):
        with pytest.raises(DeploymentError, match="CloudFormation does not tell about s"):
            read_stack(_CloudFormation(error), "s")


def test_sam_is_told_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """From the command line to what a program in the place of sam gets."""
    built = tmp_path / ".aws-sam" / "build"
    (built / "One").mkdir(parents=True)
    (built / "template.yaml").write_text(json.dumps(_TEMPLATE), encoding="utf-8")
    (tmp_path / "samconfig.toml").write_text(_CONFIG, encoding="utf-8")
    monkeypatch.setattr(command, "_ROOT", tmp_path)
    monkeypatch.setattr(command, "_BUILT", built)
    _answer(monkeypatch, cloudformation=_CloudFormation(_refusal("does not exist")))
    sam = tmp_path / "sam"
    sam.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.argv[1:])\nsys.exit(3)\n", encoding="utf-8")
    sam.chmod(0o755)
    arguments = ["--config-env", "prod", "--architecture", "x86_64", "--sam", str(sam)]

    status = command.main(["deploy", *arguments, "--parameter-overrides", "RateLimit=300", "--no-confirm-changeset"])

    values = tmp_path / ".aws-sam" / "parameters.yaml"
    assert status == 3
    told = ["deploy", "--config-env", "prod", "--parameter-overrides", f"file://{values}", "--no-confirm-changeset"]
    assert capfd.readouterr().out.endswith(f"{told}\n")
    parameters = json.loads(values.read_text(encoding="utf-8"))
    assert parameters.pop("Release")
    assert parameters == {"Architecture": "x86_64", "LogLevel": "WARN", "RateLimit": "300", "StageName": "prod"}


def test_nothing_built_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "samconfig.toml").write_text(_CONFIG, encoding="utf-8")
    monkeypatch.setattr(command, "_ROOT", tmp_path)
    monkeypatch.setattr(command, "_BUILT", tmp_path / "build")
    _answer(monkeypatch, cloudformation=_CloudFormation(_refusal("does not exist")))

    assert command.main(["deploy", "--config-env", "prod"]) == 1
    assert "run make build" in capsys.readouterr().err


class _Protected(_CloudFormation):
    """A stack, and whether it is protected from deletion."""

    def __init__(self, answer: Any) -> None:
        super().__init__(answer)
        self.protected: list[str] = []

    def update_termination_protection(self, StackName: str, EnableTerminationProtection: bool) -> None:
        assert EnableTerminationProtection
        self.protected.append(StackName)


@pytest.mark.parametrize(("is_protected", "asked"), [(False, ["icosa-prod"]), (True, [])])
def test_an_environment_may_be_protected_from_deletion(
    is_protected: bool, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / ".aws-sam" / "build"
    (built / "One").mkdir(parents=True)
    (built / "template.yaml").write_text(json.dumps(_TEMPLATE), encoding="utf-8")
    protection = "[prod.icosa]\ntermination_protection = true\n"
    (tmp_path / "samconfig.toml").write_text(_CONFIG + protection, encoding="utf-8")
    monkeypatch.setattr(command, "_ROOT", tmp_path)
    monkeypatch.setattr(command, "_BUILT", built)
    stack = _Protected({"StackStatus": "UPDATE_COMPLETE", "EnableTerminationProtection": is_protected})
    _answer(monkeypatch, cloudformation=stack)

    assert command.main(["deploy", "--config-env", "prod", "--sam", "true"]) == 0
    assert stack.protected == asked
    assert command.main(["deploy", "--config-env", "prod", "--sam", "false"]) == 1
    assert stack.protected == asked, "what was not deployed is left as it is"


def test_the_address(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    stack = {"StackStatus": "UPDATE_COMPLETE", "Outputs": [{"OutputKey": "ApiUrl", "OutputValue": "https://x/dev"}]}
    _answer(monkeypatch, cloudformation=_CloudFormation(stack))

    assert command.main(["url"]) == 0
    assert capsys.readouterr().out == "https://x/dev\n"
    _answer(monkeypatch, cloudformation=_CloudFormation(_refusal("does not exist")))
    assert command.main(["url"]) == 1
    assert "icosa-dev is not there" in capsys.readouterr().err
