# taskstats: a process asks for itself, then hears of one that ends; and
# cgroupstats, which share the family's commands.
# netns: host
need python3
truth self python3 ./taskstats_raw.py
