"""What the demonstration did, for programs: `docs/reference/demo-summary.md`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledger.application.log import newest_checkpoint
from ledger.demo.consent_form import ITEMS, PROVED
from ledger.demo.handover import MOVER
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.encoding import b64url
from ledger.formats.signed_note import SignedNote
from ledger.formats.statement import read_statement
from ledger.projections.consents import consents_of
from ledger.projections.history import read_history
from ledger.seal.contents import open_entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.demo.attempts import Attempt
    from ledger.demo.places import Places
    from ledger.demo.stage import Stage
    from ledger.verify.findings import Report

FORMAT: Final = 1
MADE_UP: Final = (
    "Every pupil, parent and member of staff is made up. The schools are real: their names and "
    "numbers are public facts from Get Information About Schools."
)
LICENCE: Final = (
    "Contains public sector information licensed under the Open Government Licence v3.0."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """Everything that a summary tells.

    Attributes:
        places: where the files are.
        sender: the school that sent.
        receiver: the school that received.
        reports: what verifying said: `sender`, `receiver`, `proof`.
        attempts: the attempts to cheat.
        stamped: whether checkpoints were time-stamped.
        seconds: step → how long it took.
    """

    places: Places
    sender: Stage
    receiver: Stage
    reports: Mapping[str, Report]
    attempts: Sequence[Attempt]
    stamped: bool
    seconds: Mapping[str, float]

    @property
    def stages(self) -> dict[str, Stage]:
        """Both schools by what they did."""
        return {"sender": self.sender, "receiver": self.receiver}


def summarise(played: Played) -> dict[str, Any]:
    """Give the members of `summary.json`."""
    places, stages = played.places, played.stages
    return {
        "format": FORMAT,
        "made_up": MADE_UP,
        "licence": LICENCE,
        "school_year": str(played.sender.played.year),
        "folder": str(places.root),
        "state": str(played.sender.home.state_folder),
        "homes": {name: str(one.home.path) for name, one in stages.items()},
        "registers": {name: str(one.places.register) for name, one in stages.items()},
        "cards": {name: str(one.places.card) for name, one in stages.items()},
        "bundle": str(places.bundle),
        "receipts": {"received": str(places.received_receipt), "accepted": str(places.receipt)},
        "receipt": str(places.receipt),
        "confirmation": str(places.confirmation),
        "proof": str(places.proof),
        "policy": str(places.policy),
        "policy_receiver": str(places.receiver_policy),
        "people": [one for name, stage in stages.items() for one in _people(name, stage)],
        "moved": _moved(played),
        "proved": _proved(played),
        "counts": {name: _counts(one) for name, one in stages.items()},
        "heads": {name: _head(one) for name, one in stages.items()},
        "verified": {
            name: {"result": one.result, "exit_code": one.exit_code, "codes": dict(one.codes)}
            for name, one in played.reports.items()
        },
        "tampering": [one.members() for one in played.attempts],
        "time_stamps": played.stamped,
        "seconds": {**played.seconds, "total": round(sum(played.seconds.values()), 2)},
    }


def write_summary(members: Mapping[str, Any]) -> bytes:
    """Write the file."""
    return (json.dumps(members, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _people(name: str, stage: Stage) -> list[dict[str, str]]:
    """Give everybody whose key counts; who has left is not among them."""
    authority = stage.home.authority()
    return [
        {
            "school": name,
            "home": str(stage.home.path),
            "name": person.name,
            "role": person.role,
            "as": person.handle,
            "passphrase_file": str(stage.places.passphrase_file(person.handle)),
        }
        for person in stage.school.people
        if authority.live_keys(b64url(stage.home.locate(person.handle).person))
    ]


def _moved(played: Played) -> dict[str, str]:
    pupil = played.sender.made_up[MOVER]
    return {
        "name": pupil.name,
        "upn": str(pupil.upn),
        "from": played.sender.school.facts.urn,
        "to": played.receiver.school.facts.urn,
    }


def _proved(played: Played) -> dict[str, Any]:
    view = played.sender.seats.take_caught_up("senco").view
    history = read_history(view.models, view.reader, played.sender.pupils[MOVER].bytes)
    index = played.sender.remembered(PROVED).index
    (row,) = [one for one in consents_of(history) if one.given and one.given.index == index]
    return {
        "entry": index,
        "pupil": str(played.sender.made_up[MOVER].upn),
        "items": list(ITEMS),
        "recipient": row.recipient,
        "on": str(row.given.occurred_on) if row.given else None,
    }


def _counts(stage: Stage) -> dict[str, Any]:
    types = entry_types(stage)
    return {**stage.counts, "entries": sum(types.values()), "by_type": types}


def entry_types(stage: Stage) -> dict[str, int]:
    """Count the entries of a ledger by event type; what sealing logs, by kind of statement."""
    view = stage.seats.take("head").view
    found = Counter[str]()
    for entry in view.reader.entries():
        if entry.ciphertext is None:
            found[read_statement(entry.statement).kind] += 1
        else:
            found[str(open_entry(entry, view.keys.data_key).fields["event"])] += 1
    return dict(sorted(found.items()))


def _head(stage: Stage) -> dict[str, Any]:
    with stage.home.reading() as reader:
        _size, note = newest_checkpoint(reader)
    head = Checkpoint.parse(SignedNote.parse(note).text)
    return {"origin": head.origin, "size": head.size, "root": b64url(head.root)}
