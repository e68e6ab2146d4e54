"""A real conda channel without conda-forge: wheels from the package index, as conda packages.

It holds the running CPython and every package that a generated project needs. The extra `conda` has
what it takes.
"""

from generator.conda_channel.building import ChannelFailed, build, subdir

__all__ = ["ChannelFailed", "build", "subdir"]
