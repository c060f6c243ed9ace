# vdpa: Debian builds no simulator, but devices in user space (VDUSE).
# netns: host
need vdpa python3
load vdpa vduse
may modprobe virtio_vdpa
python3 ./vdpa_vduse.py lab0 &
vduse=$!
sleep 2
truth mgmtdev vdpa -j mgmtdev show
may vdpa dev add name lab1 mgmtdev vduse
may vdpa dev add name lab0 mgmtdev vduse
truth dev vdpa -j dev show
truth config vdpa -j dev config show
may vdpa -j dev vstats show lab0 qidx 0
may vdpa dev add name lab0 mgmtdev vduse mac 00:11:22:33:44:55 mtu 1400 max_vqp 1
may vdpa dev del lab0
may vdpa dev del nosuch
kill "$vduse" 2>/dev/null || true
