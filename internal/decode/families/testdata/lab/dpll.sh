# dpll and handshake: nothing in a guest has a clock or a TLS handshake, so
# these are the requests and the kernel's refusals.
need python3
python3 - <<'PY'
from genlraw import *
for name, calls in (
    ("dpll", [(1, u32(9, 1)), (2, u32(1, 7)), (3, u32(1, 7) + u32(5, 1)), (7, attr(6, "label") + u32(9, 2)), (8, u32(1, 3)),
              (9, u32(1, 3) + u32(15, 5) + nest(18, u32(2, 1) + u32(15, 1)))]),
    ("handshake", [(2, u32(2, 1)), (3, u32(1, 0) + u32(2, 9) + u32(3, 5))]),
):
    try:
        f = Family(name)
    except OSError as e:
        print("lab: may:", e)
        continue
    if name == "dpll":
        f.call(2, b"", DUMP | ACK)
        f.call(8, b"", DUMP | ACK)
    for cmd, body in calls:
        f.call(cmd, body)
PY
