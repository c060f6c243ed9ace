// SPDX-License-Identifier: Apache-2.0

package export

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// TestScriptNetNS: a command of another network namespace than the first one's is not
// run in the wrong place: the script ends unless somebody says how to enter it.
func TestScriptNetNS(t *testing.T) {
	var frames []*capture.Frame
	for _, f := range []struct {
		name  string
		netns uint64
	}{{"one", 11}, {"two", 22}, {"three", 11}, {"four", 0}} {
		o := &capture.Origin{Dir: capture.DirRequest, NetNS: f.netns, Proc: capture.Proc{PID: 7, Comm: "ip"}}
		frames = append(frames, &capture.Frame{Origin: o, Data: nltest.Message(unix.RTM_DELLINK, 5, 1, 0,
			ifinfomsg(0, 0, 0, 0), nltest.Attr(unix.IFLA_IFNAME, nltest.Str(f.name)))})
	}
	text := scripted(t, frames, 0)
	dir := t.TempDir()
	path := filepath.Join(dir, "script")
	for name, content := range map[string]string{
		"script": text, "ip": "#!/bin/sh\necho ip \"$@\"\n", "in22": "#!/bin/sh\necho \"in 22:\" \"$@\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	run := func(env ...string) (string, error) {
		cmd := exec.Command("sh", path)
		cmd.Env = append([]string{"PATH=" + dir}, env...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run()
	if err == nil || !strings.HasPrefix(out, "ip link delete one\n") || strings.Contains(out, "delete two") || strings.Contains(out, "delete three") ||
		!strings.Contains(out, "netns_22: is another network namespace") {
		t.Errorf("not told how to enter the other namespace, the script said (%v):\n%s\n%s", err, out, text)
	}
	const want = "ip link delete one\nin 22: ip link delete two\nip link delete three\nip link delete four\n"
	if out, err := run("netns_22=in22"); err != nil || out != want {
		t.Errorf("the script said (%v):\n%s\nwant:\n%s", err, out, want)
	}
	if out, err := run("netns_22="); err != nil || out != strings.ReplaceAll(want, "in 22: ", "") {
		t.Errorf("with nothing to enter, the script said (%v):\n%s", err, out)
	}
}
