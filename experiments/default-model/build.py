"""Build the bundled model, crfseg/data/default.crfseg: the same bytes every time.

Usage: build.py [FOLDER]

FOLDER has the corpora (default: ../shared/corpora). `make default-model` fetches what else is
needed. config.toml beside this file says what it is made of.
"""

import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from golds import SAMPLE, sample_gold
from lists import word_lists

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


def joined(corpus: crfseg.Corpus, model: crfseg.Model) -> crfseg.Corpus:
    """Return a corpus of a fine standard in the coarser one of a model.

    Of the boundaries that it has, those stay that the model would set; none is added::

        corpus    我 爱 北京 天安 门
        model     我 爱 北京 天安门        the standard, not the corpus's words
        joined    我 爱 北京 天安门
    """
    known = np.where(corpus.starts, 0, -1).astype(np.int8)
    known[corpus.offsets[:-1]] = 0  # a sentence begins with a word, of itself
    tags = crfseg.Segmenter(model).tag_codes(corpus.codes, corpus.offsets, known)
    return replace(corpus, starts=model.tag_set.decode(tags))


def written(lists: dict[str, list[str]], folder: Path) -> Iterator[Path]:
    for name, words in lists.items():
        path = folder / name
        path.write_text("".join(f"{word}\n" for word in words), "utf-8")
        yield path


def build(folder: Path, target: Path) -> crfseg.Model:
    """Train on the sample; join the corpus as that model has it; train on both."""
    options = CONFIG["options"]
    sample = crfseg.read_corpus(SAMPLE / "train.txt")
    text = training_text(folder / CONFIG["corpus"] / "train.txt")
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / "ud-zh-gsd.txt"
        place.write_text(text, "utf-8")
        corpus = crfseg.read_corpus(place)
        lexicon = list(written(word_lists(**CONFIG["lists"]), Path(scratch)))
        first = crfseg.train(sample, lexicon=lexicon, **options | CONFIG["first"])
        texts = [joined(corpus, first), *[sample] * CONFIG["copies"]]
        model = crfseg.train(texts, lexicon=lexicon, **options)
    model.save(target)
    return model


def main(folder: str = "../shared/corpora") -> None:
    segmenter = crfseg.Segmenter(build(Path(folder), BUNDLED))
    f1 = crfseg.evaluate(segmenter, sample_gold()).f1
    print(f"{BUNDLED}: {BUNDLED.stat().st_size / 1e6:.1f} MB")
    print(f"F1 on the sample's dev and test, unseen: {100 * f1:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
