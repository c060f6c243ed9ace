# What the kernel has now, as the tools print it.
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
