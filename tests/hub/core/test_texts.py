"""Texts that both databases take."""

import pytest

from greenroom.hub.core.texts import storable


@pytest.mark.parametrize(
    ("text", "length", "kept"),
    [(None, None, ""), ("", 3, ""), ("abc", None, "abc"), ("a\0b\0", None, "ab"), ("\0abcd", 3, "abc"), ("ü", 1, "ü")],
)
def test_nul_is_left_out_and_the_rest_cut(text, length, kept):
    assert kept == storable(text, length)
