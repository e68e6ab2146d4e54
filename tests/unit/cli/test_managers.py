"""What `scaffold managers` shows; that it looks for the real ones is in the integration tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.catalog import manager_names, managers
from generator.cli.managers import Listed, _draw, _print, verbs
from generator.toolchain import Tool


@pytest.fixture
def listed() -> list[Listed]:
    """Every manager: the first is missing, the last on PATH, the others not yet provided."""
    first, *rest, last = managers()
    tool = Tool(last.executable, Path("/opt/tools/it"), "9.9.9", "PATH")
    shim = ("/opt/shims/it does not work: [not installed]",)
    missing = Listed(first, None, f"{first.title} cannot be used: [broken]; see its page", shim)
    return [missing, *(Listed(one, None) for one in rest), Listed(last, tool)]


def test_tables_fit_a_terminal_of_80_columns(
    listed: list[Listed], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    _draw(listed)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    table = {line.split()[0]: line.split()[1:] for line in lines if line.strip()}
    for verb in verbs(listed):
        assert len(table[verb]) == len(listed), table[verb]
    assert not any("…" in line for line in lines)
    assert "[broken]" in "\n".join(lines)  # it is text, not markup
    assert "passed by /opt/shims/it does not work: [not installed]" in "\n".join(lines)


def test_plain_text_says_all(listed: list[Listed], capsys: pytest.CaptureFixture[str]) -> None:
    _print(listed)
    text = capsys.readouterr().out
    assert "on PATH, 9.9.9\n  executable: /opt/tools/it\n" in text
    assert "error: " in text
    assert "  passed by: /opt/shims/it does not work: [not installed]\n" in text
    for one in listed:
        blocks = text.split(f"{one.manager.name}: ", 1)[1]
        for verb, reason in one.manager.unsupported.items():
            assert f"no {verb}: {reason}\n" in blocks
        assert f"verbs: {' '.join(one.manager.commands)}\n" in blocks


def test_the_report_has_every_command(listed: list[Listed]) -> None:
    facts = [one.facts() for one in listed]
    assert [entry["name"] for entry in facts] == list(manager_names())
    assert facts[-1]["found"] == "on PATH"
    assert facts[0]["passed_by"] == ["/opt/shims/it does not work: [not installed]"]
    assert facts[-1]["passed_by"] == []
    for entry, one in zip(facts, listed, strict=True):
        assert set(entry["verbs"]) == set(one.manager.commands)
        assert all(
            all(isinstance(line, str) for line in lines) for lines in entry["verbs"].values()
        )


def test_a_manager_inside_the_project_has_the_version_that_create_installs() -> None:
    [pip] = [Listed(one, None) for one in managers() if one.executable == "python3"]
    assert pip.found == "in .venv"
    assert pip.version[0].isdigit()
