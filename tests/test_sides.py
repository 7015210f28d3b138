"""Of a contradiction the page says both sides: what counts as one, what counts as said, where it is told."""

from __future__ import annotations

import datetime as dt

import pytest

from coach.checks import check_page
from coach.markup import split
from coach.schema import AccountContext, Block, Finding, Groundwork, MeetingPlan, NoteLine, Suggestion
from coach.second_reader import vet

TODAY = dt.date(2026, 12, 1)


def lines(*texts: str, offer: str = "") -> AccountContext:
    notes = tuple(NoteLine(label=f"L{number}", text=text) for number, text in enumerate(texts, 1))
    fields = (NoteLine(label="F1", text=f"Offer: {offer}"),) if offer else ()
    return AccountContext(today=TODAY, notes=notes, fields=fields)


def worked_out(text: str, *citations: str, part: str = "not_settled") -> Groundwork:
    return Groundwork(blocks=(Block(id="G1", kind="item", part=part, text=text, citations=citations),))


def page(*texts: str, citations: tuple[str, ...] = ("L1",), part: str = "find_out") -> MeetingPlan:
    blocks = tuple(
        block.model_copy(update={"citations": citations, "part": part}) for block in split("\n\n".join(texts))
    )
    return MeetingPlan(blocks=blocks)


def one_sided(plan: MeetingPlan, context: AccountContext, groundwork: Groundwork) -> list[Finding]:
    return [finding for finding in check_page(plan, context, groundwork) if finding.rule == "R29"]


LINEN = lines("412k a year goes out under linen", "bed and bath proper 236, give or take")
WHOSE = worked_out("- 412, 236: whose homes? Ask.", "L1", "L2")


def test_a_page_with_one_side_is_told_both_with_their_lines_at_the_block_that_has_one() -> None:
    plan = page("We bring the sheet.", "**236:** the eighteen's, or all homes'? Ask Len.", citations=("L2",))
    (found,) = one_sided(plan, LINEN, WHOSE)
    assert (found.block, found.gravity, found.lines) == ("B2", "hint", ("L1", "L2"))
    assert "“412” (L1), “236” (L2)" in found.why
    assert "only “236”" in found.why


def test_a_block_that_cites_both_lines_without_their_words_says_neither() -> None:
    (found,) = one_sided(page("Linen: ask Len whose homes.", citations=("L1", "L2")), LINEN, WHOSE)
    assert "The page says neither" in found.why


def test_a_page_that_touches_neither_line_is_left_alone() -> None:
    assert not one_sided(page("We bring the sheet.", citations=()), LINEN, WHOSE)


@pytest.mark.parametrize(
    "said", ["412k under linen, 236 for bed and bath.", "| 412 | 236 |\n|---|---|\n| linen | bed |"]
)
def test_both_sides_may_stand_in_any_words_and_blocks(said: str) -> None:
    assert not one_sided(page(said), LINEN, WHOSE)
    assert not one_sided(page("Linen: 412.", "Bed and bath: £236k."), LINEN, WHOSE)


@pytest.mark.parametrize(
    ("language", "one", "other", "set_apart", "said", "both"),
    [
        ("de", "58 Anlagen im Vertrag", "61 in der Liste", "58 oder 61: welche?", "Es sind 58.", "58 oder 61 Anlagen?"),
        (
            "fr",
            "Deux magasins touchés",
            "sept sur neuf",
            "Deux magasins contre sept.",
            "Deux magasins.",
            "Deux ou sept ?",
        ),
        ("en", "the drawing: 592", "by phone: 610", "592 (drawing) against “610”", "It is 592.", "592 or 610? Ask."),
        ("en", "five dumped", "she says six", "Six or five: one was emptied.", "Five tanks.", "Five or six tanks?"),
        (
            "en",
            "the board on 10 Dec",
            "board: 11 Dec",
            "10 Dec or 11 Dec: which?",
            "Board on 10 December.",
            "10 Dec or 11 Dec?",
        ),
    ],
)
def test_sides_are_read_in_three_languages(
    language: str, one: str, other: str, set_apart: str, said: str, both: str
) -> None:
    context, groundwork = lines(one, other), worked_out(set_apart, "L1", "L2")
    half, whole = (page(words).model_copy(update={"language": language}) for words in (said, both))
    assert one_sided(half, context, groundwork)
    assert not one_sided(whole, context, groundwork)


def test_two_of_three_readings_are_both_sides() -> None:
    context = lines("164 berths by the plan", "158 on the web, or 170?")
    groundwork = worked_out("164, 158, 170? Ask.", "L1", "L2")
    assert not one_sided(page("164 by the plan, the web 158."), context, groundwork)


@pytest.mark.parametrize(
    "text",
    [
        "412 homes. 236 beds.",  # two things, not two readings
        "412 days, 236 GBP.",
        "Does 412 include 99?",  # in no line
        "Chapels 1–412 against 1–236.",
    ],
)
def test_figures_side_by_side_are_no_contradiction(text: str) -> None:
    assert not one_sided(page("236."), LINEN, worked_out(text, "L1", "L2"))


def test_a_figure_that_the_groundwork_calls_wrong_is_named_where_it_is_corrected() -> None:
    context = lines("Amount 45,000 by the template", "12 months at 1,250 and 7,500 once")
    groundwork = worked_out("45,000 wrong: 12 × 1,250 + 7,500 = 22,500.", "L1", "L2", part="sums")
    (found,) = one_sided(page("Correct the record: £22,500."), context, groundwork)
    assert "“45,000” (L1) does not hold" in found.why
    assert not one_sided(page("Correct the record's 45,000: it is £22,500."), context, groundwork)


def test_a_share_that_is_wrong_is_no_contradiction() -> None:
    groundwork = worked_out("70 %: wrong.", "L1", part="not_settled")
    assert not one_sided(page("Move it back."), lines("probability 70 %"), groundwork)


OPENS = lines("Thibault: set-up at their site in February", offer="Till software; set-up at the site 4 months; no till")


def test_a_day_that_our_own_offer_cannot_keep_is_said_with_how_long_it_takes() -> None:
    groundwork = worked_out("4 months from now.", "L1", "F1", part="clock")
    (found,) = one_sided(page("In service in June.", "4 tills."), OPENS, groundwork)
    assert found.lines == ("L1", "F1")
    assert "The page says neither" in found.why, "four tills are not four months"
    assert not one_sided(page("Thibault says February; the offer says 4 months."), OPENS, groundwork)
    assert not one_sided(page("In service in June."), OPENS, worked_out("Nothing.", part="clock"))


def test_a_day_that_is_late_enough_for_our_offer_is_no_contradiction() -> None:
    context = lines("set-up at their site on 3 June 2027", offer="set-up at the site 4 months")
    assert not one_sided(page("In service in summer."), context, worked_out("4 months.", "L1", "F1", part="clock"))


def test_a_day_that_was_taken_back_is_said_with_the_new_one() -> None:
    context = lines("I want the first bus on 1 November, I told the paper September, that was a mistake.")
    groundwork = worked_out("Gareth: 1 November.", "L1", part="people")
    (found,) = one_sided(page("September isn't safe."), context, groundwork)
    assert "only “September”" in found.why
    assert not one_sided(page("1 November (Gareth), the paper has September."), context, groundwork)


def test_nobody_is_asked_to_write_down_what_was_told_in_confidence() -> None:
    context = lines("36 buses after", "told me alone: 28, eight are sold", "28 of them double deck")
    kept = Block(id="G2", kind="item", part="in_confidence", text="The sale of eight.", citations=("L2",))
    groundwork = Groundwork(blocks=(*worked_out("36 versus 28.", "L1", "L2").blocks, kept))
    assert one_sided(page("36 buses."), context, worked_out("36 versus 28.", "L1", "L2"))
    assert not one_sided(page("36 buses."), context, groundwork)


def test_a_suggestion_that_takes_one_side_off_the_page_is_not_applied_by_itself() -> None:
    plan = page("Sheets: 412 under linen.", "**236:** whose?", citations=("L1", "L2"))
    cut = Suggestion(id="S1", kind="cut", block="B1", old="412 under linen.", new="ask.", why="Said twice.")
    vetted = vet(cut, plan, LINEN, WHOSE)
    assert isinstance(vetted, Suggestion)
    assert vetted.check.status == "unverified"
    assert "only “236”" in vetted.check.problems[0]
    kept = vet(cut.model_copy(update={"new": "412k."}), plan, LINEN, WHOSE)
    assert isinstance(kept, Suggestion)
    assert kept.check.status == "verified"
