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
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
PARTS = ["half", "a third", "a quarter", "a fifth", "a sixth", "a seventh", "an eighth"]
SPELLED = {"a point": 1.0, "一个": 1.0, "twice": 2.0, "halves": 0.5, "四百万": 4.0, "八百万": 8.0}
SPELLED |= {
    word: n for words in (NUMBERS, "一两三四五六七八九十") for n, word in enumerate(words, 1)
}
SPELLED |= {part: 1 / n for n, part in enumerate(PARTS, 2)}
SAID = "|".join([r"\d[\d.,]*(?<!\D)", *sorted(SPELLED, key=len, reverse=True)])


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


def pattern(text: str) -> str:
    """Return what finds the words of an entry in a page, and the figure that stands in them."""
    return re.escape(plain(text)).replace(r"\{\}", f"({SAID})")


def number(said: str) -> tuple[float, float]:
    """Return a figure, and how far it may be off: by half of its last digit, or be about so."""
    if said in SPELLED:
        return SPELLED[said], 0.15 * SPELLED[said]
    return float(said.replace(",", "")), 0.5 * 10.0 ** -len(said.partition(".")[2])


def wrong_figures(
    texts: dict[str, str], entries: list[dict[str, Any]], results: Results
) -> Iterator[str]:
    """Tell of figures in the prose that the results do not give."""
    names = {"f1": results.f1, "oov": results.oov, "mb": results.mb}
    names |= {"bench": results.bench, "bundled": results.bundled}
    for entry in entries:
        value = eval(entry["value"], {"__builtins__": {}}, names)
        for page, text in entry["in"].items():
            told = f"{page}: {text!r}: expected {value:.4g}, from {entry['value']}"
            if not (found := re.findall(pattern(text), plain(texts.get(page, "")))):
                yield f"{told}; found no such words with a figure"
            for said in found:
                figure, half = number(said)
                if not abs(value - figure) <= entry.get("within", half):  # nor if it is NaN
                    yield f"{told}; found {said}"


def unknown_figures(texts: dict[str, str], known: list[dict[str, Any]]) -> Iterator[str]:
    """Tell of figures with a unit in the prose that figures.toml does not have."""
    for page, text in texts.items():
        prose = plain(NO_PROSE.sub("", MARKED.sub("", text)))
        for entry in known:
            prose = re.sub(pattern(entry["in"].get(page, "\0")), "", prose)
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
