"""Folders and policies that are not as they should be: script and product end with one exit code.

What is compared is what a person types: `send-ledger verify` and `bash verify.sh`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import cli
from ledger.formats.sha256sums import SUMS_NAME, sha256sums
from tests.support.ledger_builder import new_ledger
from tests.support.programs import needs
from tests.unit.evidence.proof_ledgers import (
    consent,
    index_of,
    outside_policy,
    policy_txt,
    prove,
    seal,
    write_folder,
)
from tests.unit.evidence.stamped_proofs import Folder, Shell, link_programs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [
    needs("bash", "openssl"),
    pytest.mark.skipif(os.name == "nt", reason="links and devices are made as POSIX has them"),
]


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, Folder]:
    built = new_ledger(tmp_path_factory.mktemp("malformed") / "home")
    given = consent(built, built.pupil(1))
    seal(built)
    witness = built.add_cosignature()
    files = prove(
        built,
        index_of(built, given),
        in_force=True,
        policy_txt=policy_txt(built, witness, "council"),
    )
    policy = outside_policy(built, witness, "council")
    built.close()
    return files, policy


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return link_programs(tmp_path_factory.mktemp("programs"))


@pytest.fixture
def shell(programs: Path, tmp_path: Path, proved: tuple[Folder, Folder]) -> Shell:
    """A sound folder and a sound policy, at the reader's."""
    shell = Shell(programs, tmp_path / "reader")
    write_folder(proved[0], shell.folder / "proof")
    write_folder(proved[1], shell.folder / "policy")
    (shell.folder / "mine.sh").write_bytes(proved[0]["verify.sh"])
    return shell


def ends_with(shell: Shell, *, policy: bool = True) -> int:
    """Let both check what lies there; demand one exit code, and give it."""
    trusted = ("--policy", "policy") if policy else ()
    done = shell.run("mine.sh", *trusted, "proof")
    words = [str(shell.folder / one) if one == "policy" else one for one in trusted]
    told = CliRunner().invoke(cli.main, ["verify", str(shell.folder / "proof"), *words])
    assert done.returncode == told.exit_code, (done.stdout, done.stderr, told.output)
    return done.returncode


def resum(folder: Path) -> None:
    """List what is there anew, as a forger would; names that cannot be listed are left out."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    (folder / SUMS_NAME).write_bytes(
        sha256sums({name: data for name, data in files.items() if name.isascii()})
    )


def test_the_sound_folder_is_verified_by_both(shell: Shell) -> None:
    assert ends_with(shell) == 0
    assert ends_with(shell, policy=False) == 11


def _link(folder: Path) -> None:
    (folder / "link").symlink_to("/etc/hostname")


def _dangling(folder: Path) -> None:
    (folder / "link").symlink_to("nowhere")


def _link_to_folder(folder: Path) -> None:
    (folder / "authority").rename(folder.parent / "authority")
    (folder / "authority").symlink_to(folder.parent / "authority")


def _link_for_file(folder: Path) -> None:
    _linked(folder / "checkpoint")


def _linked(path: Path) -> None:
    moved = path.rename(path.parents[1] / path.name)
    path.symlink_to(moved)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _hidden(folder: Path) -> None:
    (folder / ".hidden").write_bytes(b"x")


def _deep(folder: Path) -> None:
    (folder / "stream" / "more").mkdir()
    (folder / "stream" / "more" / "0001.sd-jwt").write_bytes(b"x")


def _odd_name(folder: Path) -> None:
    (folder / "a name\nof two lines").write_bytes(b"x")


def _no_ascii(folder: Path) -> None:
    (folder / "Zoë.txt").write_bytes(b"x")


def _folder_for_file(folder: Path) -> None:
    _folder(folder / "README.txt")


def _folder_of_a_file_name(folder: Path) -> None:
    (folder / "checkpoint.cosigned").unlink()
    (folder / "checkpoint.cosigned").mkdir()
    (folder / "checkpoint.cosigned" / "x").write_bytes(b"x")


def _without(*names: str) -> Callable[[Path], None]:
    def remove(folder: Path) -> None:
        for name in names:
            for path in folder.glob(name):
                path.unlink()

    return remove


def _with(name: str, data: bytes) -> Callable[[Path], None]:
    return lambda folder: _write(folder / name, data)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


FOLDERS: dict[str, Callable[[Path], None]] = {
    "a link": _link,
    "a link to nowhere": _dangling,
    "a link for a folder": _link_to_folder,
    "a link for a file": _link_for_file,
    "a device": lambda folder: os.mkfifo(folder / "pipe"),
    "a device for a file": lambda folder: _pipe(folder / "verify.sh"),
    "an empty folder": lambda folder: (folder / "extra").mkdir(),
    "an empty folder that could be one": lambda folder: (folder / "tokens").mkdir(),
    "an empty folder within one": lambda folder: (folder / "keys" / "x").mkdir(),
    "a hidden file": _hidden,
    "a folder within the record": _deep,
    "a name of two lines": _odd_name,
    "a name that is not ASCII": _no_ascii,
    "a folder for a file": _folder_for_file,
    "a folder with a file's name": _folder_of_a_file_name,
    "an unlisted file": _with("notes.txt", b"hello\n"),
    "a stream that is empty but for its head": _without("stream/0001.*"),
    "a stream without its head": _without("stream/head.*"),
    "no statement": _without("statement.*"),
    "no checkpoint": _without("checkpoint*"),
    "no sums": _without("SHA256SUMS"),
    "no keys": _without("keys/*"),
    "no authority": _without("authority/*"),
    "no own policy": _without("policy/*"),
    "an own policy that is none": _with("policy/policy.txt", b"trust me\n"),
    "an own policy without end": _with("policy/policy.txt", b"quorum none"),
    "own roots that are none": _with("policy/tsa-roots.pem", b"trust me\n"),
    "an own first statement that is none": _with("policy/genesis.sha256", b"first\n"),
    "a proof of nothing": _with("authority/0099.tlog-proof", b"x"),
    "a record of number nought": _with("stream/0000.sd-jwt", b"x"),
    "a checkpoint of nothing": _with("checkpoint", b""),
    "a statement of nothing": _with("statement.sd-jwt", b""),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_malformed_folder_is_altered_to_both_whatever_the_checksums_say(
    shell: Shell, name: str
) -> None:
    FOLDERS[name](shell.folder / "proof")
    assert ends_with(shell) == 10
    if name != "no sums" and not name.startswith("a device"):
        resum(shell.folder / "proof")
        assert ends_with(shell) == 10
    assert ends_with(shell, policy=False) == 10


def _keys(folder: Path, change: Callable[[bytes], bytes]) -> None:
    path = folder / "policy.txt"
    path.write_bytes(change(path.read_bytes()))


def _line(folder: Path, number: int) -> bytes:
    return (folder / "policy.txt").read_bytes().splitlines(keepends=True)[number]


POLICIES: dict[str, tuple[int, Callable[[Path], None]]] = {
    "no policy.txt": (5, _without("policy.txt")),
    "a link for policy.txt": (
        6,
        lambda at: _linked(at / "policy.txt"),
    ),
    "a link to nowhere for the roots": (
        6,
        lambda at: (at / "tsa-roots.pem").symlink_to("nowhere"),
    ),
    "a device for the roots": (6, lambda at: os.mkfifo(at / "tsa-roots.pem")),
    "a folder for the first statement": (
        6,
        lambda at: _folder(at / "genesis.sha256"),
    ),
    "other files beside it": (0, _with("READ ME.txt", b"hello\n")),
    "nonsense": (6, _with("policy.txt", b"nonsense\n")),
    "an empty policy": (6, _with("policy.txt", b"")),
    "a zero byte": (6, lambda at: _keys(at, lambda data: data + b"#\0\n")),
    "an end without a newline": (6, lambda at: _keys(at, lambda data: data[:-1])),
    "a comment, blank lines and blanks": (
        0,
        lambda at: _keys(at, lambda data: b"# ours\n\n  " + data.replace(b" ", b"\t ") + b"\t\n"),
    ),
    "a second quorum": (6, lambda at: _keys(at, lambda data: data + b"quorum none\n")),
    "an undefined quorum": (6, lambda at: _keys(at, lambda d: d.replace(b"m council", b"m x"))),
    "a log twice": (6, lambda at: _keys(at, lambda data: _line(at, 0) + data)),
    "a witness as a log": (
        6,
        lambda at: _keys(at, lambda d: d.replace(b"witness council ", b"log ")),
    ),
    "a group of too few": (
        6,
        lambda at: _keys(at, lambda d: d.replace(b"quorum", b"group g 2 council\nquorum")),
    ),
    "a group of itself": (
        6,
        lambda at: _keys(at, lambda d: d.replace(b"quorum", b"group g any g\nquorum")),
    ),
    "a member of two groups": (
        6,
        lambda at: _keys(
            at,
            lambda d: d.replace(b"quorum", b"group g any council\ngroup h any council\nquorum"),
        ),
    ),
    "a log line of four words": (6, lambda at: _keys(at, lambda d: d.replace(b"\n", b" a b\n", 1))),
    "roots that are none": (6, _with("tsa-roots.pem", b"roots\n")),
    "blank roots": (0, _with("tsa-roots.pem", b"\n")),
    "a first statement that is none": (6, _with("genesis.sha256", b"first\n")),
    "another first statement": (10, _with("genesis.sha256", b"0" * 64 + b"\n")),
    "no first statement": (11, _without("genesis.sha256")),
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_malformed_policy_ends_both_with_one_code(shell: Shell, name: str) -> None:
    expected, change = POLICIES[name]
    change(shell.folder / "policy")
    assert ends_with(shell) == expected


def test_in_another_shell_it_says_to_run_it_with_bash(shell: Shell) -> None:
    for words in (["sh"], ["bash", "--posix"], ["dash"]):
        if shutil.which(words[0]) is None:
            continue
        done = subprocess.run(
            [*words, "mine.sh", "--policy", "policy", "proof"],
            cwd=shell.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (2, "")
        assert "bash verify.sh" in done.stdout
