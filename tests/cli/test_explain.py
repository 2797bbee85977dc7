"""crfseg explain: why a place is cut."""

from support.commands import run


def test_explain_says_what_a_forced_word_decides(model, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("慢阻肺\n", "utf-8")
    found = run("explain", "他有慢阻肺。", "--at", 3, "-m", model, "--force", words).stdout
    assert found.splitlines()[1:] == [
        "between 慢 and 阻 (place 3): no word begins, 100.0% sure",
        "because the user lexicon forces 慢阻肺",
    ]
