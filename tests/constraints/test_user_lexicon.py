"""A user's lexicon in the search, held against the enumeration of all tag sequences."""

import itertools
import math
import pickle
import threading

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import crfseg
from crfseg import ConstrainedText, UserLexicon
from crfseg.decoding import reference
from crfseg.errors import InfeasibleError, LexiconError
from crfseg.text.chars import code_points
from support.streams import cut_stream, in_small_pieces
from support.texts import any_text
from support.user_lexicons import (
    any_lexicons,
    lexicon_of,
    lexicons,
    random_model_of,
    schemes,
    segmenter_of,
)

longest = {"BMES": 6, "BMES6": 5, "labels": 4, "few": 5}
boundaries = st.lists(st.sampled_from([0, 0, 0, 1, -1]), min_size=6, max_size=6)


def worth(entries, word, label):
    strength, tag = entries.get(word, (0.0, ""))
    return strength if not label or tag in ("", label) else 0.0


def all_ways(segmenter, text, entries, known):
    """Every legal way to tag a text: spans with labels, tags, score with the lexicon."""
    model, tag_set = segmenter.model, segmenter.model.tag_set
    emissions = reference.constrain(segmenter.decoder.emissions(code_points(text)), tag_set, known)
    transitions = reference.mask(model.transitions * model.scale, tag_set)
    labels = tag_set.labels or ("",)
    for path in itertools.product(range(len(tag_set.names)), repeat=len(text)):
        score = reference.path_score(emissions, transitions, np.array(path))
        if score == -np.inf:
            continue
        begin = [t for t, tag in enumerate(path) if tag_set.begins[tag]]
        spans = list(itertools.pairwise([*begin, len(text)]))
        label_of = tag_set.labels_of(np.array(path, dtype=np.int16))
        bonus = sum(worth(entries, text[a:b], labels[label_of[a]]) for a, b in spans)
        yield spans, path, score + bonus * model.temperature


@given(schemes, st.integers(0, 3), st.text("abc", min_size=1, max_size=6), lexicons, boundaries)
@settings(max_examples=150, deadline=None)
def test_everything_equals_the_enumeration_of_all_ways(scheme, seed, text, entries, known):
    text = text[: longest[scheme]]
    known = np.array([max(known[0], 0), *known[1:]], dtype=np.int8)[: len(text)]
    segmenter = segmenter_of(scheme, entries, seed)
    marked = ConstrainedText(text, known)
    ways = sorted(all_ways(segmenter, text, entries, known), key=lambda way: -way[2])
    if not ways:
        with pytest.raises(InfeasibleError):
            segmenter.cut(marked)
        return
    scores = np.array([score for _, _, score in ways]) / segmenter.model.temperature
    log_z = np.logaddexp.reduce(scores)
    probabilities = np.exp(scores - log_z)

    best = segmenter.spans(marked)
    assert best in [spans for spans, _, score in ways if score > ways[0][2] - 1e-6]  # ties
    found = segmenter.nbest(marked, len(ways) + 1)
    assert [way.log_probability for way in found] == pytest.approx(scores - log_z, abs=1e-4)
    assert found[0].words == segmenter.cut(marked)
    assert len({(*way.words, *way.labels) for way in found}) == len(ways)

    tags = np.zeros((len(text), len(segmenter.model.tag_set.names)))
    for (_, path, _), probability in zip(ways, probabilities, strict=True):
        tags[np.arange(len(text)), path] += probability
    assert segmenter.marginals(marked) == pytest.approx(tags, abs=1e-4)
    for span, confidence in zip(best, segmenter.confidence(marked), strict=True):
        holds = [span in spans for spans, _, _ in ways]
        assert confidence == pytest.approx(probabilities[holds].sum(), abs=1e-4)
    entropy = -(probabilities * (scores - log_z)).sum()
    assert segmenter.entropy(marked) == pytest.approx(entropy, abs=1e-4)


@given(schemes, st.integers(0, 3), st.text("abc", min_size=1, max_size=6), any_lexicons)
@example("BMES", 0, "a", {"a": (-math.inf, "")})
@settings(max_examples=100, deadline=None)
def test_all_ways_add_up_to_one_where_strengths_are_rounded(scheme, seed, text, entries):
    """Models of int8 have coarse units; strengths are no whole number of them."""
    model = random_model_of(scheme, seed).quantize("int8")
    ways = crfseg.Segmenter(model, lexicon_of(entries)).nbest(text, 5000)
    assert sum(math.exp(way.log_probability) for way in ways) == pytest.approx(1, abs=1e-9)


@given(schemes, st.integers(0, 3), st.text("abcd", max_size=80), lexicons, st.integers(1, 30))
@settings(max_examples=100, deadline=None)
def test_parts_of_lines_equal_the_whole(scheme, seed, text, entries, step):
    """Words that reach over a part's end, and over the ends of chunks."""
    entries |= {"abab" * 20: (5.0, ""), "c" * 40: (2.0, "")}
    segmenter = segmenter_of(scheme, entries, seed)
    text = text + "ab" * 45 + text + "c" * 50
    tagger, words, data = (
        segmenter.decoder.compiled.tagger,
        segmenter.decoder.user_words,
        text.encode(),
    )
    done, rest, past = b"", b"", (b"", -1)
    for begin in range(0, len(data), step):
        rest += data[begin : begin + step]
        part, n, past = tagger.cut_part(rest, past, user_words=words)
        done, rest = done + part, rest[n:]
    done += tagger.cut_utf8(rest, past, user_words=words)
    assert done.decode() == segmenter.cut_lines(text)


def test_a_stream_without_end(monkeypatch):
    in_small_pieces(monkeypatch, 7, 20)
    segmenter = segmenter_of("BMES", {"abcabc": (8.0, ""), "ca": (3.0, "")})
    text = "abcabdcab" * 40
    cut = cut_stream(segmenter, text.encode(), threads=2)
    assert cut.decode() == segmenter.cut_lines(text)


@given(schemes, st.text("abcd", max_size=60), st.text("abc", min_size=2, max_size=5))
@settings(max_examples=100, deadline=None)
def test_a_word_forced_is_always_one_word_a_word_forbidden_never(scheme, text, word):
    if scheme == "few":
        word = word[:2]  # it has no tag for the middle of a word
    forced = segmenter_of(scheme, {word: (math.inf, "")})
    words, covered, free = forced.cut(text), 0, 0
    while (place := text.find(word, free)) >= 0:  # the most that do not overlap
        covered, free = covered + 1, place + len(word)
    assert words.count(word) == covered
    assert all(words.count(word) <= way.words.count(word) for way in forced.nbest(text, 3))
    assert "".join(words) == text
    assert word not in segmenter_of(scheme, {word: (-math.inf, "")}).cut(text)


@given(schemes, st.integers(0, 3), st.text("abc", min_size=1, max_size=6), any_lexicons)
@example("labels", 0, "aa", {"a": (math.inf, "n")})
@settings(max_examples=100, deadline=None)
def test_a_word_forced_has_its_label_on_the_best_of_all_ways(scheme, seed, text, entries):
    segmenter = segmenter_of(scheme, entries, seed)
    best = segmenter.nbest(text, 1)[0]
    found = [(text[start:end], label) for (start, end), label in segmenter.labelled(text)]
    assert list(zip(best.words, best.labels, strict=True)) == found


@pytest.mark.parametrize("text", ["ab", "abc", "bca"])
def test_where_every_way_has_forbidden_words_the_cut_is_the_best_of_all_ways(text):
    spans = itertools.combinations(range(len(text) + 1), 2)
    never = {text[start:end]: (-math.inf, "") for start, end in spans}
    segmenter = segmenter_of("BMES", never)
    assert segmenter.cut(text) == segmenter.nbest(text, 1)[0].words == [text]


def test_of_forced_words_that_overlap_those_win_that_cover_most():
    forced = dict.fromkeys(["ab", "bc", "abca"], (math.inf, ""))
    segmenter = segmenter_of("BMES", forced)
    assert segmenter.cut("abc")[0] in ("ab", "a")
    assert "abca" in segmenter.cut("dabcad")
    assert segmenter.confidence("dabcad")[segmenter.cut("dabcad").index("abca")] == 1.0


def test_white_space_and_marks_come_before_a_lexicon():
    segmenter = segmenter_of("BMES", {"abc": (math.inf, "")})
    assert "abc" not in segmenter.cut("ab c")
    assert "abc" not in segmenter.cut(ConstrainedText.parse("a|bc"))
    assert segmenter.cut("abc\nabc") == ["abc", "abc"]


@pytest.mark.parametrize(("word", "text"), [("iＰ７", "Ｉ买iP7了"), ("A4", "买Ａ４了")])
def test_words_match_under_the_folding_of_the_model(segmenter, word, text):
    lexicon = UserLexicon([word], mode="force")
    cut = crfseg.Segmenter(segmenter.model, lexicon).cut(text)
    assert text[text.index("买") + 1 : -1] in cut


def test_characters_that_the_model_does_not_know_are_told_apart(segmenter):
    lexicon = UserLexicon(["𠀀𠀁", "😀😀"], mode="force")
    cut = crfseg.Segmenter(segmenter.model, lexicon, "none").cut
    assert "𠀀𠀁" in cut("我𠀀𠀁是")
    assert "😀😀" in cut("😀😀😁😁")
    assert crfseg.Segmenter(segmenter.model, lexicon).cut("𠀂𠀃😁") == segmenter.cut("𠀂𠀃😁")


def test_words_come_and_go_at_run_time(segmenter):
    lexicon = UserLexicon()
    live = crfseg.Segmenter(segmenter.model, lexicon)
    text = "他在慢阻肺科"
    before = live.cut(text)
    assert before == segmenter.cut(text)
    lexicon.add("慢阻肺")
    assert "慢阻肺" in live.cut(text)
    lexicon.add("阻肺科", strength=math.inf)
    assert "阻肺科" in live.cut(text)
    lexicon.remove("慢阻肺", "阻肺科", "没有")
    assert live.cut(text) == before


def test_few_changes_of_a_large_lexicon_lie_above_it(segmenter):
    many = [chr(0x4E00 + i) + chr(0x5E00 + j) for i in range(60) for j in range(60)]
    lexicon = UserLexicon(many)
    live = crfseg.Segmenter(segmenter.model, lexicon)
    assert live.decoder.user_words.below is None
    lexicon.add("慢阻肺", strength=math.inf)
    lexicon.remove(many[0])
    assert live.decoder.user_words.below is not None
    anew = UserLexicon(many[1:])
    anew.add("慢阻肺", strength=math.inf)
    other = crfseg.Segmenter(segmenter.model, anew)
    text = "".join(many[:40]) + "慢阻肺" + "".join(many[30:50])
    assert live.cut(text) == other.cut(text)
    assert live.confidence(text) == pytest.approx(other.confidence(text))
    lexicon.add(*(word + "丙" for word in many[:2000]))
    assert live.decoder.user_words.below is None


def test_changes_do_not_disturb_other_threads(segmenter):
    lexicon = UserLexicon(["慢阻肺"], mode="force")
    live = crfseg.Segmenter(segmenter.model, lexicon)
    text = "他在慢阻肺科" * 200
    wrong = []

    def cut():
        wrong.extend(1 for _ in range(30) if live.cut(text).count("慢阻肺") != 200)

    threads = [threading.Thread(target=cut) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(200):
        lexicon.add(f"词{n}")
        lexicon.remove(f"词{n - 1}")
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_lexicon_travels_with_its_segmenter(segmenter):
    live = crfseg.Segmenter(segmenter.model, UserLexicon(["慢阻肺"], mode="force"))
    again = pickle.loads(pickle.dumps(live))
    assert again.cut("他在慢阻肺科") == live.cut("他在慢阻肺科")
    assert list(again.lexicon) == ["慢阻肺"]
    assert again.lexicon.strength == math.inf


def test_a_single_character_is_worth_nothing_by_itself():
    lexicon = UserLexicon(["一", "云"])
    lexicon.add("大", strength=3.0)
    assert [lexicon.strength_of(word) for word in "一云大"] == [0.0, 0.0, 3.0]
    other = UserLexicon()
    other.update(lexicon)
    assert [other.strength_of(word) for word in "一云大"] == [0.0, 0.0, 3.0]
    assert UserLexicon(["一"], mode="force").strength_of("一") == math.inf
    jieba = UserLexicon.parse("大 9 a\n大桥 9 n\n", format="jieba")
    assert [jieba.strength_of(word) for word in ("大", "大桥")] == [0.0, 10.0]


def test_a_list_of_single_characters_tears_nothing_apart():
    text = "中国科学院的大桥不是一个"
    assert crfseg.load(lexicon=UserLexicon("一不大中国的")).cut(text) == crfseg.cut(text)


@pytest.mark.parametrize("words", [[""], ["我 们"], ["我\n"], [3], ["a" * 300]])
def test_what_is_no_word(words):
    with pytest.raises(LexiconError):
        UserLexicon(words)


@given(any_text)
def test_any_word_without_white_space_is_found(segmenter, word):
    if word != "".join(word.split()) or not 1 <= len(word) <= 255:
        return
    live = crfseg.Segmenter(segmenter.model, UserLexicon([word], mode="force"), rules="none")
    assert word in live.cut(f"我{word}是")
