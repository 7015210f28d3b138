"""Error bars (pure): means, shares, differences, kappa and win rates, each with an interval of 95 %.

Readings of one meeting, or mutants of one page, resemble each other: intervals are over clusters, not over readings.
Knows nothing about plans. Sources: Liang and Zeger 1986 (variance over clusters), Wilson 1927 (shares), Kish 1965
(effective number), Cohen 1960 (kappa).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Reading:
    """One figure: of what (a case), in whose company (its cluster: a meeting, a base plan)."""

    case: str
    cluster: str
    value: float


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval. `low` and `high` are NaN where fewer than two clusters give none."""

    value: float
    low: float
    high: float
    n: int
    clusters: int

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def mean(readings: Sequence[Reading]) -> Estimate | None:
    """The mean, with the variance between clusters and Student's t; None without readings."""
    if not readings:
        return None
    average = sum(one.value for one in readings) / len(readings)
    sums = _by_cluster((one.cluster, one.value - average) for one in readings)
    if len(sums) < 2:
        return Estimate(average, math.nan, math.nan, len(readings), len(sums))
    half = student_t(len(sums) - 1) * math.sqrt(_variance(sums, len(readings)))
    return Estimate(average, average - half, average + half, len(readings), len(sums))


def part(readings: Sequence[Reading]) -> Estimate | None:
    """The mean of shares, each between 0 and 1: so is its interval, which never has no width."""
    found = mean(readings)
    if found is None or math.isnan(found.low):
        return found
    if found.value in (0.0, 1.0):
        low, high = wilson(found.value, found.clusters)
        return Estimate(found.value, low, high, found.n, found.clusters)
    return Estimate(found.value, max(0.0, found.low), min(1.0, found.high), found.n, found.clusters)


def share(readings: Sequence[Reading]) -> Estimate | None:
    """A share of readings that are 0 or 1: Wilson's interval at the effective number of readings."""
    if not readings:
        return None
    found = sum(one.value for one in readings) / len(readings)
    sums = _by_cluster((one.cluster, one.value - found) for one in readings)
    effective = _effective(found, sums, len(readings))
    low, high = wilson(found, effective, z=student_t(max(len(sums) - 1, 1)) if len(sums) < len(readings) else Z)
    return Estimate(found, low, high, len(readings), len(sums))


def difference(old: Sequence[Reading], new: Sequence[Reading]) -> Estimate | None:
    """New minus old over the cases that stand in both, each case against itself; None when none does."""
    before = {one.case: one.value for one in old}
    paired = [Reading(one.case, one.cluster, one.value - before[one.case]) for one in new if one.case in before]
    return mean(paired)


def wilson(found: float, n: float, *, z: float = Z) -> tuple[float, float]:
    """Of a share `found` in `n` readings; sensible also at 0 and 1 and where n is small."""
    if n <= 0:
        return math.nan, math.nan
    centre = (found + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(found * (1 - found) / n + z * z / (4 * n * n))
    return (0.0 if found == 0 else max(0.0, centre - half)), (1.0 if found == 1 else min(1.0, centre + half))


def win_rate(wins: Sequence[Reading]) -> Estimate | None:
    """How often the new one was chosen: 1 a win, 0 a loss, one reading an order; clustered by meeting."""
    return share(wins)


@dataclass(frozen=True)
class Pair:
    """Two verdicts on one thing."""

    cluster: str
    one: Hashable
    other: Hashable


def kappa(pairs: Sequence[Pair]) -> Estimate | None:
    """Cohen's kappa, its interval by leaving out one cluster after the other.

    None without pairs, or where both only ever said the same single word: then there is nothing to agree about.
    """
    value = _kappa(pairs)
    if value is None:
        return None
    clusters = sorted({pair.cluster for pair in pairs})
    without = (_kappa([pair for pair in pairs if pair.cluster != left_out]) for left_out in clusters)
    left = [one for one in without if one is not None]
    if len(left) < 2:
        return Estimate(value, math.nan, math.nan, len(pairs), len(clusters))
    if value == 1:
        return Estimate(value, _lowest_kappa(pairs, len(clusters)), 1.0, len(pairs), len(clusters))
    centre = sum(left) / len(left)
    spread = math.sqrt((len(left) - 1) / len(left) * sum((one - centre) ** 2 for one in left))
    half = student_t(len(left) - 1) * spread
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), len(pairs), len(clusters))


def student_t(degrees: int) -> float:
    """The 97.5 % point of Student's t. Source: Abramowitz and Stegun 26.7.5, exact for 1 and 2 degrees."""
    if degrees <= 0:
        return math.nan
    if degrees == 1:
        return math.tan(math.pi * 0.475)
    if degrees == 2:
        return 0.95 * math.sqrt(2 / (1 - 0.95**2))
    z, v = Z, degrees
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )


def _by_cluster(values: Iterable[tuple[str, float]]) -> Mapping[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for cluster, value in values:
        sums[cluster] += value
    return sums


def _variance(sums: Mapping[str, float], n: int) -> float:
    """Of a mean over `n` readings, from each cluster's sum of deviations."""
    clusters = len(sums)
    return clusters / (clusters - 1) * sum(one * one for one in sums.values()) / n**2


def _effective(found: float, sums: Mapping[str, float], n: int) -> float:
    """So many readings that are independent of each other say as much; at 0 and 1 only the clusters are counted."""
    if len(sums) == n:
        return n
    if found in (0.0, 1.0) or len(sums) < 2:
        return len(sums)
    variance = _variance(sums, n)
    return min(n, found * (1 - found) / variance) if variance > 0 else n


def _kappa(pairs: Sequence[Pair]) -> float | None:
    n = len(pairs)
    if not n:
        return None
    chance = _chance(pairs)
    agreed = sum(pair.one == pair.other for pair in pairs) / n
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def _chance(pairs: Sequence[Pair]) -> float:
    ones, others = Counter(pair.one for pair in pairs), Counter(pair.other for pair in pairs)
    return sum(ones[word] * others[word] for word in ones) / len(pairs) ** 2


def _lowest_kappa(pairs: Sequence[Pair], clusters: int) -> float:
    """Where all agree, leaving out changes nothing: what Wilson's lower limit of agreement comes to."""
    agreed, _ = wilson(1.0, clusters)
    chance = _chance(pairs)
    return (agreed - chance) / (1 - chance)
