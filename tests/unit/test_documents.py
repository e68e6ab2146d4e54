"""What a project has besides code says the same everywhere, and what is true of the code."""

from __future__ import annotations

import ast
import itertools
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.answers import resolve, visible_questions
from generator.catalog import load_yaml, manager, manager_names
from generator.render import render
from tests.support import project_commands as told

LICENSES = [choice.value for choice in visible_questions()["license"].choices]
#: The values in a Makefile where the README shows the metavariable's own name.
VALUES = {"$(PACKAGE)": "PACKAGE", "$(PLATFORM)": "PLATFORM"}


def rendered(**given: Any) -> dict[str, str]:
    """Render a project; return its texts by path."""
    answers = resolve({"project_name": "my-app", **given})
    files = render(answers.context, answers.values).files
    return {path: file.data.decode() for path, file in files.items()}


@pytest.mark.parametrize("name", manager_names())
def test_the_table_and_the_makefile_hold_every_verb(name: str) -> None:
    files, facts = rendered(manager=name), manager(name)
    names = {"PROJECT": "my-app"}
    expected = {
        verb: [told.same_words(str(command.replace(names))) for command in commands]
        for verb, commands in facts.commands.items()
    }
    table = told.readme_table(files["README.md"])
    assert {verb: list(map(told.same_words, lines)) for verb, lines in table.items()} == expected
    assert told.readme_reasons(files["README.md"]) == facts.unsupported
    assert {verb: _recipe(files["Makefile"], verb) for verb in facts.commands} == expected
    assert set(told.makefile_targets(files["Makefile"])) == {"help", *facts.commands}


@pytest.mark.parametrize("name", manager_names())
def test_shell_makefile_and_workflow_have_the_manager_s_settings(name: str) -> None:
    files, facts = rendered(manager=name, ci="github"), manager(name)
    *setting, _, _ = told.readme_blocks(files["README.md"])
    assert tuple(line for block in setting for line in block) == facts.shell
    exported = dict(re.findall(r"^export (\w+) := ([^$\n]+)$", files["Makefile"], re.MULTILINE))
    assert exported == facts.settings
    hidden = re.findall(r"^unexport (\w+)$", files["Makefile"], re.MULTILINE)
    assert tuple(hidden) == facts.unset
    assert told.workflow_settings(files[".github/workflows/ci.yml"]) == facts.settings


def _recipe(makefile: str, target: str) -> list[str]:
    body = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert body is not None
    lines = [line for line in body[1].replace("\t", "").splitlines() if not line.startswith("@")]
    for value, name in VALUES.items():
        lines = [line.replace(value, name) for line in lines]
    return [told.same_words(line.replace("$$", "$")) for line in lines]


@pytest.mark.parametrize("name", manager_names())
def test_both_services_run_the_same_commands(name: str) -> None:
    scripts = told.workflow_scripts(rendered(manager=name, ci="github")[".github/workflows/ci.yml"])
    pipeline = told.gitlab_lines(rendered(manager=name, ci="gitlab")[".gitlab-ci.yml"])
    assert pipeline == {
        job: [
            line
            for script in scripts
            if script.job == job and not script.name.startswith("Get ")
            for line in script.text.splitlines()
        ]
        for job in pipeline
    }
    assert set(pipeline) == {script.job for script in scripts}


@pytest.mark.parametrize("name", manager_names())
def test_ci_covers_every_supported_python_once(name: str) -> None:
    files = rendered(manager=name, ci="github", python_version="3.12")
    jobs = load_yaml(files[".github/workflows/ci.yml"])["jobs"]
    matrices = [job["strategy"]["matrix"]["python"] for job in jobs.values() if "strategy" in job]
    assert sorted(itertools.chain(*matrices)) == (["3.12", "3.13", "3.14"] if matrices else [])
    assert all(job["timeout-minutes"] <= 30 for job in jobs.values())


@pytest.mark.parametrize("name", manager_names())
def test_ci_may_read_and_nothing_else(name: str) -> None:
    workflow = load_yaml(rendered(manager=name, ci="github")[".github/workflows/ci.yml"])
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert "permissions" not in job
        assert job["steps"][0]["with"] == {"persist-credentials": False}


@pytest.mark.parametrize("client", ["aioboto3", "aiobotocore"])
def test_the_readme_tells_every_setting_and_exit_code(client: str) -> None:
    files = rendered(aws_client=client)
    code = [ast.parse(text) for path, text in files.items() if path.endswith("settings.py")]
    nodes = [node for module in code for node in ast.walk(module)]
    ours = {
        f"MY_APP_{call.args[1].value}"
        for call in nodes
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "number"
        and isinstance(call.args[1], ast.Constant)
        and isinstance(call.args[1].value, str)
    }
    ours |= {
        f"MY_APP_{sum_.right.value}"
        for sum_ in nodes
        if isinstance(sum_, ast.BinOp)
        and isinstance(sum_.left, ast.Name)
        and sum_.left.id == "ENV_PREFIX"
        and isinstance(sum_.right, ast.Constant)
        and isinstance(sum_.right.value, str)
    }
    theirs = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and re.fullmatch(r"AWS_[A-Z_]+", str(node.value))
    }
    assert ours
    assert set(re.findall(r"`((?:MY_APP|AWS)_[A-Z_]+)`", files["README.md"])) == ours | theirs
    [exits] = [
        node
        for node in ast.parse(files["src/my_app/errors.py"]).body
        if isinstance(node, ast.ClassDef) and node.name == "Exit"
    ]
    codes = {
        node.value.value
        for node in exits.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    told_codes = re.findall(r"^\| (\d+) \|", files["README.md"], re.MULTILINE)
    assert set(map(int, told_codes)) == codes


def test_the_readme_tells_the_defaults() -> None:
    files = rendered()
    fields = re.compile(r"^    (\w+): \w+ = ([\d.]+)$", re.MULTILINE)
    defaults = dict(fields.findall(files["src/my_app/settings.py"]))
    assert defaults
    for name, value in defaults.items():
        row = re.search(rf"^\| `MY_APP_{name.upper()}` .* ([\d.]+) \|$", files["README.md"], re.M)
        assert row is not None
        assert float(row[1]) == float(value)


@pytest.mark.parametrize("license_", LICENSES)
def test_a_licence_names_its_holder(license_: str) -> None:
    text = rendered(license=license_, author_name="Ada {{ x }} <\\>", year=2031)["LICENSE"]
    placeholders = re.findall(r"\[(?:year|yyyy|fullname|name of copyright owner)\]", text)
    assert not placeholders
    if license_ not in {"GPL-3.0-or-later", "MPL-2.0"}:  # their own text names no holder
        assert re.search(r"2031,? Ada \{\{ x \}\} <\\>", text)
    nobody = rendered(license=license_, year=2031)["LICENSE"]
    assert nobody == text.replace("Ada {{ x }} <\\>", "my-app contributors")


CHARACTERS = st.characters(exclude_categories=("C", "Z"), include_characters=" ")


@settings(deadline=None)  # it renders a whole project each time
@example("<b>x</b>")
@example("<https://a.b>")
@example("[a](b)")
@example("![a](b)")
@example("*a* **b** _c_ __d__")
@example("&amp; &#35;")
@example("`a`")
@example("~~a~~")
@example("1. a")
@example("1) a")
@example("# a")
@example("- a")
@example("+ a")
@example("> a")
@example("===")
@example("\\*a\\*")
@example("| a | b |")
@example("$a$")
@example("a:b //c")
@given(
    st.one_of(st.text(CHARACTERS, max_size=80), st.text("\\`*_[]<>#|~&$!:/.)-+= 1aw", max_size=20))
)
def test_a_description_is_read_as_it_was_written(description: str) -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py comes with rich")
    readme = rendered(description=description)["README.md"]
    tokens = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(readme)
    heading_end = next(i for i, token in enumerate(tokens) if token.type == "heading_close")
    if not description.strip():
        assert "Environment" in tokens[heading_end + 2].content
        return
    assert tokens[heading_end + 1].type == "paragraph_open"
    children = tokens[heading_end + 2].children
    assert {child.type for child in children} <= {"text", "text_special"}
    text = "".join(child.content for child in children)
    assert text.split() == description.split()
