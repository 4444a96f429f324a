"""What `make sam-local` gives to sam: the template, the functions' environment, and this machine's address."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from local.functions.variables import Services
from local.sam.bridge import docker_gateway, interface_address
from local.sam.errors import Unprepared
from local.sam.template import adapted, variables
from local.template.names import Deployment
from local.template.reader import read_application
from tests.support.checkout import ROOT, template_document

_ENDPOINTS = Services(
    endpoint="http://host.docker.internal:1", dynamodb="http://host.docker.internal:2", region="r", access_key="LOCAL1"
)


def test_the_template_declares_the_variables_of_the_local_stack() -> None:
    """Their values are in the file for `--env-vars`, which is all that sam sets."""
    template = template_document()

    result = adapted(template, {"CoreRestFunction": {"TABLE_NAME": "local"}}, Path("/build"))

    resources = result["Resources"]
    assert resources["CoreRestFunction"]["Properties"]["Environment"] == {"Variables": {"TABLE_NAME": ""}}
    assert (
        resources["KeysFunction"]["Properties"]["Environment"]
        == (template["Resources"]["KeysFunction"]["Properties"]["Environment"])
    )
    assert resources["CoreRestFunction"]["Properties"]["CodeUri"] == "/build/functions/core_rest"
    assert resources["CoreLayer"]["Properties"]["ContentUri"] == "/build/layers/core"
    assert template == template_document()


def test_authorizers_name_their_function() -> None:
    authorizers = adapted(template_document(), {})["Resources"]["Api"]["Properties"]["Auth"]["Authorizers"]

    assert authorizers["Bearer"]["FunctionArn"] == {"Fn::GetAtt": ["AuthorizerFunction", "Arn"]}


def test_functions_find_every_service_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "the developer's")
    application = read_application(ROOT / "template.yaml", Deployment(endpoint="http://127.0.0.1:3"))

    told = variables(application, _ENDPOINTS)

    assert told.keys() == application.functions.keys()
    for name, values in told.items():
        assert application.functions[name].environment.keys() <= values.keys()
        for service in ("API_GATEWAY", "KMS", "LAMBDA", "SECRETS_MANAGER", "SQS", "SSM"):
            assert values[f"AWS_ENDPOINT_URL_{service}"] == _ENDPOINTS.endpoint
        assert values["AWS_ENDPOINT_URL_DYNAMODB"] == _ENDPOINTS.dynamodb
        assert not {"SIGNING_SECRET", "AWS_SESSION_TOKEN", "PATH", "_HANDLER"} & values.keys()


def _docker(folder: Path, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A docker command that answers so."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("sys.platform", "linux")


def test_the_bridge_tells_its_gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _docker(tmp_path, "echo '172.17.0.1|docker0'", monkeypatch)

    assert docker_gateway() == "172.17.0.1"


@pytest.mark.parametrize("told", ["|lo", "<no value>|lo"])
def test_a_bridge_without_gateway_is_asked_for_its_address(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Docker 20.10 has it until its daemon starts for the second time."""
    _docker(tmp_path, f"echo '{told}'", monkeypatch)

    assert docker_gateway() == interface_address("lo") == "127.0.0.1"


@pytest.mark.parametrize(
    ("answer", "message"),
    [("echo '|nosuch0'", "interface nosuch0"), ("exit 1", "needs Docker, and it does not answer")],
)
def test_without_an_address_somebody_is_told(
    answer: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _docker(tmp_path, answer, monkeypatch)

    with pytest.raises(Unprepared, match=message):
        docker_gateway()


def test_docker_desktop_passes_the_loopback_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: pytest.fail("nothing to ask for"))

    assert docker_gateway() is None
