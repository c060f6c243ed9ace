# SPDX-License-Identifier: Apache-2.0
# Hooks: asked for by number. Debian's 6.1 has no CONFIG_NETFILTER_NETLINK_HOOK and
# refuses.
# Fingerprints of operating systems (osf), which only nfnl_osf adds.
need python3 iptables-legacy ip
load nf_conntrack iptable_filter nf_conntrack_netlink
ip link set lo up
iptables-legacy -A INPUT -m conntrack --ctstate NEW
truth hooks python3 nfhook.py
