"""Run a program that has no network but the loopback: `(*loopback.ONLY, PROGRAM, ARGUMENT...)`.

In a network namespace of its own (Linux), in which even what it starts reaches nobody.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys

ONLY = ("unshare", "--map-root-user", "--net", sys.executable, __file__)

#: Of <linux/sockios.h> and <net/if.h>: sets an interface's flags, and the one for "up".
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1

if __name__ == "__main__":
    with socket.socket() as any_socket:  # a new namespace's loopback is down
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    os.execvp(sys.argv[1], sys.argv[1:])
