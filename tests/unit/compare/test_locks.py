from __future__ import annotations

import pytest

from generator.compare.locks import file_facts

SHA = "0123456789abcdef" * 4

REQUIREMENTS = f"""\
# comment
--index-url https://example.org/simple
alpha==1.0 ; python_version < "4" \\
    --hash=sha256:{SHA} \\
    --hash=sha256:{SHA}
    # via beta
beta[x]==2 \\
    --hash=sha256:{SHA}
"""
PIPFILE = f"""\
{{"_meta": {{"hash": {{"sha256": "{SHA}"}}, "requires": {{}},
  "sources": [{{"url": "https://example.org/simple"}}]}},
 "default": {{"alpha": {{"hashes": ["sha256:{SHA}"]}}}},
 "develop": {{"alpha": {{}}, "beta": {{"hashes": ["sha256:{SHA}"]}}}}}}
"""
POETRY = f"""\
[[package]]
name = "alpha"
files = [{{file = "a.whl", hash = "sha256:{SHA}"}}]
[[package]]
name = "beta"
"""
PYLOCK = f"""\
lock-version = "1.0"
[[packages]]
name = "alpha"
wheels = [{{url = "https://example.org/a.whl", hashes = {{sha256 = "{SHA}"}}}}]
"""
EXPLICIT = f"""\
# platform: linux-64
@EXPLICIT
https://example.org/conda-forge/noarch/alpha-1.0-0.conda#{SHA}
https://example.org/conda-forge/noarch/beta-1.0-0.conda#{SHA}
"""


@pytest.mark.parametrize(
    ("path", "text", "entries", "hashes", "urls"),
    [
        ("requirements.txt", REQUIREMENTS, 2, 3, 1),
        ("Pipfile.lock", PIPFILE, 2, 2, 1),
        ("poetry.lock", POETRY, 2, 1, 0),
        ("dist/pylock.toml", PYLOCK, 1, 1, 1),
        ("conda-linux-64.lock", EXPLICIT, 2, 2, 2),
        ("requirements.txt", "", 0, 0, 0),
    ],
)
def test_facts(path: str, text: str, entries: int, hashes: int, urls: int) -> None:
    facts = file_facts(path, text.encode())
    assert (facts.entries, facts.hashes, facts.urls) == (entries, hashes, urls)
    assert facts.bytes == len(text)
    assert facts.lines == text.count("\n")
    assert facts.path == path


@pytest.mark.parametrize("data", [b'{"default": ', b"\xff"])
def test_a_broken_lock_is_no_lock(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        file_facts("Pipfile.lock", data)
