"""A home that continues another: after a loss, and when a school closes."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.bootstrap.home import Home
from ledger.formats import kinds
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.ledger_file import FILE_NAME
from ledger.seal.contents import open_entry
from tests.mini_verifier.home import check_home
from tests.support.school_home import (
    OTHER_FACTS,
    PASSPHRASE,
    REGISTER,
    SchoolHome,
    make_school,
)
from tests.support.sessions import person_session
from tests.support.tampering import editing, rebuild_tree, statement_at

if TYPE_CHECKING:
    from pathlib import Path

STATUS = ("pupil", "status", "Zoë", "E", "--reason", "plan issued", "--as", "senco")


@pytest.fixture
def short(school: SchoolHome) -> SchoolHome:
    """A school whose newest entries are lost: `restored` is all it has, and a checkpoint."""
    school.ok("log", "checkpoint", "--out", str(school.folder / "early.checkpoint"))
    school.ok("backup", str(school.folder / "backup"))
    school.ok(*STATUS)
    school.ok("log", "checkpoint", "--out", str(school.folder / "last.checkpoint"))
    restored = at(school, "restored")
    assert school.ok("restore", str(school.folder / "backup"), env=restored)["read_only"] is True
    return school


def at(school: SchoolHome, name: str) -> dict[str, str | None]:
    """Give the environment in which another folder beside is the home."""
    return {"SEND_LEDGER_HOME": str(school.folder / name)}


def init(school: SchoolHome, *words: str) -> tuple[str, ...]:
    """Give the words that found a new home beside."""
    return (
        *("init", "--school", "New School", "--urn", "126417", "--laestab", "8653397"),
        *("--authority", "Wiltshire", "--head", "Lisa Meredith"),
        *("--root-key", str(school.folder / "new-root.json")),
        *("--root-passphrase-file", str(school.folder / "pp")),
        *("--recovery-sheet", str(school.folder / "new-sheet.txt"), *words),
    )


def go_on(school: SchoolHome, old: str, *words: str) -> Any:
    """Found `new`, which continues a folder beside it."""
    asked = init(school, "--continues", str(school.folder / old), "--reason", "disk failed", *words)
    return school.ok(*asked, env=at(school, "new"))


def found(school: SchoolHome, name: str, *words: str) -> dict[str, Any]:
    """Verify a folder beside; give the report."""
    result = school.run("verify", *words, "--json", env=at(school, name))
    report: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == report["exit_code"]
    return report


def said_in_succession(school: SchoolHome) -> dict[str, Any]:
    """Open what the new home says of the old one."""
    home = Home.open(school.folder / "new", school.state)
    with person_session(home, "head", PASSPHRASE) as session, home.reading() as reader:
        return dict(open_entry(reader.entry(1), session.keys.data_key).fields)


def codes(report: dict[str, Any]) -> set[str]:
    return {one["code"] for one in report["findings"]}


def words_of(report: dict[str, Any], code: str) -> str:
    (note,) = [one for one in report["notes"] if one["code"] == code]
    words: str = note["words"]
    return words


def test_a_home_that_lost_entries_goes_on_under_a_new_name(short: SchoolHome) -> None:
    lid = b64url(statement_at(short.folder / "restored" / FILE_NAME, 0).lid)
    kept = found(short, "restored", "--envelope")["size"]
    seen = found(short, "home", "--envelope")
    said = go_on(short, "restored")
    (continued,) = said["continues"]
    assert continued == {
        "origin": f"send-ledger/v1/{lid}",
        "size": seen["size"],
        "root": seen["root"],
        "kept": kept,
        "lost": [kept, seen["size"] - 1],
        "seen_in": "this computer's high-water mark",
        "agreed": False,
    }
    first = statement_at(short.folder / "new" / FILE_NAME, 1)
    assert (first.kind, first.role, first.seq) == (kinds.SUCCESSION, "root", 2)
    assert first.kid == statement_at(short.folder / "new" / FILE_NAME, 0).kid
    assert first.payload["root"] == seen["root"]
    report = found(short, "new", "--as", "head")
    assert report["result"] == "intact", report
    (note,) = [one for one in report["notes"] if one["code"] == "continues"]
    assert note["index"] == 1
    assert f"send-ledger/v1/{lid} from size {seen['size']:,}" in note["words"]
    walk = check_home(short.folder / "new" / FILE_NAME)
    assert {"continues", "self-rooted"} <= walk.codes
    assert walk.authority.continued == [(f"send-ledger/v1/{lid}", seen["size"])]
    told = said_in_succession(short)
    assert (told["lost_first"], told["lost_last"]) == (kept, seen["size"] - 1)
    assert (told["grounds"], told["old_root_signature"]) == ("disk failed", None)
    genesis = statement_at(short.folder / "restored" / FILE_NAME, 0).jwt
    assert told["old_genesis"] == b64url(hashlib.sha256(genesis).digest())
    (line,) = [
        one["words"]
        for one in short.ok("doctor", env=at(short, "new"))["checks"]
        if one["name"] == "beginning"
    ]
    assert line == f"continues send-ledger/v1/{lid} from size {seen['size']}"


def test_the_new_home_works_as_any_other(short: SchoolHome) -> None:
    go_on(short, "restored")
    here = at(short, "new")
    senco = ("Paul Crook", "--role", "senco", "--handle", "senco", "--as", "head")
    typed = ("--new-passphrase-file", str(short.folder / "pp"))
    short.ok("staff", "add", *senco, *typed, env=here)
    short.ok("import", short.write("register.csv", REGISTER), "--as", "senco", env=here)
    short.ok(*STATUS, env=here)
    short.ok("log", "checkpoint", env=here)
    assert found(short, "new", "--as", "senco", "--since")["result"] == "intact"
    report = found(short, "new", "--as", "senco", "--since")
    assert (report["result"], report["codes"]["continues"]) == ("intact", 1)


def test_what_others_hold_reaches_further_than_a_new_computer_knows(
    short: SchoolHome, tmp_path: Path
) -> None:
    elsewhere: dict[str, str | None] = {"SEND_LEDGER_STATE": str(tmp_path / "new computer")}
    here = {**at(short, "new"), **elsewhere}
    size = found(short, "home", "--envelope")["size"]
    early, last = (str(short.folder / f"{name}.checkpoint") for name in ("early", "last"))
    asked = ("--continues", str(short.folder / "restored"), "--reason", "disk failed")
    said = short.ok(*init(short, *asked, "--last-seen", early, "--last-seen", last), env=here)
    (continued,) = said["continues"]
    assert (continued["size"], continued["seen_in"]) == (size, "a checkpoint held elsewhere")


def test_a_copy_of_the_old_log_is_told_from_any_other(short: SchoolHome) -> None:
    restored, whole = str(short.folder / "restored"), str(short.folder / "home")
    go_on(short, "restored", *old_root(short))
    # The copy that was at hand, and the whole one, should it be found again.
    report = found(short, "new", "--as", "head", "--against", restored)
    assert report["result"] == "intact", report
    assert "were lost" in words_of(report, "predecessor-fits")
    report = found(short, "new", "--as", "head", "--against", whole)
    assert "with all its" in words_of(report, "predecessor-fits")
    # Nobody who reads the contents: only the whole copy can be compared.
    assert codes(found(short, "new", "--envelope", "--against", restored)) == {"unverifiable"}
    assert found(short, "new", "--envelope", "--against", whole)["result"] == "intact"
    # From the other side: what is continued is a head that the old log must have.
    assert found(short, "home", "--envelope", "--against", str(short.folder / "new"))["result"] == (
        "intact"
    )
    report = found(short, "restored", "--envelope", "--against", str(short.folder / "new"))
    assert codes(report) == {"shorter-than-mark", "shorter-than-held"}
    # An altered copy is not it, and another school's ledger neither.
    with editing(short.folder / "restored" / FILE_NAME) as connection:
        connection.execute("DELETE FROM entries WHERE rowid = 9")
        connection.execute("UPDATE entries SET rowid = rowid - 1 WHERE rowid > 9")
        rebuild_tree(connection)
    report = found(short, "new", "--as", "head", "--against", restored)
    assert codes(report) == {"shorter-than-held"}
    shutil.copytree(short.folder / "new", short.folder / "third")
    report = found(short, "home", "--envelope", "--against", str(short.folder / "third"))
    assert report["result"] == "intact"


def old_root(school: SchoolHome, key: str = "root.json") -> tuple[str, ...]:
    return (
        *("--old-root-key", str(school.folder / key)),
        *("--old-root-passphrase-file", str(school.folder / "pp")),
    )


def test_the_old_root_key_agrees_where_it_is_at_hand(short: SchoolHome) -> None:
    (continued,) = go_on(short, "restored", *old_root(short))["continues"]
    assert continued["agreed"] is True
    signature = said_in_succession(short)["old_root_signature"]
    new, old = (statement_at(short.folder / name / FILE_NAME, 0) for name in ("new", "restored"))
    lines = [
        *("send-ledger/v1/succession", continued["origin"], str(continued["size"])),
        *(continued["root"], f"send-ledger/v1/{b64url(new.lid)}", new.kid),
    ]
    message = "".join(f"{line}\n" for line in lines).encode()
    public = Ed25519PublicKey.from_public_bytes(unb64url(old.payload["jwk"]["x"]))
    public.verify(unb64url(signature), message)
    restored = str(short.folder / "restored")
    report = found(short, "new", "--as", "head", "--against", restored)
    assert not [words for words in report["not_checked"] if "root key agreed" in words]


def test_a_stranger_s_root_key_is_refused(short: SchoolHome) -> None:
    go_on(short, "restored")
    wrong = ("--continues", str(short.folder / "restored"), "--reason", "x")
    again = (*init(short, *wrong), *old_root(short, "new-root.json"))
    said = short.run(*again, "--json", env=at(short, "newer"))
    assert (said.exit_code, json.loads(said.stderr)["error"]) == (4, "wrong-root-key")
    assert not (short.folder / "newer").exists()


def test_a_school_that_closes_is_continued_with_nothing_lost(school: SchoolHome) -> None:
    school.ok("log", "checkpoint")
    size = found(school, "home", "--envelope")["size"]
    (continued,) = go_on(school, "home")["continues"]
    assert (continued["size"], continued["lost"]) == (size, None)
    old = str(school.path)
    report = found(school, "new", "--as", "head", "--against", old)
    assert words_of(report, "predecessor-fits").endswith(f"with all its {size:,} entries.")
    school.ok(*STATUS)
    report = found(school, "new", "--as", "head", "--against", old)
    assert "It has grown by 1 since" in words_of(report, "predecessor-fits")


def test_two_schools_merge_into_one(school: SchoolHome, tmp_path: Path) -> None:
    other = make_school(tmp_path / "other", OTHER_FACTS, people=())
    asked = ("--continues", str(other.path), *old_root(school), *old_root(other))
    said = go_on(school, "home", *asked)["continues"]
    assert [one["agreed"] for one in said] == [True, True]
    kinds_first = [statement_at(school.folder / "new" / FILE_NAME, n).kind for n in range(4)]
    assert kinds_first == [
        *(kinds.KEY_REGISTERED, kinds.SUCCESSION, kinds.SUCCESSION, kinds.KEY_REGISTERED)
    ]
    both = [word for path in (school.path, other.path) for word in ("--against", str(path))]
    report = found(school, "new", "--as", "head", *both)
    assert (report["result"], report["codes"]["predecessor-fits"]) == ("intact", 2)


def test_a_home_that_contradicts_what_was_seen_is_not_continued(short: SchoolHome) -> None:
    with editing(short.path / FILE_NAME) as connection:
        connection.execute("DELETE FROM entries WHERE rowid = 9")
        connection.execute("UPDATE entries SET rowid = rowid - 1 WHERE rowid > 9")
        connection.execute("DELETE FROM checkpoints")
        rebuild_tree(connection)
    asked = init(short, "--continues", str(short.path), "--reason", "x")
    early = str(short.folder / "early.checkpoint")
    result = short.run(*asked, "--last-seen", early, "--json", env=at(short, "new"))
    assert (result.exit_code, json.loads(result.stderr)["error"]) == (7, "other-history")


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (("--reason", "x"), 2, "usage"),
        (("--continues", "{restored}"), 2, "usage"),
        (("--continues", "{restored}", "--reason", " "), 2, "usage"),
        (("--continues", "{folder}", "--reason", "x"), 5, "no-home"),
        (
            ("--continues", "{restored}", "--reason", "x", "--last-seen", "{other}"),
            *(6, "other-ledger"),
        ),
        (
            ("--continues", "{restored}", "--reason", "x", "--last-seen", "{forged}"),
            *(6, "not-its-checkpoint"),
        ),
        (
            ("--continues", "{restored}", "--reason", "x", "--old-root-passphrase-file", "{other}"),
            *(2, "usage"),
        ),
    ],
)
def test_what_cannot_be_continued_leaves_nothing_behind(
    short: SchoolHome, words: tuple[str, ...], code: int, kind: str
) -> None:
    last = (short.folder / "last.checkpoint").read_bytes()
    origin = last.split(b"\n", 1)[0]
    forged = last.replace(b"\n\n", b"\n\n").split(b"\n")
    forged[1] = b"999"
    places = {
        "{restored}": str(short.folder / "restored"),
        "{folder}": str(short.folder),
        "{other}": short.write("other", last.replace(origin, origin[:-22] + b"A" * 22)),
        "{forged}": short.write("forged", b"\n".join(forged)),
    }
    asked = init(short, *(places.get(word, word) for word in words))
    result = short.run(*asked, "--json", env=at(short, "new"))
    assert result.exit_code == code, result.output
    if kind != "usage":
        assert json.loads(result.stderr)["error"] == kind
    assert not (short.folder / "new").exists()
    assert not (short.folder / "new-root.json").exists()
