"""The dependencies of a user's own project, whatever manager it uses, in every layout of ours.

`read_project(directory)` reads them; `layout(own, manager)` renders them. The project is only ever
read: nothing of it is run, nothing is written to it.
"""

from generator.manifests.choose import find_manifests
from generator.manifests.errors import BadManifest, NoDependencies, NoDirectory, NoManifest
from generator.manifests.layout import ABOUT_SOURCES, layout
from generator.manifests.own import Own, read_project

__all__ = [
    "ABOUT_SOURCES",
    "BadManifest",
    "NoDependencies",
    "NoDirectory",
    "NoManifest",
    "Own",
    "find_manifests",
    "layout",
    "read_project",
]
