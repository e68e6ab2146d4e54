"""scaffold: start, compare and prove a Python project in the layout of any manager."""

__version__ = "0.1.0"
