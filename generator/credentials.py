"""Tell values that hold a credential from those that do not: the first are never written down."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_CREDENTIAL = re.compile(
    r"://\S*@"  # user:password@ or token@ in a URL
    r"|^[^\s/@:]+:\S*@"  # the same for a proxy that is named without a scheme
    r"|://\S*/t/[^/\s]"  # the token in a URL of conda's
    r"|://\S*\?\S*="  # a signed URL
    r"|://\S*#(?!egg=|subdirectory=|(?:md5|sha\d+)=)\S*=",  # a token in a fragment
    re.IGNORECASE,
)
_NAME = re.compile(r"PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY", re.IGNORECASE)


def holds_credential(value: str) -> bool:
    """Tell whether a value has a password or token in it. A doubtful URL has one."""
    return _CREDENTIAL.search(value) is not None


def names_credential(name: str) -> bool:
    """Tell whether a variable of this name is itself a password or a token."""
    return _NAME.search(name) is not None


#: Where a text holds a URL with a credential, and what is shown in its place.
_SHOWN = (
    (re.compile(r"(?<=://)[^/\s]*@"), "***@"),
    (re.compile(r"(://[^\s?#]*)\?[^\s#]*"), r"\1?***"),
    (re.compile(r"(://[^\s#]*)#(?!egg=|subdirectory=|(?:md5|sha\d+)=)[^\s=]*=\S*"), r"\1#***"),
)


def without_credentials(text: str) -> str:
    """Return a text to show: users, passwords, queries and tokens of the URLs in it are `***`."""
    for pattern, shown in _SHOWN:
        text = pattern.sub(shown, text)
    return text


def without_password(url: str) -> str:
    """Return a URL without user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
