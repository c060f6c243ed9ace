# ethtool: every subject of the family on the devices that Debian's kernels have
# without hardware: veth, tun, a bridge, a dummy. What those lack fails, and
# shows its request.
need ethtool ip python3
load veth tun dummy
ip link add veth0 numtxqueues 4 numrxqueues 4 type veth peer name veth1
ip link set veth0 up
ip link set veth1 up
ip link add dummy0 type dummy
ip link add br0 type bridge
ip link set br0 up
ip tuntap add dev tun0 mode tap
(timeout 40 ethtool --monitor >/dev/null 2>&1) &
mon=$!
sleep 1
truth link ethtool veth0
may ethtool br0
may ethtool tun0
may ethtool tun0
truth features ethtool --json -k veth0
may ethtool -K veth0 tx off
may ethtool -K veth0 tx on gso off
may ethtool --json -k tun0
may ethtool -K tun0 hw-tc-offload on
may ethtool -g tun0
may ethtool -G tun0 rx 64 tx 32
may ethtool -g veth0
may ethtool -G tun0 rx 100000
may ethtool -c tun0
may ethtool -C tun0 rx-frames 7
may ethtool -C tun0 rx-usecs 7 tx-usecs 9 adaptive-rx on
truth coalesce ethtool -c tun0
may ethtool -C tun0 rx-usecs 1 cqe-mode-rx on
truth channels ethtool -l veth0
may ethtool -L veth0 rx 1 tx 1
may ethtool -L veth0 combined 3
may ethtool -A tun0 rx on tx on
may ethtool --json -a tun0
may ethtool -I --json -a tun0
may ethtool --set-fec tun0 encoding rs
may ethtool --json --show-fec tun0
may ethtool -I --json --show-fec tun0
truth ts ethtool -T veth0
may ethtool -T tun0
may ethtool -T dummy0
may ethtool -s tun0 msglvl drv on link on
truth msglvl ethtool tun0
may ethtool -s tun0 wol ug
may ethtool -s tun0 speed 2500 duplex half autoneg off
may ethtool -s veth0 speed 1000 duplex full autoneg on advertise 0x2f
truth tunlink ethtool tun0
may ethtool -s tun0 port tp mdix auto phyad 3 master-slave forced-master
may ethtool --show-eee tun0
may ethtool --set-eee tun0 eee on tx-lpi on tx-timer 20 advertise 0x20
may ethtool --show-priv-flags tun0
may ethtool --set-priv-flags tun0 a on
may ethtool --show-tunnels tun0
may ethtool --cable-test tun0
may ethtool --cable-test-tdr tun0 first 1 last 20 step 2 pair 1
may ethtool -S tun0 --groups eth-phy eth-mac eth-ctrl rmon
may ethtool -S veth0 --all-groups
may ethtool -m tun0
may ethtool -m tun0 hex on offset 0 length 16 page 1 bank 0 i2c 0x50
may ethtool --show-module tun0
may ethtool --set-module tun0 power-mode-policy auto
may ethtool --get-phc-vclocks tun0
may ethtool --show-pse tun0
may ethtool --set-pse tun0 podl-pse-admin-control enable
may ethtool --get-plca-cfg tun0
may ethtool --set-plca-cfg tun0 enable on node-id 1 node-cnt 8 to-tmr 32 burst-cnt 1 burst-tmr 2
may ethtool --get-plca-status tun0
may ethtool --show-mm tun0
may ethtool -x tun0
may ethtool nosuch0
python3 ./ethtool_raw.py veth0 tun0
kill "$mon" 2>/dev/null || true
