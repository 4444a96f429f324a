"""The tables of the pages say what the template, the folders and the configuration say."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from icosa.runtime.emf import METRICS, STACK_METRICS
from ops.dead_letters import QUEUES
from tests.support.checkout import ROOT, template_document
from tests.support.markdown import Table, read, table

Document = dict[str, Any]

_ALARM = re.compile(r"^- \*\*Alarms\*\* (.*?)(?=^- |^$)", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def template() -> Document:
    return template_document()


def _functions(template: Document) -> dict[str, Document]:
    """The properties of the template's functions by their folders."""
    return {
        resource["Properties"]["CodeUri"].removeprefix("functions/"): resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _row(functions: Table, name: str) -> str:
    return next(row[1] for row in functions.rows if row[0] == f"`{name}`")


def test_the_table_of_functions_has_every_folder() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}

    assert sorted(table("docs/architecture.md", "Function").codes()) == sorted(folders)


def test_the_diagram_of_functions_has_every_folder() -> None:
    diagram = read("docs/architecture.md").split("```mermaid\n")[1].split("```")[0]

    assert [
        path.parent.name for path in (ROOT / "functions").glob("*/handler.py") if path.parent.name not in diagram
    ] == []


def test_routes_of_functions_are_those_of_the_template(template: Document) -> None:
    functions = table("docs/architecture.md", "Function")
    for name, properties in _functions(template).items():
        events = properties.get("Events", {}).values()
        routes = [event["Properties"] for event in events if event["Type"] == "Api"]
        paths = {route["Path"] for route in routes if route["Method"] != "OPTIONS"}
        named = {path.removesuffix("/*") for path in re.findall(r"`(/[^`]*)`", _row(functions, name))}
        assert named == {re.sub(r"/\{[^}]*\}$", "", path) for path in paths}, name


def test_sources_of_functions_are_those_of_the_template(template: Document) -> None:
    words = {"DynamoDB": "stream", "SQS": "queue", "Schedule": "schedule"}
    functions = table("docs/architecture.md", "Function")
    for name, properties in _functions(template).items():
        sources = {words[event["Type"]] for event in properties.get("Events", {}).values() if event["Type"] != "Api"}
        assert {word for word in words.values() if word in _row(functions, name)} == sources, name


def test_the_table_of_parameters(template: Document) -> None:
    parameters = table("docs/deploying.md", "Parameter")
    assert sorted(parameters.codes()) == sorted(template["Parameters"])
    for names, default, *_ in parameters.rows:
        defaults = [str(template["Parameters"][name]["Default"]) for name in re.findall(r"`([^`]+)`", names)]
        documented = [part.strip("`").replace(",", "").replace("''", "") for part in default.split(", ")]
        assert documented == defaults, names


def test_the_list_of_alarms(template: Document) -> None:
    match = _ALARM.search(read("docs/deploying.md"))
    assert match
    alarms = {name for name, body in template["Resources"].items() if body["Type"] == "AWS::CloudWatch::Alarm"}

    assert set(re.findall(r"`([A-Z]\w+)`", match.group(1))) - set(template["Parameters"]) == alarms


def test_the_table_of_metrics() -> None:
    metrics = table("docs/deploying.md", "Metric")
    documented = {name: row[1] for row in metrics.rows for name in re.findall(r"`(\w+)`", row[0])}

    assert documented == METRICS


def test_metrics_of_the_stack() -> None:
    match = re.search(
        r"by `stack`, `service` and `operation`; (.*?) also for the stack", read("docs/deploying.md"), re.DOTALL
    )
    assert match
    assert tuple(re.findall(r"`(\w+)`", match[1])) == STACK_METRICS


def test_the_list_of_saved_queries(template: Document) -> None:
    match = re.search(r"^- \*\*Saved queries\*\*(.*?)^- ", read("docs/deploying.md"), re.MULTILINE | re.DOTALL)
    assert match
    queries = [body for body in template["Resources"].values() if body["Type"] == "AWS::Logs::QueryDefinition"]
    names = {query["Properties"]["Name"]["Fn::Sub"].partition("/")[2] for query in queries}

    assert {" ".join(name.split()) for name in re.findall(r"\*([^*]+)\*", match[1])} == names


def test_the_table_of_dead_letters() -> None:
    assert sorted(table("docs/deploying.md", "Queue").codes()) == sorted(QUEUES)


def test_the_table_of_outputs(template: Document) -> None:
    assert set(table("docs/deploying.md", "Output").codes()) == set(template["Outputs"])


def test_the_table_of_layers_is_the_contract() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["id"] == "layers"]
    documented = [" | ".join(re.findall(r"`([^`]+)`", row[0])) for row in table("docs/architecture.md", "Layer").rows]

    assert documented == layers[:-1]
    assert all(f"`{name}`" in read("docs/architecture.md") for name in layers[-1].split(" | "))


def test_the_code_map_has_every_package() -> None:
    package = ROOT / "layers" / "core" / "python" / "icosa"
    code_map = read("docs/architecture.md").split("\n### Code map\n")[1].split("\n## ")[0]

    assert [
        folder.parent.name for folder in package.glob("*/__init__.py") if f"**`{folder.parent.name}`**" not in code_map
    ] == []


def test_modules_of_the_code_map_exist() -> None:
    package = ROOT / "layers" / "core" / "python" / "icosa"
    code_map = read("docs/architecture.md").split("\n### Code map\n")[1].split("\n## ")[0]
    missing = []
    for paragraph in code_map.split("\n\n"):
        # A module is named by its path in one of the folders that the paragraph names.
        folders = ["", *re.findall(r"`([\w/]+?)/?`", paragraph)]
        nested = [f"{outer}/{inner}" for outer in folders for inner in folders]
        for name in re.findall(r"`([\w/]+\.py)`", paragraph):
            if not any((package / folder / name).exists() for folder in (*folders, *nested)):
                missing.append(name)

    assert missing == []
