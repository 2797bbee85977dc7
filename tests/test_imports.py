"""Imports run downward: a floor imports the floors below it, no floor imports a door."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from support.corpora import ROOT

PACKAGE = ROOT / "crfseg"
DOORS = {"jieba"}
GROUND = {"version"}  # beside errors; the face imports it
LARGEST_FOLDER = 14
LONGEST_MODULE = 400
_CIMPORT = re.compile(r"^\s*from (crfseg[\w.]*) c?import (\([^)]*\)|[^\n#]*)", re.MULTILINE)


def order() -> list[str]:
    """Return the floors from the ground up, as the design shows them."""
    text = (ROOT / "docs" / "design.md").read_text("utf-8")
    (line,) = re.findall(r"^errors < [a-z_ <]+$", text, re.MULTILINE)
    return line.split(" < ")


def sources() -> dict[str, list[Path]]:
    """Return the files of each module, dotted, without ``crfseg.``."""
    found: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if path.suffix in (".py", ".pyx", ".pxd", ".pyi") and parts[0] != "corpora":
            name = ".".join(part for part in parts if part != "__init__")
            found.setdefault(name, []).append(path)
    return found


def named_in(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the module and the name of each import, those for types and late ones included."""
    text = path.read_text("utf-8")
    if path.suffix in (".pyx", ".pxd"):
        for match in _CIMPORT.finditer(text):
            for name in re.sub(r"[()\n]", " ", match[2]).split(","):
                yield match[1], name.split(" as ")[0].strip()
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def imports(modules: dict[str, list[Path]]) -> dict[str, set[str]]:
    """Return the modules of the package that each one imports."""
    found: dict[str, set[str]] = {name: set() for name in modules}
    for module, paths in modules.items():
        for base, name in (pair for path in paths for pair in named_in(path)):
            if base == "crfseg" or base.startswith("crfseg."):
                whole = f"{base}.{name}".removeprefix("crfseg").strip(".")
                target = whole if whole in modules else base.removeprefix("crfseg").strip(".")
                found[module] |= {target} - {module}
    return found


def floor(module: str) -> str:
    return module.partition(".")[0]


def test_the_order_has_every_floor():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert folders == {*order(), *DOORS} - {"errors"}


def test_no_import_runs_upward():
    floors = order()
    rank = {name: n for n, name in enumerate(floors)} | dict.fromkeys(GROUND, 0)
    for module, targets in imports(sources()).items():
        for target in targets:
            if floor(module) in rank:  # doors, the face and __main__ import what they like
                assert floor(target) in rank, f"{module} imports {target or 'the face'}"
                assert rank[floor(target)] <= rank[floor(module)], f"{module} imports {target}"


def test_no_imports_form_a_circle():
    graph = {module: targets for module, targets in imports(sources()).items() if module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_an_upward_import_would_be_found(tmp_path):
    path = tmp_path / "low.pyx"
    path.write_text("from crfseg.decoding.decoder cimport (\n    Decoder, CHUNK\n)\n", "utf-8")
    assert [*named_in(path)] == [
        ("crfseg.decoding.decoder", "Decoder"),
        ("crfseg.decoding.decoder", "CHUNK"),
    ]
    path = tmp_path / "low.py"
    path.write_text("def f():\n    from crfseg.model import file\n    import crfseg.cli\n", "utf-8")
    assert [*named_in(path)] == [("crfseg.model", "file"), ("crfseg.cli", "")]


def test_folders_and_modules_stay_small():
    for folder in (path for path in PACKAGE.rglob("*") if (path / "__init__.py").is_file()):
        inside = {path.stem for path in folder.iterdir() if path.suffix in (".py", ".pyx")}
        inside |= {path.name for path in folder.iterdir() if (path / "__init__.py").is_file()}
        assert len(inside - {"__init__", "__main__"}) <= LARGEST_FOLDER, folder
    for paths in sources().values():
        for path in paths:
            assert path.read_text("utf-8").count("\n") <= LONGEST_MODULE, path
