# SPDX-License-Identifier: Apache-2.0
"""Devlink commands that the tool of Debian 12 lacks: self tests, and an end of
the monitor's flood (NOTIFY_FILTER_SET)."""
import sys

from genlraw import ACK, DUMP, Family, attr, nest

f = Family("devlink")
dev = attr(1, "netdevsim") + attr(2, "netdevsim" + sys.argv[1])
f.call(82, dev)                        # SELFTESTS_GET
f.call(82, b"", DUMP | ACK)
f.call(83, dev + nest(177, attr(1)))   # SELFTESTS_RUN, DEVLINK_ATTR_SELFTEST_ID_FLASH
f.call(84, dev)                        # NOTIFY_FILTER_SET
