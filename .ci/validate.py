"""`make validate`: templates and workflows before sam, cfn-lint, checkov and the schema of workflows, all at once.

What these say is either mended or named in `suppressions.yaml` with the reason why it stays; a suppression that
matches nothing any more is a failure too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_ROOT = Path(__file__).parents[1]
SUPPRESSIONS = Path(__file__).parent / "suppressions.yaml"
TEMPLATES = ("template.yaml", "deployment/github.yaml")
WORKFLOWS = tuple(str(path.relative_to(_ROOT)) for path in sorted((_ROOT / ".github" / "workflows").glob("*.yml")))


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What a linter says about a resource (by its logical id) or job, or about a file as a whole (``""``)."""

    tool: str
    rule: str
    resource: str
    message: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """Findings that stay. ``resources`` None: wherever the rule finds something."""

    tool: str
    rule: str
    reason: str
    resources: frozenset[str] | None = None

    def matches(self, finding: Finding) -> bool:
        is_of_rule = (finding.tool, finding.rule) == (self.tool, self.rule)
        return is_of_rule and (self.resources is None or finding.resource in self.resources)


def read_suppressions(path: Path) -> list[Suppression]:
    document: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Suppression(
            tool, rule, str(body.get("reason", "")), frozenset(body["resources"]) if "resources" in body else None
        )
        for tool, rules in document.items()
        for rule, body in rules.items()
    ]


def complaints(findings: Iterable[Finding], suppressions: Iterable[Suppression]) -> list[str]:
    """What keeps a template from passing, in words."""
    found, known = sorted(set(findings)), list(suppressions)
    result = [
        f"{finding.tool} {finding.rule} {finding.resource}: {finding.message}"
        for finding in found
        if not any(suppression.matches(finding) for suppression in known)
    ]
    for suppression in known:
        matched = {finding.resource for finding in found if suppression.matches(finding)}
        name = f"{suppression.tool} {suppression.rule}"
        if not matched:
            result.append(f"{SUPPRESSIONS.name}: {name} matches nothing any more")
        elif suppression.resources is not None and (idle := sorted(suppression.resources - matched)):
            result.append(f"{SUPPRESSIONS.name}: {name} matches nothing any more at {', '.join(idle)}")
    return result


def cfn_lint_findings(output: str) -> Iterator[Finding]:
    """The findings of ``cfn-lint --format json``."""
    for entry in json.loads(output):
        path = entry["Location"].get("Path") or []
        resource = str(path[1]) if len(path) > 1 and path[0] == "Resources" else ""
        yield Finding("cfn-lint", entry["Rule"]["Id"], resource, entry["Message"])


def checkov_findings(output: str) -> Iterator[Finding]:
    """The failed checks of ``checkov -o json``."""
    document = json.loads(output)
    for report in document if isinstance(document, list) else [document]:
        for check in report["results"]["failed_checks"]:
            yield Finding("checkov", check["check_id"], check["resource"].rpartition(".")[2], check["check_name"])


def _findings(command: list[str], read: Callable[[str], Iterator[Finding]]) -> list[Finding]:
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    try:
        return list(read(done.stdout))
    except (ValueError, KeyError) as error:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}") from error


def _passes(command: list[str]) -> list[Finding]:
    """One finding of a tool that says no by its exit status."""
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    tool = Path(command[0]).name
    return [] if done.returncode == 0 else [Finding(tool, "status", "", (done.stdout + done.stderr).strip())]


def main(sam_bin: str, checkov_bin: str) -> int:
    lint = [f"{sam_bin}/cfn-lint", "--format", "json", "--include-checks", "I"]
    lint += ["--append-rules", "cfn_lint_serverless.rules", "--", *TEMPLATES]
    check = [f"{checkov_bin}/checkov", "--file", *TEMPLATES, *WORKFLOWS, "--framework", "cloudformation"]
    check += ["github_actions", "--output", "json", "--quiet", "--compact", "--skip-download"]
    schema = [f"{checkov_bin}/check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS]
    with ThreadPoolExecutor() as pool:
        tasks = [
            pool.submit(_passes, [f"{sam_bin}/sam", "validate", "--lint"]),
            pool.submit(_passes, schema),
            pool.submit(_findings, lint, cfn_lint_findings),
            pool.submit(_findings, check, checkov_findings),
        ]
        findings = [finding for task in tasks for finding in task.result()]
    suppressions = read_suppressions(SUPPRESSIONS)
    failures = complaints(findings, suppressions)
    for failure in failures:
        print(failure, file=sys.stderr)
    files = len(TEMPLATES) + len(WORKFLOWS)
    print(
        f"{files} files: {len(failures)} complaints; {len(suppressions)} known reasons cover {len(findings)} findings"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
