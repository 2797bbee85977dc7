"""Signs that a rule may match."""

import pytest
import regex

from crfseg.constraints.ruleset import Ruleset


@pytest.mark.slow
def test_every_cluster_and_emoji_has_a_sign():
    """Whatever joins the character before or after it is a sign, or its neighbour is."""
    signs = Ruleset(("graphemes",)).prefilter
    cluster, emoji = regex.compile(r"\X"), regex.compile(r"\p{Emoji_Presentation}")
    neighbours = "A我\u1100가\U0001f469\U0001f1e6\u0600क\u200d"
    for code in range(0x110000):
        char = chr(code)
        if signs.signs_of(char):
            continue
        assert not emoji.match(char), hex(code)
        for other in neighbours:
            for pair in (char + other, other + char):
                if len(cluster.match(pair)[0]) > 1:
                    assert signs.signs_of(other), (hex(code), hex(ord(other)))
