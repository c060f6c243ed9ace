# ethtool: every subject of the family that has a device in a guest: netdevsim,
# veth, tun, a dummy. What those lack fails, and shows its request.
need ethtool ip
load netdevsim veth tun dummy
echo "31 1 4" >/sys/bus/netdevsim/new_device || echo "31 1" >/sys/bus/netdevsim/new_device
sleep 1
nsim=$(ip -br link | grep -v '^lo' | head -n 1 | cut -d' ' -f1 | cut -d@ -f1)
ip link set "$nsim" name nsim0
ip link add veth0 type veth peer name veth1
ip link set veth0 up
ip link set veth1 up
ip link set nsim0 up
ip link add dummy0 type dummy
ip tuntap add dev tun0 mode tap
(timeout 40 ethtool --monitor >/dev/null 2>&1) &
mon=$!
sleep 1
truth link ethtool veth0
may ethtool nsim0
may ethtool tun0
truth features ethtool --json -k veth0
may ethtool -K veth0 tx off
may ethtool -K veth0 tx on gso off
may ethtool --json -k nsim0
may ethtool -K nsim0 hw-tc-offload on
may ethtool -g nsim0
may ethtool -G nsim0 rx 64 tx 32
truth rings ethtool -g nsim0
may ethtool -G nsim0 rx 100000
may ethtool -c nsim0
may ethtool -C nsim0 rx-usecs 7 tx-usecs 9 adaptive-rx on
truth coalesce ethtool -c nsim0
may ethtool -C nsim0 rx-usecs 1 cqe-mode-rx on
truth channels ethtool -l veth0
may ethtool -L veth0 rx 1 tx 1
may ethtool -L veth0 combined 3
may ethtool -A nsim0 rx on tx on
truth pause ethtool --json -a nsim0
may ethtool -I --json -a nsim0
may ethtool --set-fec nsim0 encoding rs
truth fec ethtool --json --show-fec nsim0
may ethtool -I --json --show-fec nsim0
truth ts ethtool -T veth0
may ethtool -T nsim0
may ethtool -T dummy0
may ethtool -s tun0 msglvl drv on link on
truth msglvl ethtool tun0
may ethtool -s nsim0 wol ug
may ethtool -s nsim0 speed 1000 duplex full autoneg on advertise 0x2f
may ethtool -s nsim0 port tp mdix auto phyad 3 master-slave forced-master
may ethtool --show-eee nsim0
may ethtool --set-eee nsim0 eee on tx-lpi on tx-timer 20 advertise 0x20
may ethtool --show-priv-flags nsim0
may ethtool --set-priv-flags nsim0 a on
may ethtool --show-tunnels nsim0
may ethtool --cable-test nsim0
may ethtool --cable-test-tdr nsim0 first 1 last 20 step 2 pair 1
may ethtool -S nsim0 --groups eth-phy eth-mac eth-ctrl rmon
may ethtool -S veth0 --all-groups
may ethtool -m nsim0
may ethtool -m nsim0 hex on offset 0 length 16 page 1 bank 0 i2c 0x50
may ethtool --show-module nsim0
may ethtool --set-module nsim0 power-mode-policy auto
may ethtool --get-phc-vclocks nsim0
may ethtool --show-pse nsim0
may ethtool --set-pse nsim0 podl-pse-admin-control enable
may ethtool --get-plca-cfg nsim0
may ethtool --set-plca-cfg nsim0 enable on node-id 1 node-cnt 8 to-tmr 32 burst-cnt 1 burst-tmr 2
may ethtool --get-plca-status nsim0
may ethtool --show-mm nsim0
may ethtool -x nsim0
may ethtool nosuch0
python3 ./ethtool_raw.py veth0 nsim0 tun0 dummy0
kill "$mon" || true
echo 31 >/sys/bus/netdevsim/del_device
