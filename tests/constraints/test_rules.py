"""Rules: what they match, and that every way of cutting keeps to them."""

import io
import pickle
import time

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg import Marked, rules, stream, textfile
from crfseg.errors import RuleError
from crfseg.rules import RULES
from crfseg.ruleset import Ruleset

NAMES = tuple(rule.name for rule in RULES)
EXAMPLES = {
    "numbers": "23,876 4.55 １９９８ 1,234,567.8 １２·５|5 192.168.0.1 1.2.3",
    "percent": "23.4% ５％ 3‰|％5",
    "magnitudes": "21.8万 3千万 1.2万亿 ５０亿|10千克",
    "units": "7m 30km/h 21.8万元 ５．５ｃｍ 180℃ 5G 3平方公里|7men 3个",
    "date-parts": "1998年 8月 １３日|20年 3.5日",
    "dates": "8月13日 1998年8月13日 2024年5月 2024-11-25 2024/1/5|2024-11/25 2024.1.5.3 8月",
    "times": "10:30 10:30:05 １４时２０分 9点5分|1:2 10:30:5",
    "latin": "iPhone don't Ｍｏｄｅｍ café|-",
    "codes": "AK47 X-900 COVID-19 PM2.5 A4L C++ H7N9 F-16A|3D",
    "urls": "http://t.cn/a?b=1&c https://x.y www.a.com|http:// www.。",
    "emails": "a.b+c@d-e.com x@y.z.cn|a@b @y.com a@",
    "hashtags": "#话题# ＃早安，北京＃ #topic|## #",
    "emoji": "😀 👨‍👩‍👧‍👦 🇨🇳 1️⃣ ☝🏽 ❤️|★ © 1",
    "graphemes": "e\u0301 👨‍👩‍👧‍👦 \u1100\u1161\u11a8 क्षि 葛\U000e0100|é 가",
}  # fmt: skip
FRAGMENTS = [
    "1", "23.4%", "2024-11-25", "8月13日", "10:30", "21.8万元", "iPhone", " 14", "AK47", "C++",
    "http://a.b/c", "x@y.cn", "#话题#", "😀", "👩\u200d🚀", "🇨🇳", "🇨", "e\u0301", " \u0301", "第",
    "届", "我们", "北京", "，", "。", " ", "\n", "\r\n", "@", "#", ".", "\u200d", "🏽", "\ufe0f",
    "１", "．", "ａ", "\u1100", "가", "www.", "\0",
]  # fmt: skip
any_char = st.characters(codec=None, exclude_categories=())
rich_text = st.lists(st.sampled_from(FRAGMENTS) | any_char, max_size=30).map("".join)
utf8_text = rich_text.map(lambda text: text.encode("utf-8", "ignore").decode())


def matched(name, text):
    return [text[start:end] for start, end, sort in Ruleset((name,)).matches(text) if sort >= 0]


def reference(text, ruleset, known=None):
    """What ruleset.marks should say, in plain Python."""
    marks = [0] * len(text) if known is None else known.tolist()
    for start, end, sort in ruleset.matches(text):
        if sort < 0 or end - start > rules.LONGEST:
            continue
        wanted = dict.fromkeys(range(start + 1, end), -1)
        if sort:
            wanted |= {start: 1} | ({end: 1} if end < len(text) else {})
        if all(marks[place] in (0, mark) for place, mark in wanted.items()):
            for place, mark in wanted.items():
                marks[place] = mark
    return marks


@pytest.fixture(scope="session")
def ruled(sample_model):
    """All rules, and an expression, on."""
    return crfseg.Segmenter(sample_model.quantize(), rules="all", keep=[r"第\w{1,3}届", r"们北"])


@pytest.mark.parametrize("name", NAMES)
def test_what_a_rule_matches(name):
    if name == "names":  # the only one with white space
        assert matched(name, "买iPhone 14了，Windows 11和Galaxy S23") == [
            "iPhone 14", "Windows 11", "Galaxy S23",
        ]  # fmt: skip
        assert not matched(name, "in 2019") + matched(name, "Model\n3")
        return
    yes, no = (part.split(" ") for part in EXAMPLES[name].split("|"))
    assert [matched(name, text) for text in yes] == [[text] for text in yes]
    assert [text for text in no if text in matched(name, text)] == []


def test_longer_matches_come_first_and_ends_are_left_to_the_model():
    found = Ruleset().changed("all").matches("2024年5月涨23.4%到21.8万元")
    assert [match[:2] for match in found] == [(0, 7), (8, 13), (14, 20)]
    assert Ruleset(("numbers",)).marks("第27届").tolist() == [0, 0, -1, 0]


def test_a_word_of_its_own_wins_and_what_contradicts_says_nothing():
    ruleset = Ruleset(("numbers", "emoji"))
    assert ruleset.marks("21️⃣3").tolist() == [0, 1, -1, -1, 1]  # not 21
    known = Marked.parse("2|3.45").known
    assert ruleset.marks("23.45", known).tolist() == [0, 1, 0, 0, 0]
    own = Ruleset(("urls",), ("b/",))
    assert own.marks("http://a.b/c").tolist() == [0] * 9 + [1, -1, 1]


@given(rich_text)
def test_marks_are_those_of_the_matches(ruled, text):
    marks = ruled.ruleset.marks(text)
    assert ([0] * len(text) if marks is None else marks.tolist()) == reference(text, ruled.ruleset)


@given(rich_text, st.data())
def test_what_is_known_of_a_text_is_kept(ruled, text, data):
    values = st.lists(st.sampled_from([0, 0, 1, -1]), min_size=len(text), max_size=len(text))
    known = np.array(data.draw(values), dtype=np.int8)
    before = known.copy()
    marks = ruled.ruleset.marks(text, known)
    assert marks.tolist() == reference(text, ruled.ruleset, before)
    assert known.tolist() == before.tolist()
    assert (marks[before != 0] == before[before != 0]).all()
    spans = ruled.spans(Marked(text, known))
    covered = [i for start, end in spans for i in range(start, end) if not text[i].isspace()]
    assert covered == [i for i, char in enumerate(text) if not char.isspace()]


@given(rich_text)
def test_all_ways_of_cutting_keep_to_the_rules(ruled, text):
    spans = ruled.spans(text)
    starts = {start for start, _ in spans}
    lines = crfseg.corpus.split_lines(text, ruled.ruleset.marks(text))
    for place, known in zip(lines.places.tolist(), lines.known.tolist(), strict=True):
        assert known == 0 or (place in starts) == (known > 0)
    words = [text[start:end] for start, end in spans]
    assert ruled.cut(text) == words == next(ruled.cut_many([text]))
    assert [span for span, _ in ruled.labelled(text)] == spans
    assert ruled.nbest(text, 1)[0].words == words
    assert len(ruled.confidence(text)) == len(words)
    assert sum(tag in "BS" for tag in ruled.tags(text)) == len(words)
    assert ruled.cut_lines(text) == "\n".join(" ".join(ruled.cut(t)) for t in text.split("\n"))


@given(rich_text, st.sampled_from(["fine", "coarse"]))
def test_finer_and_coarser_words_keep_to_the_rules(ruled, text, granularity):
    starts = {start for start, _ in ruled.spans(text, granularity)}
    lines = crfseg.corpus.split_lines(text, ruled.ruleset.marks(text))
    for place, known in zip(lines.places.tolist(), lines.known.tolist(), strict=True):
        assert known == 0 or (place in starts) == (known > 0)


@given(utf8_text)
def test_files_say_the_same(ruled, text):
    text = text.removeprefix("\ufeff")
    cut = b"".join(ruled.cut_stream(io.BytesIO(text.encode()), threads=1))
    assert cut.decode() == ruled.cut_lines(text)


@given(st.lists(utf8_text, max_size=4))
def test_a_corpus_is_cut_as_its_text(ruled, texts):
    corpus = crfseg.Corpus.from_text("\n".join(texts))
    tagged = ruled.tag_corpus(corpus)
    assert [list(each.words) for each in tagged] == [ruled.cut(text) for text in corpus.texts()]
    assert ruled.confidences(tagged).tolist() == pytest.approx(
        [each for text in corpus.texts() for each in ruled.confidence(text)]
    )


def in_small_pieces(monkeypatch, chunk, long_line, reach):
    monkeypatch.setattr(textfile, "_CHUNK", chunk)
    monkeypatch.setattr(stream, "_LONG_LINE", long_line)
    monkeypatch.setattr(stream, "REACH", reach)


@pytest.mark.parametrize(("chunk", "long_line"), [(50, 1000), (333, 1500), (1000, 4000)])
@pytest.mark.parametrize("seed", range(5))
def test_a_line_in_parts_is_cut_as_the_whole(ruled, monkeypatch, chunk, long_line, seed):
    in_small_pieces(monkeypatch, chunk, long_line, 640)
    rng = np.random.default_rng(seed)
    parts = [part for part in FRAGMENTS if "\n" not in part]
    text = "".join(rng.choice(parts, 3000))
    done = b"".join(ruled.cut_stream(io.BytesIO(text.encode()), threads=1))
    assert done.decode() == ruled.cut_lines(text)


def test_parts_end_where_rules_no_longer_reach(ruled, monkeypatch):
    """With the real reach: a URL of 2,000 characters lies across every part's end."""
    monkeypatch.setattr(textfile, "_CHUNK", 3000)
    monkeypatch.setattr(stream, "_LONG_LINE", 12_000)
    text = ("我们去www." + "a" * 1990 + ".cn，23.4%的" + "1" * 300 + "，") * 20
    done = b"".join(ruled.cut_stream(io.BytesIO(text.encode()), threads=1))
    assert done.decode() == ruled.cut_lines(text)


def test_a_long_line_with_rules_needs_little_memory(ruled):
    """What waits for the rest of the line stays short, even in the middle of what never ends."""
    for text in ("www.", "我们23.4%，"):  # where the model is sure of something
        data = (text * (60_000 // len(text))).encode()
        cutter = stream.Cutter(ruled._tagger, "x", ruled.ruleset)
        rest, past, longest = b"", stream.Past(), 0
        for begin in range(0, len(data), 15_000):
            rest += data[begin : begin + 15_000]
            _, n, past = cutter.cut_part(rest, past, 1)
            rest = rest[n:]
            longest = max(longest, len(rest))
        assert longest < 30_000, text[:5]


@given(st.text(st.sampled_from("".join(FRAGMENTS)) | any_char))
def test_clusters_are_those_of_unicode(text):
    found = {match[:2] for match in Ruleset(("graphemes",)).matches(text)}
    expected = set()
    for match in regex.finditer(r"\X", text):
        start = match.start() + match[0][0].isspace()
        if match.end() - match.start() > 1 and match[0] != "\r\n":
            expected.add((start, match.end()))
    assert found == expected


@pytest.mark.slow
def test_every_cluster_and_emoji_has_a_sign():
    """Whatever joins the character before or after it is a sign, or its neighbour is."""
    signs = Ruleset(("graphemes",))._sieve
    cluster, emoji = regex.compile(r"\X"), regex.compile(r"\p{Emoji_Presentation}")
    neighbours = "A我\u1100가\U0001f469\U0001f1e6\u0600क\u200d"
    for code in range(0x110000):
        char = chr(code)
        if signs.signs_of(char):
            continue
        assert not emoji.match(char), hex(code)
        for other in neighbours:
            for pair in (char + other, other + char):
                if len(cluster.match(pair)[0]) > 1:
                    assert signs.signs_of(other), (hex(code), hex(ord(other)))


HOSTILE = [
    "1,", "1.", "1", "a", "a.", "a-", "a1", "1-", "1:", "1月", "1月1", "www.", "http://", "http:",
    "@", "a@", "a@a.", "#", "# ", "#a", ".", "%", "'a", "a'", "A 1", "A1 ", "１，０００", "e\u0301",
    "\u0301", "🇨", "👩\u200d", "😀", "\ufe0f", "1\ufe0f", "www.;", "万", "1万", "C+", "++",
]  # fmt: skip


def seconds(ruleset, text):
    begin = time.perf_counter()
    ruleset.marks(text)
    return time.perf_counter() - begin


@pytest.mark.parametrize("repeated", HOSTILE)
def test_no_text_makes_a_rule_slow(repeated):
    """A pattern that goes back would need minutes for this."""
    text = repeated * (100_000 // len(repeated))
    assert seconds(Ruleset(NAMES), text) < 10


@pytest.mark.slow
@pytest.mark.parametrize("repeated", HOSTILE)
def test_a_text_of_a_million_characters_takes_seconds(repeated):
    text = repeated * (1_000_000 // len(repeated))
    assert seconds(Ruleset(NAMES), text) < 30


def test_what_is_too_long_is_left_to_the_model():
    assert Ruleset(("numbers",)).marks("1" * 256) is None
    assert Ruleset(("numbers",)).marks("1" * 255).tolist() == [0] + [-1] * 254
    url = Ruleset(("urls",)).marks("www." + "a" * 5000)
    assert np.flatnonzero(url == 1).tolist() == [0, 2005]
    assert not Ruleset(("graphemes",)).marks("e" + "\u0301" * 5000).any()
    assert not Ruleset(expressions=[".*"]).marks("我" * 2049).any()


@pytest.mark.parametrize("expression", ["", "x*", r"\s*", "^", "$", r"\b", "(?=我)"])
def test_empty_matches_and_white_space_say_nothing(expression):
    marks = Ruleset(expressions=[expression]).marks("我们 去\n北京 ")
    assert marks is None or not marks.any()


def test_expressions_are_searched_line_by_line(segmenter):
    cut = crfseg.Segmenter(segmenter.model, rules="none", keep=["^.北|京$", r"\p{Han}+路"]).cut
    assert cut("我北京\n我去北京西路") == ["我北", "京", "我去北京西路"]
    cut = crfseg.Segmenter(segmenter.model, rules="none", keep=["a.北"]).cut
    assert cut("a 北京") == ["a 北", "京"]


@pytest.mark.parametrize("expression", ["(", "[", "*", "a{2,1}", "(?P<a>x)(?P<a", r"\p{Nonsense}"])
def test_what_is_no_expression_is_an_error_of_one_line(segmenter, expression):
    with pytest.raises(RuleError, match=r"is no regular expression: .*; expected") as error:
        crfseg.Segmenter(segmenter.model, keep=[expression])
    assert "\n" not in str(error.value)


def test_rules_are_switched_from_left_to_right(segmenter):
    def names(changes):
        return crfseg.Segmenter(segmenter.model, rules=changes).ruleset.names

    default = crfseg.Segmenter(segmenter.model).ruleset.names
    assert default == names(()) == names("") == names(" , ")
    assert "numbers" in default
    assert "dates" not in default
    assert set(names("dates, -numbers")) == {*default, "dates"} - {"numbers"}
    assert names(["none", "latin", "urls"]) == ("urls", "latin")
    assert names("all") == NAMES
    assert names("all,none") == ()
    assert not crfseg.Segmenter(segmenter.model, rules="none").ruleset
    with pytest.raises(
        RuleError, match="unknown rule 'number'; expected all, none or some of urls"
    ):
        names("number")
    with pytest.raises(RuleError, match="unknown rule '3'"):
        names([3])


def test_a_ruled_segmenter_travels_by_pickle(ruled):
    ruled = crfseg.Segmenter(ruled.model, rules=iter(["all"]), keep=iter([r"第\d+届"]))
    again = pickle.loads(pickle.dumps(ruled))
    assert again.ruleset == ruled.ruleset
    assert again.cut("第27届#话题#") == ["第27届", "#话题#"]


def test_the_bundled_model_takes_rules():
    assert "iPhone 14" in crfseg.load(rules="names").cut("买iPhone 14")
    assert crfseg.load(keep=[r"第\d+届"]).cut("第27届") == ["第27届"]
    assert "iPhone 14" not in crfseg.load().cut("买iPhone 14")
