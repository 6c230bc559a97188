"""A register brought in from a file, and what is then shown of days before that."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.support.cli_home import CliHome, copy_home, make_template

ZOE, LI = "A203102209083", "E934421412007"
HEADER = "UPN,Surname,Forename,DOB,Year Group,SEN Status,SEN Start Date,SEN Need,Admission Date"
ZOE_ROW = f"{ZOE},O'Neill,Zoë,29/02/2016,5,K,05/01/2023,SPLD,"
LI_ROW = f"{LI},Li,小明,03/05/2016,5,E,14/03/2024,SLCN,01/09/2021"


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("import"))


@pytest.fixture
def school(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliHome:
    return copy_home(founded, tmp_path / "school", monkeypatch)


def imported(
    school: CliHome, *rows: str, header: str = HEADER, options: tuple[str, ...] = ()
) -> str:
    file = school.folder / "register.csv"
    file.write_text("\n".join([header, *rows, ""]), "utf-8")
    return school.done("import", str(file), *options)


def test_a_pupil_without_a_day_of_joining_is_shown_for_earlier_days_with_that_doubt(
    school: CliHome,
) -> None:
    assert "does not say since when the pupil is on roll" in imported(school, ZOE_ROW)
    (then,) = school.data("register", "--as-of", "01/06/2024")["pupils"]
    assert (then["name"], then["upn"], then["status"]) == ("Zoë O'Neill", ZOE, "K")
    assert (then["since"], then["on_roll"], then["year_group"]) == ("2023-01-05", None, "")
    assert (then["primary_need"], then["needs_recorded_on"]) == ("SPLD", "2026-01-05")
    assert then["doubts"] == [
        "on roll: since when is not known",
        "SPLD recorded later, on 5 January 2026",
    ]
    said = school.done("register", "--as-of", "01/06/2024")
    assert "on roll: since when is not known; SPLD recorded later" in said
    rows = list(csv.DictReader(io.StringIO(school.done("register", "--csv"))))
    assert "Not certain" not in rows[0]
    assert "1 pupil of whom it is not known" in school.done(
        "register", "--counts", "--as-of", "01/06/2024"
    )


def test_before_the_status_began_nobody_is_shown(school: CliHome) -> None:
    imported(school, ZOE_ROW)
    assert school.data("register", "--as-of", "04/01/2023")["pupils"] == []


def test_nothing_that_was_recorded_later_is_shown_as_known_then(school: CliHome) -> None:
    school.later(3)
    imported(school, ZOE_ROW)
    then = ("--as-of", "01/06/2024", "--known-at", "07/01/2026")
    assert school.data("register", *then)["pupils"] == []


def test_the_year_group_is_of_the_day_of_the_import_and_the_day_of_joining_has_none(
    school: CliHome,
) -> None:
    imported(school, LI_ROW)
    (today,) = school.data("register")["pupils"]
    assert (today["year_group"], today["on_roll_since"]) == ("5", "2021-09-01")
    (then,) = school.data("register", "--as-of", "01/06/2024")["pupils"]
    assert (then["year_group"], then["on_roll"]) == ("", True)
    entries = {one["type"]: one for one in school.data("history", LI)["entries"]}
    assert entries["pupil.enrolled.v1"]["occurred_on"] == "2021-09-01"
    assert entries["pupil.enrolled.v1"]["fields"]["year_group"] is None
    assert entries["pupil.found_on_roll.v1"]["occurred_on"] == "2026-01-05"
    assert entries["pupil.found_on_roll.v1"]["fields"]["year_group"] == "5"


def test_a_day_of_joining_that_comes_later_takes_the_doubt_away(school: CliHome) -> None:
    imported(school, ZOE_ROW)
    school.later(1)
    imported(school, ZOE_ROW + "01/09/2022")
    (then,) = school.data("register", "--as-of", "01/06/2024")["pupils"]
    assert (then["on_roll"], then["on_roll_since"]) == (True, "2022-09-01")
    (today,) = school.data("register")["pupils"]
    assert today["year_group"] == "5"


def test_a_leaver_was_on_roll_up_to_the_day_before(school: CliHome) -> None:
    imported(school, f"{ZOE_ROW},18/07/2025", header=f"{HEADER},Leaving Date")
    for day, on_roll in (("17/07/2025", True), ("18/07/2025", False)):
        (then,) = school.data("register", "--everyone", "--as-of", day)["pupils"]
        assert then["on_roll"] is on_roll


def test_a_status_without_a_start_says_so_in_its_own_entry(school: CliHome) -> None:
    imported(school, f"{ZOE},O'Neill,Zoë,29/02/2016,5,K,,SPLD,")
    assert "it does not say since when" in school.done("history", ZOE)


def test_a_need_with_its_own_date_is_shown_from_that_day_without_a_doubt(school: CliHome) -> None:
    imported(school, f"{ZOE_ROW},01/02/2024", header=f"{HEADER},Need Start Date")
    (then,) = school.data("register", "--as-of", "01/06/2024")["pupils"]
    assert (then["primary_need"], then["needs"][0]["since"]) == ("SPLD", "2024-02-01")
    assert then["doubts"] == ["on roll: since when is not known"]
    (before,) = school.data("register", "--as-of", "01/06/2023")["pupils"]
    assert before["needs"] == []


def test_what_fell_due_before_a_pupil_was_found_on_roll_is_not_called_missed(
    school: CliHome,
) -> None:
    school.later(400)
    imported(school, ZOE_ROW)
    assert not any(one["status"] == "overdue" for one in school.data("due")["duties"])


def test_a_history_of_a_day_before_anything_was_known_names_nobody(school: CliHome) -> None:
    imported(school, ZOE_ROW)
    words = ("history", ZOE, "--known-at", "01/01/2026")
    said = school.done(*words)
    assert "Nothing is recorded about this pupil" in said
    assert "O'Neill" not in said
    data = school.data(*words)
    assert (data["name"], data["born"], data["upn"], data["entries"]) == (None, None, None, [])


def test_a_leaving_before_the_day_of_a_stale_file_still_counts(school: CliHome) -> None:
    imported(school, ZOE_ROW)
    school.done("pupil", "left", ZOE, "--on", "02/01/2026", "--to", "Hillside")
    assert school.data("register")["pupils"] == []
    (then,) = school.data("register", "--as-of", "01/06/2024")["pupils"]
    assert then["on_roll"] is None
    school.later(1)
    imported(school, ZOE_ROW.replace(",5,K,", ",6,K,"))
    (back,) = school.data("register")["pupils"]
    assert (back["on_roll"], back["on_roll_since"], back["year_group"]) == (True, "", "6")


def test_a_leaver_whose_status_has_no_date_is_taken(school: CliHome) -> None:
    leaver = f"{ZOE},O'Neill,Zoë,29/02/2016,5,K,,SPLD,,18/07/2025"
    imported(school, leaver, header=f"{HEADER},Leaving Date")
    (then,) = school.data("register", "--as-of", "17/07/2025")["pupils"]
    assert then["status"] == "K"


def test_a_status_after_the_leaving_and_somebody_who_is_no_pupil_are_refused(
    school: CliHome,
) -> None:
    rows = (
        f"{ZOE},O'Neill,Zoë,29/02/2016,5,K,18/07/2025,SPLD,,18/07/2025",
        f"{LI},Li,小明,03/05/1999,5,E,14/03/2024,SLCN,01/09/2021,",
    )
    file = school.folder / "register.csv"
    file.write_text("\n".join([f"{HEADER},Leaving Date", *rows, ""]), "utf-8")
    said = school.run("import", str(file), "--dry-run", "--json").stdout
    assert '"after-leaving"' in said
    assert '"born-too-early"' in said
