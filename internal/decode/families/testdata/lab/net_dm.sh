# net_dm: dropped packets in the summary and in the packet mode.
# netns: host
need ip python3
load drop_monitor dummy
ip link set lo up
python3 ./net_dm_raw.py
