"""The public surface: what docs/python.md documents and what the package has are the same."""

import inspect
import re
import subprocess
import sys

import pytest

import crfseg
from support.corpora import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text("utf-8")
DOCUMENTED = {
    match for quoted in re.findall(r"`([^`\n]+)`", PAGE) for match in re.findall(r"\w+", quoted)
}
USED = set(re.findall(r"\w+", PAGE))


def public_members(owner: type) -> set[str]:
    return {
        name
        for name, _ in inspect.getmembers(owner)
        if not name.startswith("_") and name not in dir(tuple) and name not in dir(object)
    }


@pytest.mark.parametrize("name", sorted(set(crfseg.__all__) - {"__version__"}))
def test_every_name_of_the_face_is_documented(name):
    assert name in USED


@pytest.mark.parametrize(
    "owner", [crfseg.Segmenter, crfseg.UserLexicon, crfseg.ConstrainedText, crfseg.Token]
)
def test_every_member_of_a_users_class_is_documented(owner):
    for_the_search = {"trie"}
    assert public_members(owner) - for_the_search <= DOCUMENTED


def test_nothing_is_documented_that_does_not_exist():
    classes = [getattr(crfseg, name) for name in crfseg.__all__ if name[0].isupper()]
    for owner, name in re.findall(r"`(\w+)\.(\w+)", PAGE):
        owners = [each for each in classes if each.__name__ == owner]
        if owners:
            assert hasattr(owners[0], name) or name in inspect.signature(owners[0]).parameters
    for name in re.findall(r"crfseg\.(\w+)\(", PAGE):
        assert hasattr(crfseg, name), name


def test_names_are_loaded_when_they_are_used():
    program = "import crfseg, sys; print(sorted(m for m in sys.modules if m.startswith('crfseg')))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "['crfseg', 'crfseg.version']"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        crfseg.nothing  # noqa: B018


def test_swapped_arguments_of_evaluate_are_refused(segmenter):
    gold = crfseg.Corpus.from_text("我 爱 北京")
    with pytest.raises(crfseg.CrfsegError, match=r"evaluate\(gold, predicted\)"):
        crfseg.evaluate(segmenter, gold)
    assert 0 <= crfseg.evaluate(gold, segmenter).f1 <= 1


def test_tokens_carry_confidence_if_asked_for(segmenter):
    text = "我爱 北京\n天安门"
    plain, sure = segmenter.tokens(text), segmenter.tokens(text, confidence=True)
    assert [token._replace(confidence=None) for token in sure] == plain
    assert [token.confidence for token in sure] == segmenter.confidence(text).tolist()
    assert {token.confidence for token in plain} == {None}


@pytest.mark.parametrize("white_space", ["keep", "attach"])
def test_white_space_has_no_confidence(segmenter, white_space):
    tokens = segmenter.tokens(" 我爱 北京 ", white_space=white_space, confidence=True)
    assert "".join(token.text for token in tokens) == " 我爱 北京 "
    for token in tokens:
        assert (token.confidence is None) == token.is_space
