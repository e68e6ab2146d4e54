"""Tell values that hold a credential from those that do not: the first are never written down."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_CREDENTIAL = re.compile(
    r"://\S*@"  # user:password@ or token@ in a URL
    r"|^[^\s/@:]+:\S*@"  # the same for a proxy that is named without a scheme
    r"|://\S*/t/[^/\s]"  # the token in a URL of conda's
    r"|://\S*\?\S*=",  # a signed URL
    re.IGNORECASE,
)
_NAME = re.compile(r"PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY", re.IGNORECASE)


def holds_credential(value: str) -> bool:
    """Tell whether a value has a password or token in it. A doubtful URL has one."""
    return _CREDENTIAL.search(value) is not None


def names_credential(name: str) -> bool:
    """Tell whether a variable of this name is itself a password or a token."""
    return _NAME.search(name) is not None


def without_password(url: str) -> str:
    """Return a URL without user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
