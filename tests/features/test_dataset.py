import collections

import numpy as np
import pytest

import crfseg
from crfseg import Corpus
from crfseg.features import lexicon, ngrams
from crfseg.features.accessor_variety import fit_varieties
from crfseg.features.dataset import Dataset
from crfseg.features.extractor import Raw
from crfseg.features.templates import ACCURATE, DEFAULT, OF_RAW_TEXT, WITH_TRIGRAMS, Templates
from crfseg.text.scratch import Storage
from support.corpora import SAMPLE

CORPUS = Corpus.from_text("我 爱 北京\n北京 欢迎 我\n北京")
WITH_STRINGS = Templates.parse([*ACCURATE.names, *OF_RAW_TEXT])
RAW = Corpus.from_text("北京人欢迎我\n欢迎\n我爱北")


@pytest.mark.parametrize("templates", [DEFAULT, ACCURATE, WITH_STRINGS])
def test_ids_name_the_pattern_at_every_position(templates):
    raw = Raw(RAW) if templates is WITH_STRINGS else None
    dataset = Dataset.encode(CORPUS, templates, raw=raw)
    entries = dataset.extractor.alphabet.entries_of(CORPUS.codes)
    padded = ngrams.pad(entries, CORPUS.offsets, templates.window)
    found = lexicon.fit_lexicon(CORPUS, dataset.extractor.alphabet, padded, templates.window)
    others = ngrams.pad(dataset.extractor.alphabet.entries_of(RAW.codes), RAW.offsets, 1)
    if raw:
        fit_varieties(padded, others, found.lexicon_features, transductive=False)
    for patterns, row in zip(dataset.patterns, dataset.ids, strict=True):
        kind = patterns.kind
        keys = ngrams.pattern_keys(
            (padded, found.lexicon_features, found.word_ids), kind.views, kind.shape
        )
        assert np.array_equal(patterns.keys[row[row >= 0]], keys[row >= 0])
        assert np.array_equal(np.bincount(row[row >= 0]), patterns.counts)
        assert np.all(np.diff(patterns.counts) <= 0)
        distinct, counts = np.unique(keys, return_counts=True)
        assert set(patterns.keys.tolist()) == set(distinct[counts > kind.is_sparse].tolist())


def test_a_cut_off_drops_rare_patterns_only():
    templates = Templates.parse(["C[0]C[1]"])
    full, cut = (Dataset.encode(CORPUS, templates, min_count=n) for n in (1, 3))
    (every,), (frequent,) = full.patterns, cut.patterns
    assert frequent.keys.tolist() == every.keys[every.counts >= 3].tolist()
    assert frequent.counts.tolist() == every.counts[every.counts >= 3].tolist()
    assert np.array_equal(cut.ids[0] >= 0, every.counts[full.ids[0]] >= 3)


def test_sizes_are_counted():
    dataset = Dataset.encode(CORPUS, Templates.parse(["C[-1]", "C[0]", "C[0]C[1]"]))
    characters, bigrams = (len(patterns.keys) for patterns in dataset.patterns)
    assert dataset.n_patterns == characters + bigrams
    assert dataset.n_weights == (characters * 2 + bigrams) * 4


def test_tags_are_the_gold_ones():
    dataset = Dataset.encode(CORPUS, DEFAULT)
    names = "".join(dataset.tag_set.names[tag] for tag in dataset.tags)
    assert names == "SSBE" + "BEBES" + "BE"


def test_what_a_model_knows_stays_known():
    templates = Templates.parse(["C[0]C[1]"])
    init = crfseg.train(CORPUS, templates=templates.names, prune=0)
    new = Corpus.from_text("天 安 门\n我 爱 天安门")
    dataset = Dataset.encode(new, templates, warm_start=init.warm_start, min_count=2)
    known = init.alphabet.characters
    assert dataset.extractor.alphabet.characters[: len(known)].tolist() == known.tolist()
    (patterns,) = dataset.patterns
    assert set(init.tables[0].keys.tolist()) <= set(patterns.keys.tolist())
    assert np.array_equal(
        np.bincount(dataset.ids[dataset.ids >= 0], minlength=len(patterns.keys)), patterns.counts
    )
    assert {1, 0} <= set(patterns.counts.tolist())  # 我爱 is known, so once is enough


def test_marks_are_there_without_words_too():
    (alone,) = Dataset.encode(CORPUS, Templates.parse(["A[0]"]), raw=Raw(RAW)).ids
    beside = Dataset.encode(CORPUS, Templates.parse(["A[0]", "W[0]"]), raw=Raw(RAW)).ids
    assert alone.tolist() == beside[0].tolist()


@pytest.mark.parametrize("templates", [WITH_TRIGRAMS, ACCURATE, WITH_STRINGS])
def test_in_files_everything_is_the_same(tmp_path, monkeypatch, templates):
    """With blocks so small that every sentence is in one of its own."""
    corpus = crfseg.read_corpus(SAMPLE / "dev.txt")
    raw = crfseg.read_corpus(SAMPLE / "test.txt")
    plain = Dataset.encode(corpus, templates, raw=Raw(raw))
    monkeypatch.setattr("crfseg.text.encodings.CHUNK", 100)
    monkeypatch.setattr("crfseg.text.blocks.SIZE", 10)
    scratched = crfseg.read_corpus(SAMPLE / "dev.txt", scratch=tmp_path)
    assert scratched.sha256 == corpus.sha256
    assert list(scratched) == list(corpus)
    assert scratched.vocabulary() == collections.Counter(corpus.words())
    raw = crfseg.read_corpus(SAMPLE / "test.txt", scratch=tmp_path)
    dataset = Dataset.encode(scratched, templates, raw=Raw(raw), storage=Storage(tmp_path))
    assert np.array_equal(plain.ids, dataset.ids)
    assert np.array_equal(plain.tags, dataset.tags)
    assert np.array_equal(plain.extractor.alphabet.clusters, dataset.extractor.alphabet.clusters)
    assert plain.extractor.lexicon.words == dataset.extractor.lexicon.words
    assert np.array_equal(plain.extractor.lexicon.classes, dataset.extractor.lexicon.classes)
    assert np.array_equal(plain.extractor.varieties.strings, dataset.extractor.varieties.strings)
    assert np.array_equal(plain.extractor.varieties.classes, dataset.extractor.varieties.classes)
    for one, other in zip(plain.patterns, dataset.patterns, strict=True):
        assert np.array_equal(one.keys, other.keys)
    assert not list(tmp_path.iterdir())
