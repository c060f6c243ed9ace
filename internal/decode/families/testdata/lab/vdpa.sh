# vdpa: the simulators of a network and of a block device.
need vdpa
load vdpa vdpa_sim_net vdpa_sim_blk
truth mgmtdev vdpa -j mgmtdev show
vdpa dev add name lab0 mgmtdev vdpasim_net mac 00:11:22:33:44:55 mtu 1400
may vdpa dev add name lab1 mgmtdev vdpasim_blk
truth dev vdpa -j dev show
truth config vdpa -j dev config show
may vdpa -j dev vstats show lab0 qidx 0
may vdpa dev add name lab0 mgmtdev vdpasim_net
may vdpa dev del lab1
vdpa dev del lab0
may vdpa dev del nosuch
