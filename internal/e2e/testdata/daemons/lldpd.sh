# lldpd lists links and addresses, and follows a link that is made.
monitor
link up0 192.0.2.1/24
mkdir -p /run/lldpd
daemon lldpd -d -I 'up*' -u "$PWD/lldpd.socket"
knows() { lldpcli -u "$PWD/lldpd.socket" -f keyvalue show interfaces | grep -q "$1"; }
await knows up0
ip link add up1 type dummy
ip link set up1 up
await knows up1
finish
