# What the kernel has after the session of that name, as the tools print it: JSON, and
# lines of text behind a bar (not all that tc prints as JSON is JSON).
lines() { sed 's/^[[:blank:]]*/| /'; }
ip -j -d link show
case $1 in
ip)
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
	;;
tc)
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
	;;
nft)
	nft -s list ruleset | lines
	;;
iptables)
	{
		iptables-save
		ip6tables-save
	} | grep -v '^#' | lines
	;;
keys)
	{
		wg showconf wg0
		wg showconf wg1
		ip xfrm state
		ip xfrm policy
		ip xfrm policy getdefault
	} | lines
	ip -j macsec show
	;;
sets)
	ipset save | lines
	for dev in veth0 tun0; do
		ethtool -k $dev
		ethtool -c $dev
		ethtool -l $dev
		ethtool $dev
	done 2>/dev/null | lines
	;;
esac
