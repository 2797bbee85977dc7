"""The pages' tables, plots and figures, from the CSV files alone.

Usage: results.py [--check]

Rebuilds what stands between ``<!-- table: NAME -->`` and ``<!-- end -->`` in the pages, and the
plots; then holds the figures in the prose against figures.toml. ``--check`` writes nothing, and
finds tables that are not rebuilt too. The exit code is 1 if a page is not as the results have it.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tables import TABLES, Results, draw

ROOT = Path(__file__).parent.parent
PAGES = ("README*.md", "docs/*.md", "experiments/README.md", "experiments/*/README.md")
MARKED = re.compile(r"(<!-- table: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
NO_PROSE = re.compile(r"^```.*?^```$|^\|.*?$", re.DOTALL | re.MULTILINE)
FIGURE = re.compile(r"\d[\d.,]*(?= (?:points?|F1|MB)\b)")
NUMBERS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
SPELLED = (
    {
        "a point": 1,
        "half": 1 / 2,
        "halves": 1 / 2,
        "a third": 1 / 3,
        "a quarter": 1 / 4,
        "a fifth": 1 / 5,
    }
    | {"a sixth": 1 / 6, "a seventh": 1 / 7, "an eighth": 1 / 8, "a tenth": 1 / 10, "twice": 2}
    | {number: n for n, number in enumerate(NUMBERS, 2)}
    | {number: n for n, number in enumerate("两三四五六七八九十", 2)}
    | {"一千万": 10, "四百万": 4, "一个": 1}  # millions, as in English
)


def pages(root: Path) -> dict[str, str]:
    """Return the pages' texts by their names."""
    found = sorted(page for pattern in PAGES for page in root.glob(pattern))
    return {page.relative_to(root).as_posix(): page.read_text("utf-8") for page in found}


def rebuilt(text: str, results: Results) -> str:
    """Return a page with its marked tables as the results have them."""

    def table(found: re.Match[str]) -> str:
        shown = TABLES[found[2]](results).rename_axis(index=None, columns=None)
        lines = shown.to_markdown(stralign="right", disable_numparse=True)
        return f"{found[1]}\n{lines}\n\n{found[3]}"

    return MARKED.sub(table, text)


def plain(text: str) -> str:
    """Return a text whose lines may be broken anywhere."""
    return re.sub(r"\s+", " ", text)


def wrong_figures(
    texts: dict[str, str], entries: list[dict[str, Any]], results: Results
) -> Iterator[str]:
    """Tell of figures in the prose that the results do not give."""
    names = {"f1": results.f1, "oov": results.oov, "mb": results.mb, "bench": results.bench}
    for entry in entries:
        value = eval(entry["value"], {"__builtins__": {}}, names)
        for page, text in entry["in"].items():
            said = re.search(r"\{(.+?)\}", text)[1]
            number = SPELLED.get(said) or float(said)
            # The last digit is rounded; what is spelled out is about so.
            half = (
                0.15 * number if said in SPELLED else 0.5001 * 10.0 ** -len(said.partition(".")[2])
            )
            if plain(re.sub(r"[{}]", "", text)) not in plain(texts.get(page, "")):
                yield f"{page}: expected {text!r}, as figures.toml has it; not found"
            elif abs(value - number) > entry.get("within", half):
                yield f"{page}: {text!r}: expected {value:.4g}, from {entry['value']}; found {said}"


def unknown_figures(texts: dict[str, str], known: list[dict[str, Any]]) -> Iterator[str]:
    """Tell of figures with a unit in the prose that figures.toml does not have."""
    for page, text in texts.items():
        prose = plain(NO_PROSE.sub("", MARKED.sub("", text)))
        for entry in known:
            prose = prose.replace(plain(re.sub(r"[{}]", "", entry["in"].get(page, "\0"))), "")
        for found in FIGURE.finditer(prose):
            around = prose[max(0, found.start() - 40) : found.end() + 20]
            yield f"{page}: {around!r}: found {found[0]}, expected an entry in figures.toml"


def check(root: Path = ROOT) -> list[str]:
    """Return what is wrong in the pages, a line each."""
    results, texts = Results(root / "experiments"), pages(root)
    listed = tomllib.loads((root / "experiments/figures.toml").read_text("utf-8"))
    stale = [
        f"{page}: a table is not what the results give; run `make results`"
        for page, text in texts.items()
        if rebuilt(text, results) != text
    ]
    covered = {
        page: text for page, text in texts.items() if not page.startswith("experiments/bench/")
    }
    return [
        *stale,
        *wrong_figures(texts, listed["figure"], results),
        *unknown_figures(covered, listed["figure"] + listed["unrecorded"]),
    ]


def main(*options: str) -> int:
    if options not in ((), ("--check",)):
        print(__doc__, file=sys.stderr)
        return 2
    if not options:
        for page, text in pages(ROOT).items():
            (ROOT / page).write_text(rebuilt(text, Results(ROOT / "experiments")), encoding="utf-8")
        draw(ROOT / "experiments")
    wrong = check()
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
