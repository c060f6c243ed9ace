# NAT of nftables: prefixes, interval maps, ports, and how a port is chosen.
need nft
load nf_tables
nft -f nat.nft
truth rules nft list ruleset
