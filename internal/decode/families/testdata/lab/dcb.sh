# Data center bridging: the dcb tool asks devices that have none of it, which
# shows requests and refusals; no driver of a virtual machine has DCB.
need dcb ip
ip link add d0 type dummy
ip link set d0 up
may dcb ets show dev d0
may dcb ets set dev d0 willing on tc-tsa all:strict 0:ets tc-bw 0:100 prio-tc 0:1 1:2
may dcb pfc show dev d0
may dcb pfc set dev d0 prio-pfc all:off 3:on delay 5 macsec-bypass on
may dcb app show dev d0
may dcb app add dev d0 dscp-prio CS3:3 ethtype-prio 0x8906:3 stream-port-prio 3260:4 default-prio 1
may dcb app del dev d0 dscp-prio CS3:3
may dcb maxrate show dev d0
may dcb maxrate set dev d0 tc-maxrate all:100Mbit 0:1Gbit
may dcb buffer show dev d0
may dcb buffer set dev d0 prio-buffer all:0 3:1 buffer-size all:0 0:256KB
may dcb dcbx show dev d0
may dcb dcbx set dev d0 host ieee
