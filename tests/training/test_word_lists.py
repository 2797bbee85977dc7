"""Training with words from elsewhere: what a list may be, what is learned, what is recorded."""

import dataclasses

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import crfseg
from crfseg import Corpus, Segmenter, UserLexicon
from crfseg.errors import CorpusError, LexiconError, TrainingError
from crfseg.features import lexicon
from crfseg.features.alphabet import Alphabet
from crfseg.features.lexicon import MAX_LISTS, OF_TEXT, class_of, first_words, listed_words
from crfseg.text import chars
from support.corpora import DEV, SMALL, TRAIN
from support.models import saved

LIST = Corpus.from_text("上海\n广州 5\n北京")


def classes(model):
    return dict(zip(model.lexicon.words, model.lexicon.classes.tolist(), strict=True))


# What may be asked for


@pytest.mark.parametrize("protocol", ["strict", "closed", "transductive"])
def test_only_what_is_open_has_a_lexicon(protocol):
    with pytest.raises(TrainingError, match=f"^{protocol}: expected no lexicon; or the protocol "):
        crfseg.train(SMALL, lexicon=LIST, protocol=protocol)


@pytest.mark.parametrize("algorithm", ["lbfgs", "ap"])
def test_crfsuite_has_no_lexicon(algorithm):
    with pytest.raises(TrainingError, match=f"^{algorithm} has no lexicon; expected none, or ada"):
        crfseg.train(SMALL, lexicon=LIST, algorithm=algorithm)


@pytest.mark.parametrize("options", [{"profile": "fast"}, {"templates": ["C[0]", "T[0]"]}])
def test_a_template_must_look_words_up(options):
    with pytest.raises(TrainingError, match=r"^lexicon: expected a template that looks words up"):
        crfseg.train(SMALL, lexicon=LIST, **options)


def test_a_model_to_go_on_from_has_its_lexicon():
    with pytest.raises(TrainingError, match=r"^lexicon: those of init are used; give one of the"):
        crfseg.train(SMALL, lexicon=LIST, init=crfseg.train(SMALL))


@pytest.mark.parametrize("n", [0, MAX_LISTS + 1])
def test_there_are_one_to_six_lists(n):
    with pytest.raises(TrainingError, match=rf"^lexicon: \d+ words in {n} lists; expected .*\n?$"):
        crfseg.train(SMALL, lexicon=[LIST] * n)


@pytest.mark.parametrize("nothing", [Corpus.from_text(""), [Corpus.from_text(" \n")] * 2])
def test_a_lexicon_without_a_word_is_refused(nothing):
    with pytest.raises(TrainingError, match=r"^lexicon: 0 words in \d lists"):
        crfseg.train(SMALL, lexicon=nothing)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "no sentence in it"), (b"a\n\xff", "2: byte 0xFF is not utf-8"), (b"a\0", "1: NUL")],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content, message):
    (tmp_path / "words.txt").write_bytes(content)
    with pytest.raises(CorpusError, match=rf"words\.txt: ?{message}"):
        crfseg.train(SMALL, lexicon=tmp_path / "words.txt")


# Lists


def test_a_line_s_first_word_counts_alone(tmp_path):
    """As in the dictionaries that jieba takes, and in lists of frequencies."""
    (tmp_path / "words").write_text("上海 5 ns\n\n　广州\t7\r\n深圳", "utf-8")
    (words,) = [first_words(crfseg.read_corpus(tmp_path / "words"))]
    assert words.words() == ["上海", "广州", "深圳"]
    assert [sentence.words for sentence in words] == [("上海",), ("广州",), ("深圳",)]
    assert words.sha256


@given(st.text() | st.text("#a \n"))
@settings(max_examples=50, deadline=None)
def test_any_text_is_a_list(text):
    lines = Corpus.from_text(text)
    firsts = [line.split()[0] for line in text.split("\n") if line.split()]
    words = first_words(lines)
    assert words.words() == [word for word in firsts if not word.startswith("#")]
    assert len(words) == len(words.lines) == len(words.words())


def test_a_comment_is_no_word():
    """So a user's file of words can be given as it is."""
    words = first_words(Corpus.from_text("# places 北京\n上海 6 # a strength\n #\n#广州\n深圳"))
    assert words.words() == ["上海", "深圳"]
    assert words.lines.tolist() == [2, 5]


@given(st.text("甲乙6# \t\r\n　\x85"))
@example("甲\r乙")
@settings(max_examples=50, deadline=None)
def test_a_file_of_a_user_s_words_has_the_same_words_in_training(text):
    """Two readers, one of flat arrays and one of strengths, hold what docs/training.md says."""
    try:
        words = UserLexicon.parse(text)
    except LexiconError:  # more on a line than a strength and a tag: a list of frequencies
        return
    assert list(words) == list(dict.fromkeys(first_words(Corpus.from_text(text)).words()))


def test_comments_alone_are_no_list():
    with pytest.raises(TrainingError, match="0 words in 1 lists; expected at least one word"):
        crfseg.train(SMALL, lexicon=Corpus.from_text("# places"))


def test_a_word_is_of_the_first_list_that_has_it_folded():
    lists = [Corpus.from_text("Ａ级\n一二三四五六七八九"), Corpus.from_text("A级\n上海")]
    alphabet = Alphabet.of(np.concatenate([words.codes for words in lists]))
    assert listed_words(lists, alphabet) == {"A级": 1, "上海": 2}


def test_words_with_characters_that_there_is_no_room_for_are_left_out():
    alphabet = Alphabet.of(chars.code_points("上海"))
    assert listed_words([Corpus.from_text("上海\n广州")], alphabet) == {"上海": 1}


# What is learned


def test_a_class_says_which_list_has_a_word_and_whether_the_text_speaks_against_it():
    whole, seen = np.array([0, 0, 0, 0, 1]), np.array([0, 3, 0, 0, 1])
    found = class_of(whole, seen, np.array([1, 1, MAX_LISTS, 0, 1], dtype=np.uint8))
    assert found.tolist() == [21, 22, lexicon.N_CLASSES - 1, 0, class_of(whole, seen)[4]]
    assert lexicon.N_CLASSES == 32  # five bits of a mark


def test_words_of_the_text_keep_their_classes():
    plain, model = crfseg.train(SMALL), crfseg.train(SMALL, lexicon=LIST)
    assert (
        model.lexicon.words[: len(plain.extractor.lexicon.words)] == plain.extractor.lexicon.words
    )
    assert classes(model) == classes(plain) | {"上海": 21, "广州": 21}
    assert set(model.vocabulary) == set(SMALL.vocabulary())


def test_a_string_that_the_text_has_but_never_as_a_word_is_told_apart():
    model = crfseg.train(SMALL, lexicon=Corpus.from_text("爱北\n上海"))
    assert classes(model)["爱北"] == 22
    assert classes(model)["上海"] == 21


def test_a_word_that_no_other_fold_has_is_known_from_the_list_in_training():
    """Else the model would learn that words of lists never are words."""
    text = Corpus.from_text("\n".join("甲乙丙丁戊己庚辛壬癸"))
    words = text.words()
    alphabet = Alphabet.of(text.codes)
    of_word = [alphabet.entries_of(chars.code_points(word)) for word in words]
    entries = np.concatenate([[0x01010001, *entries, 0x02020002] for entries in of_word])
    entries = entries.astype(np.uint32)
    with_list = lexicon.fit_lexicon(text, alphabet, entries, 1, lists=[text])
    without = lexicon.fit_lexicon(text, alphabet, entries, 1)
    middle = slice(1, None, 3)
    assert set((with_list.lexicon_features[middle] & 31) + 1) == {OF_TEXT + 1}
    assert set(with_list.word_ids[middle]) == {0}  # such a word has no number
    assert not without.lexicon_features[middle].any()


def test_a_word_known_from_a_list_alone_has_no_number():
    """In training it would be one that never is a word, for those that are have numbers."""
    model = crfseg.train(SMALL, lexicon=LIST)
    matcher = model.lexicon.matcher(model.alphabet)
    entries = model.alphabet.entries_of(chars.code_points("上海北京"))
    marks, words = np.zeros((2, 4), dtype=np.uint32)
    matcher.mark(entries, model.lexicon.classes, marks, words)
    assert (marks[0] & 31, words[0]) == (20, 0)
    assert words[2] & 0xFFFF == 3 + model.lexicon.words.index("北京")


def test_a_list_tells_words_that_the_training_text_does_not_have():
    dev = crfseg.read_corpus(DEV)
    words = Corpus.from_text("\n".join(word for word in dev.vocabulary() if len(word) > 1))
    plain, listed = (
        crfseg.evaluate(dev, Segmenter(crfseg.train(TRAIN, lexicon=each))) for each in (None, words)
    )
    assert listed.oov_recall > plain.oov_recall + 0.1
    assert listed.f1 > plain.f1 + 0.03


# What is recorded


def test_the_record_names_the_lists():
    model = crfseg.train(SMALL, lexicon=[LIST, SMALL])
    assert model.info["protocol"] == "open"
    assert [entry["words"] for entry in model.info["lexicon"]] == [3, 3]
    assert "lexicon" not in crfseg.train(SMALL).info


def test_what_goes_on_knows_the_lists_still():
    first = crfseg.train(SMALL, lexicon=LIST)
    second = crfseg.train(Corpus.from_text("上海 很 大"), init=first)
    assert second.info["init"]["lexicon"] == first.info["lexicon"]
    assert classes(second).items() >= classes(first).items()


def test_a_checkpoint_knows_its_lists(tmp_path):
    options = {"max_iterations": 1, "checkpoint": tmp_path / "state"}
    crfseg.train(SMALL, lexicon=[LIST, SMALL], **options)
    for others in ({}, {"lexicon": LIST}, {"lexicon": LIST, "raw": SMALL}, {"lexicon": SMALL}):
        with pytest.raises(TrainingError, match="state: is of another corpus or configuration"):
            crfseg.train(SMALL, **others, **options)


def test_the_same_bytes_with_any_number_of_threads_and_back_from_the_file(tmp_path):
    one, two = (crfseg.train(DEV, lexicon=TRAIN, max_iterations=1, threads=n) for n in (1, 2))
    assert saved(tmp_path / "a", one) == saved(tmp_path / "b", two)
    again = crfseg.Model.load(tmp_path / "a")
    assert classes(again) == classes(one)
    text = crfseg.read_corpus(DEV).texts()[0]
    assert Segmenter(again).cut(text) == Segmenter(one).cut(text)
    assert dataclasses.asdict(again.tag_set) == dataclasses.asdict(one.tag_set)
