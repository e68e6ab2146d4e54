"""Repeat: a failed step as a shell script that does it again, exactly as it was done.

No credential is written down: the script takes it from the user's own variables, and where it came
from a settings file, it says from which and asks for it in a variable.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from generator.credentials import holds_credential, names_credential
from generator.run import Step
from generator.toolchain.index import package_index
from generator.toolchain.surroundings import TABLE

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass
class Repeats:
    """Writes the scripts into `folder`.

    `files` are those of a project's copy that later steps may change (the manifest, the lock); for
    a person's own project there are none, because repeating must not take an edit back.
    """

    folder: Path
    files: Sequence[Path] = ()
    _before: Mapping[Path, bytes | None] = field(default_factory=dict)
    _written: list[tuple[Path, Step, Mapping[Path, bytes | None]]] = field(default_factory=list)

    def look(self) -> None:
        """Remember the files as they are, because a step starts."""
        self._before = {path: _content(path) for path in self.files}

    def write(self, number: int, step: Step) -> str:
        """Write the script of the step that ran last; return the command that runs it.

        Where it cannot be written (a full disk), that is "": what became of the step counts more.
        """
        path = self.folder / f"repeat-{number:02}-{step.verb}.sh"
        try:
            _write(path, script(step))
        except OSError:
            return ""
        self._written.append((path, step, self._before))
        return shlex.join(["sh", str(path)])

    def settle(self) -> None:
        """Have each script put back first what has changed since its step started."""
        for path, step, before in self._written:
            changed = {file: data for file, data in before.items() if _content(file) != data}
            with suppress(OSError):
                if changed:
                    first = tuple(_put_back(path.with_suffix(".files"), changed))
                    _write(path, script(step, first))


def script(step: Step, first: Sequence[str] = ()) -> str:
    """Return a POSIX shell script that runs a step after the lines `first`."""
    needed: dict[str, str] = {}
    words = [_word(name, f"{name}=", value, needed) for name, value in step.env.items()]
    if package_index().netrc:  # ours is deleted: it held the index's password
        words = [one for one in words if not one.startswith("NETRC=")]
        words.append('NETRC="${NETRC:-$HOME/.netrc}"')
    # Something between env and a program with a = in its path, which env takes for a variable.
    words += ["nice", "-n", "0"] if "=" in step.argv[0] else []
    argv = [_word(f"WORD_{n}", "", word, needed) for n, word in enumerate(step.argv)]
    to = "" if step.stdout is None else f" > {shlex.quote(str(step.stdout))}"
    return "\n".join(
        [
            "#!/bin/sh",
            "# The whole environment is here: nothing of the shell's own counts, but NETRC or",
            "# ~/.netrc where the package index wants a password (machine HOST login USER ...).",
            *(f': "${{{name}:?{_harmless(why)}}}"' for name, why in needed.items()),
            *first,
            f"cd {shlex.quote(str(step.cwd))} || exit",
            "exec /usr/bin/env -i \\",
            *(f"  {word} \\" for word in words),
            f"  {' '.join(argv)} < /dev/null{to}",
            "",
        ]
    )


def _word(name: str, prefix: str, value: str, needed: dict[str, str]) -> str:
    """Return a shell word; note in `needed` the variable that a credential comes from, and why."""
    if not (holds_credential(value) or (prefix and names_credential(name))):
        return shlex.quote(prefix + value)
    then = "set it as it was when this step failed"
    if prefix and os.environ.get(name) == value:
        needed[name] = then
        return f'{prefix}"${{{name}}}"'
    for other, part, reference in _references():
        before, found, after = value.partition(part)
        if found and not holds_credential(before + after):
            needed[other] = then
            return _quoted(prefix + before) + reference + _quoted(after)
    needed[name] = f"set it to what is in {_source(value)}"
    return f'{_quoted(prefix)}"${{{name}}}"'


def _references() -> Iterator[tuple[str, str, str]]:
    """Yield the user's variables that hold a credential: name, value, how a shell gets at that.

    An index may have a name before its URL (`corp=https://...`), which is no part of the value.
    """
    for name, value in sorted(os.environ.items()):
        if _NAME.fullmatch(name) and holds_credential(value):
            yield name, value, f'"${{{name}}}"'
            if holds_credential(value.partition("=")[2]):
                yield name, value.partition("=")[2], f'"${{{name}#*=}}"'


def _source(value: str) -> str:
    """Return the user's settings file in which a value stands."""
    named = (os.environ.get(name, "") for name in ("PIP_CONFIG_FILE", "UV_CONFIG_FILE", "CONDARC"))
    for name in (*named, *(file for row in TABLE if row.taken == "read" for file in row.files)):
        with suppress(OSError):
            if value.rstrip("/") in Path(name).expanduser().read_text("utf-8", errors="replace"):
                return name
    return "your own settings"


def _quoted(text: str) -> str:
    return shlex.quote(text) if text else ""


def _harmless(text: str) -> str:
    """Leave out what a shell would expand between quotes."""
    return re.sub(r"[^\w ./~,-]", "?", text)


def _put_back(aside: Path, files: Mapping[Path, bytes | None]) -> Iterator[str]:
    """Write the files to a folder; yield the lines that copy them to where they were."""
    aside.mkdir(exist_ok=True)
    yield "# What later steps changed, as it was. Delete these lines to try a change of your own."
    for number, (path, data) in enumerate(files.items()):
        if data is None:
            yield f"rm -f {shlex.quote(str(path))} || exit"
            continue
        copy = aside / f"{number}-{path.name}"
        copy.write_bytes(data)
        yield f"cp {shlex.quote(str(copy))} {shlex.quote(str(path))} || exit"


def _content(path: Path) -> bytes | None:
    with suppress(OSError):
        return path.read_bytes()
    return None


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    path.chmod(0o700)
