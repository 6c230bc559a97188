"""What is typed becomes a value, or a usage error that says what to type."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ledger.entrypoints.cli.days import STATED
from ledger.entrypoints.cli.field_values import CODE_LISTS
from ledger.entrypoints.cli.parameters import LARGEST_TEXT_FILE, PAIR, CodeChoice, parse_words
from ledger.errors import InputRefused
from ledger.values.code_set import code_set
from ledger.values.dates import DateRefused, parse_stated


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("2026-03-03", "2026-03-03"),
        ("3/3/2026", "2026-03-03"),
        ("03-03-2026", "2026-03-03"),
        ("3 March 2026", "2026-03-03"),
        ("2026-03", "2026-03"),
        ("03/2026", "2026-03"),
        ("3-2026", "2026-03"),
        ("Mar 2026", "2026-03"),
        ("march 2026", "2026-03"),
        (" 2026 ", "2026"),
    ],
)
def test_a_date_is_stated_as_exactly_as_it_is_known(text: str, stated: str) -> None:
    assert str(parse_stated(text)) == stated


@pytest.mark.parametrize("text", ["", "13/2026", "Foo 2026", "3/3/26", "31/02/2026", "today"])
def test_a_date_is_never_guessed(text: str) -> None:
    with pytest.raises(DateRefused):
        parse_stated(text)


def test_a_text_is_read_from_a_file(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_bytes("\ufeffDear Ada,\r\nwe write …\r\n".encode())
    assert parse_words(f"@{letter}") == "Dear Ada,\nwe write …"
    assert parse_words("@@home") == "@home"


@pytest.mark.parametrize("text", ["", "  ", "a\x00b", "a\x1b[2J", "\udcff"])
def test_a_text_that_no_page_shows_is_refused(text: str) -> None:
    with pytest.raises(InputRefused):
        parse_words(text)


@pytest.mark.parametrize("content", [b"\xff\xfea\x00", b"x" * (LARGEST_TEXT_FILE + 1), b""])
def test_a_file_that_is_no_text_of_a_field_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(InputRefused):
        parse_words(f"@{file}")
    with pytest.raises(InputRefused):
        parse_words(f"@{tmp_path / 'missing'}")


@click.command()
@click.option("--on", type=STATED)
@click.option("--means", type=CodeChoice("contact_means"))
@click.option("--pair", type=PAIR)
def typed(on: object, means: object, pair: object) -> None:
    click.echo(f"{on} {means} {pair}")


def test_a_code_is_found_by_itself_or_by_its_words() -> None:
    for text in ("email", "E-mail", "BY E-MAIL"):
        assert "email (by e-mail)" in CliRunner().invoke(typed, ["--means", text]).output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--means", "pigeon"], "letter, email"),
        (["--on", "yesterday"], "2026-03-03"),
        (["--pair", "SLCN"], "NAME=VALUE"),
    ],
)
def test_a_value_that_cannot_be_read_is_a_usage_error_with_a_remedy(
    words: list[str], said: str
) -> None:
    result = CliRunner().invoke(typed, words)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize("name", CODE_LISTS)
def test_every_code_of_the_lists_is_cited_and_found_by_its_spellings_alone(name: str) -> None:
    listed = code_set(name)
    assert listed.source
    for entry in listed.entries:
        assert entry.source
        for text in (entry.code.code, entry.code.label, *entry.also):
            assert listed.find(text) is entry


def test_no_two_lists_share_a_scheme() -> None:
    schemes = [code_set(name).scheme for name in CODE_LISTS]
    assert len(set(schemes)) == len(schemes)
