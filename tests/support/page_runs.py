"""Running the ``bash`` blocks of a page as they are printed, against a local stack.

What a page shows below its commands is what they must print: ``text`` word for word, ``json`` with ``…`` for anything.
Commands without an answer must not be refused. A page's blocks share one shell.
"""

from __future__ import annotations

import json
import os
import re
import subprocess

from .checkout import ROOT
from .fences import Fence, fences
from .markdown import pages
from .stack import RunningStack
from .tour import difference

#: Pages whose blocks have a test of their own.
_ELSEWHERE = {"README.md", "docs/tour.md", "docs/how-to/read-an-explain.md"}
#: Between what two blocks print.
_END = "\x1e"
_REFUSED = re.compile(r'"statusCode":[45]|"errors":\[\{')


def pages_to_run() -> list[str]:
    """The pages that have blocks to run."""
    return [
        str(page)
        for page in pages()
        if str(page) not in _ELSEWHERE and any(fence.language == "bash" for fence in fences(page))
    ]


def problem_of(page: str, stack: RunningStack) -> str | None:
    """The first block that does not do what the page says, and what it printed; None if there is none."""
    blocks = fences(page)
    commands = [at for at, block in enumerate(blocks) if block.language == "bash"]
    script = "".join(f"{blocks[at].text}\nprintf '{_END}'\n" for at in commands)
    printed, errors = _shell(script.replace("http://localhost:8000", stack.url), stack)
    *answers, _ = printed.split(_END)
    if len(answers) < len(commands):
        return f"{blocks[commands[len(answers)]]}: {errors}"
    for at, answer in zip(commands, answers, strict=True):
        following = blocks[at + 1] if at + 1 < len(blocks) else None
        expected = following if following and _is_below(blocks[at], following) else None
        if problem := _problem(answer, expected):
            return f"{blocks[at]}\n{blocks[at].text}\n{problem}\n{answer}"
    return None


def _shell(script: str, stack: RunningStack) -> tuple[str, str]:
    environment = {**os.environ, "DATA": str(stack.data), "PYTHONPATH": f"{ROOT}/layers/core/python:{ROOT}"}
    # A port where nobody listens stands for a receiver elsewhere.
    script = script.replace(".icosa", str(stack.data)).replace("https://example.com/", "http://127.0.0.1:65530/")
    words = ["bash", "-uo", "pipefail", "-c", script]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


def _is_below(commands: Fence, answer: Fence) -> bool:
    """Whether a block follows directly."""
    end = commands.line + commands.text.count("\n") + 1
    return answer.language in ("text", "json") and answer.line == end + 1


def _problem(printed: str, answer: Fence | None) -> str | None:
    if answer is None:
        return "refused" if _REFUSED.search(printed) else None
    if answer.language == "text":
        return None if printed == answer.text else f"not what is shown: {answer.text}"
    try:
        return difference(json.loads(answer.text), json.loads(printed))
    except ValueError as error:
        return str(error)
