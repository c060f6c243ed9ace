// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A process in a named network namespace and in the cgroup of a pod, with the
// file that containerd leaves for itself: both are named, and the recording
// names them where neither exists.
func TestPlace(t *testing.T) {
	needVM(t)
	id := strings.Repeat("0123456789abcdef", 4)
	uid := "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
	cgroup := "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + strings.ReplaceAll(uid, "-", "_") +
		".slice/cri-containerd-" + id + ".scope"
	bundle := "/run/containerd/io.containerd.runtime.v2.task/k8s.io/" + id
	if err := os.MkdirAll("/sys/fs/cgroup"+cgroup, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(bundle, 0o755); err != nil {
		t.Fatal(err)
	}
	config := `{"annotations":{"io.kubernetes.cri.container-name":"bird","io.kubernetes.cri.sandbox-name":"node-1","io.kubernetes.cri.sandbox-namespace":"net"}}`
	if err := os.WriteFile(filepath.Join(bundle, "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "place.pcapng")
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	told := func() string {
		text, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	p := start(t, out, "source ", nltop(t), "trace", "-o", "json", "-w", file, "-f", `proc.container == "bird" && netns_name == "blue" && proc.comm == "ip"`)
	must(t, "ip", "netns", "add", "blue")
	// Names of namespaces are read at a bounded share of a processor: on a busy machine not
	// yet when the first process asks.
	await(t, func() bool {
		must(t, "sh", "-c", "echo $$ >/sys/fs/cgroup"+cgroup+"/cgroup.procs && exec ip netns exec blue ip link show lo")
		return strings.Contains(told(), `"dir":"request"`)
	}, func() string { return "nobody is told of\n" + p.stderr() })
	if err := p.stop(t, syscall.SIGINT); err != nil {
		t.Fatalf("%v\n%s", err, p.stderr())
	}
	if err := os.RemoveAll(bundle); err != nil {
		t.Fatal(err)
	}
	must(t, "ip", "netns", "del", "blue")
	check := func(text string) {
		t.Helper()
		requests := 0
		for _, o := range objects(t, text) {
			proc := o["proc"].(map[string]any)
			if proc["cgroup"] != cgroup || proc["container"] != "bird" || proc["pod"] != "net/node-1" || o["netns_name"] != "blue" {
				t.Errorf("%v in %v", proc, o["netns_name"])
			}
			if o["dir"] == "request" {
				requests++
			}
		}
		if requests == 0 {
			t.Errorf("no request:\n%s", text)
		}
	}
	check(told())
	check(must(t, nltop(t), "trace", "-q", "-o", "json", "-r", file))
}
