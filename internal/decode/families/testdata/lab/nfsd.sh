# nfsd: threads, versions, listeners by hand (nfsdctl is newer than Debian 12).
need python3
load nfsd
python3 - <<'PY'
from genlraw import *
try:
    f = Family("nfsd")
except OSError as e:  # before 6.7
    print("lab: left out:", e)
    raise SystemExit(77)
f.call(1, b"", DUMP | ACK)
for cmd in (3, 5, 7, 9):
    f.call(cmd)
f.call(8, attr(1, "global"))
f.call(4, nest(1, u32(1, 4) + u32(2, 1) + attr(3)))
f.call(2, u32(1, 0))
PY
