import codecs

import pytest
from click.testing import CliRunner

from crfseg.check import KINDS, check
from crfseg.cli import main
from crfseg.errors import CorpusError

NEWS = "新华社 上海 二月 十日 电 （ 记者 谢金虎 ）\n浦东 开发 与 法制 建设 同步 。\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into the working directory, so that messages have short names."""
    monkeypatch.chdir(tmp_path)

    def write(name, content, encoding="utf-8"):
        data = content if isinstance(content, bytes) else content.encode(encoding)
        (tmp_path / name).write_bytes(data)
        return name

    return write


def found(path, kind=None, **options):
    """What is found in one file, as ``line: message``."""
    findings = check([path], **options).findings
    return [f"{f.line}: {f.message}" for f in findings if kind in (None, f.kind)]


def run(*args):
    return CliRunner().invoke(main, ["check", *args])


def test_nothing_is_suspicious_in_a_clean_corpus(write):
    assert found(write("a.txt", NEWS)) == []


def test_mixed_separators_a_mark_windows_line_ends_and_indentation_are_not_suspicious(write):
    text = " 　 　北京\t8 月　13 日电  \r\n\r\n平台 下方 是 赤红 的 岩浆 。\r\n"
    report = check([write("a.txt", codecs.BOM_UTF8 + text.encode())])
    assert report.findings == []
    assert report.corpora.separators == {" ": 12, "　": 3, "\t": 1}
    assert (report.corpora.sentences, report.corpora.blank_lines) == (2, 1)


# Bytes


def test_every_line_with_undecodable_bytes_is_listed_and_the_others_are_read(write):
    bad = "我 爱 北京\n".encode("gb18030")
    report = check([write("a.txt", NEWS.encode() + bad + "他 来 了\n".encode() + bad)])
    assert [(f.line, f.kind) for f in report.findings] == [(3, "encoding"), (5, "encoding")]
    assert report.findings[0].message == "byte 0xCE at the start of the line is not utf-8"
    assert (report.corpora.sentences, report.corpora.blank_lines) == (3, 0)


def test_a_gb18030_file_read_as_utf8_is_told_first_to_name_its_encoding(write):
    first, *rest = found(write("a.txt", NEWS, "gb18030"))
    assert (
        first
        == "1: most lines are not utf-8 (2); name the encoding: gb18030, big5hkscs, utf-16, ..."
    )
    assert len(rest) == 2
    assert found("a.txt", encoding="gb18030") == []


def test_a_utf16_file_read_as_utf8_is_told_so(write):
    assert "byte order mark of UTF-16" in found(write("a.txt", NEWS, "utf-16"))[0]
    assert found("a.txt", encoding="utf-16") == []


def test_a_utf16_file_that_is_cut_off_is_read_to_the_end(write):
    report = check([write("a.txt", NEWS.encode("utf-16")[:-1])], encoding="utf-16")
    assert [f.kind for f in report.findings] == ["encoding", "replacement"]
    assert report.corpora.sentences == 2


def test_an_unknown_encoding_is_an_error(write):
    with pytest.raises(CorpusError, match="unknown encoding 'klingon'"):
        check([write("a.txt", NEWS)], encoding="klingon")


# Characters


@pytest.mark.parametrize(
    ("char", "kind", "name"),
    [
        ("\0", "control", "U+0000 NUL"),
        ("\x1b", "control", "U+001B ESCAPE"),
        ("\x9d", "control", "U+009D control character"),
        ("\r", "line break", "U+000D CARRIAGE RETURN"),
        ("\u2028", "line break", "U+2028 LINE SEPARATOR"),
        ("\ufeff", "invisible", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("\u200b", "invisible", "U+200B ZERO WIDTH SPACE"),
        ("\u202e", "invisible", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\ufffd", "replacement", "U+FFFD REPLACEMENT CHARACTER"),
        ("\ue5e5", "private use", "U+E5E5 private use character"),
        ("\U000f0001", "private use", "U+F0001 private use character"),
        ("⼀", "radical", "U+2F00 KANGXI RADICAL ONE"),
    ],
)
def test_a_stray_character_is_named_with_its_surroundings(write, char, kind, name):
    report = check([write("a.txt", f"他 来 了\n北京 大{char}学 {char} 很 好\n")])
    (finding,) = report.findings
    assert (finding.line, finding.kind) == (2, kind)
    assert finding.message.startswith(f"{name} in '北京 大")
    assert finding.message.endswith("2 times in this line")


def test_messages_hold_nothing_unprintable(write):
    (message,) = found(write("a.txt", "他 来 了\n红 \x1b[31m 字 了\n"))
    assert message == "2: U+001B ESCAPE in '红 <U+001B>[31m 字'"


def test_a_joiner_inside_an_emoji_is_not_suspicious(write):
    assert found(write("a.txt", "我 👨\u200d👩\u200d👧 爱 ❤\ufe0f\u200d🔥 你\n他 来\n")) == []


# Format


def test_an_empty_file_has_no_sentence(write):
    assert found(write("a.txt", "")) == ["1: no sentence in the file; expected one a line"]
    assert check([write("b.txt", "\n \n")]).corpora.blank_lines == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("我/r 爱/v 北京/ns\n", "looks like word/POS; name the format: pos"),
        ("我_PN 爱_VV [中国_NR 人_NN]nt\n", "looks like word/POS; name the format: pos"),
        ("我/S 爱/S 北/B 京/E\n", "looks like character/tag"),
        ("我 S\n北 B\n京 E\n", "name the format: columns"),
        ("张\tB-PER\n三\tE-PER\n来\tO\n", "name the format: columns"),
        ("1\t我\t我\tPRON\t_\t_\t2\tnsubj\t_\t_\n", "name the format: conllu"),
        ("我爱北京天安门，天安门上太阳升，伟大领袖毛主席。\n", "no white space inside the lines"),
        ("我 爱 北 京 天 安 门 ， 天 安 门 上 太 阳 升 。\n" * 9, "every word is one character"),
    ],
)
def test_a_file_in_another_format_is_recognized_and_its_words_are_left_alone(write, text, message):
    (found_message,) = found(write("a.txt", text * 3), "format")
    assert message in found_message
    assert found("a.txt", "word") == found("a.txt", "segmentation") == []


def test_every_malformed_line_is_listed_and_the_others_are_read(write):
    path = write("a.txt", "我/r 爱/v\n北京\n他/r 来/v\n了 吗\n好/a\n")
    report = check([path], format="pos")
    assert [(f.line, f.kind) for f in report.findings] == [(2, "format"), (4, "format")]
    assert report.findings[0].message.startswith("'北京' has no part of speech")
    assert (report.corpora.sentences, report.corpora.words) == (3, 5)


def test_a_file_of_malformed_lines_is_given_up(write):
    first, *rest = found(write("a.txt", "我 爱\n" * 500), "format", format="pos")
    assert first == "20: the last of 20 lines not in the format pos; no more are read"
    assert len(rest) == 20


def test_the_places_of_what_follows_a_malformed_line_are_right(write):
    odd = "效果：好/n"
    assert found(write("a.txt", f"我/r\n{odd}\n北京\n他/r\n{odd}\n"), "word", format="pos") == [
        "2: punctuation inside a word: 效果：好",
        "5: punctuation inside a word: 效果：好",
    ]


def test_an_unknown_format_is_an_error(write):
    with pytest.raises(CorpusError, match="unknown format 'xml'; known: words"):
        check([write("a.txt", NEWS)], format="xml")


# Words and sentences


@pytest.mark.parametrize("word", ["效果：", "，高", "、高血压", "额济纳旗、", "好。他"])
def test_punctuation_inside_a_word_is_suspicious(write, word):
    message = f"2: punctuation inside a word: {word}"
    assert found(write("a.txt", f"他 来 了\n我 {word} 北京\n")) == [message]


@pytest.mark.parametrize("word", ["三、四十", "８：３０", "21.8", "http://a.b/?c", "……", "：）"])
def test_punctuation_of_numbers_names_and_signs_is_not(write, word):
    assert found(write("a.txt", f"他 来 了\n我 {word} 北京\n")) == []


def test_a_word_of_more_than_twenty_han_characters_is_suspicious(write):
    word = "上海浦东近年来颁布实行了涉及经济贸易建设规划"
    assert found(write("a.txt", f"他 来 了\n{word} 。\n")) == [
        f"2: long word, 22 characters: {word}"
    ]


def test_the_rarer_segmentation_of_a_string_is_listed_with_both_counts(write):
    text = "他 在 北京\n" * 3 + "他 在 北 京 了\n我 在 北京\n他 要 北京\n"
    assert found(write("a.txt", text)) == ["4: 北 京 (1 time), elsewhere 北京 (5 times)"]
    text = "现 在 来\n他 现 在\n他 现在 走\n"
    assert found(write("b.txt", text)) == ["3: 现在 (1 time), elsewhere 现 在 (2 times)"]


def test_segmentations_are_ranked_by_how_lopsided_they_are(write):
    text = "".join(
        f"{' '.join(word)} 了\n" + f"{word} 啊\n" * times
        for word, times in [("上海", 2), ("进一步", 9), ("中华民国", 5)]
    )
    shown = [line.split("elsewhere ")[1] for line in found(write("a.txt", text), "segmentation")]
    assert shown == ["进一步 (9 times)", "中华民国 (5 times)", "上海 (2 times)"]


def test_words_of_neighbouring_sentences_do_not_meet(write):
    assert found(write("a.txt", "他 爱 北\n京 好\n北京 好\n")) == []


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
    assert found(write("a.txt", text), "sentence") == [
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
    assert found(path) == ["1: 张三 (1 time), elsewhere 张 三 (1 time)"]


# Command line


def test_the_command_prints_findings_sizes_and_a_tally(write):
    write("a.txt", "他 在 北京\n他 要 北京\n\n我 在 北 京\n")
    result = run("a.txt")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "a.txt:4: 北 京 (1 time), elsewhere 北京 (2 times)",
        "",
        "                    corpora",
        "sentences           3",
        "words               10",
        "characters          12",
        "distinct words      7",
        "blank lines         1",
        "words a sentence    3.3",
        "longest word        2 characters, a.txt:1",
        "separators          space 7",
        "",
        "       1  strings segmented in two ways",
    ]


def test_the_command_shows_the_test_set_beside(write):
    lines = run(write("a.txt", NEWS), "--test", write("b.txt", "他 来 了\n")).output.splitlines()
    assert lines[0].split() == ["corpora", "test"]
    assert lines[2].split() == ["words", "16", "3"]
    assert lines[-1] == "nothing suspicious"


def test_max_caps_each_kind_and_says_how_many_more_there_are(write):
    write("a.txt", "我 效果： 北京\n" * 5 + "他 \u200b 来\n")
    lines = run("a.txt", "--max", "2").output.splitlines()
    assert [line.partition(":")[0] for line in lines[:4]] == ["a.txt"] * 3 + ["... 3 more"]
    assert len(run("a.txt", "--max", "0").output.splitlines()) == len(lines) + 2


def test_strict_exits_with_1_if_anything_is_found(write):
    assert run(write("a.txt", NEWS), "--strict").exit_code == 0
    assert run(write("b.txt", ""), "--strict").exit_code == 1
    assert run("b.txt").exit_code == 0


def test_a_missing_file_and_a_folder_are_one_line_and_exit_code_1(write, tmp_path):
    write("a.txt", NEWS)
    missing, folder = run("a.txt", "--test", "none.txt"), run(str(tmp_path))
    assert (missing.exit_code, folder.exit_code) == (1, 1)
    assert missing.stderr == "crfseg: none.txt: No such file or directory\n"
    assert folder.stderr.endswith(": Is a directory\n")


def test_every_kind_of_finding_has_a_description():
    assert all(KINDS.values())
