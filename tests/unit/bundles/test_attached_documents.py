"""Documents that go along: what of their names is kept, and how much fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.bundles.documents import DOCUMENTS_BYTES_MAX, attach, demand_room, ending_of
from ledger.errors import InputRefused, RuleRefused
from ledger.formats.bundle_layout import ATTACHMENTS, MAX_ATTACHMENTS, Attachment, is_bundle_name
from ledger.formats.zip_archive import pack, unpack


@given(st.binary(min_size=16, max_size=16))
def test_every_random_name_finds_its_place_in_a_bundle(drawn: bytes) -> None:
    document = attach("form.txt", b"signed", lambda _: drawn)
    name = f"{ATTACHMENTS}{document.name}"
    assert is_bundle_name(name)
    assert unpack(pack({name: document.data})) == {name: b"signed"}


@pytest.mark.parametrize(
    ("file_name", "kind", "ending"),
    [
        ("form.txt", "text", "txt"),
        ("table.CSV", "text", "txt"),
        ("Report.PDF", "pdf", "pdf"),
        ("scan.jpeg", "jpeg", "jpeg"),
        ("letter.doc", "file", "bin"),
        ("setup.exe", "file", "bin"),
        ("Report for K. Smith", "file", "bin"),
        ("K.Smith", "file", "bin"),
        ("no ending", "file", "bin"),
        (".txt", "file", "bin"),
        ("é.é", "file", "bin"),
    ],
)
def test_of_a_name_only_a_known_ending_is_kept(file_name: str, kind: str, ending: str) -> None:
    document = attach(file_name, b"", bytes)
    assert (document.kind, ending_of(document)) == (kind, ending)
    assert document.name == "0" * 32


def test_a_kind_that_another_sender_made_up_is_no_programs_ending() -> None:
    assert ending_of(Attachment(name="a", kind="exe", data=b"")) == "bin"


@pytest.mark.parametrize("name", ["-a", "con", "NUL", "a/b", "a.b", "", "é", "a" * 65])
def test_a_name_that_no_container_takes_is_refused_at_once(name: str) -> None:
    with pytest.raises(InputRefused) as refused:
        Attachment(name=name, kind="text", data=b"")
    assert refused.value.kind == "attachment-name"


def test_documents_have_a_limit_together() -> None:
    half = DOCUMENTS_BYTES_MAX // 2
    demand_room([])
    demand_room([half, half])
    demand_room([0] * MAX_ATTACHMENTS)
    for sizes in ([half, half, 1], [0] * (MAX_ATTACHMENTS + 1)):
        with pytest.raises(RuleRefused) as refused:
            demand_room(sizes)
        assert refused.value.kind == "too-large"
