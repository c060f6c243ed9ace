// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// refuse asks for what the kernel refuses, and returns what nltop says of it.
func refuse(t *testing.T) (said []string) {
	t.Helper()
	s := open(t, unix.NETLINK_ROUTE)
	other, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(other) })
	for _, c := range []struct {
		err, want error
		said      string
	}{
		{unix.SetsockoptInt(s.fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, 4000), unix.EINVAL, "join group 4000: EINVAL"},
		{unix.SetsockoptInt(s.fd, unix.SOL_NETLINK, 77, -5), unix.ENOPROTOOPT, "setsockopt option 77 of level 270=-5: ENOPROTOOPT"},
		// Its port is the other one's.
		{unix.Bind(other, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: s.port, Groups: 1}), unix.EADDRINUSE, ""},
		{unix.SetsockoptInt(s.fd, unix.SOL_NETLINK, unix.NETLINK_EXT_ACK, 1), nil, ""},
	} {
		if c.err != c.want {
			t.Fatalf("%s: %v, want %v", c.said, c.err, c.want)
		}
		if c.said != "" {
			said = append(said, c.said)
		}
	}
	return said
}

// What the kernel refuses of a socket's setup is told with what was asked and the error,
// live and from a recording; what it grants is not.
func TestRefusedLive(t *testing.T) {
	needRoot(t)
	for _, source := range bestSources() {
		t.Run(source, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "r.pcapng")
			var out bytes.Buffer
			p := start(t, &out, ": ready", nltop(t), "trace", "--source", source, "-o", "json", "-f", `kind == "refused"`, "-w", file)
			want := refuse(t)
			if err := p.stop(t, syscall.SIGINT); err != nil {
				t.Fatalf("%v\n%s", err, p.stderr())
			}
			again, errs, code := run(t, nltop(t), "trace", "-o", "json", "-r", file)
			if code != 0 {
				t.Fatalf("status %d\n%s", code, errs)
			}
			checkRefused(t, "live", objects(t, out.String()), want)
			checkRefused(t, "recorded", objects(t, again), want)
		})
	}
}

// checkRefused wants of this process a bind and these setsockopts, and no more.
func checkRefused(t *testing.T, how string, all []map[string]any, want []string) {
	t.Helper()
	var said []string
	binds := 0
	for _, o := range all {
		if proc, _ := o["proc"].(map[string]any); o["kind"] != "refused" || proc["pid"] != float64(os.Getpid()) {
			continue
		}
		if o["call"] == "bind" {
			binds++
			if o["errno"] != float64(unix.EADDRINUSE) || o["asked_groups"] != 1.0 || o["asked_portid"] == nil {
				t.Errorf("%s: %v", how, o)
			}
			continue
		}
		said = append(said, o["says"].(string))
	}
	if binds != 1 || len(said) != len(want) {
		t.Fatalf("%s: %d binds, %q, want %q", how, binds, said, want)
	}
	for i := range want {
		if said[i] != want[i] {
			t.Errorf("%s: %q, want %q", how, said[i], want[i])
		}
	}
}
