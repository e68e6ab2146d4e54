"""The toolchain: what a manager's steps need around them, found on this machine or provided.

`prepare(manager, "3.11", folder)` gives a `Bench`: the manager's executable, the interpreter, and
the environment for steps, in which nothing of the surrounding one is left.
"""

from generator.toolchain.bench import Bench, prepare
from generator.toolchain.index import forget_password
from generator.toolchain.interpreters import NoInterpreter, interpreter
from generator.toolchain.lookup import find, obtain, search
from generator.toolchain.tool import Tool, ToolUnavailable

__all__ = [
    "Bench",
    "NoInterpreter",
    "Tool",
    "ToolUnavailable",
    "find",
    "forget_password",
    "interpreter",
    "obtain",
    "prepare",
    "search",
]
