"""What to type next: a few lines that run as printed, the last of which starts the program."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from generator.catalog import Manager


def next_commands(
    manager: Manager, target: Path, values: Mapping[str, str], *, installed: bool
) -> list[str]:
    """Return the lines to type in a POSIX shell, from the directory and with the PATH of now.

    `values` are those of the commands' metavariables. `installed` says that the environment is
    there: without the manager on PATH, the program is then started from it.
    """
    return list(_lines(manager, target, values, installed=installed))


def _lines(
    manager: Manager, target: Path, values: Mapping[str, str], *, installed: bool
) -> Iterator[str]:
    if target != Path():
        yield f"cd {_quoted(target)}"
    here = any(map(_is_on_path, (manager.executable, *manager.alternatives)))
    if installed and not here:
        (run,) = manager.commands["run"]
        program = f"{manager.environment}/bin/{values['PROJECT']}"
        yield shlex.join((program, *run.argv[run.argv.index("PROJECT") + 1 :]))
        return
    if not here:
        yield _way_to(manager)
    # What leads the manager astray is set right by make, or else by the shell's lines.
    astray = not set(manager.unset).isdisjoint(os.environ)
    make = _is_on_path("make")
    if not installed:
        setting = manager.shell if astray or manager.settings else ()
        lines = [*setting, *_of(manager, manager.start, values)]
        yield from [f"make {' '.join(manager.start)}"] if make and len(lines) > 1 else lines
    if make and astray:
        yield "make run"
    else:
        yield from _of(manager, ("run",), values)


def _is_on_path(name: str) -> bool:
    """Say whether a program is found after `cd`, too: by an absolute entry of PATH."""
    path = os.pathsep.join(filter(os.path.isabs, os.get_exec_path()))
    return shutil.which(name, path=path) is not None


def _quoted(target: Path) -> str:
    """Return a path as a shell's word; one that begins with a dash is no option."""
    word = f"./{target}" if str(target).startswith("-") else str(target)
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, os.fsencode(word).decode("latin-1"))) + "'"


def _escaped(char: str) -> str:
    return char if " " <= char <= "~" and char not in "'\\" else f"\\x{ord(char):02x}"


def _of(manager: Manager, verbs: tuple[str, ...], values: Mapping[str, str]) -> Iterator[str]:
    for verb in verbs:
        for command in manager.commands[verb]:
            yield str(command.replace(values))


def _way_to(manager: Manager) -> str:
    """Return a line that puts a manager on PATH, with what is on PATH; or says where it is."""
    version = manager.pinned
    if version is None:
        return f"# {manager.title} is not on your PATH; get it from {manager.download}"
    package = f"{manager.name}=={version}"
    programs, place = ".local/bin", f".venvs/{manager.name}"
    if _is_on_path("pipx"):
        line = f"pipx install {package}"
    elif _is_on_path("uv"):
        line = f"uv tool install {package}"
    else:
        programs = f"{place}/bin"
        line = f"python3 -m venv ~/{place} && ~/{programs}/pip install --quiet --no-user {package}"
    if str(Path.home() / programs) in os.get_exec_path():
        return line
    return f'{line} && export PATH="$HOME/{programs}:$PATH"'
