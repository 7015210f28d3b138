"""Jobs, links and preferences, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from coach.errors import InputError
from coach.store import tables
from coach.store.database import Database, open_database
from coach.store.jobs import (
    beat,
    cancel_job,
    end_job,
    last_job,
    remember,
    running_job,
    running_jobs,
    start_job,
    take_over,
    take_over_stale,
)
from coach.store.preferences import preference, secret, set_preference
from coach.store.shares import revoke, share, shared, shares_of
from tests.support.kept import drafted_plan


def silent(db: Database, job_id: str, *, seconds: float) -> None:
    """The job's last beat was so long ago."""
    with db.writing() as connection:
        at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)
        connection.execute(update(tables.jobs).where(tables.jobs.c.id == job_id).values(beat_at=at))


def test_a_job_is_known_while_it_runs_and_how_it_ended_afterwards(db: Database) -> None:
    plan_id = drafted_plan(db)
    job = start_job(db, plan_id, "redraft", {"block": "B2", "direction": "less technical"}, owner="one")
    assert running_job(db, plan_id) == job
    assert (job.kind, job.state, job.options["block"], job.owner) == ("redraft", "running", "B2", "one")
    assert beat(db, job.id, stage="page")
    assert beat(db, job.id)
    known = running_job(db, plan_id)
    assert known is not None
    assert (known.stage, known.beat_at > job.beat_at, known.started_at) == ("page", True, job.started_at)
    end_job(db, job.id, "failed", error="The model is overloaded.", hint="Try again later.")
    ended = last_job(db, plan_id)
    assert running_job(db, plan_id) is None
    assert ended is not None
    assert (ended.state, ended.error, ended.hint) == ("failed", "The model is overloaded.", "Try again later.")


def test_one_job_a_plan(db: Database) -> None:
    one, other = drafted_plan(db), drafted_plan(db)
    job = start_job(db, one, "draft", {}, owner="one")
    with pytest.raises(InputError, match="already at work"):
        start_job(db, one, "check", {}, owner="two")
    start_job(db, other, "draft", {}, owner="one")
    end_job(db, job.id, "done")
    start_job(db, one, "check", {}, owner="two")


def test_one_job_a_plan_also_when_two_start_it_at_once(db: Database) -> None:
    plan_id = drafted_plan(db)

    def start(number: int) -> bool:
        try:
            start_job(db, plan_id, "draft", {}, owner=str(number))
        except InputError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(start, range(4))) == [False, False, False, True]


def test_a_job_of_no_plan_is_refused(db: Database) -> None:
    with pytest.raises(InputError, match="no such plan"):
        start_job(db, "x", "draft", {}, owner="one")


def test_a_cancelled_job_learns_of_it_and_stays_cancelled(db: Database) -> None:
    plan_id = drafted_plan(db)
    job = start_job(db, plan_id, "draft", {}, owner="one")
    cancel_job(db, job.id)
    assert not beat(db, job.id)
    end_job(db, job.id, "done")
    ended = last_job(db, plan_id)
    assert ended is not None
    assert ended.state == "cancelled"


def test_a_job_whose_owner_has_died_is_taken_over_by_one_other_alone(db: Database) -> None:
    plan_id = drafted_plan(db)
    job = start_job(db, plan_id, "draft", {}, owner="dead")
    assert take_over_stale(db, owner="early") == ()
    silent(db, job.id, seconds=16)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda owner: take_over_stale(db, owner=owner), "abcd"))
    (mine,) = [one for found in taken for one in found]
    assert (mine.id, mine.owner in "abcd", mine.started_at) == (job.id, True, job.started_at)
    assert not beat(db, job.id, owner="dead")
    assert beat(db, job.id, owner=mine.owner)


def test_a_job_whose_owner_is_known_to_be_gone_is_taken_over_at_once_by_one_alone(db: Database) -> None:
    job = start_job(db, drafted_plan(db), "draft", {}, owner="gone")
    ended = start_job(db, drafted_plan(db), "draft", {}, owner="gone")
    end_job(db, ended.id, "done")
    assert running_jobs(db) == (job,)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda owner: take_over(db, job, owner=owner), "abcd"))
    assert sorted(taken) == [False, False, False, True]
    assert not take_over(db, ended, owner="a")
    assert not beat(db, job.id, owner="gone")


def test_an_ended_job_is_not_taken_over(db: Database) -> None:
    job = start_job(db, drafted_plan(db), "draft", {}, owner="dead")
    end_job(db, job.id, "done")
    silent(db, job.id, seconds=100)
    assert take_over_stale(db, owner="other") == ()


def test_a_link_opens_its_plan_until_it_is_revoked(db: Database) -> None:
    plan_id = drafted_plan(db)
    first, second = share(db, plan_id), share(db, plan_id)
    assert shared(db, first.token) == shared(db, second.token) == plan_id
    revoke(db, first.token)
    with pytest.raises(InputError, match="does not work any more"):
        shared(db, first.token)
    assert shared(db, second.token) == plan_id
    assert [one.revoked_at is None for one in shares_of(db, plan_id)] == [True, False]
    revoke(db, "unknown")
    with pytest.raises(InputError, match="no such plan"):
        share(db, "unknown")


def test_a_preference_holds_until_it_is_set_again(db: Database) -> None:
    assert preference(db, "rep", "nobody yet") == "nobody yet"
    set_preference(db, "rep", "Riya")
    set_preference(db, "rep", "Riya Shah\0")
    assert preference(db, "rep", "nobody yet") == "Riya Shah"


def test_the_secret_is_made_once_and_no_setting_reads_or_writes_it(database_url: str, db: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: secret(db), range(4)))
    set_preference(db, "secret", "known to all")
    again = open_database(database_url)
    assert made == {secret(again)}
    again.close()
    assert len(secret(db)) == 32
    assert preference(db, "secret") == "known to all"


def test_what_a_job_remembers_first_stays(db: Database) -> None:
    job = start_job(db, drafted_plan(db), "draft", {"model": "builtin"}, owner="one")
    assert remember(db, job.id, "settled 1", "as it was") == "as it was"
    assert remember(db, job.id, "settled 1", "as it is now") == "as it was"
    assert [one.options for one in running_jobs(db)] == [{"model": "builtin", "settled 1": "as it was"}]
