// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"net"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// From include/uapi/linux/netfilter/nfnetlink_queue.h and nfnetlink.h.
const (
	nfqnlMsgConfig   = 3<<8 | 2 // NFNL_SUBSYS_QUEUE, NFQNL_MSG_CONFIG
	nfqnlMsgPacket   = 3 << 8   // NFQNL_MSG_PACKET
	nfqaCfgCmd       = 1
	nfqaCfgParams    = 2
	nfqnlCfgCmdBind  = 1
	nfqnlCopyPacket  = 2
	nfqueueOfTheTest = 7
)

// queueConfig makes one NFQNL_MSG_CONFIG with one attribute.
func queueConfig(seq uint32, typ uint16, value []byte) []byte {
	b := []byte{unix.AF_UNSPEC, 0, 0, nfqueueOfTheTest} // struct nfgenmsg, queue in network order
	return nltest.Native.Message(nfqnlMsgConfig, unix.NLM_F_REQUEST|unix.NLM_F_ACK, seq, 0, b, nltest.Native.Attr(typ, value))
}

// A packet that the kernel queues to user space is not copied into the skb but
// hangs on it as page fragments: the frame is as whole as what recvmsg gets.
func TestLiveFragments(t *testing.T) {
	if _, err := exec.LookPath("nft"); err != nil {
		t.Skip("needs nft")
	}
	eachBackend(t, func(t *testing.T, backend string) {
		if runtime.GOARCH != "amd64" {
			t.Skip("fragments are read on amd64 only, elsewhere cut and marked")
		}
		netns := ownNetNS(t)
		for _, cmd := range [][]string{
			{"ip", "link", "set", "lo", "up"},
			{"nft", "add table inet t; add chain inet t o { type filter hook output priority 0; }; add rule inet t o udp dport 9 queue num 7"},
		} {
			if out, err := exec.Command(cmd[0], cmd[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %v: %s", cmd, err, out)
			}
		}
		q := newSock(t, unix.NETLINK_NETFILTER)
		for i, c := range [][]byte{
			queueConfig(1, nfqaCfgCmd, []byte{nfqnlCfgCmdBind, 0, 0, unix.AF_INET}),
			queueConfig(2, nfqaCfgParams, []byte{0, 0, 0xff, 0xff, nfqnlCopyPacket}),
		} {
			if err := q.send(c, 0); err != nil {
				t.Fatal(err)
			}
			ack, err := q.recv(4096)
			if err != nil || len(ack) < 20 || binary.NativeEndian.Uint32(ack[16:]) != 0 {
				t.Fatalf("configure queue, step %d: % x, %v", i, ack, err)
			}
		}
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}, Protocols: []uint16{unix.NETLINK_NETFILTER}}, Options{}, nil)

		conn, err := net.Dial("udp", "127.0.0.1:9")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for _, size := range []int{10, 5000, 60000} {
			payload := make([]byte, size)
			for i := range payload {
				payload[i] = byte(i * 7 >> 3)
			}
			if _, err := conn.Write(payload); err != nil {
				t.Fatal(err)
			}
		}
		var want [][]byte
		for range 3 {
			b, err := q.recv(1 << 17)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, b)
		}
		got := of(r.stop(), func(f *capture.Frame) bool { return f.Dir == capture.DirReply && msgType(f) == nfqnlMsgPacket })
		if len(got) != len(want) {
			t.Fatalf("%d packets seen, %d received", len(got), len(want))
		}
		for i, f := range got {
			if f.Cut() || !bytes.Equal(f.Data, want[i]) {
				t.Errorf("packet %d: %d of %d bytes, %d received", i, len(f.Data), f.OrigLen, len(want[i]))
			}
		}
	})
}
