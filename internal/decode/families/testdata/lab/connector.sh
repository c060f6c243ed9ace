# Process events. The connector is of the first network namespace alone.
# netns: host
need python3
python3 - <<'PY'
import os, socket, struct, sys, time
s = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 11)
s.bind((0, 1)); s.settimeout(1)
def op(n):
    body = struct.pack('=IIIIHHI', 1, 1, 1, 0, 4, 0, n)
    s.send(struct.pack('=IHHII', 16 + len(body), 3, 0, 0, os.getpid()) + body)
op(1)
pid = os.fork()
if pid == 0:
    time.sleep(0.2)
    with open('/proc/self/comm', 'w') as f: f.write('lab-renamed')
    os.setsid()
    os.setgid(100); os.setuid(1000)
    os.execv('/bin/false', ['false'])
_, status = os.waitpid(pid, 0)
dump = os.fork()
if dump == 0: os.abort()
_, killed = os.waitpid(dump, 0)
op(2)
try:
    while True: s.recv(65536)
except OSError: pass
with open(os.environ['LAB_PREFIX'] + '.pids', 'w') as f: f.write('%d %d %d %d %d\n' % (os.getpid(), pid, status >> 8, dump, killed & 127))
PY
