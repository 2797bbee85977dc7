import pytest

from crfseg.annotation.corpus_checks import KINDS, check
from support.corpora import NEWS
from support.findings import findings_of


def test_nothing_is_suspicious_in_a_clean_corpus(write):
    assert findings_of(write("a.txt", NEWS)) == []


@pytest.mark.parametrize("word", ["效果：", "，高", "、高血压", "额济纳旗、", "好。他"])
def test_punctuation_inside_a_word_is_suspicious(write, word):
    message = f"2: punctuation inside a word: {word}"
    assert findings_of(write("a.txt", f"他 来 了\n我 {word} 北京\n")) == [message]


@pytest.mark.parametrize("word", ["三、四十", "８：３０", "21.8", "http://a.b/?c", "……", "：）"])
def test_punctuation_of_numbers_names_and_signs_is_not(write, word):
    assert findings_of(write("a.txt", f"他 来 了\n我 {word} 北京\n")) == []


def test_a_word_of_more_than_twenty_han_characters_is_suspicious(write):
    word = "上海浦东近年来颁布实行了涉及经济贸易建设规划"
    assert findings_of(write("a.txt", f"他 来 了\n{word} 。\n")) == [
        f"2: long word, 22 characters: {word}"
    ]


def test_the_rarer_segmentation_of_a_string_is_listed_with_both_counts(write):
    text = "他 在 北京\n" * 3 + "他 在 北 京 了\n我 在 北京\n他 要 北京\n"
    assert findings_of(write("a.txt", text)) == ["4: 北 京 (1 time), elsewhere 北京 (5 times)"]
    text = "现 在 来\n他 现 在\n他 现在 走\n"
    assert findings_of(write("b.txt", text)) == ["3: 现在 (1 time), elsewhere 现 在 (2 times)"]


def test_segmentations_are_ranked_by_how_lopsided_they_are(write):
    text = "".join(
        f"{' '.join(word)} 了\n" + f"{word} 啊\n" * times
        for word, times in [("上海", 2), ("进一步", 9), ("中华民国", 5)]
    )
    shown = [
        line.split("elsewhere ")[1] for line in findings_of(write("a.txt", text), "segmentation")
    ]
    assert shown == ["进一步 (9 times)", "中华民国 (5 times)", "上海 (2 times)"]


def test_words_of_neighbouring_sentences_do_not_meet(write):
    assert findings_of(write("a.txt", "他 爱 北\n京 好\n北京 好\n")) == []


def test_a_duplicate_names_the_first_place_within_and_across_files(write):
    sentence = "浦东 开发 与 法制 建设 同步 。\n"
    write("a.txt", "他 来 了\n" + sentence + "（ 完 ）\n" + sentence)
    write("b.txt", sentence + "（ 完 ）\n")
    (finding,) = check(["a.txt", "b.txt"]).findings
    assert str(finding) == "a.txt:4: stands in line 2 too, 3 times in all: 浦东开发与法制建设同步。"
    (finding,) = check(["b.txt", write("c.txt", sentence)]).findings
    assert str(finding) == "c.txt:1: stands in b.txt:1 too: 浦东开发与法制建设同步。"


def test_a_sentence_segmented_in_two_ways_shows_where(write):
    text = "他 说 这 么 好\n我们 来\n他 说 这么 好\n"
    assert findings_of(write("a.txt", text), "sentence") == [
        "3: 这么; the same sentence in line 1 has 这 么"
    ]


def test_sentences_of_the_test_set_that_stand_in_the_corpora_are_listed(write):
    write("train.txt", NEWS)
    write("test.txt", "他 来 了\n浦东 开发 与 法制 建 设 同步 。\n")
    report = check(["train.txt"], test=["test.txt"])
    assert [str(f) for f in report.findings] == [
        "test.txt:2: stands in train.txt:2 too: 浦东开发与法制建设同步。"
    ]
    assert report.test.sentences == 2


def test_labelled_corpora_are_looked_at_without_their_labels(write):
    path = write("a.conll", "张\tB-PER\n三\tE-PER\n来\tO\n\n张\tO\n三\tO\n吃\tO\n")
    assert findings_of(path) == ["1: 张三 (1 time), elsewhere 张 三 (1 time)"]


def test_every_kind_of_finding_has_a_description():
    assert all(KINDS.values())
