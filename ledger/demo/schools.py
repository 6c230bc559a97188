"""The two schools of the demonstration, and the made-up people who work there."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.application.founding import SchoolFacts
from ledger.values.data_table import DataTable

SENDER, RECEIVER = "sender", "receiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """A made-up member of staff.

    Attributes:
        handle: what they type after --as.
        name: full name.
        role: the role granted.
        job_title: their post.
        joins: day of the story from which they hold the role.
    """

    handle: str
    name: str
    role: str
    job_title: str
    joins: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSchool:
    """A real school's public facts, and its made-up staff.

    Attributes:
        key: `sender` or `receiver`.
        short: what it is called in conversation.
        folder: name of its folders in the demonstration.
        facts: as Get Information About Schools has them.
        kind: type of establishment.
        ages: statutory ages, in words.
        place: street, town, postcode.
        people: the staff, headteacher first.
    """

    key: str
    short: str
    folder: str
    facts: SchoolFacts
    kind: str
    ages: str
    place: str
    people: tuple[DemoPerson, ...]

    def person(self, handle: str) -> DemoPerson:
        """Give somebody by handle."""
        return next(one for one in self.people if one.handle == handle)


def demo_schools() -> dict[str, DemoSchool]:
    """Read the schools: key → school.

    Raises:
        DataBroken: the data file does not have its form.
    """
    table = DataTable.load("ledger.demo", "schools.toml")
    schools = [_school(one) for one in table.tables("school")]
    table.close()
    return {one.key: one for one in schools}


def _school(table: DataTable) -> DemoSchool:
    school = DemoSchool(
        key=table.text("key"),
        short=table.text("short"),
        folder=table.text("folder"),
        facts=SchoolFacts(
            name=table.text("name"),
            urn=table.text("urn"),
            laestab=table.text("laestab"),
            authority=table.text("authority"),
            phase=table.text("phase"),
            maintained=table.flag("maintained"),
        ),
        kind=table.text("type"),
        ages=table.text("ages"),
        place=table.text("place"),
        people=tuple(_person(one) for one in table.tables("person")),
    )
    table.close()
    return school


def _person(table: DataTable) -> DemoPerson:
    person = DemoPerson(
        handle=table.text("handle"),
        name=table.text("name"),
        role=table.text("role"),
        job_title=table.text("job_title"),
        joins=table.text("joins"),
    )
    table.close()
    return person
