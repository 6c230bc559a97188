"""Headings of real exports find their field; nothing ambiguous is guessed."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from ledger.errors import InputRefused, UsageError
from ledger.imports.columns import (
    column_letter,
    field_label,
    field_names,
    knows_heading,
    map_columns,
    parse_user_mapping,
    require_columns,
)

# Headings as published importers and help pages show them.
ARBOR_SEN = (
    "UPN",
    "Name",
    "Year group(s) this academic year",
    "Registration form(s) this academic year",
    "Date of Birth",
    "Ethnicity",
    "SEN status",
    "Sen Need",
    "SEN Description",
    "SEN Need Ranking",
    "Start Date",
    "Funded Hours",
    "SEN status",
)
ARBOR_ROLL = (
    "Globally Unique Student ID",
    "Arbor Student ID",
    "Legal First Name",
    "Legal Last Name",
    "Sex",
    "Year group(s) this academic year",
    "Date of Birth",
    "Courses/classes",
    "SEN status",
)
SIMS = (
    "Admission No",
    "UPN",
    "Legal Surname",
    "Legal Forename",
    "Preferred Name",
    "Date of Birth",
    "Gender",
    "Year Group",
    "Reg Group",
    "Enrolment Status",
    "SEN Status",
    "Pupil Premium",
)


def fields(*header: str, **chosen: str) -> list[str | None]:
    return [one.field for one in map_columns(header, chosen).columns]


def test_arbors_sen_report_is_understood_but_for_its_start_date() -> None:
    assert fields(*ARBOR_SEN) == [
        "upn",
        "full_name",
        "year_group",
        "class_name",
        "born",
        None,
        "sen_status",
        "need",
        None,
        "need_rank",
        None,
        None,
        "sen_status",
    ]
    columns = map_columns(ARBOR_SEN).columns
    assert "several things" in columns[10].why
    assert columns[12].why == "it repeats column G, and the two must agree"


def test_arbors_roll_is_understood() -> None:
    assert fields(*ARBOR_ROLL) == [
        None,
        "local_id",
        "given_names",
        "family_name",
        "sex",
        "year_group",
        "born",
        None,
        "sen_status",
    ]


def test_a_sims_export_is_understood() -> None:
    assert fields(*SIMS) == [
        "local_id",
        "upn",
        "family_name",
        "given_names",
        "preferred_name",
        "born",
        "sex",
        "year_group",
        "class_name",
        None,
        "sen_status",
        None,
    ]


@pytest.mark.parametrize("heading", ["Date of Birth", "date_of_birth", "DateOfBirth", " DOB "])
def test_case_spaces_and_punctuation_do_not_matter(heading: str) -> None:
    assert fields(heading) == ["born"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Primary SEN Need", "need_1"),
        ("Secondary Need", "need_2"),
        ("SEN Need 3", "need_3"),
        ("SEN Type 2", "need_2"),
        ("SEN Need 2 Rank", "need_2_rank"),
        ("Primary SEN Need Start Date", "need_1_start"),
        ("Contact 2 Surname", "parent_2_family_name"),
        ("Parent/Carer 1", "parent_1_name"),
    ],
)
def test_numbered_headings_find_their_number(heading: str, field: str) -> None:
    assert fields(heading) == [field]


def test_a_plain_name_gives_way_to_a_legal_one_and_only_a_forename_is_then_preferred() -> None:
    assert fields("Surname", "Forename") == ["family_name", "given_names"]
    assert fields("Surname", "Legal Surname", "Forename", "Legal Forename") == [
        None,
        "family_name",
        "preferred_name",
        "given_names",
    ]
    assert fields("Forename", "Legal Forename", "Known As") == [
        None,
        "given_names",
        "preferred_name",
    ]


def test_a_column_of_which_nothing_is_recorded_is_said_not_to_be_used() -> None:
    assert fields("Preferred Surname") == [None]
    said = map_columns(["Surname", "Legal Surname"]).columns[0]
    assert (said.label, said.why) == ("not used", "another column holds the legal name")


def test_a_joined_name_is_not_used_beside_separate_ones() -> None:
    assert fields("Name", "Surname", "Forename") == [None, "family_name", "given_names"]
    assert fields("Name", "Surname") == ["full_name", "family_name"]


def test_repeated_columns_are_said_to_add_a_need_or_to_have_to_agree() -> None:
    columns = map_columns(["UPN", "SEN Need", "SEN Need", "UPN"]).columns
    assert columns[2].why == "a further need, beside column B"
    assert columns[3].why == "it repeats column A, and the two must agree"


def test_addresses_and_telephones_are_never_read() -> None:
    for heading in ("Address", "Postcode", "Contact 1 Mobile", "Email"):
        (column,) = map_columns([heading]).columns
        assert column.field is None
        assert "protected" in column.why


def test_what_the_user_says_wins() -> None:
    chosen = parse_user_mapping(["Start Date=need_start", "SEN status=not used"])
    columns = map_columns(ARBOR_SEN, chosen).columns
    assert columns[10].field == "need_start"
    assert columns[10].why == "you said so with --map"
    assert columns[6].field is None
    assert columns[12].field is None


def test_a_user_mapping_may_hold_an_equals_sign_in_its_heading() -> None:
    assert parse_user_mapping(["SEN = yes=sen_status"]) == {"SEN = yes": "sen_status"}


@pytest.mark.parametrize(
    ("texts", "kind", "hint"),
    [
        (["SEN Level"], "map-form", "SEN Level=sen_status"),
        (["=upn"], "map-form", "SEN Level=sen_status"),
        (["SEN Level=sen_statu"], "map-field", "'sen_status'"),
        (["SEN Level=sen_status", "sen level=upn"], "map-twice", "out"),
    ],
)
def test_a_user_mapping_that_cannot_be_is_a_usage_error(
    texts: list[str], kind: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        parse_user_mapping(texts)
    assert caught.value.kind == kind
    assert hint in caught.value.remedy


def test_a_mapping_of_a_heading_that_is_not_there_asks_did_you_mean() -> None:
    with pytest.raises(UsageError) as caught:
        map_columns(["SEN Level", "UPN"], {"SEN Levl": "sen_status"})
    assert caught.value.kind == "map-heading"
    assert "'SEN Level'" in caught.value.remedy


@pytest.mark.parametrize(
    ("header", "enough"),
    [
        (["UPN", "SEN Status"], True),
        (["Name", "DOB"], True),
        (["Surname", "Forename", "DOB"], True),
        (["Surname", "DOB"], False),
        (["Surname", "Forename"], False),
        (["A801200005001", "Lee", "Ana"], False),
    ],
)
def test_a_file_must_say_which_pupil_a_row_is_about(header: list[str], *, enough: bool) -> None:
    mapping = map_columns(header)
    if enough:
        require_columns(mapping)
        return
    with pytest.raises(InputRefused) as caught:
        require_columns(mapping)
    assert caught.value.kind == "csv-columns"
    # Without headings the first row is a pupil, so an error never repeats it.
    assert "Lee" not in f"{caught.value.what} {caught.value.why} {caught.value.remedy}"


def test_no_heading_of_the_table_means_two_fields() -> None:
    data = tomllib.loads(files("ledger.imports").joinpath("columns.toml").read_text("utf-8"))
    fields_of: dict[str, set[str]] = {}
    for entry in (*data["field"], *data["not_used"]):
        for heading in (*entry["headings"], *entry.get("plain", ())):
            plain = "".join(filter(str.isalnum, heading.replace("{n}", "4").casefold()))
            fields_of.setdefault(plain, set()).add(entry.get("name", "not used"))
    assert len(fields_of) > 100
    assert not {plain: found for plain, found in fields_of.items() if len(found) > 1}


def test_a_mapping_that_resembles_nothing_is_pointed_to_the_dry_run() -> None:
    with pytest.raises(UsageError) as caught:
        map_columns(["UPN"], {"Zzz": "sen_status"})
    assert "dry run" in caught.value.remedy


def test_headings_are_known_whether_used_or_not() -> None:
    assert all(map(knows_heading, ["UPN", "secondary_need", "Postcode", "Legal Forename(s)"]))
    assert not any(map(knows_heading, ["", "Adams", "A203102209083", "Year 4", "Colour"]))


def test_every_field_has_a_label_in_words() -> None:
    for name in field_names():
        assert "_" not in field_label(name)
        assert "{" not in field_label(name)
    assert field_label("parent_2_name") == "name of parent 2"


@pytest.mark.parametrize(("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (255, "IV")])
def test_columns_are_lettered_as_in_a_spreadsheet(place: int, letter: str) -> None:
    assert column_letter(place) == letter


@pytest.mark.parametrize("name", field_names())
def test_a_mapping_takes_the_words_that_a_report_shows_as_well_as_the_code(name: str) -> None:
    for typed in (name, field_label(name), field_label(name).upper()):
        assert parse_user_mapping([f"My heading={typed}"]) == {"My heading": name}


def test_a_field_that_resembles_none_is_answered_with_all_of_them() -> None:
    with pytest.raises(UsageError) as caught:
        parse_user_mapping(["Birthday=zzzz"])
    assert "sen_status" in caught.value.remedy
