"""Run by an interpreter of its own: start a step's program, watch us, tell what the program took.

    python -I -S launcher.py LOCALE PROGRAM [ARGUMENT]...

Standard input is a socket to us. When its other end is closed, we are gone (killed, so that we
could not end anything), and the whole process group is ended. What the program took is written to
it: the exit code (negative: a signal), wall and CPU seconds, and bytes; or, after the word `error`,
a number of errno.

It is there for the figures, too. Linux carries the largest resident set over exec: what we start
directly seems never to need less memory than we do. This process is as small as Python gets (9 MB),
and that is the least that it can tell. It is also the clock: nothing of ours is in the time.

LOCALE is the program's LC_CTYPE, empty where it has none: Python sets it at its own start.
No module is imported that is not loaded anyway.
"""

import _signal  # type: ignore[import-not-found] # not in typeshed; `signal` takes 3 ms
import _thread
import os
import sys
import time

if sys.platform == "win32":
    sys.exit("there are no process groups on Windows")

#: SIGPIPE and SIGXFSZ: Python ignores them, and a program has to meet them as everybody else does.
IGNORED_BY_PYTHON = [13, 25]
#: SIGHUP, SIGINT, SIGQUIT, SIGTERM end the program; this process lives on to tell how it ended.
POLITE = [1, 2, 3, 15]
SIGKILL = 9
#: The program's standard input: nothing.
NO_INPUT = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)


def watch() -> None:
    """End everything when the other end of the socket is closed; nothing is ever sent over it."""
    try:
        os.read(0, 1)
    finally:
        os.killpg(0, SIGKILL)


if __name__ == "__main__":
    locale, *argv = sys.argv[1:]
    if locale:
        os.environ["LC_CTYPE"] = locale
    else:
        os.environ.pop("LC_CTYPE", None)
    polite = [number for number in POLITE if _signal.getsignal(number) != _signal.SIG_IGN]
    for number in polite:
        _signal.signal(number, _signal.SIG_IGN)
    _thread.start_new_thread(watch, ())
    begin = time.perf_counter()
    try:
        child = os.posix_spawnp(
            argv[0],
            argv,
            os.environ,
            file_actions=[NO_INPUT],
            setsigdef=[*IGNORED_BY_PYTHON, *polite],
        )
    except OSError as error:
        found = f"error {error.errno}"
    else:
        _, status, usage = os.wait4(child, 0)
        seconds = time.perf_counter() - begin
        cpu = usage.ru_utime + usage.ru_stime
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        found = f"{os.waitstatus_to_exitcode(status)} {seconds} {cpu} {peak}"
    os.write(0, found.encode())
    # Not by sys.exit: the thread that watches waits for ever, and there is nothing to clear up.
    os._exit(0)
