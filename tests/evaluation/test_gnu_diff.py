"""GNU diff, as the official scorer uses it."""

import random

import pytest

from crfseg.evaluation.sighan import count_line


def test_alignment_gives_up_on_being_minimal_after_many_edits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = random.Random(1)
    gold, predicted = (rng.choices("abcdefgh", k=150) for _ in range(2))
    minimal = count_line(gold, predicted, set())
    monkeypatch.setattr("crfseg.evaluation.gnu_diff.PATIENCE", 8)
    assert count_line(gold, predicted, set()).missed > minimal.missed
