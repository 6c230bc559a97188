"""Making homes, holding marks against them, roles and keys of people."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.application import staff
from ledger.application.staff import Grant
from ledger.bootstrap.create import NewHome, create_home
from ledger.bootstrap.home import Home
from ledger.bootstrap.marks import behind_mark, demand_continuation
from ledger.bootstrap.person import role_in_force
from ledger.bootstrap.session import machine_session
from ledger.bootstrap.staffing import Newcomer, add_person, rotate_key
from ledger.bootstrap.view import open_view
from ledger.errors import (
    InputRefused,
    KeyUnavailable,
    MalformedInput,
    NotFound,
    RuleRefused,
    StorageFailed,
)
from ledger.formats.encoding import b64url
from ledger.formats.home_file import name_mac
from ledger.formats.ledger_file import FILE_NAME
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.seal.content_keys import ReadingKey
from ledger.seal.recovery import read_sheet
from tests.support.school_home import FACTS, PASSPHRASE, SchoolHome, now
from tests.support.sessions import person_session
from tests.support.victims import new_pupil

if TYPE_CHECKING:
    from pathlib import Path


def request(folder: Path, **changes: Any) -> NewHome:
    asked = NewHome(
        path=folder / "home",
        facts=FACTS,
        head_name="Vera Holt",
        head_handle="head",
        head_passphrase=PASSPHRASE,
        root_key_path=folder / "root.json",
        root_passphrase=PASSPHRASE,
    )
    return replace(asked, **changes)


# --- making a home -----------------------------------------------------------


def test_a_new_home_is_whole(tmp_path: Path) -> None:
    made = create_home(request(tmp_path), tmp_path / "state", now, os.urandom)
    home = Home.open(tmp_path / "home", tmp_path / "state")
    assert home.lid == made.home.lid
    assert (tmp_path / "root.json").exists()
    with home.reading() as reader:
        assert reader.checkpoints()[-1][0] == reader.size
    assert behind_mark(home) == ""
    mark = home.mark.read()
    assert mark is not None
    with home.reading() as reader:
        assert (mark.size, mark.root) == (reader.size, reader.root)
    with person_session(home, "Vera Holt", PASSPHRASE) as session:
        assert (session.desk.name, session.desk.actor.role) == ("Vera Holt", "head")


def test_the_recovery_sheet_of_a_new_home_opens_every_class(tmp_path: Path) -> None:
    kept: list[tuple[str, list[str]]] = []
    asked = request(tmp_path, keep_sheet=lambda origin, lines: kept.append((origin, list(lines))))
    made = create_home(asked, tmp_path / "state", now, os.urandom)
    ((origin, lines),) = kept
    assert lines == made.recovery_lines
    assert origin.endswith(b64url(made.home.lid))
    keys = ContentKeyStore(made.home.keys_path, made.home.lid, made.home.entropy)
    keys.unlock(ReadingKey(read_sheet(lines)), made.home.authority())
    assert {"school", "general", "protected_address", "my_story", "transport"} <= set(keys.classes)


@pytest.mark.parametrize("there_before", [True, False])
def test_a_home_that_cannot_be_made_whole_is_not_made(tmp_path: Path, there_before: bool) -> None:
    def no_paper(_origin: str, _lines: object) -> None:
        raise StorageFailed("The printer is on fire.")

    if there_before:
        (tmp_path / "home").mkdir(mode=0o700)
    with pytest.raises(StorageFailed, match="printer"):
        create_home(request(tmp_path, keep_sheet=no_paper), tmp_path / "state", now, os.urandom)
    assert (tmp_path / "home").exists() is there_before
    assert not list((tmp_path / "home").glob("*"))
    assert not (tmp_path / "root.json").exists()
    create_home(request(tmp_path), tmp_path / "state", now, os.urandom)


@pytest.mark.parametrize(
    "changes",
    [{"head_passphrase": "short"}, {"root_passphrase": "short"}, {"head_handle": "The Head"}],
)
def test_what_is_asked_wrongly_makes_no_home(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises((InputRefused, Exception)) as refused:
        create_home(request(tmp_path, **changes), tmp_path / "state", now, os.urandom)
    assert getattr(refused.value, "kind", "") in {"passphrase-too-short", "bad-handle"}
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_home_is_named_as_such(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NotFound) as refused:
            Home.open(path, tmp_path)
        assert (refused.value.kind, refused.value.exit_code) == ("no-home", 5)
    for content in (b"", b"{}", b"[]", b"\xff", b'{"format": 2, "lid": "x", "streams": {}}'):
        (tmp_path / "home.json").write_bytes(content)
        with pytest.raises(MalformedInput) as damaged:
            Home.open(tmp_path, tmp_path)
        assert damaged.value.kind == "bad-home-file"


# --- marks -------------------------------------------------------------------


def test_a_ledger_below_or_beside_its_mark_is_not_written(school: SchoolHome) -> None:
    home = school.home
    mark = home.mark.read()
    assert mark is not None
    demand_continuation(home)
    home.mark.path.unlink()
    assert behind_mark(home) == ""  # this computer never saw it
    home.mark.write(mark.size, bytes(32))
    assert "not those that were seen" in behind_mark(home)
    home.mark.write(mark.size + 5, mark.root)
    assert f"{mark.size + 5} entries" in behind_mark(home)
    with pytest.raises(RuleRefused) as refused, school.session("senco"):
        pass
    assert (refused.value.kind, refused.value.exit_code) == ("behind-mark", 7)
    with pytest.raises(RuleRefused), machine_session(home):
        pass
    with open_view(home, "senco", PASSPHRASE) as view:  # reading goes on
        assert view.reader.size == mark.size


def test_each_save_moves_the_mark(school: SchoolHome) -> None:
    with school.session("senco") as session:
        index = new_pupil(session, 1)
    mark = school.home.mark.read()
    assert mark is not None
    assert mark.size == index + 1


def test_a_file_of_a_later_version_is_not_written(school: SchoolHome) -> None:
    with closing(sqlite3.connect(school.path / FILE_NAME)) as connection:
        connection.execute("PRAGMA user_version=2")
    with pytest.raises(StorageFailed) as refused, school.session("senco"):
        pass
    assert (refused.value.kind, refused.value.exit_code) == ("other-schema-version", 8)
    assert school.run("verify", "--envelope").exit_code == 11


# --- people ------------------------------------------------------------------


def test_people_are_found_by_handle_name_or_id_and_nothing_else(school: SchoolHome) -> None:
    home = school.home
    (senco,) = [one for one in home.locators() if one.handle == "senco"]
    for who in ("senco", "Paul Crook", "paul crook", " PAUL CROOK ", b64url(senco.person)):
        assert home.locate(who) == senco
    for who in ("", "Paul", "senco.json", "../people/senco", "Crook"):
        with pytest.raises(KeyUnavailable):
            home.locate(who)


def test_the_ledgers_public_id_does_not_tell_whose_a_key_file_is(school: SchoolHome) -> None:
    macs = {one.name_mac for one in school.home.locators()}
    assert name_mac(school.home.file.names_key, "Paul Crook") in macs
    assert name_mac(school.home.lid, "Paul Crook") not in macs


def test_a_person_acts_in_the_first_role_they_hold_or_the_one_they_name(
    school: SchoolHome,
) -> None:
    school.ok("staff", "grant", "office", "--role", "senco", "--as", "head")
    home = school.home
    authority, today = home.authority(), home.clock().date()
    person = b64url(home.locate("office").person)
    assert role_in_force(authority, person, None, today) == "senco"
    assert role_in_force(authority, person, "administrator", today) == "administrator"
    with pytest.raises(KeyUnavailable):
        role_in_force(authority, person, "head", today)
    with pytest.raises(KeyUnavailable):
        role_in_force(authority, b64url(bytes(16)), None, today)


def newcomer(handle: str, role: str) -> Newcomer:
    return Newcomer(
        name="Tim Reed",
        handle=handle,
        job_title="Teacher",
        passphrase=PASSPHRASE,
        grant=Grant(role=role, from_=now().date()),
    )


def test_somebody_who_could_not_be_appointed_leaves_no_key(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = school.fingerprint()

    def fail(*_: object) -> None:
        raise StorageFailed("The disk is full.", kind="disk-full")

    with school.session("head") as session:
        monkeypatch.setattr(staff, "appoint", fail)
        with pytest.raises(StorageFailed):
            add_person(session, newcomer("tim", "teacher"))
        monkeypatch.undo()
        assert school.fingerprint() == before
        add_person(session, newcomer("tim", "teacher"))
    with school.session("tim") as session:
        assert session.desk.actor.role == "teacher"


def test_a_renewal_that_breaks_off_leaves_a_key_that_works(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StorageFailed("The disk is full.", kind="disk-full")

    words = "another horse, another battery"
    for broken in ("register_successor", "revoke_key"):
        with (
            open_view(school.home, "senco", PASSPHRASE) as view,
            school.session("senco") as session,
        ):
            monkeypatch.setattr(staff, broken, fail)
            with pytest.raises(StorageFailed):
                rotate_key(view, session, "senco", words)
            monkeypatch.undo()
        opened: list[str] = []
        for passphrase in (PASSPHRASE, words):
            try:
                with person_session(school.home, "senco", passphrase) as session:
                    new_pupil(session, len(opened))
                    opened.append(passphrase)
            except KeyUnavailable:
                continue
        assert len(opened) == 1, broken
    report = school.ok("verify", "--as", "head")
    assert report["result"] == "intact"


def test_a_machine_reads_nothing_and_seals(school: SchoolHome) -> None:
    with machine_session(school.home) as session:
        assert session.keys.classes == {}
        session.seal()
        with pytest.raises(KeyUnavailable):
            session.keys.data_key(session.desk.streams.school.bytes)


def test_a_machine_key_serves_its_own_purpose_only(school: SchoolHome) -> None:
    keys = school.path / "keys"
    (keys / "log.json").write_bytes((keys / "system.json").read_bytes())
    with pytest.raises(MalformedInput):
        school.home.machine_key("log")
