"""What the real managers showed, in a comparison's words: locks, exports, resolved versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from generator.catalog import Manager, manager
from generator.check.equivalence import differences, resolved
from generator.check.model import CaseReport
from generator.compare.locks import file_facts
from generator.compare.measure.play import EXPORTS, Evidence, Played
from generator.compare.model import Comparison, Export, FileFacts, Lock, Resolved, Subject


def with_evidence(comparison: Comparison, played: Played) -> Comparison:
    """Return the comparison with everything that running the managers added to it."""
    cases = {one.report.manager: one.report for one in played.evidence}
    return replace(
        comparison,
        managers=tuple(_ran(one, cases[one.name]) for one in comparison.managers),
        locks=tuple(_lock(manager(one.report.manager), one) for one in played.evidence),
        resolved=_resolved(list(cases.values())),
        measurements=played.measurements,
        problems=played.problems,
    )


def _ran(subject: Subject, case: CaseReport) -> Subject:
    inside = f"in {subject.environment}" if manager(subject.name).inside else ""
    return replace(
        subject,
        version=case.manager_version or None,
        found=(inside or case.engine) if case.manager_version else None,
        channel=_channel(case.channel),
    )


def _channel(channel: str) -> str | None:
    """Name a channel without its address, which may be private, a path, or hold a token."""
    if not channel:
        return None
    url = urlsplit(channel)
    if not url.scheme:
        return channel
    here = url.scheme == "file" or url.hostname in ("localhost", "127.0.0.1", "::1")
    return "a channel on this machine" if here else "another channel"


def _lock(one: Manager, evidence: Evidence) -> Lock:
    exports = []
    for verb in EXPORTS:
        if reason := one.unsupported.get(verb):
            exports.append(Export(verb, unsupported=reason))
        elif verb in evidence.exports:
            exports.append(Export(verb, _facts(evidence.exports[verb])))
    return Lock(one.name, one.scope, _facts(evidence.locks), tuple(exports))


def _facts(files: Mapping[str, bytes]) -> tuple[FileFacts, ...]:
    return tuple(file_facts(path, data) for path, data in sorted(files.items()))


def _resolved(cases: Sequence[CaseReport]) -> tuple[Resolved, ...]:
    """Return every package, those first that not all resolved alike."""
    names = [case.manager for case in cases if case.packages]
    reasons = {one.package: one.reasons for one in differences(cases)}
    rows = (
        Resolved(
            package,
            {name: versions.get(name) for name in names},
            package not in reasons,
            reasons.get(package, ()),
        )
        for package, versions in resolved(cases).items()
    )
    return tuple(sorted(rows, key=lambda row: (row.same, row.package)))
