# conntrackd keeps statistics of a flow that it learns from ctnetlink.
mkdir -p /var/lock /run/lock
cat >conntrackd.conf <<-CONF
	General {
		HashSize 1024
		HashLimit 4096
		LogFile off
		Syslog off
		LockFile $PWD/lock
		UNIX { Path $PWD/ctl }
		NetlinkBufferSize 1048576
		NetlinkBufferSizeMaxGrowth 2097152
	}
	Stats { LogFile off }
CONF
nft -f - <<-NFT
	table ip lab {
		chain out { type filter hook output priority 0; ct state new counter; }
	}
NFT
daemon conntrackd -C "$PWD/conntrackd.conf"
await conntrackd -C "$PWD/conntrackd.conf" -s
conntrack -I -p udp -s 192.0.2.1 -d 192.0.2.2 --sport 1000 --dport 2000 -t 60 >&2
in_cache() { conntrackd -C "$PWD/conntrackd.conf" -i 2>/dev/null | grep -q 'sport=1000 dport=2000'; }
await in_cache
conntrack -D -p udp -s 192.0.2.1 >&2
await sh -c "! conntrackd -C '$PWD/conntrackd.conf' -i | grep -q sport=1000"
finish
