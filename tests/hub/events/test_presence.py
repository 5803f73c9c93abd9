"""How long somebody was there."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.events.presence import merge_presence, seconds_of

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
LENGTH = 3600
END = START + timedelta(seconds=LENGTH)

moments = st.floats(-600, LENGTH + 600).map(lambda seconds: START + timedelta(seconds=seconds))
stays = st.lists(st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair))), max_size=8)


def presence(joined, started_at=START, ended_at=END):
    return merge_presence(joined, started_at=started_at, ended_at=ended_at)


def at(*minutes):
    return tuple(None if one is None else START + timedelta(minutes=one) for one in minutes)


@pytest.mark.parametrize(
    ("joined", "merged"),
    [
        ([], []),
        ([at(0, 60)], [(0, 3600)]),
        ([at(-5, 10)], [(0, 600)]),
        ([at(50, 70)], [(3000, 3600)]),
        ([at(-20, -10)], []),
        ([at(70, 80)], []),
        ([at(10, None)], [(600, 3600)]),
        ([at(None, 10)], []),
        ([at(20, 10)], []),
        ([at(10, 10)], []),
        ([at(0, 20), at(10, 30)], [(0, 1800)]),
        ([at(0, 60), at(10, 20)], [(0, 3600)]),
        ([at(0, 10), at(10, 20)], [(0, 1200)]),
        ([at(30, 40), at(0, 10)], [(0, 600), (1800, 2400)]),
    ],
)
def test_joins_and_leaves_become_intervals_of_the_session(joined, merged):
    assert merged == presence(joined)


def test_a_session_that_ended_before_it_began_has_nobody():
    assert [] == presence([at(0, 60)], started_at=END, ended_at=START)


@given(stays)
def test_nobody_is_there_longer_than_the_session(joined):
    merged = presence(joined)
    assert seconds_of(merged) <= LENGTH
    assert all(0 <= start < end <= LENGTH for start, end in merged)
    assert all(before[1] < after[0] for before, after in pairwise(merged))


@given(stays, st.randoms())
def test_order_and_doubles_do_not_matter(joined, chance):
    shuffled = [*joined, *joined]
    chance.shuffle(shuffled)
    assert presence(joined) == presence(shuffled)


@given(stays)
def test_together_they_are_no_shorter_than_the_longest(joined):
    longest = max((seconds_of(presence([one])) for one in joined), default=0)
    assert seconds_of(presence(joined)) >= longest


@given(st.tuples(moments, moments).map(sorted), st.floats(0, 1))
def test_leaving_and_coming_back_at_once_changes_nothing(stay, share):
    join, leave = stay
    between = join + (leave - join) * share
    assert presence([(join, leave)]) == presence([(join, between), (between, leave)])


@given(moments)
def test_a_missing_leave_means_the_end(join):
    assert presence([(join, END)]) == presence([(join, None)])


@given(stays)
def test_merging_what_was_merged_changes_nothing(joined):
    merged = presence(joined)
    again = [(START + timedelta(seconds=a), START + timedelta(seconds=b)) for a, b in merged]
    assert merged == presence(again)
