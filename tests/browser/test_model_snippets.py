"""Data model: the code under "Use in API" runs as it is shown (docs/console.md#data-model)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import THOROUGH, Console
from tests.support.checkout import ROOT
from tests.support.workspace_api import WorkspaceApi

pytestmark = pytest.mark.slow

_TITLES = ("List", "Create", "Update", "Delete, to the trash")
_NODE = ROOT / ".venv" / "bin" / "node"


@pytest.fixture
def api(admin: Console) -> WorkspaceApi:
    return WorkspaceApi(url=admin.url, key=admin.key)


def _code(page: Page, language: str, title: str) -> str:
    page.get_by_role("button", name=language, exact=True).click()
    return page.get_by_role("region", name=title, exact=True).inner_text()


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout


def _curl(code: str, _: Path) -> Any:
    return json.loads(_run(["bash", "-c", code.replace("curl ", "curl -sS --fail-with-body ", 1)]))


def _python(code: str, _: Path) -> Any:
    return eval(_run([sys.executable, "-c", code]), {"__builtins__": {}})  # What it prints is a literal.


def _javascript(code: str, folder: Path) -> Any:
    path = folder / "snippet.mjs"
    path.write_text(
        code.replace("console.log(await response.json())", "console.log(JSON.stringify(await response.json()))")
    )
    return json.loads(_run([str(_NODE), str(path)]))


@pytest.mark.parametrize(("language", "run"), [("curl", _curl), ("Python", _python), ("JavaScript", _javascript)])
def test_snippets_run(admin: Console, api: WorkspaceApi, tmp_path: Path, language: str, run: Any) -> None:
    singular = f"{language.lower()}Probe"
    made = api.create_object(singular, f"{language} probe's")
    choices = [{"value": "A", "label": "A", "position": 0}]
    api.create_field(made, "SELECT", "kind", "Kind", options=choices)
    api.create_field(made, "NUMBER", "size", "Size", isNullable=False)
    api.create_field(made, "BOOLEAN", "done", "Done")
    admin.open(f"settings/objects/{singular}s?tab=api")
    codes = {title: _code(admin.page, language, title) for title in _TITLES}
    assert all(admin.key not in code and admin.token() not in code for code in codes.values())

    def result(title: str, record_id: str = "") -> Any:
        return run(codes[title].replace("YOUR_API_KEY", admin.key).replace("RECORD_ID", record_id), tmp_path)["data"]

    (created,) = result("Create").values()
    assert (created["size"], created["kind"], created["done"]) == (42, "A", True)
    (listed,) = result("List").values()
    assert [each["id"] for each in listed] == [created["id"]]
    (updated,) = result("Update", created["id"]).values()
    assert updated["id"] == created["id"]
    result("Delete, to the trash", created["id"])
    (listed,) = result("List").values()
    assert listed == []


def test_graphql_documents_run(admin: Console, api: WorkspaceApi) -> None:
    admin.open("settings/objects/people?tab=api")
    record_id = ""
    for title in ("List", "Create", "Update", "Delete"):
        document, _, variables = _code(admin.page, "GraphQL", title).partition("# Variables\n")
        given = json.loads(re.sub(r"^# ?", "", variables, flags=re.M) or "{}")
        if "id" in given:
            given["id"] = record_id
        (answer,) = api.graphql("graphql", document, **given).values()
        record_id = answer.get("id", record_id)


def test_bodies_make_records_of_every_object(admin: Console, api: WorkspaceApi) -> None:
    """In the suite of every third one; ``make screens`` takes all."""
    page = admin.page
    objects = [plural for plural, each in api.objects().items() if not each["isCustom"]]
    for plural in objects if THOROUGH else objects[::3]:
        admin.open(f"settings/objects/{plural}?tab=api")
        body = json.loads(_code(page, "curl", "Create").partition("-d '")[2].removesuffix("'").replace("'\\''", "'"))
        created = api.create_record(plural, body)
        api.rest("DELETE", f"{plural}/{created['id']}")


def test_the_panel_links_to_the_playgrounds_and_copies(admin: Console) -> None:
    page = admin.page
    admin.open("settings/objects/people?tab=api")
    for name in ("rest", "graphql"):
        link = page.locator(f"a[href$='playground/{name}/core?object=people']")
        expect(link).to_be_visible()
    page.get_by_role("button", name="Copy List").click()
    expect(page.locator(".toast")).to_contain_text(re.compile("Copied|Selected"))
    admin.check("model-api")
