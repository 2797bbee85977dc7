"""Weights in few bits."""

import numpy as np
import pytest

from support.models import handmade_model


@pytest.mark.parametrize("precision", ["int8", "int16"])
def test_quantizing_keeps_weights_within_half_a_step(sample_model, precision):
    small = sample_model.quantize(precision)
    for table, rounded in zip(sample_model.tables, small.tables, strict=True):
        step = rounded.unit * small.scale
        kept = np.isin(table.keys, rounded.keys)
        error = table.weights[kept] - small.potentials(rounded)
        assert np.abs(error).max() <= step / 2 * (1 + 1e-9)
        assert np.abs(table.weights[~kept]).max(initial=0) <= step / 2
        assert step <= np.abs(table.weights).max() / 127 + small.scale
    assert small.quantize() is small


def test_sums_of_int8_weights_fit_16_bits(sample_model):
    """Then four of them are added at once."""
    small = sample_model.quantize()
    assert 2**13 < sum(table.largest_sum for table in small.tables) < 2**15


def test_a_model_of_nothing_but_zeros_quantizes():
    assert handmade_model(京={}).quantize().n_patterns == 0
