// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// badRequest sends what the kernel refuses with words, through a socket that
// never asked for them (no NETLINK_EXT_ACK), and says what it got: RTM_NEWLINK
// with a name that is too long.
func badRequest() error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	name := append([]byte("averylongnameforalink"), make([]byte, 3)...)
	msg := []byte{16 + 16 + 28, 0, 0, 0, unix.RTM_NEWLINK, 0, 5, 6, 1, 0, 0, 0, 0, 0, 0, 0}
	msg = append(msg, make([]byte, 16)...) // struct ifinfomsg
	msg = append(append(msg, 28, 0, unix.IFLA_IFNAME, 0), name...)
	if err := unix.Sendto(fd, msg, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	buf := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, buf, 0)
	if err != nil {
		return err
	}
	fmt.Printf("%x\n", buf[:n])
	return nil
}

// TestExtackTraced: the words of an error are shown although its client did not
// ask for them, live and from a recording.
func TestExtackTraced(t *testing.T) {
	needRoot(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "extack.pcapng")
	t.Setenv("NLTOP_E2E_BAD_REQUEST", "1")
	out, errs, code := run(t, nltop(t), "trace", "-o", "json", "-w", file, "--", self)
	if code != 0 {
		t.Fatalf("status %d\n%s", code, errs)
	}
	if strings.Contains(errs, "netlink_extack") {
		var u unix.Utsname
		_ = unix.Uname(&u)
		if release := unix.ByteSliceToString(u.Release[:]); !strings.HasPrefix(release, "5.10.") {
			t.Fatalf("Linux %s has the tracepoint, nltop did not hook it:\n%s", release, errs)
		}
		t.Skip("Linux 5.10 has no tracepoint netlink_extack")
	}
	replay, _, _ := run(t, nltop(t), "trace", "-o", "json", "-r", file)
	for what, text := range map[string]string{"live": out, "recording": replay} {
		if !strings.Contains(text, `"name":"ERANGE","msg":"`) || !strings.Contains(text, `"msg_traced":true`) {
			t.Errorf("%s: no words:\n%s%s", what, text, errs)
		}
	}
	if strings.Contains(errs, fmt.Sprintf("%x", "policy")) {
		t.Errorf("the client got the words itself, so the test shows nothing:\n%s", errs)
	}
}
