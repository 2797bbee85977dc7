"""The package as a whole: its names, what importing it costs, how its errors are built."""

import inspect
import json
import subprocess
import sys

import crfseg
from crfseg import errors

PROBE = """
import json, sys, time
import numpy
before, start = set(sys.modules), time.perf_counter()
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import crfseg
seconds = time.perf_counter() - start
print(json.dumps({"modules": sorted(set(sys.modules) - before), "opened": opened}))
"""


def test_importing_reads_no_corpus_prints_nothing_and_loads_nothing_heavy():
    result = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True
    )
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
    seen = json.loads(result.stdout)
    heavy = {"pandas", "sklearn", "sklearn_crfsuite", "pycrfsuite", "click", "rich", "pooch"}
    assert not (heavy | {"scipy"}) & set(seen["modules"])
    assert not [name for name in seen["opened"] if name.endswith((".txt", ".toml", ".crfseg"))]


def test_public_names_are_sorted_documented_and_complete():
    assert crfseg.__all__ == sorted(crfseg.__all__)
    for name in crfseg.__all__:
        assert inspect.getdoc(getattr(crfseg, name)), name


def test_every_error_is_drawn_in_the_tree_and_caught_by_its_root():
    classes = [cls for _, cls in inspect.getmembers(errors, inspect.isclass)]
    for cls in classes:
        assert issubclass(cls, errors.CrfsegError)
        assert cls.__name__ in (errors.__doc__ or "")
    assert issubclass(errors.CorpusError, ValueError)
    assert issubclass(errors.FetchError, OSError)
