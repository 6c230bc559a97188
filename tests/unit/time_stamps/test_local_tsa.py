"""The demonstration's own authority."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from ledger.demo import local_tsa
from ledger.demo.local_tsa import LocalTimeStampAuthority
from ledger.errors import InputRefused, LedgerError
from ledger.seal.time_stamps import build_query, check_token, read_roots, read_token
from tests.support.programs import needs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalTimeStampAuthority:
    made = LocalTimeStampAuthority(tmp_path_factory.mktemp("tsa") / "authority", "O'Hara, Zoë 时")
    made.create()
    return made


@needs("openssl")
def test_its_stamp_stands_every_check(authority: LocalTimeStampAuthority) -> None:
    query = build_query(b"checkpoint", os.urandom)
    checked = check_token(
        authority.stamp(query), b"checkpoint", read_roots(authority.root_pem), query
    )
    assert "Zoë 时" in checked.signer_name
    assert "DEMONSTRATION ONLY" in checked.signer_name


@needs("openssl")
def test_each_stamp_has_its_own_serial_number(authority: LocalTimeStampAuthority) -> None:
    query = build_query(b"checkpoint", os.urandom)
    first, second = (read_token(authority.stamp(query)).serial for _ in range(2))
    assert second == first + 1


@needs("openssl")
def test_a_malformed_query_is_answered_with_a_refusal(authority: LocalTimeStampAuthority) -> None:
    with pytest.raises(InputRefused) as caught:
        read_token(authority.stamp(b"no query"))
    assert caught.value.kind == "token-refused"


@needs("openssl")
def test_stamping_leaves_no_files_behind(authority: LocalTimeStampAuthority) -> None:
    before = {path.name for path in authority.folder.iterdir()} | {"serial.old"}
    authority.stamp(build_query(b"checkpoint", os.urandom))
    assert {path.name for path in authority.folder.iterdir()} <= before


@needs("openssl")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
def test_its_keys_are_for_the_owner_and_labelled(authority: LocalTimeStampAuthority) -> None:
    for key in ("root-key.pem", "authority-key.pem"):
        assert stat.S_IMODE((authority.folder / key).stat().st_mode) == 0o600
    assert "prove nothing" in (authority.folder / "README.txt").read_text(encoding="utf-8")


@needs("openssl")
def test_a_folder_that_holds_no_authority_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        LocalTimeStampAuthority(tmp_path).stamp(b"")
    assert caught.value.kind == "openssl-failed"


def test_a_machine_without_openssl_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not local_tsa.available()
    with pytest.raises(LedgerError) as caught:
        LocalTimeStampAuthority(tmp_path / "authority").create()
    assert caught.value.kind == "openssl-missing"
