# RDMA over a soft RoCE or iWARP device.
need rdma ip
load ib_core
modprobe rdma_rxe 2>/dev/null || true
modprobe siw 2>/dev/null || true
modprobe ib_uverbs 2>/dev/null || true
modprobe rdma_cm 2>/dev/null || true
modprobe rdma_ucm 2>/dev/null || true
may rdma system set netns exclusive
ip link add dummy0 type dummy
ip addr add 192.0.2.1/24 dev dummy0
ip link set dummy0 up
may rdma system
may rdma link add rxe0 type rxe netdev dummy0
may rdma link add siw0 type siw netdev dummy0
truth link rdma -j link
truth dev rdma -jd dev
truth resource rdma -j resource
truth qp rdma -j resource show qp
may rdma -d resource show cq
may rdma -d resource show pd
may rdma -d resource show mr
may rdma -d resource show cm_id
may rdma -d resource show ctx
may rdma -d resource show srq
may rdma resource show qp link rxe0/1
truth statistic rdma -j statistic
may rdma statistic mode
may rdma statistic qp show
may rdma statistic show link rxe0/1
may rdma statistic mode supported
may rdma dev set siw0 name lab0
may rdma system show
may rdma dev show nosuch
may rdma link del rxe0
may rdma link del lab0
may rdma link del siw0
