"""Training with text without words: what it may be, what is recorded, the same model again."""

import dataclasses
import hashlib
from itertools import product

import numpy as np
import pytest

import crfseg
from crfseg import Corpus, Segmenter, Sentence
from crfseg.errors import CorpusError, TrainingError
from crfseg.features.templates import ACCURATE, OF_RAW_TEXT, WITH_TRIGRAMS
from support.corpora import DEV, SMALL, TEST, labelled
from support.models import saved
from support.streams import cut_stream, in_small_pieces

RAW = Corpus.from_text("北京人在天安门\n他爱天安门的北京人\n北京")
STRINGS_ALONE = ["A[0]", "C[0]"]


@pytest.fixture(scope="module")
def text():
    """The sample's test text without words."""
    return "\n".join(crfseg.read_corpus(TEST).texts())


@pytest.fixture(scope="module")
def raw(tmp_path_factory, text):
    """A file of it."""
    path = tmp_path_factory.mktemp("raw") / "raw.txt"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(scope="module")
def model(raw):
    return crfseg.train(DEV, raw=raw, max_iterations=2)


def words_of(segmenter, text):
    return [segmenter.cut(line) for line in text.split("\n")]


# What may be asked for


@pytest.mark.parametrize("protocol", ["strict", "closed"])
def test_what_is_closed_has_no_raw_text(protocol):
    with pytest.raises(TrainingError, match=f"^{protocol}: expected no raw text; or the protocol"):
        crfseg.train(SMALL, raw=RAW, protocol=protocol)


def test_the_text_that_is_to_be_tagged_is_raw_text():
    with pytest.raises(TrainingError, match=r"^transductive: expected the text that is to be tag"):
        crfseg.train(SMALL, protocol="transductive")


def test_a_model_to_go_on_from_has_seen_its_raw_text():
    with pytest.raises(TrainingError, match=r"^raw: those of init are used; give one of the two$"):
        crfseg.train(SMALL, raw=RAW, init=crfseg.train(SMALL))


@pytest.mark.parametrize("algorithm", ["lbfgs", "l2sgd", "ap", "pa", "arow"])
def test_crfsuite_has_no_raw_text(algorithm):
    with pytest.raises(TrainingError, match=f"^{algorithm} has no raw text; expected none, or ada"):
        crfseg.train(SMALL, raw=RAW, algorithm=algorithm)


def test_a_protocol_that_there_is_not_is_refused():
    with pytest.raises(TrainingError, match=r"protocol.* strict, closed, transductive, open"):
        crfseg.train(SMALL, raw=RAW, protocol="ajar")


@pytest.mark.parametrize("protocol", [None, "open", "transductive"])
def test_the_protocol_is_recorded(protocol):
    model = crfseg.train(SMALL, raw=RAW, protocol=protocol)
    assert model.info["protocol"] == (protocol or "open")
    assert Segmenter(model).cut("我爱天安门") == ["我", "爱", "天安门"]


def test_without_raw_text_nothing_is_said_of_it():
    assert "raw" not in crfseg.train(SMALL).info
    assert len(crfseg.train(SMALL).extractor.varieties.strings) == 0
    assert crfseg.train(SMALL, protocol="open").info["protocol"] == "open"


@pytest.mark.parametrize(
    ("profile", "templates"), [("fast", WITH_TRIGRAMS), ("accurate", ACCURATE), (None, ACCURATE)]
)
def test_every_profile_looks_at_raw_text(profile, templates):
    model = crfseg.train(SMALL, raw=RAW, profile=profile)
    assert model.templates.names == [*templates.names, *OF_RAW_TEXT]
    assert len(model.extractor.varieties.strings) > 0
    assert any(table.kind.views == "A" and len(table.keys) for table in model.tables)
    assert Segmenter(model).cut("我爱天安门") == ["我", "爱", "天安门"]


def test_templates_that_are_given_are_all_there_are():
    model = crfseg.train(SMALL, raw=RAW, templates=["C[0]", "G[1]"])
    assert model.templates.names == ["C[0]", "G[1]"]


def test_raw_text_that_no_template_looks_at_is_refused():
    with pytest.raises(TrainingError, match="expected a template that takes A or G"):
        crfseg.train(SMALL, raw=RAW, templates=["C[0]", "B[1]"])


def test_strings_may_be_counted_in_the_training_text_alone():
    model = crfseg.train(SMALL, templates=STRINGS_ALONE, protocol="closed")
    assert model.info["protocol"] == "closed"
    assert len(model.extractor.varieties.strings) > 0


def test_labels_are_learned_with_raw_text_too():
    corpus = labelled("我/r 爱/v 北京/ns", "他/r 在/p")
    model = crfseg.train(corpus, labels=True, raw=RAW)
    found = Segmenter(model).labelled("我爱北京")
    assert [label for _, label in found] == ["r", "v", "ns"]


# Texts of all sorts


@pytest.mark.parametrize(
    "nothing", [[], (), iter(()), Corpus.from_text(""), [Corpus.from_text("")]]
)
@pytest.mark.parametrize("protocol", [None, "transductive"])
def test_raw_text_without_a_character_is_refused(nothing, protocol):
    with pytest.raises(
        TrainingError, match=r"^raw text: no character in it; expected at least[^\n]*$"
    ):
        crfseg.train(SMALL, raw=nothing, protocol=protocol)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no sentence in it; expected one a line"),
        (b" \n\t\n", "no sentence in it; expected one a line"),
        (b"\xef\xbb\xbf", "no sentence in it; expected one a line"),
        (b"a\n\xff", "2: byte 0xFF is not utf-8"),
        (b"a\0b", "1: NUL character"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content, message):
    (tmp_path / "raw.txt").write_bytes(content)
    with pytest.raises(CorpusError, match=rf"raw\.txt: ?{message}"):
        crfseg.train(SMALL, raw=tmp_path / "raw.txt")


def test_a_missing_file_is_the_system_s_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        crfseg.train(SMALL, raw=[RAW, tmp_path / "missing"])


@pytest.mark.parametrize("text", ["北", "北\n京\n天", "x", "\ud800", "𠀀𠀁" * 3, "a" * 5000])
def test_any_character_is_raw_text_enough(text):
    for protocol in ("open", "transductive"):
        model = crfseg.train(SMALL, raw=Corpus.from_text(text), protocol=protocol)
        assert Segmenter(model).cut("我爱天安门") == ["我", "爱", "天安门"]
        assert "".join(Segmenter(model).cut(text)) == "".join(text.split())


def test_an_empty_text_beside_others_changes_nothing():
    alone = crfseg.train(SMALL, raw=RAW)
    beside = crfseg.train(SMALL, raw=[Corpus.from_text(""), RAW])
    assert np.array_equal(alone.extractor.varieties.strings, beside.extractor.varieties.strings)
    assert len(beside.info["raw"]) == 2


def test_the_encoding_is_that_of_the_corpora(tmp_path):
    for name, corpus in (("train", SMALL), ("raw", RAW)):
        lines = "\n".join(" ".join(sentence.words) for sentence in corpus)
        (tmp_path / name).write_text(lines, "gb18030")
    model = crfseg.train(tmp_path / "train", raw=tmp_path / "raw", encoding="gb18030")
    assert np.array_equal(
        model.extractor.varieties.strings, crfseg.train(SMALL, raw=RAW).extractor.varieties.strings
    )


@pytest.mark.parametrize("protocol", ["open", "transductive"])
def test_words_in_raw_text_are_not_looked_at(tmp_path, protocol):
    """The same bytes, whether it is segmented or not, or strangely spaced."""
    spaced = ["\n".join(" ".join(s.words) for s in RAW), "\n".join(RAW.texts()), None]
    spaced[2] = " \n" + "\n\n".join("　".join([*line, "\t"]) for line in RAW.texts()) + "\r\n"
    models = [crfseg.train(SMALL, raw=Corpus.from_text(text), protocol=protocol) for text in spaced]
    first, *others = [saved(tmp_path / "a", model) for model in models]
    assert others == [first, first]


def test_a_segmented_file_and_a_bare_one_give_the_same_model(tmp_path, raw):
    models = [crfseg.train(DEV, raw=path, profile="fast", max_iterations=1) for path in (raw, TEST)]
    bare, segmented = (model.info["raw"] for model in models)
    assert bare[0]["characters"] == segmented[0]["characters"]
    assert bare[0]["sha256"] != segmented[0]["sha256"]
    one, other = (
        saved(tmp_path / "a", dataclasses.replace(model, info=dict(model.info, raw=None)))
        for model in models
    )
    assert one == other


def test_labels_of_raw_text_are_not_looked_at():
    sentences = [Sentence(tuple(text), tuple(text)) for text in RAW.texts()]
    model = crfseg.train(SMALL, raw=Corpus.from_sentences(sentences))
    assert not model.tag_set.labels
    assert np.array_equal(
        model.extractor.varieties.strings, crfseg.train(SMALL, raw=RAW).extractor.varieties.strings
    )


def test_several_raw_texts_are_counted_as_one():
    """But no string goes from one into the next."""
    parts = [Corpus.from_text(text) for text in RAW.texts()]
    one, several = crfseg.train(SMALL, raw=RAW), crfseg.train(SMALL, raw=parts)
    for name in ("strings", "classes"):
        assert np.array_equal(
            getattr(one.extractor.varieties, name), getattr(several.extractor.varieties, name)
        )
    assert one.vocabulary == several.vocabulary == tuple(sorted(SMALL.vocabulary()))


def test_what_raw_text_adds_is_known_but_is_no_word():
    model = crfseg.train(SMALL, raw=RAW)
    n = len(crfseg.train(SMALL).alphabet.characters)
    assert len(model.alphabet.characters) == n + 2  # 人 and 的
    assert set(model.lexicon.words) == set(SMALL.vocabulary()) == set(model.vocabulary)


# What is recorded


def test_the_record_names_the_raw_text(model, raw, text):
    (entry,) = model.info["raw"]
    assert entry == {
        "name": "raw.txt",
        "sha256": hashlib.sha256(raw.read_bytes()).hexdigest(),
        "sentences": text.count("\n") + 1,
        "characters": len(text.replace("\n", "")),
    }
    assert [corpus["name"] for corpus in model.info["corpora"]] == ["dev.txt"]


def test_the_record_of_what_goes_on_names_it_still():
    first = crfseg.train(SMALL, raw=[RAW, RAW])
    second = crfseg.train(SMALL, init=first)
    third = crfseg.train(SMALL, init=second)
    assert second.info["init"]["raw"] == third.info["init"]["raw"] == first.info["raw"]
    assert "raw" not in second.info
    assert len(third.info["init"]["corpora"]) == 2
    assert "raw" not in crfseg.train(SMALL, init=crfseg.train(SMALL)).info["init"]


# The same model again


def test_a_model_comes_back_from_its_file(tmp_path, model, text):
    model.save(tmp_path / "a")
    assert words_of(crfseg.load(tmp_path / "a"), text) == words_of(Segmenter(model), text)


def test_threads_change_nothing(tmp_path, raw, model):
    one, two = (crfseg.train(DEV, raw=raw, max_iterations=2, threads=n) for n in (1, 2))
    bytes_of = [saved(tmp_path / "a", each) for each in (model, one, two)]
    assert bytes_of[0] == bytes_of[1] == bytes_of[2]


@pytest.mark.parametrize("templates", [None, STRINGS_ALONE])
def test_in_files_everything_is_the_same(tmp_path, raw, templates):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    options = {"raw": [raw, RAW], "templates": templates, "max_iterations": 1}
    plain = saved(tmp_path / "a", crfseg.train(DEV, **options))
    assert saved(tmp_path / "b", crfseg.train(DEV, scratch=scratch, **options)) == plain
    assert not list(scratch.iterdir())


def test_a_resumed_training_gives_the_same_bytes(tmp_path, raw):
    options = {"raw": raw, "protocol": "transductive"}
    whole = saved(tmp_path / "whole", crfseg.train(DEV, max_iterations=3, **options))
    for passes in (1, 3):
        resumed = crfseg.train(DEV, max_iterations=passes, checkpoint=tmp_path / "s", **options)
    assert saved(tmp_path / "resumed", resumed) == whole


def test_a_checkpoint_knows_its_raw_text(tmp_path):
    state, options = tmp_path / "state", {"max_iterations": 1, "templates": STRINGS_ALONE}
    crfseg.train(SMALL, raw=RAW, dev=[SMALL, RAW], checkpoint=state, **options)
    for others in (
        {},
        {"dev": [SMALL, RAW]},
        {"raw": RAW},
        {"raw": SMALL, "dev": [SMALL, RAW]},
        {"raw": RAW, "dev": [SMALL, RAW], "protocol": "transductive"},
        {"raw": [RAW, SMALL], "dev": [RAW]},  # the same texts, but one is now raw
    ):
        with pytest.raises(TrainingError, match="state: is of another corpus or configuration"):
            crfseg.train(SMALL, checkpoint=state, **others, **options)
    crfseg.train(SMALL, raw=RAW, dev=[SMALL, RAW], checkpoint=state, **options)


def test_training_goes_on_with_the_strings_that_are_known(tmp_path, model, text):
    model.save(tmp_path / "a")
    further = crfseg.train(TEST, init=tmp_path / "a", max_iterations=2)
    assert further.info["protocol"] == "open"
    assert np.array_equal(further.extractor.varieties.strings, model.extractor.varieties.strings)
    assert np.array_equal(further.extractor.varieties.classes, model.extractor.varieties.classes)
    before, after = (
        crfseg.evaluate(crfseg.read_corpus(TEST), Segmenter(each)).f1 for each in (model, further)
    )
    assert before < after
    assert words_of(Segmenter(further), text) == words_of(
        Segmenter(crfseg.train(TEST, init=model, max_iterations=2)), text
    )


def test_a_checkpoint_knows_the_strings_of_the_model_that_training_goes_on_from(tmp_path):
    init = crfseg.train(SMALL, raw=RAW)
    crfseg.train(SMALL, init=init, checkpoint=tmp_path / "state")
    fewer = crfseg.features.accessor_variety.Varieties(
        init.extractor.varieties.strings[1:], init.extractor.varieties.classes[1:]
    )
    other = dataclasses.replace(
        init, extractor=dataclasses.replace(init.extractor, varieties=fewer)
    )
    with pytest.raises(TrainingError, match="is of another corpus or configuration"):
        crfseg.train(SMALL, init=other, checkpoint=tmp_path / "state")


# Tagging


@pytest.fixture(scope="module", params=["accurate", "fast", "strings"])
def segmenter(request, raw):
    options = {"templates": STRINGS_ALONE} if request.param == "strings" else {}
    profile = None if request.param == "strings" else request.param
    return Segmenter(crfseg.train(DEV, raw=raw, profile=profile, max_iterations=1, **options))


def test_every_method_says_the_same(tmp_path, segmenter, text):
    expected = words_of(segmenter, text)
    lines = text.split("\n")
    for threads in (1, 2):
        assert list(segmenter.cut_many(lines, threads=threads)) == expected
    joined = "\n".join(" ".join(words) for words in expected)
    assert segmenter.cut_lines(text) == joined
    (tmp_path / "in").write_text(text, "utf-8")
    segmenter.cut_file(tmp_path / "in", tmp_path / "out")
    assert (tmp_path / "out").read_text("utf-8") == joined
    assert cut_stream(segmenter, text.encode()).decode() == joined


@pytest.mark.slow
def test_a_line_of_100_000_characters_is_cut_in_parts_as_if_it_were_whole(
    monkeypatch, segmenter, text
):
    line = (text.replace("\n", "") * 50)[:100_000]
    expected = " ".join(segmenter.cut(line))
    assert len(expected.replace(" ", "")) == 100_000
    for chunk, long_line in ((4096, 1000), (77, 5)):
        in_small_pieces(monkeypatch, chunk, long_line)
        found = cut_stream(segmenter, line.encode())
        assert found.decode() == expected
    assert list(segmenter.cut_many([line])) == [expected.split(" ")]


@pytest.mark.parametrize("words", [("甲乙", "丙"), ("甲", "乙丙")])
def test_raw_text_alone_tells_what_is_a_word(words):
    """None of the characters is in the training text; one of the two strings in varied company."""
    ones, twos = "天地山水", ("春秋", "冬夏", "东西")
    lines = [f"{a} {b}" for a, b in product(ones, twos)] + [
        f"{b} {a}" for a, b in product(ones, twos)
    ]
    (word,) = (word for word in words if len(word) == 2)
    raw = Corpus.from_text("\n".join(f"{a}{word}{b}" for a, b in product(ones, ones)))
    options = {"templates": ["A[-1]", "A[0]", "A[1]"], "max_iterations": 20}
    model = crfseg.train(Corpus.from_text("\n".join(lines)), raw=raw, **options)
    assert Segmenter(model).cut("甲乙丙") == list(words)
