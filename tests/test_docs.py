"""Every command and every piece of Python in docs/ runs, in the order in which they stand on their page, and
CONTRIBUTING.md has every module where it says."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from hwcalc import glyphs
from hwcalc.__main__ import main

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(
    r"(?:<!-- test: (?P<more>.*?) -->\n)?```(?P<kind>sh|python)\n(?P<text>.*?)```(?:\n\n```text\n(?P<told>.*?)```)?",
    re.DOTALL,
)
PAGES = sorted(path.name for path in (ROOT / "docs").glob("*.md"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with what a checkout has where the pages look for it."""
    monkeypatch.delenv("HWCALC_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "data" / "samples", tmp_path / "data" / "samples")
    yield tmp_path
    glyphs.default_classifier.cache_clear()


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_python_run(page, folder, monkeypatch):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for block in BLOCK.finditer(text):
        if block["kind"] == "python":
            exec(block["text"], names)
            continue
        told = "".join(
            run(f"{line} {block['more'] or ''}", monkeypatch) for line in block["text"].splitlines()
        )
        for line in (block["told"] or "").splitlines():
            assert line in told


def run(line, monkeypatch):
    """What a command of a page prints."""
    words = shlex.split(line)
    with monkeypatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as out:
        while "=" in words[0]:
            patch.setenv(*words.pop(0).split("=", 1))
            glyphs.default_classifier.cache_clear()
        assert words[0] == "hwcalc"
        assert main(words[1:]) == 0, line
    assert out.getvalue()
    return out.getvalue()


def test_the_tutorial_has_commands():
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    assert sum(block["kind"] == "sh" for block in BLOCK.finditer(text)) > 10


@pytest.mark.parametrize("page", [*PAGES, "../README.md"])
def test_links_lead_somewhere(page):
    path = ROOT / "docs" / page
    for target in re.findall(r"\]\(([^)#]+?)\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_functions_that_are_named_exist(page):
    """`module.name` and files in hwcalc/ are there."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for file in re.findall(r"`(hwcalc/[\w.]+)`", text):
        assert (ROOT / file).exists(), file
    paths = [*(ROOT / "hwcalc").glob("*.py"), *(ROOT / "hwcalc").glob("*.pyx")]
    sources = {path.stem: path.read_text(encoding="utf-8") for path in paths}
    for module, name in re.findall(r"`(_?[a-z_]+)\.([a-z_]+)`", text):
        if module in sources:
            assert re.search(rf"(def|class) {name}\b", sources[module]), f"{module}.{name}"
    for kind, name in re.findall(r"`(PairSolver|Machine)\.([a-z_]+)`", text):
        assert re.search(rf"(def|readonly).*\b{name}\b", sources["_svm"]), f"{kind}.{name}"


def test_no_page_is_left_out_of_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert f"docs/{page}" in readme


def test_contributing_has_every_module_in_the_order_of_imports():
    rows = re.findall(
        r"^\| (`[^|]+) \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    place = {name: k for k, row in enumerate(rows) for name in re.findall(r"`(\w+)`", row)}
    modules = {path.stem: path for path in (ROOT / "hwcalc").glob("*.py*") if path.suffix in (".py", ".pyx")}
    assert set(place) == {name for name in modules if not name.startswith("__")}
    later = {
        (name, used)
        for name in place
        for used in imported(modules[name])
        if place.get(used, -1) > place[name]
    }
    assert not later


def imported(path):
    """The modules beside it that a module imports when it runs."""
    if path.suffix == ".pyx":
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    only_types = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    return {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1 and id(node) not in only_types
        for name in ([node.module] if node.module else [alias.name for alias in node.names])
    }
