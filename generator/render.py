"""Answers -> Tree: the same jinja2 templates that plain Copier renders, several times faster.

The only module that knows template syntax. A test holds its output to Copier's, byte for byte.
Copier's own names (`_copier_conf`, the `yield` tag in a file name, the filters `to_json`,
`from_yaml` and `regex_search` of jinja2-ansible-filters) are provided here because
importing them from Copier costs more than rendering a whole project does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from generator import __version__
from generator.catalog import load_yaml, templates_root
from generator.errors import BadTemplate
from generator.memo import memo, recall
from generator.tree import File, Tree

SUFFIX = ".jinja"
#: The recorded note of which version of us made a project (Copier's notes start with `_`, too).
VERSION_KEY = "_scaffold_version"
_YIELD = re.compile(r"{% yield (?P<name>\w+) from (?P<items>.+?) %}(?P<body>.*){% endyield %}")
#: What a mistake in a template raises while it renders.
_MISTAKES = (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError)


def expand(text: str, context: Mapping[str, Any]) -> str:
    """Render a string of `copier.yml`, such as a default or a validator."""
    if "{" not in text:
        return text
    try:
        return _environment().get_template(_EXPRESSION + text).render(context)
    except _MISTAKES as error:
        raise BadTemplate("copier.yml", f"{type(error).__name__}: {error}") from error


def render(context: Mapping[str, Any], answers: Mapping[str, Any]) -> Tree:
    """Render the whole project.

    `context` holds every question's value, hidden ones included; `answers` is what the answers file
    records, with our version. Raises `BadTemplate` naming the file when a template fails.
    """
    settings = questionnaire()
    root = templates_root() / settings["_subdirectory"]
    everything = {
        **context,
        "_copier_answers": {VERSION_KEY: __version__, **answers},
        "_copier_conf": {"answers_file": settings["_answers_file"]},
    }
    files: dict[str, File] = {}
    for source in _walk(root):
        relative = source.relative_to(root).as_posix()
        mode = 0o755 if source.stat().st_mode & 0o111 else 0o644
        for target, names in _targets(relative, everything):
            try:
                files[target] = File(_content(source, {**everything, **names}), mode)
            except _MISTAKES as error:
                raise BadTemplate(target, f"{type(error).__name__}: {error}") from error
    return Tree(files)


@cache
def questionnaire() -> dict[str, Any]:
    """Return `copier.yml`: settings (keys with a leading underscore) and questions, in order."""
    text = (templates_root() / "copier.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = from_yaml(text)
    return loaded


@cache
def purposes() -> dict[str, str]:
    """Return what each verb of a manager.yml is for, in the order in which one meets them."""
    text = "{% from 'partials/verbs.jinja' import purposes %}{{ purposes | to_json }}"
    found: dict[str, str] = json.loads(expand(text, {}))
    return found


def from_yaml(text: str) -> Any:
    """Parse the YAML that a template gave: from memory, or as JSON, which is YAML and cheaper."""
    if text.startswith(("[", "{")):
        with suppress(ValueError):
            return json.loads(text)
    return recall("yaml", text, load_yaml)


def _walk(root: Path) -> Iterator[Path]:
    skipped = {"__pycache__", ".git", ".DS_Store"}
    for path in sorted(root.iterdir()):
        if path.name in skipped or path.suffix == ".pyc":
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _targets(relative: str, context: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each project path that a source file makes, with the names that only it sees."""
    name = relative.removesuffix(SUFFIX)
    if many := _YIELD.search(name):
        for item in context[many["items"]]:
            names = {many["name"]: item}
            yield expand(many["body"], {**context, **names}), names
    else:
        yield expand(name, context), {}


def _content(source: Path, context: Mapping[str, Any]) -> bytes:
    if source.suffix != SUFFIX:
        return source.read_bytes()
    name = source.relative_to(templates_root()).as_posix()
    return _environment().get_template(name).render(context).encode()


#: Before the text of an expression where jinja2 wants the name of a template.
_EXPRESSION = "copier.yml: "


class _Loader(jinja2.FileSystemLoader):
    """Also loads the expressions of `copier.yml`, so that the bytecode cache serves them too."""

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        if template.startswith(_EXPRESSION):
            return template.removeprefix(_EXPRESSION), "copier.yml", lambda: True
        return super().get_source(environment, template)


class _Cache(jinja2.BytecodeCache):
    """Keeps compiled templates in our memo: one file to read instead of one a template."""

    # The bytecode of one version of jinja2 need not suit another's runtime.
    kind = f"jinja2 {jinja2.__version__}"

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        bucket.code = memo().get(self.kind, bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        memo().put(self.kind, bucket.key + bucket.checksum, bucket.code)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=_Loader(templates_root()),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        bytecode_cache=_Cache(),
        auto_reload=False,
        cache_size=-1,
        autoescape=False,  # noqa: S701 - no HTML is written; each template quotes for its own language
    )
    environment.filters.update(
        to_json=json.dumps,
        from_yaml=from_yaml,
        regex_search=_regex_search,
    )
    return environment


def _regex_search(text: str, pattern: str) -> str | None:
    found = re.search(pattern, text)
    return found and found.group()
