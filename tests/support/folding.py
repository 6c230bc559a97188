"""Read models folded from entries that a test makes up, without a ledger behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from ledger.projections.catch_up import FOLDS, MODELS
from ledger.projections.folded import Folded
from ledger.projections.read_models import Position, ReadModelFile, open_read_models
from ledger.seal.tree import Frontier

PUPIL: Final = bytes(range(16))
ROOT: Final = bytes(32)
STATUS: Final = "pupil.sen_status_changed.v1"
REGISTERED: Final = "pupil.registered.v1"
ENROLLED: Final = "pupil.enrolled.v1"
CORRECTED: Final = "entry.corrected.v1"
LABELS: Final = {"E": "EHC plan", "K": "SEN support", "N": "No special educational need"}


def status_fields(code: str) -> dict[str, Any]:
    """Give the fields of a change of status."""
    label = LABELS[code]
    return {"status": {"scheme": "dfe-sen-provision", "code": code, "label": label}}


def name_fields(family: str = "O'Neill", born: str = "2016-02-29") -> dict[str, Any]:
    """Give the fields of a registration."""
    return {
        "family_name": family,
        "given_names": "Zoë",
        "preferred_name": None,
        "born": born,
        "sex": None,
    }


def needs_fields(*codes: str) -> dict[str, Any]:
    """Give the fields of ranked needs."""
    return {
        "needs": [
            {
                "rank": rank,
                "need": {"scheme": "dfe-sen-type", "code": code, "label": f"{code} in words"},
                "area": {"scheme": "send-code-broad-area", "code": "CI", "label": "Communication"},
                "barrier": None,
                "from_": None,
            }
            for rank, code in enumerate(codes, 1)
        ]
    }


@dataclass(slots=True)
class MadeUpLog:
    """Entries of one pupil's own record, in the order of a log.

    Attributes:
        entries: so far.
    """

    entries: list[Folded] = field(default_factory=list)

    def add(self, type_: str, on: date, at: date, **fields: Any) -> int:
        """Add an entry; give its place in the record."""
        seq = len(self.entries) + 1
        shown = {"occurred_on": {"date": on.isoformat(), "precision": "day"}, **fields}
        self.entries.append(
            Folded(
                index=100 + seq,
                stream=PUPIL,
                seq=seq,
                recorded_at=f"{at.isoformat()}T12:00:00Z",
                type=type_,
                noun="pupil",
                fields={"event": type_, "subject_name": None, **shown},
                pupil=PUPIL,
            )
        )
        return seq

    def correct(self, seq: int, at: date, instead: Folded | None = None) -> int | None:
        """Add a correction and, where given, an entry like `instead`; give its place."""
        place = len(self.entries) + 2 if instead else None
        self.add(CORRECTED, at, at, corrects_seq=seq, replaced_by_seq=place, grounds="x")
        if instead is None:
            return None
        day = date.fromisoformat(instead.fields["occurred_on"]["date"])
        own = {
            name: value
            for name, value in instead.fields.items()
            if name not in {"event", "occurred_on", "subject_name"}
        }
        return self.add(instead.type, day, at, **own)


@contextmanager
def folded(chunks: Iterable[Sequence[Folded]]) -> Iterator[ReadModelFile]:
    """Fold entries into models in memory, one transaction for each chunk."""
    with open_read_models(None, lambda _key: bytes(32)) as models:
        for number, chunk in enumerate(chunks, 1):
            models.begin()
            for entry in chunk:
                for fold in FOLDS:
                    fold(models, entry)
            models.commit(Position(Frontier.empty().extend([ROOT] * number), ROOT))
        yield models


def all_documents(models: ReadModelFile) -> dict[str, dict[bytes, Any]]:
    """Give every document of every model."""
    return {name: dict(models.documents(name)) for name in MODELS}
