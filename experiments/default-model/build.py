"""Build the bundled model, crfseg/model/bundled.crfseg: the same bytes every time.

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
from crfseg.segmenter.loading import BUNDLED

HERE = Path(__file__).parent
CONFIG = tomllib.loads((HERE / "config.toml").read_text("utf-8"))
EVERYDAY, TRAIN = SAMPLE.parent / "everyday", SAMPLE / "train.txt"
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


def restated(corpus: crfseg.Corpus, segmenter: crfseg.Segmenter, sure: float) -> crfseg.Corpus:
    """Return a corpus of another standard in that of a segmenter.

    Its own boundaries stay if the segmenter would set them too. Others are set only where it is
    sure: the corpus knows better where no word can end::

        corpus      她 也是 北京 电视 台 的 记者     finer here, coarser there
        segmenter   她 也 是 北京 电视台 的 记者     the standard, not the corpus's words
        restated    她 也 是 北京 电视台 的 记者
    """
    marginals = np.concatenate([segmenter.marginals(text) for text in corpus.texts()])
    is_sure = marginals[:, segmenter.model.tag_set.begins].sum(axis=1) > sure
    known = np.where(corpus.starts | is_sure, 0, -1).astype(np.int8)
    known[corpus.offsets[:-1]] = 0  # a sentence begins with a word, of itself
    tags = segmenter.decoder.tag_codes(corpus.codes, corpus.offsets, known)
    return replace(corpus, starts=segmenter.model.tag_set.decode(tags))


def written(lists: dict[str, list[str]], folder: Path) -> Iterator[Path]:
    for name, words in lists.items():
        path = folder / name
        path.write_text("".join(f"{word}\n" for word in words), "utf-8")
        yield path


def build(folder: Path, target: Path) -> crfseg.Model:
    """Train on crfseg's own corpora; restate the other one as that model has it; train on all."""
    options = CONFIG["options"]
    own = [crfseg.read_corpus(path) for path in [*sorted(EVERYDAY.glob("*.txt")), TRAIN]]
    text = training_text(folder / CONFIG["corpus"] / "train.txt")
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / "ud-zh-gsd.txt"
        place.write_text(text, "utf-8")
        corpus = crfseg.read_corpus(place)
        lexicon = list(written(word_lists(**CONFIG["lists"]), Path(scratch)))
        first = crfseg.train(own, lexicon=lexicon, **options | CONFIG["first"])
        other = restated(corpus, crfseg.Segmenter(first), CONFIG["sure"])
        model = crfseg.train([other, *own], lexicon=lexicon, **options)
    model.save(target)
    return model


def main(folder: str = "../shared/corpora") -> None:
    segmenter = crfseg.Segmenter(build(Path(folder), BUNDLED))
    f1 = crfseg.evaluate(sample_gold(), segmenter).f1
    print(f"{BUNDLED}: {BUNDLED.stat().st_size / 1e6:.1f} MB")
    print(f"F1 on the sample's dev and test, unseen: {100 * f1:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
