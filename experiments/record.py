"""Experiments that measure in a way of their own: results.csv and the tables that end the page.

Such an experiment has a run.py that says what is measured and how the tables are made.
"""

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd


def record(
    place: Path,
    measure: Callable[[Path, dict[str, Any]], Iterable[dict[str, Any]]],
    tables: Callable[[pd.DataFrame], str],
    told: tuple[str, ...],
    folder: str = "../shared/corpora",
) -> None:
    """Measure what config.toml says on the corpora of a folder; write results.csv and the page.

    Of each row the figures ``told`` are printed as soon as they are there.
    """
    config = tomllib.loads((place / "config.toml").read_text("utf-8"))
    rows = []
    for row in measure(Path(folder), config):
        rows.append(row)
        figures = ((name, row[name]) for name in told)
        print(*(f"{k} {x:.4g}" if isinstance(x, float) else x for k, x in figures), flush=True)
    results = pd.DataFrame(rows)
    results.to_csv(place / "results.csv", index=False, lineterminator="\n")
    page = place / "README.md"
    page.write_text(ended(page.read_text("utf-8"), tables(results)), encoding="utf-8")


def ended(text: str, tables: str) -> str:
    """Return a page that ends with these tables, in the place of those that it ends with."""
    blocks = text.rstrip("\n").split("\n\n")
    while blocks[-1].startswith("|"):
        blocks.pop()
    return "\n\n".join([*blocks, tables]) + "\n"
