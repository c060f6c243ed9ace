// SPDX-License-Identifier: Apache-2.0

package main

import (
	"golang.org/x/sys/unix"
)

// ifName returns a function that names the interfaces of nltop's own network
// namespace. It asks by ioctl, not by Netlink: nltop should not make the
// traffic that it shows.
func ifName() func(netns uint64, index int32) string {
	var st unix.Stat_t
	if unix.Stat("/proc/self/ns/net", &st) != nil {
		return nil
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	own := st.Ino
	// The descriptor lives as long as nltop.
	return func(netns uint64, index int32) string {
		if netns != own || index <= 0 {
			return ""
		}
		ifr, err := unix.NewIfreq("")
		if err != nil {
			return ""
		}
		ifr.SetUint32(uint32(index)) // ifr_ifindex
		if unix.IoctlIfreq(fd, unix.SIOCGIFNAME, ifr) != nil {
			return ""
		}
		return ifr.Name()
	}
}
