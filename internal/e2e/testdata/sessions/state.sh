# What the kernel has now, as the tools print it.
lines() { python3 -c 'import json, sys; print(json.dumps([l.strip() for l in sys.stdin if l.strip()]))'; }
ip -j -d link show
ip -j addr show
ip -j -d route show table all
ip -j -6 -d route show table all
ip -j rule show
ip -j -6 rule show
ip -j -d nexthop show
ip -j neigh show nud permanent
ip -j neigh show proxy
bridge -j vlan show
bridge -j fdb show
bridge -j mdb show
# Not all that tc prints as JSON is JSON: this is a list of its lines.
{
	tc -d qdisc show
	for dev in htb hfsc drr qfq; do
		tc -d class show dev $dev
	done
	tc -d filter show dev flt egress
	tc -d filter show dev flt ingress
	tc chain show dev flt egress
	tc filter show block 7
	for kind in gact bpf connmark csum ct ctinfo gate mirred mpls nat pedit police sample skbedit skbmod tunnel_key vlan; do
		tc actions list action $kind
	done
} 2>/dev/null | lines
nft -s list ruleset 2>/dev/null | lines
wg showconf wg0 2>/dev/null | lines
wg showconf wg1 2>/dev/null | lines
ip xfrm state | lines
ip xfrm policy | lines
ip xfrm policy getdefault 2>/dev/null | lines
ip -j macsec show
ipset save 2>/dev/null | lines
for dev in veth0 tun0; do
	ethtool -k $dev 2>/dev/null
	ethtool -c $dev 2>/dev/null
	ethtool -l $dev 2>/dev/null
	ethtool $dev 2>/dev/null
done | lines
