"""The built-in conda-compatible engine: `python -m generator.conda <conda's own arguments>`.

It runs the command lines of `templates/conda/manager.yml`, and nothing else, where no conda is on
PATH. The solver and the installer are py-rattler's (the extra `conda`); what rattler leaves out
(environment.yml, the explicit lock, the history, export) is here. The process that runs it is the
worker: rattler can crash while an interpreter shuts down, so `__main__` ends with `os._exit`.
"""

from __future__ import annotations

from pathlib import Path

from generator.conda.channels import channel_settings
from generator.conda.shim import ENGINE, engine_version, is_available, write_shim

__all__ = [
    "ENGINE",
    "channel_settings",
    "engine_version",
    "is_available",
    "user_settings",
    "write_shim",
]


def user_settings(home: Path) -> dict[str, str]:
    """Write what counts of the user's configuration into `home`: see `generator.conda.condarc`."""
    from generator.conda import condarc  # not before a conda is asked for: it reads YAML

    return condarc.user_settings(home)
