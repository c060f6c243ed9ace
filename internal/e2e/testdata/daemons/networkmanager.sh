# NetworkManager brings up a profile with an address and a route, and takes it down.
monitor
ip link add up0 type dummy
mkdir -p /run/dbus nm /run/NetworkManager /var/lib/NetworkManager
cat >dbus.conf <<-CONF
	<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
	 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
	<busconfig>
	 <type>system</type>
	 <listen>unix:path=/run/dbus/system_bus_socket</listen>
	 <auth>EXTERNAL</auth>
	 <policy context="default">
	  <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
	 </policy>
	</busconfig>
CONF
cat >nm.conf <<-CONF
	[main]
	plugins=keyfile
	dns=none
	auth-polkit=false
	[keyfile]
	path=$PWD/nm
	[device]
	match-device=interface-name:up0
	managed=1
CONF
cat >nm/up0.nmconnection <<-CONF
	[connection]
	id=lab
	uuid=11111111-2222-3333-4444-555555555555
	type=dummy
	interface-name=up0
	autoconnect=false
	[ipv4]
	method=manual
	address1=192.0.2.1/24
	route1=172.25.0.0/16,192.0.2.2
	[ipv6]
	method=disabled
CONF
chmod 600 nm/up0.nmconnection
daemon dbus-daemon --config-file="$PWD/dbus.conf" --nofork --nopidfile
await test -S /run/dbus/system_bus_socket
daemon NetworkManager --debug --log-level=INFO --config="$PWD/nm.conf" --config-dir="$PWD/none" --state-file="$PWD/state" --pid-file="$PWD/pid"
await nmcli connection show lab
nmcli connection up lab >&2
await ip route show 172.25.0.0/16 proto static
nmcli connection down lab >&2
gone ip route show 172.25.0.0/16
finish
