"""Random strings, any code points: no crash, nothing lost, the same from every method."""

import numpy as np
import pytest

from support.fuzzing import check_batch, check_surface, random_code_points


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_random_strings(tmp_path, segmenter, seed):
    segmenter.model.save(tmp_path / "sample.crfseg")
    check_batch(segmenter, 1000 + seed, tmp_path / "sample.crfseg")


@pytest.mark.slow
def test_everything_of_a_line_of_a_million_characters(segmenter):
    check_surface(segmenter, random_code_points(np.random.default_rng(7), 1_000_000))
