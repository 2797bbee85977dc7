"""Parameters of training: names, ranges, types."""

import pytest

import crfseg
from crfseg.errors import TrainingError
from crfseg.training.parameters import checked_params
from support.corpora import SAMPLE


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"algorithm": "sgd"},
            "unknown algorithm 'sgd'; known: adagrad, lbfgs, l2sgd, ap, pa, arow",
        ),
        ({"c3": 1}, "lbfgs has no parameter 'c3'; it has: .*c1, c2"),
        ({"algorithm": "ap", "c1": 1}, "ap has no parameter 'c1'"),
        ({"c2": -1}, "c2 must be from 0 to .*, got -1"),
        ({"c2": "much"}, "c2 must be a number, got 'much'"),
        ({"c2": float("nan")}, "c2 must be from 0 to .*, got nan"),
        ({"max_iterations": 0}, "max_iterations must be from 1 to .*, got 0"),
        ({"linesearch": "Random"}, "linesearch must be one of MoreThuente"),
        ({"all_possible_states": "maybe"}, "all_possible_states must be one of True, False"),
        ({"scheme": "IOB"}, "unknown scheme 'IOB'; known: BMES, BMES6"),
        ({"folding": "case"}, "unknown folding 'case'; known: letters, simplified, width, none"),
        ({"precision": "int4"}, "unknown precision 'int4'"),
        ({"labels": True}, "no labels to predict; name the format that has them"),
        ({"c1": 1e9}, "left no feature with a weight"),
        ({"algorithm": "l2sgd", "c2": 0, "max_iterations": 1}, "l2sgd diverged; raise c2"),
        ({"algorithm": []}, "unknown algorithm"),
        ({"max_iterations": float("inf")}, "max_iterations must be a number"),
        ({"max_iterations": 10**30}, "max_iterations must be from 1 to 1,000,000,000"),
        ({"num_memories": 10**6}, "num_memories must be from 1 to 1,000"),
        ({"name": 5}, "name must be text"),
    ],
)
def test_bad_options_are_refused_with_what_is_right(params, message):
    with pytest.raises(TrainingError, match=message):
        crfseg.train(SAMPLE / "dev.txt", **{"algorithm": "lbfgs", **params})


def test_numbers_may_come_as_text():
    params = checked_params("lbfgs", {"c1": "0.5", "all_possible_states": "true"})
    assert params["c1"] == 0.5
    assert params["all_possible_states"] is True
