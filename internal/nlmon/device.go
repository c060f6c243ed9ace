// SPDX-License-Identifier: Apache-2.0

package nlmon

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// device is an nlmon device of our own. Its name says who made it, its alias
// too, with the time that the process started, for PIDs come again.
type device struct {
	name  string
	index int
}

// names that create chooses: nltopPID, nltopPID-1, …: at most 14 characters.
var deviceName = regexp.MustCompile(`^nltop([0-9]{1,7})(?:-[1-9])?$`)

// create makes a device and brings it up. A device that a live nltop in
// another PID namespace took for ours is rare and handled by trying again.
func create() (*device, error) {
	conn, err := dialRoute()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	base := "nltop" + strconv.Itoa(os.Getpid())
	names := []string{base}
	for i := range 9 {
		names = append(names, fmt.Sprintf("%s-%d", base, i+1))
	}
	for _, name := range names {
		err = addLink(conn, name)
		if errors.Is(err, unix.EEXIST) {
			continue // another capture of this process
		}
		if err != nil {
			return nil, fmt.Errorf("create nlmon device: %w", err)
		}
		d := &device{name: name}
		if d.index, err = ifindex(name); err == nil {
			err = d.up(conn)
		}
		if err != nil {
			return nil, errors.Join(err, d.remove())
		}
		return d, nil
	}
	return nil, fmt.Errorf("create nlmon device: %w", err)
}

func dialRoute() (*netlink.Conn, error) {
	conn, err := netlink.Dial(unix.NETLINK_ROUTE, nil)
	if err != nil {
		return nil, fmt.Errorf("open rtnetlink: %w", err)
	}
	return conn, nil
}

// linkRequest is a message of struct ifinfomsg and attributes.
func linkRequest(typ netlink.HeaderType, flags netlink.HeaderFlags, index int, set, mask uint32, attrs []netlink.Attribute) (netlink.Message, error) {
	tail, err := netlink.MarshalAttributes(attrs)
	if err != nil {
		return netlink.Message{}, fmt.Errorf("build link request: %w", err)
	}
	// struct ifinfomsg: u8 family, u8 pad, u16 type, i32 index, u32 flags, u32 change
	info := make([]byte, unix.SizeofIfInfomsg)
	native.PutUint32(info[4:], uint32(index))
	native.PutUint32(info[8:], set)
	native.PutUint32(info[12:], mask)
	return netlink.Message{
		Header: netlink.Header{Type: typ, Flags: netlink.Request | netlink.Acknowledge | flags},
		Data:   append(info, tail...),
	}, nil
}

func addLink(conn *netlink.Conn, name string) error {
	kind, err := netlink.MarshalAttributes([]netlink.Attribute{{Type: unix.IFLA_INFO_KIND, Data: []byte("nlmon\x00")}})
	if err != nil {
		return err
	}
	req, err := linkRequest(unix.RTM_NEWLINK, netlink.Create|netlink.Excl, 0, 0, 0, []netlink.Attribute{
		{Type: unix.IFLA_IFNAME, Data: append([]byte(name), 0)},
		{Type: unix.IFLA_LINKINFO | netlink.Nested, Data: kind},
	})
	if err != nil {
		return err
	}
	_, err = conn.Execute(req)
	return err
}

// up brings the device up, which is when nlmon_open starts to listen, and marks
// it as ours. rtnl_newlink takes no alias for a new device.
func (d *device) up(conn *netlink.Conn) error {
	alias := fmt.Sprintf("nltop %d %s", os.Getpid(), startTicks(os.Getpid()))
	req, err := linkRequest(unix.RTM_SETLINK, 0, d.index, unix.IFF_UP, unix.IFF_UP,
		[]netlink.Attribute{{Type: unix.IFLA_IFALIAS, Data: []byte(alias)}})
	if err != nil {
		return err
	}
	if _, err := conn.Execute(req); err != nil {
		return fmt.Errorf("bring up %s: %w", d.name, err)
	}
	return nil
}

// remove deletes the device. That it is gone already is no error.
func (d *device) remove() error {
	if d.index == 0 {
		var err error
		if d.index, err = ifindex(d.name); err != nil {
			return nil // never made, or gone
		}
	}
	conn, err := dialRoute()
	if err != nil {
		return fmt.Errorf("remove %s: %w", d.name, err)
	}
	defer conn.Close()
	req, err := linkRequest(unix.RTM_DELLINK, 0, d.index, 0, 0, nil)
	if err != nil {
		return err
	}
	if _, err := conn.Execute(req); err != nil && !errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("remove %s: %w", d.name, err)
	}
	return nil
}

func ifindex(name string) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("look up %s: %w", name, err)
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq(name)
	if err == nil {
		err = unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, req)
	}
	if err != nil {
		return 0, fmt.Errorf("look up %s: %w", name, err)
	}
	return int(req.Uint32()), nil
}

// removeStale deletes the devices of captures that ended without doing so. A
// device is stale if no packet socket is bound to it and its maker is gone.
// The socket is what counts: a maker in another PID namespace is not to be
// seen from here. The maker counts in the moment between making the device and
// binding to it.
func removeStale() error {
	conn, err := dialRoute()
	if err != nil {
		return err
	}
	defer conn.Close()
	links, err := nlmonLinks(conn)
	if err != nil || len(links) == 0 {
		return err
	}
	bound, err := boundInterfaces()
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range links {
		if !bound[l.index] && !alive(l.name, l.alias) {
			d := &device{name: l.name, index: l.index}
			errs = append(errs, d.remove())
		}
	}
	return errors.Join(errs...)
}

// RTEXT_FILTER_SKIP_STATS of include/uapi/linux/rtnetlink.h: a shorter dump.
const rtextFilterSkipStats = 1 << 3

type link struct {
	name, alias, kind string
	index             int
}

// nlmonLinks lists the nlmon devices with a name as create gives it.
func nlmonLinks(conn *netlink.Conn) ([]link, error) {
	req, err := linkRequest(unix.RTM_GETLINK, netlink.Dump, 0, 0, 0, []netlink.Attribute{
		{Type: unix.IFLA_EXT_MASK, Data: native.AppendUint32(nil, rtextFilterSkipStats)},
	})
	if err != nil {
		return nil, err
	}
	req.Header.Flags &^= netlink.Acknowledge
	msgs, err := conn.Execute(req)
	if err != nil {
		return nil, fmt.Errorf("list links: %w", err)
	}
	var found []link
	for _, m := range msgs {
		if l, ok := parseLink(m.Data); ok && l.kind == "nlmon" && deviceName.MatchString(l.name) {
			found = append(found, l)
		}
	}
	return found, nil
}

func parseLink(b []byte) (l link, ok bool) {
	if len(b) < unix.SizeofIfInfomsg {
		return l, false
	}
	l.index = int(int32(native.Uint32(b[4:])))
	attrs, err := netlink.UnmarshalAttributes(b[unix.SizeofIfInfomsg:])
	if err != nil {
		return l, false
	}
	for _, a := range attrs {
		value := strings.TrimRight(string(a.Data), "\x00")
		switch a.Type {
		case unix.IFLA_IFNAME:
			l.name = value
		case unix.IFLA_IFALIAS:
			l.alias = value
		case unix.IFLA_LINKINFO:
			nested, err := netlink.UnmarshalAttributes(a.Data)
			if err != nil {
				return l, false
			}
			for _, n := range nested {
				if n.Type == unix.IFLA_INFO_KIND {
					l.kind = strings.TrimRight(string(n.Data), "\x00")
				}
			}
		}
	}
	return l, true
}

// boundInterfaces reads the interface column of /proc/thread-self/net/packet
// (packet_seq_show): sk RefCnt Type Proto Iface R Rmem User Inode.
func boundInterfaces() (map[int]bool, error) {
	f, err := os.Open("/proc/thread-self/net/packet")
	if err != nil {
		return nil, fmt.Errorf("list packet sockets: %w", err)
	}
	defer f.Close()
	bound := make(map[int]bool)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) >= 5 {
			if index, err := strconv.Atoi(fields[4]); err == nil {
				bound[index] = true
			}
		}
	}
	return bound, lines.Err()
}

// alive says whether the process that made a device is still there.
func alive(name, alias string) bool {
	var pid int
	var ticks string
	if _, err := fmt.Sscanf(alias, "nltop %d %s", &pid, &ticks); err == nil {
		return startTicks(pid) == ticks
	}
	// Killed before it could set the alias.
	m := deviceName.FindStringSubmatch(name)
	if m == nil {
		return true // not ours: hands off
	}
	pid, err := strconv.Atoi(m[1])
	return err != nil || startTicks(pid) != ""
}

// startTicks is field 22 of /proc/PID/stat, in clock ticks since boot; "" if
// there is no such process. The comm in field 2 may hold anything, so counting
// starts behind its closing parenthesis.
func startTicks(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}
