# systemd-networkd gives a link its address and a route, takes back a change of the
# configuration by networkctl, and leaves.
monitor
ip link add up0 type dummy
mkdir -p /run/systemd/network /run/systemd/netif
cat >/run/systemd/network/10-up0.network <<-CONF
	[Match]
	Name=up0
	[Network]
	Address=192.0.2.1/24
	IPv6AcceptRA=no
	LinkLocalAddressing=no
	[Route]
	Destination=172.24.0.0/16
	Gateway=192.0.2.2
CONF
chown -R systemd-network: /run/systemd/netif
daemon /lib/systemd/systemd-networkd
await ip route show 172.24.0.0/16 proto static
finish
rm -r /run/systemd/network
