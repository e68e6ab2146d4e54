"""What `conda list` and `conda env export` print of a prefix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from generator.conda.channels import channel_name
from generator.conda.explicit import write_lock
from generator.conda.prefix import Installed, dependencies_first, installed, pip_installed
from generator.conda.shim import engine_version


def list_explicit(prefix: Path, platform: str) -> str:
    """Return the lock: every conda package's URL and sha256, and nothing that pip installed."""
    return write_lock(dependencies_first(installed(prefix)), platform, created_by=engine_version())


def list_export(prefix: Path) -> str:
    """Return `name=version=build` lines, which `conda-meta/pinned` understands too."""
    rows = [(one.name, one.version, one.build) for one in installed(prefix)]
    rows += [(name, version, "pypi_0") for name, version in pip_installed(prefix)]
    return "".join(f"{'='.join(row)}\n" for row in sorted(rows))


def list_table(prefix: Path) -> str:
    """Return what people read: name, version, build and channel in columns."""
    rows = [("# Name", "Version", "Build", "Channel")]
    rows += [(p.name, p.version, p.build, _channel(p)) for p in installed(prefix)]
    rows += [(name, version, "pypi_0", "pypi") for name, version in pip_installed(prefix)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows)
    return f"# packages in environment at {prefix}:\n" + "".join(
        f"{line.rstrip()}\n" for line in lines
    )


def export_yaml(prefix: Path) -> str:
    """Return an environment.yml that pins everything, as `conda env export` does."""
    import yaml

    class Indented(yaml.SafeDumper):
        """Indents lists as conda does."""

        def increase_indent(self, flow=False, indentless=False):  # type: ignore[no-untyped-def] # noqa: ARG002, FBT002
            return super().increase_indent(flow=flow, indentless=False)

    packages = installed(prefix)
    dependencies: list[Any] = [f"{one.name}={one.version}={one.build}" for one in packages]
    if from_pip := pip_installed(prefix):
        dependencies.append({"pip": [f"{name}=={version}" for name, version in from_pip]})
    content = {
        "name": str(prefix.resolve()),
        "channels": _channels(packages),
        "dependencies": dependencies,
        "prefix": str(prefix.resolve()),
    }
    return yaml.dump(content, Dumper=Indented, sort_keys=False, allow_unicode=True)


def _channels(packages: Sequence[Installed]) -> list[str]:
    return list(dict.fromkeys(_channel(one) for one in packages))


def _channel(package: Installed) -> str:
    return channel_name(package.url.rpartition("/")[0].rpartition("/")[0])
