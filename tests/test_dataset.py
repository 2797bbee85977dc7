import numpy as np

from crfseg import Corpus, symbols
from crfseg.dataset import Dataset
from crfseg.templates import DEFAULT, Templates

CORPUS = Corpus.from_text("我 爱 北京\n北京 欢迎 我\n北京")


def test_ids_name_the_pattern_at_every_position():
    dataset = Dataset.encode(CORPUS, DEFAULT)
    for patterns in dataset.patterns:
        view = patterns.kind.view
        ids = dataset.alphabet.ids(CORPUS.codes, view)
        padded = symbols.pad(ids, CORPUS.offsets, DEFAULT.window)
        assert np.array_equal(
            patterns.keys[patterns.ids], symbols.pattern_keys(padded, patterns.kind.shape)
        )
        assert np.array_equal(np.bincount(patterns.ids), patterns.counts)
        assert np.all(np.diff(patterns.counts) <= 0)


def test_a_cut_off_drops_rare_patterns_only():
    templates = Templates.parse(["C[0]C[1]"])
    (every,) = Dataset.encode(CORPUS, templates).patterns
    (frequent,) = Dataset.encode(CORPUS, templates, min_count=3).patterns
    assert frequent.keys.tolist() == every.keys[every.counts >= 3].tolist()
    assert np.array_equal(frequent.ids >= 0, every.counts[every.ids] >= 3)


def test_sizes_are_counted():
    dataset = Dataset.encode(CORPUS, Templates.parse(["C[-1]", "C[0]", "C[0]C[1]"]))
    characters, bigrams = (len(patterns.keys) for patterns in dataset.patterns)
    assert dataset.n_patterns == characters + bigrams
    assert dataset.n_weights == (characters * 2 + bigrams) * 4


def test_tags_are_the_gold_ones():
    dataset = Dataset.encode(CORPUS, DEFAULT)
    names = "".join(dataset.tag_set.names[tag] for tag in dataset.tags)
    assert names == "SSBE" + "BEBES" + "BE"
