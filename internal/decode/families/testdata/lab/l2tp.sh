# Tunnels over UDP and IP, IPv4 and IPv6, with sessions.
need ip
load l2tp_netlink l2tp_eth l2tp_ip l2tp_ip6
ip link set lo up
ip addr add 10.1.0.1/32 dev lo
ip addr add fd00:1::1/128 dev lo nodad
ip l2tp add tunnel tunnel_id 3000 peer_tunnel_id 4000 encap udp local 10.1.0.1 remote 127.0.0.1 udp_sport 5000 udp_dport 6000
ip l2tp add session name l2t0 tunnel_id 3000 session_id 1000 peer_session_id 2000 cookie a1b2c3d4 peer_cookie 0102030405060708
ip l2tp add session name l2t1 tunnel_id 3000 session_id 1001 peer_session_id 2001 seq both l2spec_type none
ip l2tp add tunnel tunnel_id 3001 peer_tunnel_id 4001 encap ip local 10.1.0.1 remote 127.0.0.1
ip l2tp add session tunnel_id 3001 session_id 1002 peer_session_id 2002
may ip l2tp add tunnel tunnel_id 3002 peer_tunnel_id 4002 encap udp local fd00:1::1 remote ::1 udp_sport 5001 udp_dport 6001 udp6_csum_tx off udp6_csum_rx on
truth tunnels ip l2tp show tunnel
truth sessions ip l2tp show session
may ip l2tp show tunnel tunnel_id 3001
may ip l2tp add session tunnel_id 3999 session_id 5 peer_session_id 6
ip l2tp del session tunnel_id 3000 session_id 1000
ip l2tp del tunnel tunnel_id 3001
