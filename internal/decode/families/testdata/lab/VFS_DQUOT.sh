# Warnings of a file system with quotas on a loop device.
# netns: host
need mkfs.ext4 quotaon setquota python3
load loop ext4 quota_v2
truncate -s 32M /tmp/q.img
mkfs.ext4 -q -O quota -E quotatype=usrquota /tmp/q.img
mkdir -p /tmp/q
mount -o loop,usrquota /tmp/q.img /tmp/q
chmod 777 /tmp/q
setquota -u 1234 100 200 3 5 /tmp/q
python3 - <<'PY'
import os, socket, sys
sys.path.insert(0, ".")
from tun_genl import *
Family("VFS_DQUOT")
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
s.bind((0, 0)); s.settimeout(1)
for g in range(1, 40):
    try: s.setsockopt(270, 1, g)
    except OSError: pass
if os.fork() == 0:
    os.setuid(1234)
    for i in range(7):
        try: open("/tmp/q/f%d" % i, "w").write("x")
        except OSError as e: print(e)
    try: open("/tmp/q/f0", "w").write("x" * 400000)
    except OSError as e: print(e)
    for i in range(7):
        try: os.unlink("/tmp/q/f%d" % i)
        except OSError as e: print(e)
    os._exit(0)
os.wait()
try:
    while True: s.recv(9999)
except socket.timeout:
    pass
PY
umount /tmp/q
