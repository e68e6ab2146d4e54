"""The command line: conda's own spelling of what manager.yml uses, and a clear no to the rest."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, NoReturn

from generator.conda import export
from generator.conda.errors import EngineUnavailable, Unsupported
from generator.conda.shim import engine_version, is_available
from generator.errors import ScaffoldError

#: A parsed command: carries it out and returns the exit code.
Action = Callable[[argparse.Namespace, Sequence[str]], int]


def main(argv: Sequence[str]) -> int:
    """Run one conda command line; return its exit code (2: unsupported, 69: no py-rattler)."""
    try:
        arguments = _parser().parse_args(argv)
        action: Action = arguments.action
        return action(arguments, argv)
    except ScaffoldError as error:
        print(f"error: {error}", file=sys.stderr)
        return int(getattr(error, "exit_code", 1))
    except KeyboardInterrupt:
        return 130


class _Parser(argparse.ArgumentParser):
    """Reports what it does not know as one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        raise Unsupported(f"`{self.prog}`: {message}")


class _Version(argparse.Action):
    """Prints what this is; an engine that cannot work has no version."""

    def __call__(self, parser: argparse.ArgumentParser, *_rest: object) -> None:
        if not is_available():
            raise EngineUnavailable
        print(engine_version())
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="conda", allow_abbrev=False)
    parser.add_argument("-V", "--version", action=_Version, nargs=0)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    create = _command(commands, "create", _create)
    create.add_argument("--file", type=Path, required=True)
    create.add_argument("-y", "--yes", action="store_true")

    update = _command(commands, "update", _update)
    update.add_argument("-c", "--channel", action="append", required=True)
    update.add_argument("-y", "--yes", action="store_true")
    update.add_argument("names", nargs="+", metavar="PACKAGE")

    listing = _command(commands, "list", _list)
    listing.add_argument("--explicit", action="store_true")
    listing.add_argument("--sha256", action="store_true")
    listing.add_argument("-e", "--export", action="store_true")

    search = commands.add_parser("search", prog="conda search", allow_abbrev=False)
    search.add_argument("--json", action="store_true", required=True)
    search.add_argument("spec", metavar="CHANNEL::PACKAGE")
    search.set_defaults(action=_search)

    run = _command(commands, "run", _run)
    run.add_argument("--no-capture-output", "--live-stream", action="store_true")
    run.add_argument("command", nargs=argparse.REMAINDER)

    env = commands.add_parser("env", prog="conda env").add_subparsers(
        required=True, metavar="COMMAND"
    )
    env_create = _command(env, "create", _env_create)
    env_create.add_argument("-f", "--file", type=Path, default=Path("environment.yml"))
    env_create.add_argument("-y", "--yes", action="store_true")
    env_update = _command(env, "update", _env_update)
    env_update.add_argument("-f", "--file", type=Path, default=Path("environment.yml"))
    env_update.add_argument("--prune", action="store_true")
    _command(env, "export", _env_export)
    return parser


def _command(commands: Any, name: str, action: Action) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, allow_abbrev=False)
    parser.add_argument("-p", "--prefix", type=Path, required=True)
    parser.set_defaults(action=action)
    return parser


def _create(arguments: argparse.Namespace, argv: Sequence[str]) -> int:
    commands = _engine()
    return _perform(
        commands.create_from_lock(arguments.prefix, arguments.file, argv, yes=arguments.yes)
    )


def _update(arguments: argparse.Namespace, argv: Sequence[str]) -> int:
    commands = _engine()
    return _perform(commands.update(arguments.prefix, arguments.names, arguments.channel, argv))


def _env_create(arguments: argparse.Namespace, argv: Sequence[str]) -> int:
    commands = _engine()
    return _perform(commands.create(arguments.prefix, arguments.file, argv, yes=arguments.yes))


def _env_update(arguments: argparse.Namespace, argv: Sequence[str]) -> int:
    commands = _engine()
    return _perform(
        commands.update_from_file(arguments.prefix, arguments.file, argv, prune=arguments.prune)
    )


def _list(arguments: argparse.Namespace, _argv: Sequence[str]) -> int:
    if arguments.explicit != arguments.sha256:
        raise Unsupported("`conda list`: --explicit and --sha256 without each other")
    if arguments.explicit:
        from generator.conda.solve import platform

        _engine()
        print(export.list_explicit(arguments.prefix, platform()), end="")
    elif arguments.export:
        print(export.list_export(arguments.prefix), end="")
    else:
        print(export.list_table(arguments.prefix), end="")
    return 0


def _search(arguments: argparse.Namespace, _argv: Sequence[str]) -> int:
    channel, separator, name = arguments.spec.partition("::")
    if not separator:
        raise Unsupported(
            "`conda search`: a package without its channel, as in conda-forge::python"
        )
    _engine()
    from generator.conda.solve import available

    found = asyncio.run(available(channel, name))
    print(json.dumps({name: [{"version": version} for version in found]}, indent=2))
    return 0


def _env_export(arguments: argparse.Namespace, _argv: Sequence[str]) -> int:
    print(export.export_yaml(arguments.prefix), end="")
    return 0


def _run(arguments: argparse.Namespace, _argv: Sequence[str]) -> int:
    from generator.conda.activate import run

    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise Unsupported("`conda run`: no command to run")
    run(arguments.prefix, command)


def _engine() -> Any:
    """Import what needs py-rattler; raise `EngineUnavailable` where it is missing."""
    if not is_available():
        raise EngineUnavailable
    from generator.conda import commands

    return commands


def _perform(work: Coroutine[Any, Any, object]) -> int:
    print(asyncio.run(work))
    return 0
