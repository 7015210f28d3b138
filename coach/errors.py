"""Everything that can go wrong and that a person should read about.

    CoachError
    ├── InputError               the call, a file or its content is wrong (exit 2)
    ├── BudgetSpent              the money or token budget is used up (exit 4)
    ├── StoreError               the database cannot be read or written (exit 1)
    │   └── ChangedMeanwhile     somebody wrote what was about to be replaced: read again, then write
    └── ModelError               a model could not be used (exit 3)
        ├── ModelNotConfigured   no such model, a missing package, key or address
        ├── ModelRefused         authentication, permission, quota, content filter: asking again cannot help
        ├── ModelUnavailable     overloaded, unreachable, rate limited: asking later may help
        ├── ModelTimedOut        the one total deadline passed
        ├── ContextTooLong       the material does not fit into the model's window
        ├── AnswerUnusable       cut short, empty, or not in the form asked for, also after another try
        └── NotRecorded          a replay met a request that no recording answers

Each class says in `hint` what a person can do and in `retryable` whether the same call may succeed later.
"""

from __future__ import annotations

from typing import ClassVar


class CoachError(Exception):
    """A failure with a sentence for the person who meets it."""

    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1
    default_hint: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = self.default_hint if hint is None else hint

    def __str__(self) -> str:
        return self.message


class InputError(CoachError):
    """The call, a file or its content is wrong; the message names the place."""

    exit_code = 2


class BudgetSpent(CoachError):
    """The budget is used up; what is done is kept."""

    exit_code = 4
    default_hint = "What is finished is kept. Run the same command again with a larger budget to continue."


class StoreError(CoachError):
    """The database cannot be read or written; what was saved before is safe."""

    default_hint = "Nothing that was saved before is lost."


class ChangedMeanwhile(StoreError):
    """Somebody wrote what was about to be replaced; nothing was written."""

    retryable = True
    default_hint = "Load the page again and repeat the step."


class ModelError(CoachError):
    """A model could not be used."""

    exit_code = 3


class ModelNotConfigured(ModelError):
    """No such model, or its package, key or address is missing."""

    default_hint = "`coach doctor` shows what is configured and what is missing."


class ModelRefused(ModelError):
    """Authentication, permission, quota or a content filter: asking again cannot help."""

    default_hint = "Check the key and the account at the provider; `coach doctor` tests them."


class ModelUnavailable(ModelError):
    """Overloaded, unreachable, rate limited, or an answer that is not a model's."""

    retryable = True
    default_hint = "Run the same command again later: finished calls are not paid for twice."

    def __init__(self, message: str, *, hint: str | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class ModelTimedOut(ModelError):
    """The one total deadline passed."""

    retryable = True
    default_hint = "Run the same command again: finished calls are kept. `--timeout` sets the deadline in seconds."


class ContextTooLong(ModelError):
    """The material does not fit into the model's window."""

    default_hint = "Use a model with a larger window, or fewer notes."


class AnswerUnusable(ModelError):
    """Cut short, empty, or not in the form asked for, also after another try."""

    retryable = True
    default_hint = "Try another model, or the same one again with `--again`."


class NotRecorded(ModelError):
    """A replay met a request that no recording answers."""

    default_hint = "A prompt, a setting or the notes have changed since the recording: record again."
