// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// mptcpConnection makes a connection of MPTCP on the loopback and closes it.
func mptcpConnection(t *testing.T) {
	t.Helper()
	var lc net.ListenConfig
	lc.SetMultipathTCP(true)
	l, err := lc.Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var d net.Dialer
	d.SetMultipathTCP(true)
	c, err := d.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if mp, err := c.(*net.TCPConn).MultipathTCP(); err != nil || !mp {
		t.Fatalf("no MPTCP: %t, %v", mp, err)
	}
}

// A family that numbers its events anew, beside its commands, is counted in the kernel by
// the events' names: 3 is MPTCP_EVENT_CLOSED by a multicast, else an answer to
// MPTCP_PM_CMD_GET_ADDR.
func TestRenumberedEvents(t *testing.T) {
	needVM(t)
	needTool(t, "ip")
	if os.Getenv("VMTEST_KERNEL") == "5.10" {
		t.Skip("events of MPTCP came with 5.12")
	}
	for _, source := range oneHook() {
		t.Run(source, func(t *testing.T) {
			var out bytes.Buffer
			p := start(t, &out, "ready", nltop(t), "stat", "--source", source, "-o", "json")
			heard := &process{} // collects what the listener prints
			listener := start(t, heard, "", "ip", "mptcp", "monitor")
			await(t, func() bool {
				mptcpConnection(t)
				return strings.Contains(heard.stderr(), "CLOSED")
			}, func() string { return "ip mptcp monitor saw no connection end:\n" + heard.stderr() })
			must(t, "ip", "mptcp", "endpoint", "add", "192.0.2.1", "id", "7")
			must(t, "ip", "mptcp", "endpoint", "show", "id", "7")
			must(t, "ip", "mptcp", "endpoint", "delete", "id", "7")
			if err := p.stop(t, syscall.SIGINT); err != nil {
				t.Fatalf("%v\n%s", err, p.stderr())
			}
			seen := map[string]int{}
			for _, o := range objects(t, out.String()) {
				if o["family"] != "mptcp_pm" {
					continue
				}
				// The listener asks for nothing, the others listen to nothing.
				proc := o["proc"].(map[string]any)
				seen[o["type"].(string)]++
				if event := strings.HasPrefix(o["type"].(string), "MPTCP_EVENT_"); event != (proc["pid"] == float64(listener.Process.Pid)) {
					t.Errorf("%v", o)
				}
			}
			if seen["MPTCP_EVENT_CLOSED"] == 0 || seen["MPTCP_PM_CMD_GET_ADDR"] == 0 {
				t.Errorf("%v", seen)
			}
		})
	}
}
