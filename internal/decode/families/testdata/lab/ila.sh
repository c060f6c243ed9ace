# Mappings of identifier-locator addressing.
need ip
load ila
ip link set lo up
ip ila add loc_match 2001:db8:0:1 loc 2001:db8:0:2 csum-mode no-action ident-type luid
ip ila add loc_match 2001:db8:0:3 loc 2001:db8:0:4 dev lo csum-mode adj-transport
may ip ila add loc_match 2001:db8:0:3 loc 2001:db8:0:4 dev lo
truth list ip ila list
ip ila del loc_match 2001:db8:0:1
may ip ila del loc_match 2001:db8:0:9
