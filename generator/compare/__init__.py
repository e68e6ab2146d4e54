"""Compare: the same project in several layouts, side by side.

What the folders of `templates/` say (layouts, commands) costs nothing; what only the real managers
can tell (locks, resolved versions, measurements) is added by `evidence`, out of what `measure` saw.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from generator import __version__
from generator.answers import Answers
from generator.catalog import Manager, manager
from generator.compare.commands import command_rows
from generator.compare.layouts import layouts
from generator.compare.model import SCHEMA, Comparison, Dependency, Project, Subject
from generator.render import render
from generator.tree import Tree


@dataclass(frozen=True)
class Entrant:
    """One layout to compare: its answers, the project as rendered, and verbs that do not count."""

    answers: Answers
    tree: Tree
    left_out: frozenset[str] = frozenset()

    @classmethod
    def example(cls, answers: Answers) -> Entrant:
        """Return our own example project in the layout that the answers ask for."""
        return cls(answers, render(answers.context, answers.values))

    @property
    def manager(self) -> Manager:
        """The manager whose layout it is."""
        return manager(self.answers["manager"])


def example(answers: Answers) -> Project:
    """Return what is compared when nothing of the user's is: our own example."""
    dependencies = tuple(
        Dependency(one["name"], one["name"] + one.get("spec", ""), one["group"])
        for one in answers.context["dependencies"]
    )
    return Project(answers["project_name"], answers["python_version"], dependencies)


def compare(project: Project, entrants: Sequence[Entrant]) -> Comparison:
    """Hold the layouts side by side, as far as that needs no manager to run."""
    values = {"PROJECT": project.name}
    return Comparison(
        schema=SCHEMA,
        scaffold=__version__,
        created=now(),
        project=project,
        managers=tuple(_subject(one.manager) for one in entrants),
        layouts=layouts({one.manager.name: one.tree for one in entrants}),
        commands=command_rows([one.manager for one in entrants], values),
    )


def now() -> str:
    """Return the time as reports have it: UTC, ISO 8601, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _subject(one: Manager) -> Subject:
    return Subject(
        one.name,
        one.title,
        one.homepage,
        one.scope,
        one.environment,
        one.manifest,
        one.lock,
    )
