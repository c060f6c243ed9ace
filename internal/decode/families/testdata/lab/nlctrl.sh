# The controller: families by name and all of them, policies by name.
need genl ip
genl ctrl list
genl ctrl get name nlctrl
may genl ctrl policy name nlctrl
truth text genl ctrl get name nlctrl
