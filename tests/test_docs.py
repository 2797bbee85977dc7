"""The documentation: everything it prints is so, everything there is is in it.

A page's ``sh`` blocks and ``>>>`` examples run in their order in one folder, which has the
``corpora`` of the checkout. A ``text`` block is what the ``sh`` block right before it prints,
errors included; ``...`` stands for anything. Blocks that must not run are ``console``.
"""

import doctest
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click
import pytest

import crfseg
from crfseg.cli import COMMANDS, main
from support.corpora import ROOT

PAGES = ["README.md", "README.zh.md", *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]
LONG = [
    f"docs/{name}.md"
    for name in (
        *("evaluation", "experiments", "formats", "lexicon", "quickstart", "report", "rules"),
        "training",
    )
]  # they train many models
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIGURE = re.compile(r"(\d+(?:[.,]\d+)*)")


class Block(NamedTuple):
    """A fenced block, and where its content begins and ends in the page."""

    kind: str
    text: str
    line: int
    begin: int
    end: int


class Checker(doctest.OutputChecker):
    """Accepts figures of about the same size: processors do not round alike in training."""

    def check_output(self, want, got, optionflags):
        if super().check_output(want, got, optionflags):
            return True
        want, got = FIGURE.split(want), FIGURE.split(got)
        words = super().check_output(" ".join(want[::2]), " ".join(got[::2]), optionflags)
        numbers = [[float(n.replace(",", "")) for n in parts[1::2]] for parts in (want, got)]
        return words and ("..." in "".join(want) or numbers[1] == pytest.approx(numbers[0], 0.2))


def read(page):
    return (ROOT / page).read_text("utf-8")


def blocks_of(page):
    text = read(page)
    return [
        Block(found[1], found[2], text.count("\n", 0, found.start(2)), found.start(), found.end())
        for found in BLOCK.finditer(text)
    ]


def printed_by(page, block):
    """Return what the page says the block prints; None if it does not say."""
    following = next((other for other in blocks_of(page) if other.begin > block.begin), None)
    if following is None or following.kind != "text":
        return None
    return None if read(page)[block.end : following.begin].strip() else following.text


def run_shell(page, block, folder):
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=folder,
        env=os.environ
        | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONUTF8": "1",
            "LC_ALL": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
    got, want = result.stdout.decode(), printed_by(page, block)
    assert result.returncode == 0, f"{page}:{block.line}: exit code {result.returncode}\n{got}"
    if want is not None and not Checker().check_output(want, got, doctest.ELLIPSIS):
        example = doctest.Example(block.text, want)
        difference = Checker().output_difference(example, got, doctest.ELLIPSIS)
        pytest.fail(f"{page}:{block.line}: {difference}")


def run_python(page, block, names):
    test = doctest.DocTestParser().get_doctest(block.text, {}, page, page, block.line)
    test.globs = names
    output: list[str] = []
    runner = doctest.DocTestRunner(Checker(), verbose=False, optionflags=FLAGS)
    runner.run(test, out=output.append, clear_globs=False)
    assert not runner.failures, "".join(output)


def steps_of(page):
    """Return what a page does, without comments."""
    return [(block.kind, re.sub(r"(^|\s)#.*", "", block.text)) for block in blocks_of(page)]


@cache
def options_of(command):
    """Return the long options of a command and of those below it."""
    found = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    for below in getattr(command, "commands", {}).values():
        found |= options_of(below)
    return {name for name in found if name.startswith("--")}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    if shutil.which("bash") is None:
        pytest.skip("needs bash")
    (tmp_path / "corpora").symlink_to(ROOT / "corpora", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# The steps of README.zh.md are those of README.md, which a test below holds it to.
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.slow] if page in LONG else [])
        for page in PAGES
        if page != "README.zh.md"
    ],
)
def test_what_a_page_shows_is_what_happens(page, folder):
    names = {}
    for block in blocks_of(page):
        if block.kind == "sh":
            run_shell(page, block, folder)
        elif ">>> " in block.text and block.kind != "console":
            run_python(page, block, names)


def test_both_readmes_do_and_show_the_same():
    assert steps_of("README.zh.md") == steps_of("README.md")


def test_both_readmes_have_the_same_sections():
    def levels(page):
        prose = BLOCK.sub("", read(page))
        return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]

    assert levels("README.zh.md") == levels("README.md")


def test_every_verb_is_documented():
    text = "".join(map(read, PAGES))
    for page in ("README.md", "README.zh.md"):
        assert [verb for verb in COMMANDS if f"`crfseg {verb} " not in read(page)] == []
    assert [verb for verb in COMMANDS if f"\ncrfseg {verb} " not in text] == []


@pytest.mark.parametrize("name", [name for name in crfseg.__all__ if name[0] != "_"])
def test_every_public_name_is_documented(name):
    assert re.search(rf"\b{name}\b", read("docs/python.md"))


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_option_is_documented(verb):
    text = "".join(map(read, PAGES))
    options = options_of(main) | options_of(main.get_command(click.Context(main), verb))
    assert [name for name in sorted(options) if not re.search(rf"{name}\b", text)] == []


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", BLOCK.sub("", read(page)))
    for link in links:
        path, _, anchor = link.partition("#")
        if ":" in path:
            continue
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), f"{page}: {link}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)
            slugs = [re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings]
            assert anchor in slugs, f"{page}: {link}"


@pytest.mark.parametrize("page", PAGES)
def test_lines_are_short_enough_to_read(page):
    prose = BLOCK.sub("", read(page))
    assert [line for line in prose.splitlines() if len(line) > 110 and "|" not in line] == []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_installs_another_project_s_package(page):
    assert "pip install crfseg" not in read(page)
