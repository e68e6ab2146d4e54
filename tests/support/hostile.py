"""A surrounding environment in which managers go astray: each of these redirects or breaks one."""

from __future__ import annotations

NOWHERE = "/nonexistent/hostile"

#: Everything that was seen to leak in, and its neighbours.
HOSTILE = {
    "VIRTUAL_ENV": NOWHERE,
    "VIRTUAL_ENV_PROMPT": "hostile",
    "CONDA_PREFIX": NOWHERE,
    "CONDA_DEFAULT_ENV": "hostile",
    "CONDA_SHLVL": "1",
    "CONDARC": f"{NOWHERE}/condarc",
    "PYTHONPATH": NOWHERE,
    "PYTHONSTARTUP": f"{NOWHERE}/startup.py",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONWARNINGS": "error",
    "UV_PYTHON": "3.8",
    "UV_PROJECT_ENVIRONMENT": NOWHERE,
    "UV_NO_INDEX": "1",
    "UV_OFFLINE": "1",
    "UV_CONSTRAINT": f"{NOWHERE}/constraints.txt",
    "UV_CONFIG_FILE": f"{NOWHERE}/uv.toml",
    "UV_FROZEN": "1",
    "PIP_TARGET": NOWHERE,
    "PIP_PREFIX": NOWHERE,
    "PIP_NO_INDEX": "1",
    "PIP_USER": "1",
    "PIP_CONSTRAINT": f"{NOWHERE}/constraints.txt",
    "PIP_REQUIRE_VIRTUALENV": "0",
    "PDM_PYTHON": NOWHERE,
    "PDM_IGNORE_SAVED_PYTHON": "1",
    "POETRY_ACTIVE": "1",
    "POETRY_VIRTUALENVS_CREATE": "false",
    "POETRY_VIRTUALENVS_PATH": NOWHERE,
    "PIPENV_ACTIVE": "1",
    "PIPENV_PIPFILE": f"{NOWHERE}/Pipfile",
    "PIPENV_VENV_IN_PROJECT": "0",
    "PIPENV_CUSTOM_VENV_NAME": "hostile",
    "WORKON_HOME": NOWHERE,
    "GIT_DIR": NOWHERE,
    "GIT_WORK_TREE": NOWHERE,
    "GIT_AUTHOR_NAME": "hostile",
    "PYTEST_ADDOPTS": "--no-such-option",
    "MAKEFLAGS": "--no-such-option",
}
