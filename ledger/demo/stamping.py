"""Sealing and time stamps, once the story has come to the present."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.bootstrap.sealing import keep_time_stamp, to_stamp
from ledger.demo import local_tsa
from ledger.demo.local_tsa import LocalTimeStampAuthority
from ledger.seal.private_files import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.demo.stage import Stage


@dataclass(frozen=True, slots=True)
class Stamper:
    """The demonstration's time-stamp authority, or none where this machine has no openssl."""

    authority: LocalTimeStampAuthority | None

    @property
    def roots(self) -> bytes | None:
        """The authority's root certificate (PEM), or None."""
        return None if self.authority is None else self.authority.root_pem

    def seal_and_stamp(self, stage: Stage) -> None:
        """Seal a school's ledger, and have the checkpoint time-stamped where that can be done."""
        session = stage.seats.take("head").session
        session.seal()
        if self.authority is None:
            return
        asked = to_stamp(stage.home)
        keep_time_stamp(session, asked, self.authority.stamp(asked.query))
        stage.count("time_stamps")


def begin_stamping(folder: Path, stages: tuple[Stage, ...]) -> Stamper:
    """Make the authority, and let each school keep its root certificate.

    Args:
        folder: where the authority is to be.
        stages: the schools.
    """
    if not local_tsa.available():
        return Stamper(None)
    authority = LocalTimeStampAuthority(folder)
    authority.create()
    for stage in stages:
        write_private(stage.home.tsa_roots_path, authority.root_pem)
    return Stamper(authority)
