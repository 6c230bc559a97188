"""A pupil has one record: looked at in the whole register, up to the moment of the save."""

from __future__ import annotations

from datetime import date

from ledger.bootstrap.view import View
from ledger.errors import RuleRefused
from ledger.projections.register import read_pupils
from ledger.values.person_name import search_key


def demand_unknown(view: View, given_names: str, family_name: str, born: date) -> int:
    """Refuse a second pupil of one name and date of birth.

    Returns:
        The size of the log in which there is none.

    Raises:
        RuleRefused: kind `pupil-known`.
    """
    size = view.catch_up()
    person = (search_key(given_names), search_key(family_name), born.isoformat())
    for row in read_pupils(view.models, as_of=view.home.clock().date()):
        if person == (search_key(row.given_names), search_key(row.family_name), row.born):
            raise RuleRefused(
                "A pupil of this name and date of birth is known; nothing was recorded.",
                "One pupil in two records would have half a history in each.",
                "Look at send-ledger pupil list; if it is another child, add --another.",
                kind="pupil-known",
            )
    return size
