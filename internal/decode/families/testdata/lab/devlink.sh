# devlink: Debian builds no netdevsim, and a guest has no hardware of the family:
# these are the requests, the empty dumps and the refusals. What the kernel
# answers is in testdata/devlink.
need devlink python3
(timeout 60 devlink -j monitor >/dev/null 2>&1) &
mon=$!
sleep 1
d=netdevsim/netdevsim41
may devlink -j dev show
may devlink -j port show
may devlink -j dev info $d
may devlink -j resource show $d
may devlink resource set $d path /IPv4/fib size 100
may devlink -j dev param show
may devlink dev param set $d name max_macs value 16 cmode driverinit
may devlink dev param set $d name test1 value false cmode driverinit
may devlink -j dev param show $d name test1
may devlink dev param set $d name nosuch value 1 cmode runtime
may devlink -j health show
may devlink health diagnose $d reporter dummy
may devlink health test $d reporter dummy
may devlink -j health dump show $d reporter dummy
may devlink health dump clear $d reporter dummy
may devlink health recover $d reporter dummy
may devlink health set $d reporter dummy grace_period 5 auto_recover true auto_dump false
may devlink -j health show $d reporter dummy
may devlink region new $d/dummy snapshot 7
may devlink -j region show
may devlink -j region dump $d/dummy snapshot 7
may devlink -j region read $d/dummy snapshot 7 address 0 length 32
may devlink region del $d/dummy snapshot 7
may devlink -j trap show
may devlink -j trap group show
may devlink -j trap policer show
may devlink -s -j trap show $d trap source_mac_is_multicast
may devlink trap set $d trap source_mac_is_multicast action trap
may devlink trap set $d trap source_mac_is_multicast action mirror
may devlink trap group set $d group l2_drops action drop policer 2
may devlink trap policer set $d policer 3 rate 2000 burst 256
may devlink dev eswitch show $d
may devlink dev eswitch set $d mode switchdev
may devlink -j dev eswitch show $d
may devlink port function rate add $d/group1
may devlink port function rate set $d/group1 tx_share 10mbit tx_max 100mbit
may devlink port function rate set $d/128 tx_share 1mbit tx_max 2mbit
may devlink port function rate set $d/129 parent group1
may devlink -j port function rate show
may devlink port function rate set $d/129 noparent
may devlink port function rate del $d/group1
may devlink -j port show
may devlink port function set $d/128 hw_addr 00:11:22:33:44:55 state active
may devlink port set $d/0 type eth
may devlink port split $d/0 count 4
may devlink port unsplit $d/0
may devlink port add $d flavour pcisf pfnum 0 sfnum 11
may devlink port param show
may devlink dev flash $d file nosuch.bin
may devlink dev flash $d file nltop-lab.bin component fw.mgmt overwrite settings overwrite identifiers
may devlink sb show
may devlink sb pool show
may devlink sb pool set $d sb 0 pool 1 size 100 thtype static
may devlink sb tc bind set $d/0 sb 0 tc 1 type ingress pool 1 th 3
may devlink sb port pool set $d/0 sb 0 pool 1 th 4
may devlink sb port pool show
may devlink sb tc bind show
may devlink sb occupancy snapshot $d
may devlink sb occupancy clearmax $d
may devlink dpipe table show $d
may devlink dpipe header show $d
may devlink dpipe table dump $d name nosuch
may devlink dpipe table set $d name nosuch counters enable
may devlink lc show
may devlink lc set $d lc 1 type 16x100G
may devlink dev eswitch set $d mode legacy
may devlink dev reload $d action driver_reinit
may devlink dev reload $d action fw_activate limit no_reset
may devlink -s -j dev show $d
may devlink dev show pci/0000:99:00.0
python3 ./devlink_raw.py 41
kill "$mon" || true
