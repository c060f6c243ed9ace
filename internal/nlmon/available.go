// SPDX-License-Identifier: Apache-2.0

package nlmon

import (
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// Remedies, as doctor prints them behind the reason.
const (
	remedyCaps   = "run as root, or give the program the capabilities: setcap cap_net_admin,cap_net_raw+ep"
	remedyUserNS = "nltop runs in a user namespace, whose capabilities do not count in this network namespace: " +
		"run it in the initial one, or in a network namespace of its own (unshare -n)"
	remedyModule = "load it with modprobe nlmon; on some distributions it is in a package of extra modules"
)

// Available says why nlmon cannot work here, with a remedy; nil if it can. It
// creates a device where nobody sees it, in a network namespace of its own,
// if it may make one, or else here for a moment and without bringing it up.
// It may make the kernel load the module.
func Available() error {
	if err := haveCaps(); err != nil {
		return err
	}
	result := make(chan error)
	go func() {
		// The thread is given up together with its namespace: it is never
		// unlocked, so it ends with this goroutine.
		runtime.LockOSThread()
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			runtime.UnlockOSThread()
		}
		result <- probe()
	}()
	return explain(<-result)
}

func probe() error {
	conn, err := dialRoute()
	if err != nil {
		return err
	}
	defer conn.Close()
	const name = "nltopprobe"
	if err := addLink(conn, name); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("create nlmon device: %w", err)
	}
	return (&device{name: name}).remove()
}

// haveCaps checks the two capabilities, for a reason that is clearer than the
// EPERM of either step.
func haveCaps() error {
	hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&hdr, &data[0]); err != nil {
		return fmt.Errorf("read capabilities: %w", err)
	}
	for _, c := range []struct {
		bit  int
		name string
	}{{unix.CAP_NET_ADMIN, "CAP_NET_ADMIN"}, {unix.CAP_NET_RAW, "CAP_NET_RAW"}} {
		if data[c.bit/32].Effective&(1<<(c.bit%32)) == 0 {
			return fmt.Errorf("nlmon needs %s: %w (%s)", c.name, unix.EPERM, remedyCaps)
		}
	}
	if foreignNetNS() {
		return fmt.Errorf("nlmon needs CAP_NET_ADMIN: %w (%s)", unix.EPERM, remedyUserNS)
	}
	return nil
}

// foreignNetNS says whether the network namespace belongs to a user namespace above
// that of this process: capabilities do not reach so far.
func foreignNetNS() bool {
	fd, err := unix.Open("/proc/self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	// NS_GET_USERNS, _IO(NSIO, 0x1) of include/uapi/linux/nsfs.h: EPERM for such a one.
	owner, err := unix.IoctlRetInt(fd, 0xb701)
	if err == nil {
		_ = unix.Close(owner)
	}
	return errors.Is(err, unix.EPERM)
}

// explain adds a remedy to the errors that have one.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EPERM) && foreignNetNS():
		return fmt.Errorf("%w (%s)", err, remedyUserNS)
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("%w (%s)", err, remedyCaps)
	case errors.Is(err, unix.EOPNOTSUPP):
		// rtnl_newlink: no such kind of link, and no module for it.
		return fmt.Errorf("this kernel has no nlmon module: %w (%s)", err, remedyModule)
	}
	return err
}
