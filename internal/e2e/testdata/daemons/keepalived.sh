# keepalived is the only one of its VRRP group, becomes master and adds the virtual
# address; at its end it takes it away.
monitor
link up0 192.0.2.1/24
cat >keepalived.conf <<-CONF
	global_defs {
		router_id lab
		vrrp_garp_master_repeat 1
	}
	vrrp_instance lab {
		state MASTER
		interface up0
		virtual_router_id 7
		priority 255
		advert_int 0.1
		virtual_ipaddress { 192.0.2.100/32 }
	}
CONF
daemon keepalived -n -l -P -f "$PWD/keepalived.conf" -p "$PWD/pid" -r "$PWD/vrrp.pid"
await ip addr show dev up0 to 192.0.2.100
finish
gone ip addr show dev up0 to 192.0.2.100
