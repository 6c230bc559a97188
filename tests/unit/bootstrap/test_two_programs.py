"""Two programs at work in one home: what one read before the other acted misleads nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.application import staff
from ledger.bootstrap import home, machine_keys, staffing, view
from ledger.bootstrap.home import Home
from ledger.bootstrap.view import open_view
from ledger.formats import access_log
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.recorder.event_store import SealingEventStore
from ledger.verify import access_log as access_check
from tests.support.school_home import PASSPHRASE
from tests.support.victims import new_pupil

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.school_home import SchoolHome


def intact(school: SchoolHome) -> bool:
    report = school.ok("verify", "--as", "senco")
    return bool(report["result"] == "intact")


def renew_key(school: SchoolHome, purpose: str = "access") -> None:
    root = ("--root-key", str(school.folder / "root.json"))
    pp = ("--root-passphrase-file", str(school.folder / "pp"))
    school.ok("log", "renew-key", purpose, *root, *pp, "--reason", "a year old", "--as", "head")


def test_a_reading_names_the_newest_entry_about_keys_that_is_there(school: SchoolHome) -> None:
    with open_view(school.home, "senco", PASSPHRASE) as reader:
        school.ok("staff", "grant", "office", "--role", "dpo", "--as", "head")
        school.ok("register", "--as", "senco")
        reader.note_access()
    assert intact(school)


def test_a_reading_is_signed_with_the_key_that_counts_then(school: SchoolHome) -> None:
    with open_view(school.home, "senco", PASSPHRASE) as reader:
        renew_key(school)
        reader.note_access()
    assert intact(school)


def test_an_access_key_renewed_while_a_reading_is_recorded_signs_it(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, left = Home.machine_key, [1]

    def overtaken(own: Home, purpose: str) -> Any:
        key = opened(own, purpose)
        if purpose == "access" and left[0]:
            left[0] -= 1
            renew_key(school)
        return key

    with open_view(school.home, "senco", PASSPHRASE) as reader:
        monkeypatch.setattr(Home, "machine_key", overtaken)
        reader.note_access()
    assert left == [0]
    monkeypatch.undo()
    assert intact(school)


def test_a_reading_recorded_while_the_access_log_is_verified_is_no_alteration(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, left = access_log.read_access_log, [1]

    def overtaken(*words: Any, **how: Any) -> Any:
        if left[0]:
            left[0] -= 1
            school.ok("staff", "grant", "office", "--role", "dpo", "--as", "head")
            school.ok("register", "--as", "senco")
        return read(*words, **how)

    school.ok("register", "--as", "senco")
    monkeypatch.setattr(access_check, "read_access_log", overtaken)
    assert intact(school)
    assert left == [0]


def new_passphrase(school: SchoolHome) -> tuple[str, ...]:
    return ("--new-passphrase-file", str(school.folder / "pp"))


def rotate(school: SchoolHome, who: str) -> None:
    school.ok("staff", "rotate-key", *new_passphrase(school), "--as", who)


def just_before(
    monkeypatch: pytest.MonkeyPatch, target: Any, name: str, act: Callable[[], object]
) -> list[int]:
    """Let another program act once, just before a function is called."""
    called, left = getattr(target, name), [1]

    def overtaken(*words: Any, **how: Any) -> Any:
        if left[0]:
            left[0] -= 1
            act()
        return called(*words, **how)

    monkeypatch.setattr(target, name, overtaken)
    return left


def disputed(school: SchoolHome, who: str = "senco") -> list[int]:
    report = school.ok("verify", "--as", who)
    assert report["result"] == "intact"
    return [one["index"] for one in report["notes"] if one["code"] == "disputed"]


@pytest.mark.parametrize("words", [("register",), ("verify",)])
def test_a_class_key_given_by_a_key_that_is_newer_than_what_was_read_opens(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    left = just_before(monkeypatch, ContentKeyStore, "unlock", lambda: rotate(school, "senco"))
    school.ok(*words, "--as", "head")
    assert left == [0]


def test_doctor_knows_keys_that_were_registered_while_it_looks(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = just_before(monkeypatch, ContentKeyStore, "check_rows", lambda: rotate(school, "senco"))
    assert school.ok("doctor")["healthy"]
    assert left == [0]


def test_what_got_a_new_key_meanwhile_is_not_shown_as_if_it_were_not_there(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = just_before(monkeypatch, view, "catch_up", lambda: rotate(school, "senco"))
    refused = school.run("register", "--as", "head", "--json")
    assert (refused.exit_code, '"keys-renewed"' in refused.stderr) == (8, True), refused.output
    assert left == [0]
    assert len(school.ok("register", "--as", "head")["pupils"]) == 2


def test_what_somebody_records_while_they_renew_their_key_is_not_disputed(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    with school.session("senco") as other:
        left = just_before(monkeypatch, ContentKeyStore, "rotate", lambda: new_pupil(other, 1))
        rotate(school, "senco")
    assert left == [0]
    assert disputed(school) == []


def test_what_is_sealed_while_the_system_key_is_renewed_is_not_disputed(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act() -> None:
        new_pupil(other, 1)
        other.seal()

    with school.session("senco") as other:
        left = just_before(monkeypatch, machine_keys, "write_private", act)
        renew_key(school, "system")
    assert left == [0]
    assert disputed(school) == []


def test_a_key_is_revoked_although_others_record_meanwhile(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act() -> None:
        new_pupil(other, 1)
        school.ok("staff", "grant", "office", "--role", "dpo", "--as", "head")

    with school.session("head") as other:
        left = just_before(monkeypatch, SealingEventStore, "put", act)
        revoke = ("staff", "revoke-key", "senco", "--because", "lost", "--reason", "stick lost")
        school.ok(*revoke, "--as", "head")
    assert left == [0]
    assert disputed(school, "head") == []


def test_roles_given_at_once_are_both_given(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = ("staff", "grant", "office", "--as", "head", "--role")
    left = just_before(monkeypatch, SealingEventStore, "put", lambda: school.ok(*grant, "dpo"))
    school.ok(*grant, "governor")
    assert left == [0]
    roles = [one["roles"] for one in school.ok("staff", "list", "--as", "head")]
    assert any("dpo" in one and "governor" in one for one in roles)


def test_somebody_appointed_while_class_keys_are_renewed_reads_all_the_same(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = just_before(monkeypatch, ContentKeyStore, "add_reader", lambda: rotate(school, "senco"))
    add = ("staff", "add", "Mia Holt", "--role", "teacher", "--handle", "mia")
    school.ok(*add, *new_passphrase(school), "--as", "head")
    assert left == [0]
    assert len(school.ok("register", "--as", "mia")["pupils"]) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("revoke-key", "senco", "--because", "lost"),
        ("revoke", "senco", "--role", "senco"),
    ],
)
def test_what_is_taken_back_is_closed_although_class_keys_are_renewed_meanwhile(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    thief = school.home.open_person("senco", PASSPHRASE).reading
    left = just_before(monkeypatch, ContentKeyStore, "rotate", lambda: rotate(school, "office"))
    school.ok("staff", *words, "--reason", "stick lost", "--as", "head")
    assert left == [0]
    assert school.home.open_classes(thief, school.home.authority()).classes == {}


def test_of_two_heads_who_give_it_up_at_once_one_is_refused(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = ("--root-key", str(school.folder / "root.json"))
    pp = ("--root-passphrase-file", str(school.folder / "pp"), *new_passphrase(school))
    school.ok(
        "staff", "add", "Mia Holt", "--role", "head", "--handle", "mia", *root, *pp, "--as", "head"
    )
    leave = ("staff", "revoke", "--role", "head", "--reason", "another school")
    left = just_before(
        monkeypatch,
        staff,
        "withdraw_role",
        lambda: school.ok(*leave, "mia", "--as", "mia"),
    )
    result = school.run(*leave, "head", "--as", "head", "--json")
    assert (result.exit_code, '"last-head"' in result.stderr) == (7, True), result.output
    assert left == [0]


def test_of_two_programs_that_renew_one_persons_key_the_second_waits_and_is_refused(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("staff", "rotate-key", *new_passphrase(school), "--as", "senco")
    refused = list[int]()
    monkeypatch.setattr(home, "BUSY_SECONDS", 0)
    left = just_before(
        monkeypatch,
        ContentKeyStore,
        "add_reader",
        lambda: refused.append(school.run(*words).exit_code),
    )
    school.ok(*words)
    assert (left, refused) == ([0], [8])
    left = just_before(monkeypatch, staffing, "create_key_file", lambda: rotate(school, "senco"))
    result = school.run(*words, "--json")
    assert (result.exit_code, '"key-renewed"' in result.stderr) == (8, True), result.output
    assert left == [0]
    rotate(school, "senco")
    assert disputed(school) == []
