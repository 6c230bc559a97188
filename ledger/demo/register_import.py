"""The registers come in: from the school's own CSV file, whole, and twice."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ledger.aggregates.parental_responsibility import ParentalResponsibility
from ledger.aggregates.pupil import Pupil
from ledger.application.desk import command_mac
from ledger.application.entries import Recorded
from ledger.demo.register_files import REGISTERS
from ledger.errors import LedgerError
from ledger.formats.encoding import unb64url
from ledger.imports.register_csv import plan_import
from ledger.imports.register_entries import Imported, known_pupils, row_key, store_plan
from ledger.projections.register import read_pupils
from ledger.projections.streams import streams
from ledger.seal.private_files import write_private

if TYPE_CHECKING:
    from ledger.demo.stage import Stage
    from ledger.imports.register_row import ImportPlan


def import_register(stage: Stage, handle: str) -> None:
    """Import the school's register as the SENCO does, then once more: that adds nothing.

    Args:
        stage: the school.
        handle: its SENCO.
    """
    data = REGISTERS[stage.school.facts.phase](list(stage.made_up.values()))
    write_private(stage.places.register, data)
    plan, done = import_file(stage, handle, data)
    again, nothing = import_file(stage, handle, data)
    if not plan.is_clean or again.rows or nothing.entries:
        raise LedgerError("The made-up register does not import cleanly.", kind="demo-register")
    stage.count("pupils", done.pupils)
    stage.count("imported_entries", done.entries)
    stage.count("imported_again_entries", nothing.entries)
    stage.count("upns_quarantined", sum(one.outcome == "quarantine" for one in plan.reports))
    _recognise(stage, handle)


def import_file(stage: Stage, handle: str, data: bytes) -> tuple[ImportPlan, Imported]:
    """Import a register file, all rows or none."""
    seat = stage.seats.take_caught_up(handle)
    desk, view = seat.desk, seat.view
    key = view.keys.data_key(desk.streams.commands.bytes)
    plan = plan_import(
        data,
        known=list(known_pupils(view.models, desk.today())),
        today=desk.today(),
        seen=lambda row: view.reader.entry_of_command(command_mac(key, row_key(row))) is not None,
    )
    if not plan.rows or not plan.is_clean:
        return plan, Imported(0, 0)
    return plan, store_plan(desk, plan)


def _recognise(stage: Stage, handle: str) -> None:
    """Find the stream of each made-up pupil, by the UPN that the file had, and their parents'."""
    seat = stage.seats.take_caught_up(handle)
    by_upn = {
        row.upn: UUID(bytes=unb64url(row.pupil))
        for row in read_pupils(seat.view.models, as_of=stage.clock().date())
    }
    parents: dict[bytes, list[ParentalResponsibility]] = {}
    for one in streams(seat.view.models, "parental_responsibility"):
        record = seat.desk.load(ParentalResponsibility, UUID(bytes=one.stream))
        parents.setdefault(one.pupil or b"", []).append(record)
    for key, made_up in stage.made_up.items():
        stage.pupils[key] = by_upn[made_up.upn_in_file]
        pupil = seat.desk.load(Pupil, stage.pupils[key])
        # The import writes the needs after the status; where there are none, the status is last.
        place = pupil.version - 1 if pupil.needs else pupil.version
        stage.recorded[f"{key}-status"] = Recorded(-1, pupil.id, place)
        names = [parent.name for parent in made_up.parents]
        for record in parents.get(stage.pupils[key].bytes, []):
            number = names.index(record.current.holder_name) + 1 if record.current else 0
            stage.recorded[f"{key}-parent-{number}"] = Recorded(-1, record.id, record.version)
