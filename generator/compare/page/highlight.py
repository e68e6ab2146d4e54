"""Syntax colours, as a handful of classes: Pygments' own formatter would triple the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import PurePosixPath

from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_for_filename, get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token, _TokenType
from pygments.util import ClassNotFound

#: Files that Pygments does not know by their name.
_LANGUAGES = {"Pipfile": "toml", ".editorconfig": "ini", "poetry.lock": "toml", "uv.lock": "toml"}

#: The style sheet's class of a kind of token; what is not here is plain.
_CLASSES = {
    Comment: "c",
    Keyword: "k",
    Operator.Word: "k",
    String: "s",
    Number: "n",
    Name.Tag: "f",
    Name.Attribute: "f",
    Name.Function: "f",
    Name.Class: "f",
    Name.Decorator: "f",
    Name.Property: "f",
    Token.Generic.Heading: "k",
    Token.Generic.Subheading: "k",
}


def markup(text: str, path: str) -> Markup:
    """Return `text` escaped, coloured as the file name says; no element spans two lines."""
    lexer = _lexer(PurePosixPath(path).name)
    tokens = list(lexer.get_tokens(text)) if lexer else []
    # Pygments tidies line ends and byte order marks: what it would change stays without colours.
    if "".join(value for _, value in tokens) != text:
        return escape(text)
    return Markup("").join(_spans(tokens))


def _spans(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[Markup]:
    for style, value in _merged(tokens):
        if not style:
            yield escape(value)
            continue
        for line in value.splitlines(keepends=True):
            body = line.rstrip("\n")
            if body:
                yield Markup("<b class={}>{}</b>").format(style, body)
            yield Markup(line[len(body) :])  # noqa: S704 - line ends


def _merged(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[str, str]]:
    """Yield runs of one class: most tokens of a file need no element of their own."""
    style, run = "", ""
    for kind, value in tokens:
        found = _class(kind)
        if found != style:
            yield style, run
            style, run = found, ""
        run += value
    yield style, run


@cache
def _class(kind: _TokenType) -> str:
    return next((_CLASSES[one] for one in reversed(kind.split()) if one in _CLASSES), "")


@cache
def _lexer(name: str) -> Lexer | None:
    options = {"stripnl": False, "ensurenl": False, "stripall": False}
    if language := _LANGUAGES.get(name):
        return get_lexer_by_name(language, **options)
    try:
        found = find_lexer_class_for_filename(name)
    except ClassNotFound:
        found = None
    return found(**options) if found else None
