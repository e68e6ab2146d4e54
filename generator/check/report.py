"""A run's report as JSON (schema 1) and as JUnit XML."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

from generator.check.equivalence import resolved
from generator.check.model import SCHEMA, CaseReport, Report, StepReport


def as_json(report: Report) -> str:
    """Return the report in the schema that `scaffold check --help` names."""
    return json.dumps(as_dict(report), indent=2, ensure_ascii=False) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """Return `{schema, ok, interrupted, problem, cases, resolved, differences}`; wall seconds."""
    return {
        "schema": SCHEMA,
        "ok": report.ok,
        "interrupted": report.interrupted,
        "problem": report.problem,
        "cases": [_case(case) for case in report.cases],
        "resolved": resolved(report.cases),
        "differences": [
            {
                "package": one.package,
                "versions": dict(one.versions),
                "reasons": list(one.reasons),
                "explained": one.explained,
            }
            for one in report.differences
        ],
    }


def _case(case: CaseReport) -> dict[str, Any]:
    return {
        "manager": case.manager,
        "manager_version": case.manager_version,
        "engine": case.engine,
        "channel": case.channel or None,
        "answers": dict(case.answers),
        "ok": case.ok,
        "interrupted": case.interrupted,
        "tests": list(case.tests),
        "steps": [step_dict(step) for step in case.steps],
    }


def step_dict(step: StepReport) -> dict[str, Any]:
    """Return a step as every report of ours has it."""
    return {
        "verb": step.verb,
        "argv": list(step.argv),
        "seconds": step.seconds,
        "exit_code": step.exit_code,
        "expect": step.expect,
        "status": step.status,
        "reason": step.reason,
    }


def as_junit(report: Report) -> str:
    """Return the report as JUnit XML: a suite a layout, a case a step, and one that compares them.

    `unable` is an error (the step could not do its job), `unsupported` and `not_run` are skipped,
    each with its reason; `not_run` is never alone: a step before it failed.
    """
    root = ET.Element("testsuites", name="scaffold check")
    for case in report.cases:
        suite = ET.SubElement(root, "testsuite", name=case.manager)
        for number, step in enumerate(case.steps, 1):
            _junit_step(suite, case.manager, number, step)
        if not case.tests:
            _junit_result(suite, case.manager, "tests ran", "no test of the project ran")
    together = ET.SubElement(root, "testsuite", name="equivalence")
    same = "" if report.same_tests else "the layouts did not run the same tests"
    _junit_result(together, "equivalence", "same tests", same)
    if report.problem:
        _junit_result(together, "equivalence", "compared", report.problem)
    for one in report.differences:
        why = "" if one.explained else "; ".join(one.reasons) or "unexplained"
        _junit_result(together, "equivalence", one.package, why)
    for suite in root:
        for kind in ("failure", "error", "skipped"):
            plural = kind if kind == "skipped" else f"{kind}s"
            suite.set(plural, str(len(suite.findall(f"testcase/{kind}"))))
        suite.set("tests", str(len(suite)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _junit_step(suite: ET.Element, manager: str, number: int, step: StepReport) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=manager,
        name=f"{number:02} {step.verb}: {' '.join(step.argv)}".rstrip(": "),
        time=f"{step.seconds:.3f}",
    )
    kinds = {"failed": "failure", "unable": "error", "unsupported": "skipped", "not_run": "skipped"}
    if kind := kinds.get(step.status):
        reason = _printable(step.reason)
        ET.SubElement(case, kind, message=reason).text = _printable(step.output)


def _junit_result(suite: ET.Element, classname: str, name: str, failure: str) -> None:
    case = ET.SubElement(suite, "testcase", classname=classname, name=name, time="0")
    if failure:
        ET.SubElement(case, "failure", message=_printable(failure))


def _printable(text: str) -> str:
    """Leave out what XML cannot hold: control characters, such as a terminal's colours."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable())
