"""Build the bundled model, crfseg/data/default.crfseg: the same bytes every time.

Usage: build.py [FOLDER]

FOLDER has the corpora (default: ../shared/corpora). `make default-model` fetches what else is
needed. config.toml beside this file says what it is made of.
"""

import gzip
import sys
import tempfile
import tomllib
from pathlib import Path

import crfseg
from crfseg.bundled import BUNDLED

HERE = Path(__file__).parent
CONFIG = tomllib.loads((HERE / "config.toml").read_text("utf-8"))
CHINESE = str.maketrans(",.():;?!", "，。（）：；？！")


def with_chinese_punctuation(line: str) -> str:
    """Return a segmented line with Chinese punctuation where it has a mark of ASCII as a word.

    >>> with_chinese_punctuation("圆周率 是 3.14 , 约 为 3 .")
    '圆周率 是 3.14 ， 约 为 3 。'
    """
    words = line.split(" ")
    return " ".join(word.translate(CHINESE) if len(word) == 1 else word for word in words)


def training_text(path: Path) -> str:
    """Return the corpus, with Chinese punctuation for ASCII's in every other line.

    So the model has seen both.
    """
    lines = path.read_text("utf-8").splitlines()
    return "".join(
        f"{with_chinese_punctuation(line) if n % 2 else line}\n" for n, line in enumerate(lines)
    )


def is_chinese(word: str) -> bool:
    return all("\u3400" <= character <= "\u9fff" for character in word)


def dictionary_words(path: Path, longest: int) -> str:
    """Return the Chinese headwords of CC-CEDICT, traditional and simplified, a word a line.

    An entry is ``TRADITIONAL SIMPLIFIED [PRONUNCIATION] /MEANING/``; those of one character are
    left out, for every character may be a word.
    """
    with gzip.open(path, "rt", encoding="utf-8") as file:
        entries = [line.split(" ", 2) for line in file if not line.startswith("#")]
    words = {word for entry in entries for word in entry[:2] if 2 <= len(word) <= longest}
    return "".join(f"{word}\n" for word in sorted(words) if is_chinese(word))


def build(folder: Path, target: Path) -> crfseg.Model:
    place, options = folder / CONFIG["corpus"], CONFIG["options"]
    with tempfile.TemporaryDirectory() as scratch:
        train, lexicon = Path(scratch) / "ud-zh-gsd.txt", Path(scratch) / "cc-cedict.txt"
        train.write_text(training_text(place / "train.txt"), "utf-8")
        source = HERE / "sources" / CONFIG["lexicon"]
        lexicon.write_text(dictionary_words(source, CONFIG["longest"]), "utf-8")
        model = crfseg.train(train, dev=place / "dev.txt", lexicon=lexicon, **options)
    model.save(target)
    return model


def main(folder: str = "../shared/corpora") -> None:
    model = build(Path(folder), BUNDLED)
    (dev,) = model.info["dev"]
    print(f"{BUNDLED}: {BUNDLED.stat().st_size / 1e6:.1f} MB, dev F1 {100 * dev['f1']:.2f}")
    print(model.info["stop"])


if __name__ == "__main__":
    main(*sys.argv[1:])
