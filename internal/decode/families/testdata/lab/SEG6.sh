# HMAC keys and the source of tunnels. The tool asks for the secret on a
# terminal, so the keys are set by hand too.
need ip python3
ip sr tunsrc set fc00::1
truth tunsrc ip sr tunsrc show
python3 - <<'PY'
import sys
sys.path.insert(0, ".")
from tun_genl import *
f = Family("SEG6")
f.send(1, attr(3, 17), attr(5, u8(6)), attr(4, b"secret"), attr(6, u8(1)))
f.send(1, attr(3, 18), attr(5, u8(10)), attr(4, b"longsecret"), attr(6, u8(2)))
f.send(1, attr(3, 19), attr(5, u8(10)), attr(4, b"longsecret"), attr(6, u8(9)))
PY
truth hmac ip sr hmac show
