"""Models of the tests: one to be read by eye, others of random weights, a labelled one."""

import dataclasses
from functools import cache

import numpy as np
from hypothesis import strategies as st

import crfseg
from crfseg.corpus.tagset import TagSet
from crfseg.features import ngrams
from crfseg.features.accessor_variety import Varieties
from crfseg.features.alphabet import Alphabet
from crfseg.features.extractor import Extractor
from crfseg.features.lexicon import Lexicon
from crfseg.features.ngrams import OF_STRINGS, OF_WORDS, pattern_keys
from crfseg.features.templates import ACCURATE, OF_RAW_TEXT, WITH_TRIGRAMS, Templates
from crfseg.model.weights import PatternTable
from crfseg.text import chars
from crfseg.text.chars import code_points
from support.corpora import labelled


def handmade_model(**weights: dict[str, float]) -> crfseg.Model:
    """A model of characters at the current position, small enough to be read.

    ``handmade_model(京={"E": 2.0})`` says that 京 likes to end words.
    """
    tag_set = TagSet()
    templates = Templates.parse(["C[0]"])
    alphabet = Alphabet(code_points("".join(weights)))
    keys = pattern_keys([alphabet.entries_of(alphabet.characters)], "C", (0,))
    blocks = np.zeros((len(keys), 1, 4))
    for row, of_tag in enumerate(weights.values()):
        for tag, weight in of_tag.items():
            blocks[row, 0, tag_set.names.index(tag)] = weight
    table = PatternTable(templates.kinds[0], keys, blocks)
    return crfseg.Model(tag_set, Extractor(templates, alphabet), (table,), np.zeros((4, 4)))


LETTERS = "abcdefgh"
seeds = st.integers(0, 2**32 - 1)
TAG_SETS = {
    "BMES": TagSet(),
    "BMES6": TagSet("BMES6"),
    "labels": TagSet("BMES", ("n", "v", "O")),
    "absent": TagSet("BMES", ("n", "v"), ("M-n", "S-v")),
    "few": TagSet("BMES", ("n", "v"), absent=("M-n", "B-v", "M-v", "E-v")),
}
EVERY_VIEW = Templates.parse(
    [*ACCURATE.names, *OF_RAW_TEXT, "C[0]C[1]C[2]", "W[-3]T[-2]b[0]", "V[3]", "b[0]A[3]"]
)
STRINGS_ALONE = Templates.parse(["C[0]", "A[-1]", "A[0]", "A[-2]T[1]", "A[2]"])


def random_lexicon(rng, n_words=25):
    """Short and long words of the first letters, so that they overlap and nest; some unknown."""
    lengths = rng.choice([1, 2, 2, 3, 3, 4, 6, 7, 8], n_words)
    words = {"".join(rng.choice(list(LETTERS[:3]), n)) for n in lengths}
    return Lexicon(tuple(sorted(words)), rng.integers(1, 21, len(words)).astype(np.uint8))


def random_varieties(rng, n_strings=60):
    """Strings of two to four of the first letters, so that all that begin somewhere are found."""
    lengths = rng.integers(2, 5, n_strings)
    rows = {tuple([*rng.integers(3, 6, n).tolist(), 0, 0][:4]) for n in lengths}
    strings = np.array(sorted(rows), dtype=np.uint16)
    classes = [
        rng.choice({2: range(32, 256, 32), 3: range(4, 32, 4), 4: range(1, 4)}[n])
        for n in np.count_nonzero(strings, axis=1).tolist()
    ]
    return Varieties(strings, np.array(classes, dtype=np.uint8))


def symbols_that_may_be(view, lexicon):
    """All symbols of a view in text of eight letters, edges too, or nearly all."""
    if view in "BEP":
        pairs = zip(lexicon.words, lexicon.classes.tolist(), strict=True)
        return [0, 1, 2, *sorted({min(len(word), 6) << 5 | level - 1 for word, level in pairs})]
    if view == "A":
        return range(256)
    n = {"C": len(LETTERS), "T": 6, "G": 6, "W": len(lexicon.words), "V": len(lexicon.words)}
    return range(3 + n.get(view, 4))


@cache
def random_model(seed, tag_set, templates=EVERY_VIEW, coarse=True):
    """A model that knows half of all patterns of eight letters; coarse weights make ties."""
    rng = np.random.default_rng(seed)
    n_tags = len(tag_set.names)
    lexicon = random_lexicon(rng) if templates.views & OF_WORDS else Lexicon()
    varieties = random_varieties(rng) if templates.views & OF_STRINGS else Varieties()
    tables = []
    for kind in templates.kinds:
        grid = np.meshgrid(*(symbols_that_may_be(view, lexicon) for view in kind.views))
        keys = ngrams.packed([axis.ravel() for axis in grid], kind.views)
        keys = rng.permutation(keys[rng.random(len(keys)) < 0.5])
        weights = rng.normal(scale=2, size=(len(keys), kind.width, n_tags))
        tables.append(PatternTable(kind, keys, np.rint(weights) if coarse else weights))
    transitions = np.rint(rng.normal(scale=2, size=(n_tags, n_tags)))
    groups = rng.integers(6, size=len(LETTERS)).astype(np.uint8)
    alphabet = Alphabet(chars.code_points(LETTERS), clusters=groups)
    extractor = Extractor(templates, alphabet, lexicon, varieties)
    return crfseg.Model(tag_set, extractor, tuple(tables), transitions)


def random_text(seed, longest=200):
    """Half of it of the letters that words are of."""
    rng = np.random.default_rng(seed)
    letters = chars.code_points(LETTERS + "?京" + LETTERS[:3] * 3)
    return rng.choice(letters, rng.integers(1, longest))


@cache
def random_segmenter(seed, tags, precision="float64"):
    """A model that is not too sure of anything."""
    templates = EVERY_VIEW if seed % 2 else WITH_TRIGRAMS
    model = random_model(seed % 4, TAG_SETS[tags], templates, coarse=False)
    softer = [dataclasses.replace(each, weights=each.weights / 8) for each in model.tables]
    model = dataclasses.replace(model, tables=tuple(softer), transitions=model.transitions / 4)
    return crfseg.Segmenter(model.quantize(precision))


@cache
def coarse_segmenter(seed, tags, templates=EVERY_VIEW):
    """A model of coarse weights, so that there are ties."""
    return crfseg.Segmenter(random_model(seed, TAG_SETS[tags], templates))


def labelled_segmenter():
    corpus = labelled("高勇/PER 说/O 北京/LOC 好/O", "王明/PER 来/O 北京/LOC")
    return crfseg.Segmenter(crfseg.train(corpus, labels=True, max_iterations=20))


def saved(path, model):
    """Save a model, and return the bytes of its file."""
    model.save(path)
    return path.read_bytes()


# How many characters leave few enough tag sequences to try them all.
FEW_CHARACTERS = [("BMES", 1), ("BMES", 6), ("BMES6", 5), ("labels", 3), ("absent", 4)]
