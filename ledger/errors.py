"""One tree of errors; each class has an exit code and a stable kind.

    LedgerError                    1   failed
     ├─ UsageError                 2   the words of the command are off
     ├─ KeyUnavailable             4   key or passphrase missing or wrong
     ├─ NotFound                   5   the named thing is not here
     ├─ InputRefused               6   a bundle, receipt, proof, CSV or other input is refused
     │   └─ MalformedInput         6   its bytes break a format
     ├─ RuleRefused                7   a role, a statute or a hold forbids it
     │   ├─ NotAuthorised          7   this role may not sign that
     │   └─ ClockSetBack           7   the clock is behind the ledger
     ├─ StorageFailed              8   disk, permissions, the database
     │   ├─ LedgerBusy             8   another writer held on too long
     │   ├─ EntryConflict          8   somebody else changed the record meanwhile
     │   └─ AlreadyRecorded        8   the command was carried out before
     ├─ AlterationFound           10   verification found an alteration
     └─ Unverifiable              11   cannot be fully verified

An error says what happened, why, and what to try.  None of the three may hold
personal data: an error is printed, logged and pasted into e-mails.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class LedgerError(Exception):
    """Base of every refusal and failure the product raises on purpose.

    Args:
        what: what happened, naming the object, in one sentence.
        why: the reason, in one sentence.
        remedy: what the reader can try next.
        kind: a stable machine-readable word for this very failure; the
            class's own `kind` where it is not given.
    """

    exit_code = 1
    kind = "failed"

    def __init__(self, what: str, why: str = "", remedy: str = "", *, kind: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.remedy = remedy
        if kind:
            self.kind = kind


class UsageError(LedgerError):
    """The words of the command are off."""

    exit_code = 2
    kind = "usage"


class KeyUnavailable(LedgerError):
    """A key or passphrase is missing, unreadable or wrong."""

    exit_code = 4
    kind = "key-unavailable"


class NotFound(LedgerError):
    """The named pupil, person, entry or file is not here."""

    exit_code = 5
    kind = "not-found"


class InputRefused(LedgerError):
    """Something brought in from outside is refused."""

    exit_code = 6
    kind = "input-refused"


class MalformedInput(InputRefused):
    """The bytes break the format that they claim to have."""

    kind = "malformed"


class RuleRefused(LedgerError):
    """A role, a statute or a hold forbids it."""

    exit_code = 7
    kind = "refused-by-rule"


class NotAuthorised(RuleRefused):
    """The signer's role, at this place in the log, may not sign that."""

    kind = "not-authorised"


class ClockSetBack(RuleRefused):
    """The computer's clock is behind the newest entry of the ledger."""

    kind = "clock-set-back"


class StorageFailed(LedgerError):
    """Disk, permissions or database failed; nothing was half-written."""

    exit_code = 8
    kind = "storage-failed"


class LedgerBusy(StorageFailed):
    """Another program held the ledger's one writing place for too long."""

    kind = "ledger-busy"


class EntryConflict(StorageFailed):
    """Another entry took the place in the stream that this one was decided for."""

    kind = "conflict"


class AlreadyRecorded(StorageFailed):
    """The command with this idempotency key was carried out before.

    Attributes:
        first_index: the log index of the first entry that it wrote.
    """

    kind = "already-recorded"

    def __init__(self, first_index: int) -> None:
        """Name the entry that the command wrote then."""
        super().__init__(f"This command was already carried out, as entry {first_index}.")
        self.first_index = first_index


class AlterationFound(LedgerError):
    """Verification found that something was altered."""

    exit_code = 10
    kind = "altered"


class Unverifiable(LedgerError):
    """It cannot be fully verified with what was given."""

    exit_code = 11
    kind = "unverifiable"


@contextmanager
def after_recording(what: str, remedy: str) -> Iterator[None]:
    """Say, of what fails once something was recorded, that it was, and how to go on.

    Args:
        what: what is recorded, and what is not done.
        remedy: how the rest is done; not by repeating the command.

    Raises:
        LedgerError: what failed, in these words.
    """
    try:
        yield
    except LedgerError as error:
        error.what, error.why, error.remedy = what, error.why or error.what, remedy
        raise
    except OSError as error:
        raise StorageFailed(what, error.strerror or "", remedy) from error
