"""Run by an interpreter of its own: run a program and write down what it took.

    python -I -S launcher.py RESULT PARENT PROGRAM [ARGUMENT]...

Linux carries the largest resident set over exec, and so a program started by us directly seems
never to need less memory than we do. This process is as small as Python gets (9 MB), and that is
the floor of what it can tell. It also is the clock, so that nothing of ours is in the time it
takes. RESULT gets the exit code (negative: a signal), wall and CPU seconds, and bytes; or, after
the word `error`, a number of errno. When PARENT, a process id, is gone (killed, so that it could
not end us), the whole process group is ended: whoever resumes wants the project for himself.
No module is imported that is not loaded anyway.
"""

import _thread
import os
import sys
import time

#: What Python ignores and a program has to meet as everybody else does: SIGPIPE and SIGXFSZ.
IGNORED = (13, 25)
SIGKILL = 9
#: Seconds between two looks at the parent.
TICK = 0.2


def watch(parent: int) -> None:
    """End everything when the parent has ended."""
    while os.getppid() == parent:
        time.sleep(TICK)
    os.killpg(0, SIGKILL)


if __name__ == "__main__":
    result, parent, *argv = sys.argv[1:]
    _thread.start_new_thread(watch, (int(parent),))
    begin = time.perf_counter()
    try:
        child = os.posix_spawnp(argv[0], argv, os.environ, setsigdef=IGNORED)
    except OSError as error:
        found, code = f"error {error.errno}", 127
    else:
        _, status, usage = os.wait4(child, 0)
        seconds = time.perf_counter() - begin
        code = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        found = f"{code} {seconds} {cpu} {peak}"
    with open(result, "w") as file:  # noqa: PTH123 - pathlib is not loaded
        file.write(found)
    sys.exit(code if code >= 0 else 128 - code)
