// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pipeline"
)

// asker makes requests that fail, whose errors are the answer "no", and beside each one
// like it that is a failure.
type asker struct {
	t     *testing.T
	vport uint16 // number of family ovs_vport
}

// newAsker has the generic family loaded, so that both planes know its number.
func newAsker(t *testing.T) asker {
	t.Helper()
	must(t, "modprobe", "openvswitch")
	fs, err := pipeline.KernelFamilies()
	if err != nil {
		t.Fatal(err)
	}
	d := decode.New(families.All(), decode.Options{})
	for _, f := range fs {
		d.Frame(f, nil)
	}
	for _, f := range d.GenericFamilies() {
		if f.Name == "ovs_vport" {
			return asker{t, f.ID}
		}
	}
	t.Fatal("no family ovs_vport")
	return asker{}
}

// The numbers of each are those of its header.
func (a asker) ask() (probes, failures uint64) {
	t, o := a.t, nltest.Native
	const times = 3
	each := func(protocol int, probe bool, want unix.Errno, typ, flags uint16, body ...[]byte) {
		t.Helper()
		s := open(t, protocol)
		for range times {
			if got := s.errno(s.message(typ, unix.NLM_F_REQUEST|flags, nltest.Cat(body...))); got != want {
				t.Fatalf("%d 0x%x answered %v, want %v", protocol, typ, got, want)
			}
			switch {
			case want == 0:
				return
			case probe:
				probes++
			default:
				failures++
			}
		}
	}

	// linux/openvswitch.h: OVS_VPORT_ATTR_NAME is 3.
	vport := func(cmd byte) [][]byte {
		return [][]byte{{cmd, 1, 0, 0}, make([]byte, 4), o.Attr(3, []byte("nonex\x00"))}
	}
	each(unix.NETLINK_GENERIC, true, unix.ENODEV, a.vport, 0, vport(3)...)  // OVS_VPORT_CMD_GET
	each(unix.NETLINK_GENERIC, false, unix.ENODEV, a.vport, 0, vport(2)...) // OVS_VPORT_CMD_DEL

	// linux/netfilter/nf_tables.h: NFTA_TABLE_NAME, NFTA_SET_TABLE are 1.
	gen, table := []byte{unix.NFPROTO_IPV4, 0, 0, 0}, o.Attr(1, []byte("nonex\x00"))
	each(unix.NETLINK_NETFILTER, true, unix.ENOENT, 10<<8|10, unix.NLM_F_DUMP, gen, table)        // NFT_MSG_GETSET
	each(unix.NETLINK_NETFILTER, false, unix.ENOENT, 10<<8|1, unix.NLM_F_ACK, gen, table)         // NFT_MSG_GETTABLE
	each(unix.NETLINK_ROUTE, false, unix.ENODEV, unix.RTM_GETLINK, 0, make([]byte, 16), o.Attr(3, // IFLA_IFNAME
		[]byte("nonex\x00")))

	// linux/netfilter/ipset/ip_set.h: 1 is IPSET_ATTR_PROTOCOL, 2 _SETNAME, 3 _TYPENAME, 4
	// _REVISION, 5 _FAMILY, 7 _DATA, in that 1 IPSET_ATTR_IP, in that 1 IPSET_ATTR_IPADDR_IPV4.
	const nested, ordered, errExist = unix.NLA_F_NESTED, unix.NLA_F_NET_BYTEORDER, 4103
	name := nltest.Cat(gen, o.Attr(1, []byte{6}), o.Attr(2, []byte("nltopq\x00")))
	entry := o.Attr(7|nested, o.Attr(1|nested, o.Attr(1|ordered, []byte{192, 0, 2, 1})))
	each(unix.NETLINK_NETFILTER, false, 0, 6<<8|2, unix.NLM_F_ACK, name, // IPSET_CMD_CREATE
		o.Attr(3, []byte("hash:ip\x00")), o.Attr(4, []byte{0}), o.Attr(5, []byte{unix.NFPROTO_IPV4}), o.Attr(7|nested))
	each(unix.NETLINK_NETFILTER, true, errExist, 6<<8|11, unix.NLM_F_ACK, name, entry) // IPSET_CMD_TEST
	// IPSET_CMD_DEL; without NLM_F_EXCL it is content (flag_exist of ip_set_core.c).
	each(unix.NETLINK_NETFILTER, false, errExist, 6<<8|10, unix.NLM_F_ACK|unix.NLM_F_EXCL, name, entry)
	each(unix.NETLINK_NETFILTER, false, 0, 6<<8|3, unix.NLM_F_ACK, name) // IPSET_CMD_DESTROY
	return probes, failures
}

// errno sends a request and returns what the kernel says of it.
func (s *sock) errno(request []byte) unix.Errno {
	s.t.Helper()
	s.send(0, request)
	b := make([]byte, 8192)
	n, _, err := unix.Recvfrom(s.fd, b, 0)
	if err != nil || n < decode.HeaderLen+4 || binary.NativeEndian.Uint16(b[4:]) != unix.NLMSG_ERROR {
		s.t.Fatalf("answered %x, %v", b[:max(n, 0)], err)
	}
	return unix.Errno(-int32(binary.NativeEndian.Uint32(b[decode.HeaderLen:])))
}
