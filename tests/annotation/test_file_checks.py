"""One file as far as it can be read: bytes, characters, format."""

import codecs

import pytest

from crfseg.annotation.corpus_checks import check
from crfseg.errors import CorpusError
from support.corpora import NEWS
from support.findings import findings_of


def test_check_lists_wrong_lines_and_says_nothing_of_words(tmp_path):
    file = tmp_path / "answers.partial"
    file.write_text("我|爱-北京\n他|-来\n我爱|北京\n", "utf-8")
    report = check([file])
    assert [str(finding).partition(":")[2] for finding in report.findings] == [
        "2: character 3: '-' behind a sign; expected one sign between two characters "
        "(\\- is the character itself)"
    ]


def test_mixed_separators_a_mark_windows_line_ends_and_indentation_are_not_suspicious(write):
    text = " 　 　北京\t8 月　13 日电  \r\n\r\n平台 下方 是 赤红 的 岩浆 。\r\n"
    report = check([write("a.txt", codecs.BOM_UTF8 + text.encode())])
    assert report.findings == []
    assert report.corpora.separators == {" ": 12, "　": 3, "\t": 1}
    assert (report.corpora.sentences, report.corpora.blank_lines) == (2, 1)


def test_every_line_with_undecodable_bytes_is_listed_and_the_others_are_read(write):
    bad = "我 爱 北京\n".encode("gb18030")
    report = check([write("a.txt", NEWS.encode() + bad + "他 来 了\n".encode() + bad)])
    assert [(f.line, f.kind) for f in report.findings] == [(3, "encoding"), (5, "encoding")]
    assert report.findings[0].message == "byte 0xCE at the start of the line is not utf-8"
    assert (report.corpora.sentences, report.corpora.blank_lines) == (3, 0)


def test_a_gb18030_file_read_as_utf8_is_told_first_to_name_its_encoding(write):
    first, *rest = findings_of(write("a.txt", NEWS, "gb18030"))
    assert (
        first
        == "1: most lines are not utf-8 (2); name the encoding: gb18030, big5hkscs, utf-16, ..."
    )
    assert len(rest) == 2
    assert findings_of("a.txt", encoding="gb18030") == []


def test_a_utf16_file_read_as_utf8_is_told_so(write):
    assert "byte order mark of UTF-16" in findings_of(write("a.txt", NEWS, "utf-16"))[0]
    assert findings_of("a.txt", encoding="utf-16") == []


def test_a_utf16_file_that_is_cut_off_is_read_to_the_end(write):
    report = check([write("a.txt", NEWS.encode("utf-16")[:-1])], encoding="utf-16")
    assert [f.kind for f in report.findings] == ["encoding", "replacement"]
    assert report.corpora.sentences == 2


def test_an_unknown_encoding_is_an_error(write):
    with pytest.raises(CorpusError, match="unknown encoding 'klingon'"):
        check([write("a.txt", NEWS)], encoding="klingon")


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
    (message,) = findings_of(write("a.txt", "他 来 了\n红 \x1b[31m 字 了\n"))
    assert message == "2: U+001B ESCAPE in '红 <U+001B>[31m 字'"


def test_a_joiner_inside_an_emoji_is_not_suspicious(write):
    assert findings_of(write("a.txt", "我 👨\u200d👩\u200d👧 爱 ❤\ufe0f\u200d🔥 你\n他 来\n")) == []


def test_an_empty_file_has_no_sentence(write):
    assert findings_of(write("a.txt", "")) == ["1: no sentence in the file; expected one a line"]
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
    (found_message,) = findings_of(write("a.txt", text * 3), "format")
    assert message in found_message
    assert findings_of("a.txt", "word") == findings_of("a.txt", "segmentation") == []


def test_every_malformed_line_is_listed_and_the_others_are_read(write):
    path = write("a.txt", "我/r 爱/v\n北京\n他/r 来/v\n了 吗\n好/a\n")
    report = check([path], format="pos")
    assert [(f.line, f.kind) for f in report.findings] == [(2, "format"), (4, "format")]
    assert report.findings[0].message.startswith("'北京' has no part of speech")
    assert (report.corpora.sentences, report.corpora.words) == (3, 5)


def test_a_file_of_malformed_lines_is_given_up(write):
    first, *rest = findings_of(write("a.txt", "我 爱\n" * 500), "format", format="pos")
    assert first == "20: the last of 20 lines not in the format pos; no more are read"
    assert len(rest) == 20


def test_the_places_of_what_follows_a_malformed_line_are_right(write):
    odd = "效果：好/n"
    assert findings_of(
        write("a.txt", f"我/r\n{odd}\n北京\n他/r\n{odd}\n"), "word", format="pos"
    ) == [
        "2: punctuation inside a word: 效果：好",
        "5: punctuation inside a word: 效果：好",
    ]


def test_an_unknown_format_is_an_error(write):
    with pytest.raises(CorpusError, match="unknown format 'xml'; known: words"):
        check([write("a.txt", NEWS)], format="xml")
