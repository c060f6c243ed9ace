# Rules and status of audit, and the records that system calls raise.
# netns: host
need auditctl ausearch python3
cd /
PATH=/usr/sbin:/usr/bin:/sbin:/bin
cat >/tmp/listen.py <<'PY'
# The multicast group, as journald joins it, and a user message.
import os, socket, struct, sys, time
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9)
s.bind((0, 1)); s.settimeout(0.5)
open('/tmp/listening', 'w').close()
out = open('/tmp/lab-audit.log', 'w')
end = time.time() + 60
while time.time() < end and not os.path.exists('/tmp/stop'):
    try: d = s.recv(65536)
    except OSError: continue
    typ = struct.unpack_from('=H', d, 4)[0]
    out.write('type=UNKNOWN[%d] msg=%s\n' % (typ, d[16:].rstrip(b'\0').decode('latin-1').replace('\n', ' ')))
out.close()
PY
rm -f /tmp/listening /tmp/stop
python3 /tmp/listen.py &
i=0; while [ ! -e /tmp/listening ] && [ $i -lt 100 ]; do sleep 0.2; i=$((i + 1)); done
truth status auditctl -s
auditctl -e 1
auditctl -b 1024
auditctl -f 1
auditctl -r 0
may auditctl --reset-lost
may auditctl --backlog_wait_time 1000
mkdir -p /tmp/watched
auditctl -w /tmp/watched -p wa -k lab-watch
auditctl -a always,exit -F arch=b64 -S execve -S connect -F 'auid>=1000' -F success=1 -k lab-never
auditctl -a always,exit -F arch=b64 -S openat,unlinkat -F dir=/tmp/watched -F exit!=-EACCES -k lab-open
auditctl -a always,exit -F arch=b64 -S mkdirat,mkdir,kill,capset,mq_open,pipe2,sendto,mmap,bind -F comm=python3 -k lab-odd 2>/dev/null ||
	auditctl -a always,exit -F arch=b64 -S mkdirat,mkdir,kill,capset,mq_open,pipe2,bind -F exe=/bin/false -k lab-odd
auditctl -a always,exit -F arch=b64 -S execve -F path=/bin/true -k lab-exec
auditctl -a always,exit -F arch=b64 -S bind -F a2=16 -k lab-bind
auditctl -a never,user -F uid=1234 -F pid!=1
auditctl -a always,exclude -F msgtype=CWD
may auditctl -a always,exit -F arch=b64 -S mount -F auid!=-1 -F perm=x -F path=/bin/mount
may auditctl -a always,exit -S all -F uid=4321 -C uid!=euid
auditctl -a never,filesystem -F fstype=tracefs
auditctl -a always,exit -F arch=b64 -S openat -F pid=$$ -k lab-open
auditctl -a always,exit -F arch=b64 -S execve,unlinkat,fchmodat,mkdir -F ppid=$$ -k lab-run
truth rules auditctl -l
may auditctl -a always,exit -F arch=b64 -S execve -F path=/bin/true -k lab-exec
/bin/true "one argument" 'quo"ted' two
echo x >/tmp/watched/file
echo x >'/tmp/watched/a name with spaces'
rm /tmp/watched/file
chmod 640 '/tmp/watched/a name with spaces'
may chmod 0 /tmp/watched/nothing
may mkdir /tmp/watched
python3 - <<'PY'
import os, socket, struct, sys
for fam, addr in ((socket.AF_INET, ('127.0.0.1', 4444)), ):
    s = socket.socket(fam, socket.SOCK_STREAM); s.bind(addr)
try: os.open('/tmp/watched/nope', os.O_RDONLY)
except OSError: pass
n = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9); n.bind((0, 0)); n.settimeout(1)
def ask(typ, body, flags=5):
    n.send(struct.pack('=IHHII', 16 + len(body), typ, flags, 7, 0) + body)
    try:
        while True: n.recv(65536)
    except OSError: pass
ask(1000, b'', 1)
ask(1010, b'', 1)
ask(1016, b'', 1)
ask(1017, struct.pack('=II', 0, 0))
ask(1018, struct.pack('=IIII', 1, 2, 0, 0))
ask(1019, b'', 1)
ask(1112, b"op=login id=1000 exe=\"/bin/login\" hostname=? addr=192.0.2.7 terminal=tty1 res=success\0")
ask(1124, b"68656c6c6f0a\0")
ask(2404, b"op=start direction=from-server cipher=aes256-ctr laddr=192.0.2.1 lport=22 exe=\"/usr/sbin/sshd\" res=success\0")
ask(1014, b'')
ask(1003, b'x')
PY
may auditctl -m "a message from the lab"
may auditctl -d always,exit -F arch=b64 -S bind -F a2=16 -k lab-bind
may auditctl -W /tmp/watched -p wa -k lab-watch
auditctl -D
sleep 1
touch /tmp/stop
wait || true
may auditctl -e 0
truth search sh -c 'for k in lab-run lab-watch lab-never; do TZ=UTC ausearch -i -k $k -if /tmp/lab-audit.log | head -60; done'
rm -rf /tmp/watched
