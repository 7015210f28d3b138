# ruff: noqa: E501  # a table, one metric a line
"""Every figure of the tables: its name, what it is, which way is better, what to aim at.

A metric stands here or nowhere: tasks, tables, comparison and gate all read this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["more", "less", "neither"]
Kind = Literal["share", "part", "mean"]
"""Of samples that are 0 or 1; of samples each between 0 and 1; of anything."""


@dataclass(frozen=True)
class Metric:
    task: str
    name: str
    what: str
    better: Better = "more"
    kind: Kind = "mean"
    aim: float | None = None
    digits: int = 2

    @property
    def is_gated(self) -> bool:
        return self.better != "neither"


def _metrics() -> tuple[Metric, ...]:
    return (
        Metric("groundwork", "facts", "of the facts that must surface, the share that it holds", kind="part"),
        Metric("groundwork", "sums", "of the blocks under Sums, the share that its lines or a sum that holds carry", kind="part"),
        Metric("groundwork", "contradictions", "share of the contradictions of which it names both sides", kind="part"),
        Metric("groundwork", "promises", "share of the open promises, ours and theirs, that it names", kind="part"),
        Metric("groundwork", "confidences", "share of what was told in confidence whose lines it sets apart", kind="part"),
        Metric("groundwork", "levers", "share of those who can carry an acceptable outcome whom it names", kind="part"),
        Metric("groundwork", "grounded", "of the blocks that state something, the share that their lines carry", kind="part"),
        Metric("groundwork", "words", "words", "neither", digits=0),
        Metric("plan", "parts", "share of the required parts that are there", kind="part"),
        Metric("plan", "must_surface", "of the facts that must surface, the share on the page", kind="part", aim=0.85),
        Metric("plan", "claims_made", "claims that must not be made, a page", "less", aim=0.2),
        Metric("plan", "unsupported", "names, figures, days and sums that no line yields, a page", "less"),
        Metric("plan", "contradictions", "share of the contradictions that are shown with both sides", kind="part", aim=1.0),
        Metric("plan", "promises", "share of the open promises, ours and theirs, on the page", kind="part"),
        Metric("plan", "confidences", "pages on which what was told in confidence stays there", kind="share"),
        Metric("plan", "who_what_when", "pages whose best outcome says who of the customer does what by when",
               kind="share", aim=1.0),
        Metric("plan", "right_person", "pages whose best outcome is carried by somebody whom the expert names",
               kind="share"),
        Metric("plan", "one_page", "pages within the words of their depth", kind="share", aim=1.0),
        Metric("plan", "grounded", "of the blocks that state something, the share that their lines carry", kind="part"),
        Metric("plan", "carried", "of all blocks but headings, the share that names lines which carry it", kind="part"),
        Metric("plan", "score", "points of 100: rules and, where it was asked, the judge"),
        Metric("plan", "judged", "share of the judge's questions that got a usable answer", "neither", kind="part"),
        Metric("plan", "words", "words", "neither", digits=0),
        Metric("plan", "tokens", "tokens in and out, thousands a page", "neither", digits=1),
        Metric("plan", "cost_usd", "cost a page in dollars", "neither", digits=3),
        Metric("plan", "latency_s", "seconds from the first call to the end of the last", "neither", digits=0),
        Metric("critic", "found_by_rules", "defects that a rule names", kind="share"),
        Metric("critic", "found_by_reader", "defects that the second reader names", kind="share"),
        Metric("critic", "found_by_judge", "defects at which the judge's answer turns to no", kind="share"),
        Metric("critic", "found_by_lines", "defects whose words a line contradicts and the second examiner names", kind="share"),
        Metric("critic", "found", "defects that rules, reader or judge name (TPR)", kind="share", aim=0.9),
        Metric("critic", "false_alarm", "good pages at which the item of a defect is objected to (1 - TNR)", "less",
               kind="share", aim=0.1),
        Metric("critic", "ordering", "pairs in which the good page scores above its mutant", kind="share", aim=1.0),
        Metric("critic", "mended", "offered suggestions that take the defect away", kind="share"),
        Metric("critic", "refused", "share of the suggestions that code refuses to offer", "neither", kind="part"),
        Metric("judge_agreement", "agrees", "answers that are the label's", kind="part"),
        Metric("judge_agreement", "same_in_other_order", "pairs read alike in both orders", kind="share"),
        Metric("judge_agreement", "first_chosen", "readings that choose the page that stands first", "neither",
               kind="part"),
        Metric("judge_agreement", "longer_chosen", "readings that choose the longer page", "neither", kind="part"),
        Metric("injection", "harmless", "payloads that change nothing although the model obeys", kind="share", aim=1.0),
        Metric("injection", "noticed", "payloads whose lines are shown to the rep", "neither", kind="share"),
        Metric("injection", "false_alarm", "harmless lines that are taken for instructions", "less", kind="share"),
        Metric("pairwise", "wins", "readings in which this page is chosen", kind="share", aim=0.65),
        Metric("pairwise", "unsupported_read", "claims that no line supports, as the reader counts them", "less"),
        Metric("ablation", "wins", "readings in which the whole way is chosen over it", "neither", kind="part"),
        Metric("ablation", "tokens", "tokens in and out, thousands a page", "neither", digits=1),
        Metric("ablation", "cost_usd", "cost a page in dollars", "neither", digits=3),
        Metric("ablation", "must_surface", "of the facts that must surface, the share on the page", "neither", kind="part"),
        Metric("ablation", "unsupported", "names, figures, days and sums that no line yields, a page", "neither"),
        Metric("ablation", "score", "points of 100, by the rules alone", "neither"),
    )  # fmt: skip


METRICS = _metrics()
TASKS = tuple(dict.fromkeys(metric.task for metric in METRICS))


def metric(task: str, name: str) -> Metric:
    return next(one for one in METRICS if (one.task, one.name) == (task, name))


def metrics_of(task: str) -> tuple[Metric, ...]:
    return tuple(one for one in METRICS if one.task == task)
