"""The error bars: known values, and by simulation that an interval covers what it says while a naive one does not."""

from __future__ import annotations

import math
import random
from statistics import fmean, stdev

import pytest

from evals.stats import Pair, Reading, difference, kappa, mean, share, student_t, wilson, win_rate

SIMULATIONS = 500


def readings(*values: float, cluster: str = "") -> list[Reading]:
    return [Reading(str(number), cluster or str(number), value) for number, value in enumerate(values)]


@pytest.mark.parametrize(
    ("degrees", "point"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (5, 2.5706), (10, 2.2281), (30, 2.0423), (500, 1.9647)],
)
def test_students_t_is_that_of_the_tables(degrees: int, point: float) -> None:
    assert student_t(degrees) == pytest.approx(point, rel=0.003)


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    assert wilson(0.9, 10) == pytest.approx((0.5958, 0.9821), abs=0.0005)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=0.0005)
    assert wilson(1.0, 100) == pytest.approx((0.9630, 1.0), abs=0.0005)


def test_a_mean_without_clusters_has_students_interval() -> None:
    values = [3.1, 4.7, 5.0, 2.2, 4.4, 3.9]
    found = mean(readings(*values))
    assert found is not None
    half = 2.5706 * stdev(values) / math.sqrt(6)
    assert (found.value, found.low, found.high) == pytest.approx(
        (fmean(values), fmean(values) - half, fmean(values) + half), rel=0.003
    )


def test_one_cluster_gives_a_value_without_an_interval() -> None:
    found = mean(readings(1.0, 2.0, cluster="same"))
    assert found is not None
    assert found.value == 1.5
    assert math.isnan(found.low)
    assert not found.excludes_zero


def test_nothing_read_is_nothing_not_zero() -> None:
    assert mean([]) is None
    assert share([]) is None
    assert kappa([]) is None
    assert difference(readings(1.0), []) is None


def test_a_difference_is_taken_case_by_case() -> None:
    old = [Reading("a", "a", 10.0), Reading("b", "b", 50.0), Reading("c", "c", 90.0), Reading("gone", "gone", 5.0)]
    new = [Reading("c", "c", 92.0), Reading("a", "a", 12.0), Reading("b", "b", 52.0), Reading("new", "new", 1.0)]
    found = difference(old, new)
    assert found is not None
    assert (found.value, found.n) == (2.0, 3)
    assert found.excludes_zero


def test_kappa_is_that_of_the_textbook() -> None:
    table = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    flat = [pair for pair, count in table.items() for _ in range(count)]
    found = kappa([Pair(str(number), one, other) for number, (one, other) in enumerate(flat)])
    assert found is not None
    assert found.value == pytest.approx(0.4)
    assert 0.1 < found.low < 0.2
    assert 0.6 < found.high < 0.7


def test_full_agreement_still_has_an_error_bar() -> None:
    pairs = [Pair(str(number), number % 2, number % 2) for number in range(20)]
    found = kappa(pairs)
    assert found is not None
    assert found.value == 1
    assert 0.5 < found.low < 0.9


def test_agreement_about_a_single_word_has_no_kappa() -> None:
    assert kappa([Pair("a", "yes", "yes"), Pair("b", "yes", "yes")]) is None


def test_ten_wins_out_of_ten_are_no_certainty() -> None:
    found = win_rate(readings(*[1.0] * 10))
    assert found is not None
    assert found.value == 1
    assert 0.65 < found.low < 0.75


def test_both_orders_of_a_meeting_count_as_one_cluster_where_they_agree() -> None:
    alone = win_rate([Reading(f"{n}", f"{n}", float(n < 6)) for n in range(10)])
    twice = win_rate([Reading(f"{n}/{order}", f"{n}", float(n < 6)) for n in range(10) for order in (0, 1)])
    assert alone is not None
    assert twice is not None
    assert twice.high - twice.low >= 0.95 * (alone.high - alone.low)


def test_an_interval_over_clusters_covers_and_a_naive_one_does_not() -> None:
    rng = random.Random(11)
    covered = naive = 0
    for _ in range(SIMULATIONS):
        drawn = _clustered(rng, clusters=18, each=6)
        found = mean(drawn)
        assert found is not None
        covered += found.low <= 0 <= found.high
        values = [one.value for one in drawn]
        naive += abs(fmean(values)) <= 1.96 * stdev(values) / math.sqrt(len(values))
    assert 0.92 <= covered / SIMULATIONS <= 0.98
    assert naive / SIMULATIONS < 0.75


def test_a_share_over_clusters_covers() -> None:
    rng = random.Random(12)
    covered = 0
    for _ in range(SIMULATIONS):
        drawn = [
            Reading(f"{cluster}/{n}", str(cluster), float(rng.random() < chance))
            for cluster in range(25)
            for chance in [rng.betavariate(2.4, 0.8)]
            for n in range(4)
        ]
        found = share(drawn)
        assert found is not None
        covered += found.low <= 0.75 <= found.high
    assert 0.92 <= covered / SIMULATIONS <= 0.99


def test_a_kappa_over_clusters_covers() -> None:
    rng = random.Random(13)
    covered = 0
    for _ in range(SIMULATIONS // 2):
        pairs = [_agreed_at_80(rng, str(cluster)) for cluster in range(30) for _ in range(4)]
        found = kappa(pairs)
        assert found is not None
        covered += found.low <= 0.6 <= found.high
    assert 0.91 <= covered / (SIMULATIONS // 2) <= 0.99


def test_a_true_null_is_seldom_taken_for_a_difference() -> None:
    rng = random.Random(14)
    alarms = 0
    for _ in range(SIMULATIONS):
        old = _clustered(rng, clusters=12, each=3)
        new = [Reading(one.case, one.cluster, one.value + rng.gauss(0, 1)) for one in old]
        found = difference(old, new)
        assert found is not None
        alarms += found.excludes_zero
    assert alarms / SIMULATIONS < 0.08


def _clustered(rng: random.Random, *, clusters: int, each: int) -> list[Reading]:
    """True mean 0; what a cluster has in common is as large as what its readings differ by."""
    return [
        Reading(f"{cluster}/{n}", str(cluster), common + rng.gauss(0, 1))
        for cluster in range(clusters)
        for common in [rng.gauss(0, 1)]
        for n in range(each)
    ]


def _agreed_at_80(rng: random.Random, cluster: str) -> Pair:
    """Both say yes in half of all cases and agree in 80 %: kappa 0.6."""
    word = rng.random() < 0.5
    return Pair(cluster, word, word if rng.random() < 0.8 else not word)
