"""Every file says the best outcome that the page says, as the rep has left it."""

from __future__ import annotations

import datetime as dt
import io

import docx
import pytest
from icalendar import Calendar
from pypdf import PdfReader

from coach.context import parse_context
from coach.export.files import made
from coach.export.jsonfile import from_json
from coach.export.markdown import from_markdown
from coach.keeping import keep_drafted, keep_redrafted
from coach.schema import Author, Block, Commitment, Drafted, MeetingPlan
from coach.store import plans
from coach.store.database import Database

CONTEXT = parse_context(
    "---\naccount: Thornmere\nrep: Kim Vale\nmeeting: {date: 2027-01-26, start: '10:00', minutes: 30, attendees:"
    " [{name: Priya Nair, title: Finance}]}\n---\nPriya Nair: which site begins, and which figures does it need?\n",
    today=dt.date(2027, 1, 21),
)
OLD = "Priya lends us a forklift by Tuesday 2 February 2027"
NEW = "We agree which site begins"
DATED = f"{NEW}, by Friday 5 February 2027"
READ = Commitment(who="Priya", what="lends us a forklift", by="2027-02-02", blocks=("B2", "B3"))


def drafted(*best: tuple[str, Author]) -> Drafted:
    hope = "“I hope we agree which figures it needs. Is that right?”"
    opening = Block(id="B1", kind="text", text=hope, part="opening")
    blocks = (
        Block(id=f"B{n}", kind="text", text=text, part="best", written_by=by) for n, (text, by) in enumerate(best, 2)
    )
    plan = MeetingPlan(title="Thornmere", blocks=(opening, *blocks), best_outcome=READ)
    return Drafted(context=CONTEXT, plan=plan)


def text_of(plan: Drafted, ending: str) -> str:
    data, _ = made(plan, ending=ending)
    if ending == ".pdf":
        return " ".join(PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
    if ending == ".docx":
        file = docx.Document(io.BytesIO(data))
        cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
        return " ".join([*(one.text for one in file.paragraphs), *cells])
    return data.decode()


@pytest.mark.parametrize("ending", [".pdf", ".docx", ".md", ".json"])
def test_an_outcome_that_the_rep_has_changed_or_taken_out_is_in_no_file(ending: str) -> None:
    changed = text_of(drafted((DATED, "rep")), ending)
    assert NEW in changed
    assert "forklift" not in changed
    assert "2027-02-02" not in changed
    assert "forklift" not in text_of(drafted(), ending)


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_an_outcome_that_a_block_about_something_else_says_is_not_said_once_more(ending: str) -> None:
    read = Commitment(who="Priya", what="lends us a forklift from her yard", by="2027-02-02")
    aim = "**What we want:** nobody travels, and Priya, by Tuesday 2 February, lends us that forklift of her yard."
    page = MeetingPlan(title="A", blocks=(Block(id="B1", kind="text", text=aim, part="purpose"),), best_outcome=read)
    once = text_of(Drafted(context=CONTEXT, plan=page), ending)
    assert once.count("forklift") == 1
    elsewhere = page.model_copy(update={"blocks": (Block(id="B1", kind="text", text="Ask Priya.", part="purpose"),)})
    assert "lends us a forklift from her yard" in text_of(Drafted(context=CONTEXT, plan=elsewhere), ending)


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_a_heading_that_the_rep_has_changed_is_the_only_title(ending: str) -> None:
    heading = Block(id="B0", kind="heading", text="# Thornmere: which site begins", part="other", written_by="rep")
    page = drafted((DATED, "coach"))
    blocks = (heading, *page.plan.blocks)
    renamed = page.model_copy(
        update={"plan": page.plan.model_copy(update={"blocks": blocks, "title": "Forklift first"})}
    )
    text = text_of(renamed, ending)
    assert text.count("which site begins") == 2, "the title, and the outcome"
    assert "Forklift first" not in text


def test_a_file_that_was_edited_by_hand_is_written_with_the_outcome_that_it_has_now() -> None:
    first = text_of(drafted((OLD, "coach"), ("> “Would you?”", "coach")), ".md")
    plan = from_markdown(first.replace(OLD, DATED))
    again = from_markdown(text_of(Drafted(context=CONTEXT, plan=plan), ".md"))
    assert (again.best_outcome.what, again.best_outcome.by) == (DATED, "2027-02-05")


def test_of_an_outcome_that_has_lost_a_block_the_rest_is_read_again() -> None:
    plan = from_json(text_of(drafted((f"{OLD}.", "coach")), ".json")).plan
    assert plan.best_outcome.what == f"{OLD}."
    untouched = from_json(text_of(drafted((f"{OLD}.", "coach"), ("“Would you?”", "coach")), ".json")).plan
    assert untouched.best_outcome == READ


def test_an_outcome_written_again_is_read_again(db: Database) -> None:
    plan_id = plans.create_plan(db, CONTEXT).id
    keep_drafted(db, plan_id, drafted((OLD, "coach")), before=(), known={})
    kept = plans.load_plan(db, plan_id)
    (old,) = (one.block.id for one in kept.blocks if one.block.part == "best")
    new = Block(id="B9", kind="text", text=f"{NEW}.", part="best")
    keep_redrafted(db, kept, [new], instead=frozenset({old}), part="best", by="Kim")
    assert plans.load_plan(db, plan_id).plan.best_outcome.what == f"{NEW}."


@pytest.mark.parametrize("ending", [".md", ".ics"])
def test_the_agenda_says_what_the_best_outcome_says_that_we_settle(ending: str) -> None:
    def agenda(plan: Drafted) -> str:
        data, _ = made(plan, what="agenda", ending=ending)
        return str(Calendar.from_ical(data).walk("VEVENT")[0]["description"]) if ending == ".ics" else data.decode()

    assert "Agree which figures it needs." in agenda(drafted((OLD, "coach")))
    assert "- Agree which site begins." in agenda(drafted((NEW, "rep")))
    assert "figures it needs" not in agenda(drafted((NEW, "rep")))
    other = drafted(("Priya lends us a crane.", "rep"))
    assert "figures it needs" not in agenda(other)
    assert "crane" not in agenda(other)
