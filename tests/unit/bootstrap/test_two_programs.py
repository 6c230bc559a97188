"""Two programs at work in one home: what one read before the other acted misleads nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.bootstrap.home import Home
from ledger.bootstrap.view import open_view
from ledger.formats import access_log
from ledger.verify import access_log as access_check
from tests.support.school_home import PASSPHRASE

if TYPE_CHECKING:
    import pytest

    from tests.support.school_home import SchoolHome


def intact(school: SchoolHome) -> bool:
    report = school.ok("verify", "--as", "senco")
    return bool(report["result"] == "intact")


def renew_access_key(school: SchoolHome) -> None:
    root = ("--root-key", str(school.folder / "root.json"))
    pp = ("--root-passphrase-file", str(school.folder / "pp"))
    school.ok("log", "renew-key", "access", *root, *pp, "--reason", "a year old", "--as", "head")


def test_a_reading_names_the_newest_entry_about_keys_that_is_there(school: SchoolHome) -> None:
    with open_view(school.home, "senco", PASSPHRASE) as view:
        school.ok("staff", "grant", "office", "--role", "dpo", "--as", "head")
        school.ok("register", "--as", "senco")
        view.note_access()
    assert intact(school)


def test_a_reading_is_signed_with_the_key_that_counts_then(school: SchoolHome) -> None:
    with open_view(school.home, "senco", PASSPHRASE) as view:
        renew_access_key(school)
        view.note_access()
    assert intact(school)


def test_an_access_key_renewed_while_a_reading_is_recorded_signs_it(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, left = Home.machine_key, [1]

    def overtaken(home: Home, purpose: str) -> Any:
        key = opened(home, purpose)
        if purpose == "access" and left[0]:
            left[0] -= 1
            renew_access_key(school)
        return key

    with open_view(school.home, "senco", PASSPHRASE) as view:
        monkeypatch.setattr(Home, "machine_key", overtaken)
        view.note_access()
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
