# SPDX-License-Identifier: Apache-2.0
"""Asks TASKSTATS for this process and for a cgroup, then listens to exits.
Prints what /proc says of the process."""
import json
import os
import subprocess
import sys

from genlraw import Family, attr, u32

f = Family("TASKSTATS")
out = sys.stdout
sys.stdout = sys.stderr
f.call(1, u32(1, os.getpid()))
f.call(1, u32(2, os.getpid()))
f.call(1, u32(1, 999999))
fd = os.open("/sys/fs/cgroup", os.O_RDONLY)
f.call(4, u32(1, fd))
f.call(1, attr(3, "0-1"))
f.call(1, attr(3, "0"))
subprocess.call(["/bin/true"])
f.listen(1.0, 4)
f.call(1, attr(4, "0"))
with open("/proc/self/comm", encoding="utf-8") as c:
    json.dump({"pid": os.getpid(), "ppid": os.getppid(), "comm": c.read().strip(), "uid": os.getuid()}, out)
