import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg import ConstrainedText, Corpus, read_corpus
from crfseg.corpus.readers import parse
from crfseg.errors import CorpusError, MarkupError


def words_of(corpus):
    return [list(sentence.words) for sentence in corpus]


def test_a_byte_order_mark_is_no_character(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(codecs.BOM_UTF8 + "我 爱\n".encode())
    assert words_of(read_corpus(path)) == [["我", "爱"]]


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "utf-16", "utf-16-be", "Big5-HKSCS"])
def test_encodings_by_name(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes("我 愛 香港\n他 來\n".encode(encoding))
    assert words_of(read_corpus(path, encoding=encoding)) == [["我", "愛", "香港"], ["他", "來"]]


def test_a_wrong_encoding_is_reported_with_line_and_remedy(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"abc\n" + "我 爱\n".encode("gb18030"))
    with pytest.raises(CorpusError, match=r"a\.txt:2: byte 0xCE is not utf-8.*gb18030"):
        read_corpus(path)


def test_an_unknown_encoding_is_reported(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("我")
    with pytest.raises(CorpusError, match="unknown encoding 'klingon'"):
        read_corpus(path, encoding="klingon")


def test_an_unknown_format_names_the_known_ones(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("我")
    with pytest.raises(CorpusError, match="known: words, pos, columns, conllu"):
        read_corpus(path, format="xml")  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [b"", b"\n \n\t\n", "　\n".encode()])
def test_an_empty_corpus_is_reported(tmp_path, content):
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"empty\.txt: no sentence"):
        read_corpus(path)


def test_a_binary_file_is_reported(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc\ndef\0\1")
    with pytest.raises(CorpusError, match=r"a\.bin:2: NUL character.*binary"):
        read_corpus(path)


def test_people_s_daily_with_brackets_and_article_ids(tmp_path):
    path = tmp_path / "pd.txt"
    line = "19980101-01-001-001/m  [中央/n  电台/n]nt  ，/w  [/w  1/2/m  ]/w  [笑]/e\n"
    path.write_text(line, "utf-8")
    sentence = read_corpus(path, format="pos")[0]
    assert sentence.words == ("中央", "电台", "，", "[", "1/2", "]", "[笑]")
    assert sentence.labels == ("n", "n", "w", "w", "m", "w", "e")


def test_underscores_and_slashes_as_words(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("件_M /_PU a_b_NN\n", "utf-8")
    assert read_corpus(path, format="pos")[0].words == ("件", "/", "a_b")


@pytest.mark.parametrize("token", ["北京", "/n", "北京/"])
def test_a_token_without_part_of_speech_is_reported(tmp_path, token):
    path = tmp_path / "a.txt"
    path.write_text(f"我/r\n{token} 爱/v\n", "utf-8")
    with pytest.raises(CorpusError, match=r"a\.txt:2: .* has no part of speech; expected word/POS"):
        read_corpus(path, format="pos")


def test_columns_with_tags_become_words(tmp_path):
    path = tmp_path / "a.crfpp"
    path.write_text("我\tr\tS\n北\tn\tB\n京\tn\tE\n\n\n他 S\n", "utf-8")
    corpus = read_corpus(path)
    assert words_of(corpus) == [["我", "北京"], ["他"]]
    assert [sentence.line for sentence in corpus] == [1, 6]
    assert corpus.labels is None


def test_columns_with_entities_become_labelled_words(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("高 B-NAME\n勇 I-NAME\n说 O\n", "utf-8")
    sentence = read_corpus(path)[0]
    assert (sentence.words, sentence.labels) == (("高勇", "说"), ("NAME", "O"))


def test_columns_of_words_and_parts_of_speech(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("北京\tNR\n很\tAD\n美\tVA\n", "utf-8")
    sentence = read_corpus(path)[0]
    assert (sentence.words, sentence.labels) == (("北京", "很", "美"), ("NR", "AD", "VA"))


def test_weibo_s_word_index_is_no_character(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("科0\tO\n技1\tO\n310\tO\n\ufffd\ufffd0\tO\n", "utf-8")
    assert read_corpus(path)[0].text == "科技3\ufffd\ufffd"


def test_a_single_column_is_reported(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("我 S\n爱\n", "utf-8")
    with pytest.raises(CorpusError, match=r"a\.conll:2: one column"):
        read_corpus(path)


CONLLU = """# sent_id = 1
# text = 我爱New York
1\t我\t我\tPRON\tPRP\t_\t2\tnsubj\t_\tSpaceAfter=No
2-3\t爱了\t_\t_\t_\t_\t_\t_\t_\t_
2\t爱\t爱\tVERB\tVV\t_\t0\troot\t_\tSpaceAfter=No
2.1\t空\t_\t_\t_\t_\t_\t_\t_\t_

1\t他\t他\tPRON\tPRP\t_\t0\troot\t_\t_
"""


def test_conllu_ranges_and_empty_nodes_are_passed_over(tmp_path):
    path = tmp_path / "a.conllu"
    path.write_text(CONLLU, "utf-8")
    corpus = read_corpus(path)
    assert words_of(corpus) == [["我", "爱"], ["他"]]
    assert corpus[0].labels == ("PRON", "VERB")


def test_conllu_without_ten_columns_is_reported(tmp_path):
    path = tmp_path / "a.conllu"
    path.write_text("1\t我\n", "utf-8")
    with pytest.raises(CorpusError, match=r"a\.conllu:1: 2 columns; CoNLL-U has 10"):
        read_corpus(path)


def known_places(text):
    """Return the visible characters of a text, and what is known of each."""
    corpus = Corpus.from_constrained(text)
    return corpus.text(0, corpus.n_chars), corpus.boundaries.tolist()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "answers.partial"


@given(st.text(st.sampled_from("我|-\\ \n爱\u3000\r") | st.characters(exclude_characters="\0")))
def test_any_text_is_read_or_refused(text):
    try:
        whole = ConstrainedText.parse(text)
    except MarkupError:
        with pytest.raises(CorpusError, match=r"^answers:\d+: character \d+: "):
            parse(text, "answers", "partial")
        return
    corpus = parse(text, "answers", "partial")
    assert (corpus.text(0, corpus.n_chars), corpus.boundaries.tolist()) == known_places(whole)
    assert corpus.boundaries[corpus.offsets[:-1]].all()
    assert corpus.starts.tolist() == (corpus.boundaries > 0).tolist()


def test_lines_are_counted_and_blank_ones_passed_over(file):
    file.write_text("我|爱-北京\n\n 他 来-了|\n", "utf-8")
    corpus = crfseg.read_corpus(file)
    assert (len(corpus), corpus.lines.tolist(), corpus.n_blank) == (2, [1, 3], 1)
    assert corpus.boundaries.tolist() == [1, 1, -1, 0, 1, 1, -1]


def test_a_wrong_line_is_named(file):
    file.write_text("我|爱\n他|-来\n", "utf-8")
    with pytest.raises(CorpusError, match=r"answers.partial:2: character 3: '-' behind a sign"):
        crfseg.read_corpus(file)


def test_only_words_that_are_known_whole_are_words():
    corpus = Corpus.from_constrained(ConstrainedText.parse("我|是-北京|人-民\n他们\n你-们 好"))
    assert corpus.vocabulary() == {"我": 1, "人民": 1, "你们": 1, "好": 1}
    assert corpus.n_words == 4
    whole = Corpus.from_text("我 爱 北京")
    joined = Corpus.join([whole, corpus])
    assert joined.boundaries.tolist() == [1, 1, 1, -1, *corpus.boundaries.tolist()]
    assert joined.vocabulary() == whole.vocabulary() + corpus.vocabulary()
    assert Corpus.join([whole, whole]).boundaries is None
