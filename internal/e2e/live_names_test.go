// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What iproute2's files call tables and protocols is read where traffic is captured, and
// a recording is read with its names, whatever the reader's machine has.
func TestNamesOfTheRecordedMachine(t *testing.T) {
	needHost(t)
	needRoot(t)
	needTool(t, "ip", "unshare", "mount")
	dir := t.TempDir()
	etc := func(name, tables, protos string) string {
		path := filepath.Join(dir, name)
		for file, text := range map[string]string{"rt_tables": tables, "rt_protos.d/a.conf": protos} {
			at := filepath.Join(path, file)
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	machine, reader := etc("machine", "100 mgmt\n", "77 mydaemon\n"), etc("reader", "100 other\n200 reader\n", "77 wrong\n")
	// with runs nltop in network and mount namespaces of its own, where /etc/iproute2 is names.
	with := func(names string, args ...string) string {
		t.Helper()
		script := `mount --bind "$0" /etc/iproute2 && ip link set lo up && exec "$@"`
		out, stderr, code := run(t, "unshare", append([]string{"-mn", "sh", "-c", script, names, nltop(t)}, args...)...)
		if code != 0 {
			t.Fatalf("nltop %s: %d\n%s", strings.Join(args, " "), code, stderr)
		}
		return out
	}
	if unix.Access("/etc/iproute2", unix.F_OK) != nil {
		t.Skip("this iproute2 keeps its names elsewhere: there is nothing to mount over")
	}
	file, anew := filepath.Join(dir, "a.pcapng"), filepath.Join(dir, "b.pcapng")
	const routes = `ip route add blackhole 192.0.2.0/24 table 100 proto 77 && ip route add blackhole 198.51.100.0/24 table 200`
	live := with(machine, "trace", "-q", "--attrs", "--source", "syscall", "-w", file, "-f", `type == "RTM_NEWROUTE"`, "--", "sh", "-c", routes)
	with(reader, "record", "-q", "-r", file, "-w", anew)
	for _, told := range []struct{ by, text string }{
		{"live", live},
		{"the recording", with(reader, "trace", "-q", "--attrs", "-r", file, "-f", `attr("rtm_table") == "mgmt" || attr("rtm_table") == 200`)},
		{"the recording written anew", with(reader, "trace", "-q", "--attrs", "-r", anew, "-f", `type == "RTM_NEWROUTE"`)},
		{"JSON", with(reader, "trace", "-q", "-o", "json", "-r", anew, "-f", `attr("rtm_protocol") == "mydaemon" || attr("rtm_table") == 200`)},
	} {
		wants := []string{"rtm_table=100 (mgmt)", "rtm_protocol=77 (mydaemon)", "rtm_table=200 "}
		if told.by == "JSON" {
			wants = []string{`"rtm_table":100,"rtm_table_local":"mgmt"`, `"rtm_protocol":77,"rtm_protocol_local":"mydaemon"`, `"rtm_table":200,"rtm_protocol"`}
		}
		for _, want := range wants {
			if !strings.Contains(told.text, want) {
				t.Errorf("%s lacks %q:\n%s", told.by, want, told.text)
			}
		}
		for _, never := range []string{"other", "wrong", "(reader)", `"reader"`} {
			if strings.Contains(told.text, never) {
				t.Errorf("%s has %q, of the reader's machine:\n%s", told.by, never, told.text)
			}
		}
	}
	// Bytes from elsewhere are of no machine that nltop knows.
	cmd := exec.Command(nltop(t), "decode", "-p", "route", "2400000018000506010000000000000002180000644d000100000000080001000a000000")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "rtm_table 100\n") {
		t.Errorf("decode: %v\n%s", err, out)
	}
}
