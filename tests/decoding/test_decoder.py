"""The compiled decoder against the readable reference, on models of random weights."""

import dataclasses
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_lexicon import reference as reference_marks
from test_lexicon import reference_bits

import crfseg
from crfseg import chars, crf, lookup, symbols
from crfseg.errors import InfeasibleError
from crfseg.lexicon import Lexicon
from crfseg.symbols import OF_STRINGS, OF_WORDS, VIEWS, Alphabet
from crfseg.tables import PatternTable
from crfseg.tags import TagSet
from crfseg.templates import ACCURATE, OF_RAW_TEXT, WITH_TRIGRAMS, Templates
from crfseg.varieties import Varieties

seeds = st.integers(0, 2**32 - 1)
LETTERS = "abcdefgh"
TAG_SETS = {
    "BMES": TagSet(),
    "BMES6": TagSet("BMES6"),
    "labels": TagSet("BMES", ("n", "v", "O")),
    "absent": TagSet("BMES", ("n", "v"), ("M-n", "S-v")),
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
        keys = symbols.packed([axis.ravel() for axis in grid], kind.views)
        keys = rng.permutation(keys[rng.random(len(keys)) < 0.5])
        weights = rng.normal(scale=2, size=(len(keys), kind.width, n_tags))
        tables.append(PatternTable(kind, keys, np.rint(weights) if coarse else weights))
    transitions = np.rint(rng.normal(scale=2, size=(n_tags, n_tags)))
    groups = rng.integers(6, size=len(LETTERS)).astype(np.uint8)
    alphabet = Alphabet(chars.code_points(LETTERS), groups=groups)
    return crfseg.Model(
        tag_set, templates, alphabet, tuple(tables), transitions,
        lexicon=lexicon, varieties=varieties,
    )  # fmt: skip


def random_text(seed, longest=200):
    """Half of it of the letters that words are of."""
    rng = np.random.default_rng(seed)
    letters = chars.code_points(LETTERS + "?京" + LETTERS[:3] * 3)
    return rng.choice(letters, rng.integers(1, longest))


def reference_symbols(model, codes):
    """Return the symbols of each view, the sentence between edges."""
    window, lexicon = model.templates.window, model.lexicon
    entries = symbols.pad(model.alphabet.entries_of(codes), np.array([0, len(codes)]), window)
    words = [model.alphabet.ids(chars.code_points(word), "C").tolist() for word in lexicon.words]
    marks, ranks = reference_marks(words, lexicon.classes.tolist(), entries)
    strings = [[symbol for symbol in row if symbol] for row in model.varieties.strings.tolist()]
    beginning = reference_bits(strings, model.varieties.classes.tolist(), entries)
    marks = [mark | bits << 24 for mark, bits in zip(marks, beginning, strict=True)]
    places = entries.tolist(), marks, ranks
    return {
        name: [at >> view.shift & (1 << view.bits) - 1 for at in places[view.number]]
        for name, view in VIEWS.items()
    }


@cache
def blocks_of(model):
    """Return for each kind the blocks of its patterns."""
    found = []
    for table in model.tables:
        patterns = map(tuple, symbols.unpacked(table.keys, table.kind.views).tolist())
        found.append(dict(zip(patterns, model.potentials(table), strict=True)))
    return found


def reference_emissions(model, codes):
    """Sum the weights pattern by pattern, as docs/file-format.md says."""
    window, found = model.templates.window, reference_symbols(model, codes)
    total = np.zeros((len(codes) + 2 * window, len(model.tag_set.names)))
    for kind, blocks in zip(model.templates.kinds, blocks_of(model), strict=True):
        for i in range(len(total) - kind.shape[-1]):
            pattern = tuple(found[v][i + k] for v, k in zip(kind.views, kind.shape, strict=True))
            for r, row in enumerate(blocks.get(pattern, ())):
                if 0 <= i - kind.reach + r < len(total):
                    total[i - kind.reach + r] += row
    return total[window:-window]


@cache
def quantized(seed, tag_set, templates, precision):
    return random_model(seed, tag_set, templates).quantize(precision)


@pytest.mark.parametrize("precision", ["int8", "int16", "float64"])
@pytest.mark.parametrize("tags", TAG_SETS)
@settings(deadline=None, max_examples=8)  # the first example makes the model
@given(seed=seeds)
def test_tags_and_emissions_equal_the_reference(tags, precision, seed):
    tag_set = TAG_SETS[tags]
    templates = {0: WITH_TRIGRAMS, 1: STRINGS_ALONE}.get(seed % 5, EVERY_VIEW)
    model = quantized(seed % 2, tag_set, templates, precision)
    segmenter, codes = crfseg.Segmenter(model), random_text(seed)
    rng = np.random.default_rng(seed)
    boundaries = rng.choice([0, 0, 0, 0, 0, crf.BEGIN], len(codes)).astype(np.int8)
    emissions = reference_emissions(model, codes)
    assert segmenter.emissions(codes) == pytest.approx(emissions, abs=1e-5)
    transitions = crf.mask(model.transitions * model.scale, tag_set)
    # In whole units, so that ties are ties in both.
    unit = model.scale if precision != "float64" else 1.0
    constrained = crf.constrain(np.rint(emissions / unit), tag_set, boundaries)
    path, _ = crf.viterbi(constrained, np.rint(transitions / unit))
    found = segmenter.tag_codes(codes, np.array([0, len(codes)]), boundaries)
    assert found.tolist() == path.tolist()


@settings(deadline=None, max_examples=20)
@given(seed=seeds)
def test_words_may_be_forbidden_to_begin(seed):
    model, codes = random_model(0, TagSet()), random_text(seed, longest=30)
    boundaries = np.random.default_rng(seed).choice([0, -1], len(codes)).astype(np.int8)
    boundaries[0] = 0
    found = crfseg.Segmenter(model).tag_codes(codes, np.array([0, len(codes)]), boundaries)
    constrained = crf.constrain(reference_emissions(model, codes), TagSet(), boundaries)
    path, _ = crf.viterbi(constrained, crf.mask(model.transitions, TagSet()))
    assert found.tolist() == path.tolist()


def test_a_sentence_that_must_not_begin_has_no_path():
    segmenter = crfseg.Segmenter(random_model(0, TagSet()))
    codes = chars.code_points("abab")
    with pytest.raises(InfeasibleError, match="sentence 2: constraints leave no tag path"):
        segmenter.tag_codes(codes, np.array([0, 2, 4]), np.array([1, 0, -1, 0], dtype=np.int8))


def test_many_patterns_are_all_found_and_no_others():
    """Enough of them that buckets overflow and that parts of hashes are equal."""
    rng = np.random.default_rng(0)
    characters = np.arange(0x4E00, 0x4E00 + 3000, dtype=np.uint32)
    templates = Templates.parse(["C[0]C[1]C[2]"])
    keys = np.unique(rng.integers(3, 3003, (40_000, 3)) @ (1 << np.array([0, 16, 32])))
    weights = rng.integers(-100, 100, (len(keys), 1, 4)).astype(np.int8)
    table = PatternTable(templates.kinds[0], keys.astype(np.uint64), weights)
    model = crfseg.Model(
        TagSet(), templates, Alphabet(characters), (table,), np.zeros((4, 4), dtype=np.int16)
    )
    segmenter = crfseg.Segmenter(model)
    known = {key: block[0] for key, block in zip(keys.tolist(), weights, strict=True)}
    for _ in range(2000):
        key = int(rng.choice(keys)) ^ int(rng.integers(0, 2) << rng.integers(0, 40))
        key = key if all(3 <= key >> 16 * k & 0xFFFF < 3003 for k in range(3)) else int(keys[0])
        codes = characters[np.array([key >> 16 * k & 0xFFFF for k in range(3)]) - 3]
        expected = known.get(key, np.zeros(4))
        assert segmenter.emissions(codes)[0].tolist() == expected.tolist()


def test_a_model_without_words_to_look_up_has_none_everywhere():
    """As one trained on words that are all too long for a lexicon."""
    model = crfseg.train(crfseg.Corpus.from_text("abcdefghijk\nlmnopqrstuv w"), prune=0)
    assert model.lexicon.words == ("w",)
    empty = dataclasses.replace(model, lexicon=Lexicon())
    codes = chars.code_points("abwcd")
    found = crfseg.Segmenter(empty).emissions(codes)
    assert found == pytest.approx(reference_emissions(empty, codes), abs=1e-5)


def test_keys_that_are_there_twice_are_refused():
    keys = np.array([5, 7, 5], dtype=np.uint64)
    with pytest.raises(ValueError, match="row 2: its key is there twice"):
        lookup.build_buckets(keys)


def test_scores_of_endless_sentences_do_not_overflow():
    """Each character adds as much as 16 bits hold; the best path stays the best."""
    model = random_model(1, TagSet(), Templates.parse(["C[0]"]), coarse=False).quantize("int16")
    codes = np.tile(chars.code_points("abcabdg"), 40_000)
    tags = crfseg.Segmenter(model).tag_codes(codes, np.array([0, len(codes)]))
    assert tags[700:70_000].tolist() == tags[70_700:140_000].tolist()


def test_compiled_modules_have_the_entries_of_symbols():
    text = Path(symbols.__file__).with_suffix(".pxd").read_text("utf-8")
    compiled = {name: int(value, 16) for name, value in re.findall(r"(\w+) = (0x\w+)", text)}
    in_each_view = sum(1 << VIEWS[view].shift for view in "CTG")
    assert compiled == {
        "BEGIN": symbols.EDGES[0] == symbols.BEGIN_ID * in_each_view and symbols.EDGES[0],
        "END": symbols.EDGES[1] == symbols.END_ID * in_each_view and symbols.EDGES[1],
        "BEYOND": symbols.BEYOND,
        "WHITE_SPACE": symbols.WHITE_SPACE,
        "NEWLINE": symbols.NEWLINE,
        "FIRST": symbols.FIRST_ID,
    }
