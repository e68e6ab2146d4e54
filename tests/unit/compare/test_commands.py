from __future__ import annotations

from generator.catalog import managers
from generator.compare.commands import command_rows
from generator.render import purposes


def test_every_command_of_every_manager_is_there_as_typed() -> None:
    rows = {row.verb: row for row in command_rows(list(managers()), {"PROJECT": "app"})}
    for one in managers():
        for verb, commands in one.commands.items():
            lines = rows[verb].managers[one.name].lines
            assert lines == tuple(str(command).replace("PROJECT", "app") for command in commands)
        for verb, reason in one.unsupported.items():
            assert rows[verb].managers[one.name].unsupported == reason
    assert "PROJECT" not in str(rows)


def test_verbs_come_in_the_order_in_which_one_meets_them() -> None:
    verbs = [row.verb for row in command_rows(list(managers()), {})]
    assert verbs == sorted(verbs, key=list(purposes()).index)
    assert verbs[0] == "create"


def test_a_verb_is_absent_where_a_manager_says_nothing_of_it() -> None:
    rows = {row.verb: row for row in command_rows(list(managers()), {})}
    assert list(rows["freeze"].managers) == ["pip"]


def test_every_verb_has_its_purpose() -> None:
    assert all(row.purpose for row in command_rows(list(managers()), {}))
