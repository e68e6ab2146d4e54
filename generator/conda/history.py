"""`conda-meta/history`: what was asked for, and what each command changed.

conda writes a block a transaction (conda/history.py); only its `# update specs:` lines are read
back: they are what the user asked for by name.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from generator.conda.environment_file import spec_name
from generator.conda.prefix import Installed

_SPECS = "# update specs: "


def requested(prefix: Path, names: Iterable[str]) -> dict[str, str]:
    """Return name -> spec of what was asked for, as far as it is among the installed `names`."""
    wanted: dict[str, str] = {}
    for line in _history(prefix).read_text(encoding="utf-8").splitlines():
        if line.startswith(_SPECS):
            wanted |= {spec_name(spec): spec for spec in ast.literal_eval(line[len(_SPECS) :])}
    present = set(names)
    return {name: spec for name, spec in wanted.items() if name in present}


def record(
    prefix: Path,
    command: Iterable[str],
    specs: Iterable[str],
    before: Mapping[str, Installed],
    after: Mapping[str, Installed],
) -> None:
    """Append one block: the command, what left, what came, and what was asked for."""
    removed = sorted(one.dist for name, one in before.items() if after.get(name) != one)
    added = sorted(one.dist for name, one in after.items() if before.get(name) != one)
    lines = [
        f"==> {time.strftime('%Y-%m-%d %H:%M:%S')} <==",
        f"# cmd: conda {' '.join(command)}",
        *(f"-{dist}" for dist in removed),
        *(f"+{dist}" for dist in added),
        f"{_SPECS}{list(specs)!r}",
    ]
    path = _history(prefix)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def pins(prefix: Path) -> tuple[str, ...]:
    """Return the match specs of `conda-meta/pinned`; `name=version=build` means exactly that."""
    path = prefix / "conda-meta" / "pinned"
    if not path.is_file():
        return ()
    lines = (
        line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()
    )
    return tuple(_exact(line) for line in lines if line)


def _exact(pin: str) -> str:
    name, *rest = pin.split("=")
    return f"{name} =={rest[0]} {rest[1]}" if len(rest) == 2 and all(rest) else pin


def _history(prefix: Path) -> Path:
    return prefix / "conda-meta" / "history"
