// SPDX-License-Identifier: Apache-2.0

package place

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

var (
	id  = strings.Repeat("0123456789abcdef", 4)
	id2 = strings.Repeat("fedcba9876543210", 4)
	uid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		path string
		want Place
	}{
		{"", Place{}},
		{"/", Place{}},
		{"/init.scope", Place{Unit: "init.scope"}},
		{"/system.slice/ssh.service", Place{Unit: "ssh.service"}},
		{`/system.slice/system-serial\x2dgetty.slice/serial-getty@ttyS0.service`, Place{Unit: "serial-getty@ttyS0.service"}},
		{"/user.slice/user-1000.slice/session-3.scope", Place{Unit: "session-3.scope"}},
		{"/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service", Place{Unit: "foo.service"}},
		{"/system.slice/docker-" + id + ".scope", Place{Container: id, Runtime: "docker"}},
		{"/docker/" + id, Place{Container: id, Runtime: "docker"}},
		{"/system.slice/docker-" + id + ".scope/init.scope", Place{Container: id, Runtime: "docker", Unit: "init.scope"}},
		{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + strings.ReplaceAll(uid, "-", "_") + ".slice/cri-containerd-" + id + ".scope",
			Place{Container: id, Runtime: "containerd", PodUID: uid}},
		{"/kubepods/besteffort/pod" + uid + "/" + id, Place{Container: id, PodUID: uid}},
		{"/kubepods.slice/kubepods-pod" + strings.ReplaceAll(uid, "-", "_") + ".slice/crio-" + id + ".scope",
			Place{Container: id, Runtime: "cri-o", PodUID: uid}},
		{"/kubepods.slice/kubepods-pod" + strings.ReplaceAll(uid, "-", "_") + ".slice/crio-conmon-" + id + ".scope",
			Place{PodUID: uid, Unit: "crio-conmon-" + id + ".scope"}},
		{"/machine.slice/libpod-" + id + ".scope/container", Place{Container: id, Runtime: "podman"}},
		{"/machine.slice/libpod-conmon-" + id + ".scope", Place{Unit: "libpod-conmon-" + id + ".scope"}},
		{"/libpod_parent/libpod-" + id, Place{Container: id, Runtime: "podman"}},
		{"/lxc.payload.web1", Place{Container: "web1", Runtime: "lxc"}},
		{"/lxc/web1/system.slice/bird.service", Place{Container: "web1", Runtime: "lxc", Unit: "bird.service"}},
		{`/machine.slice/machine-my\x2dbox.scope/payload/system.slice/a.service`, Place{Container: "my-box", Runtime: "nspawn", Unit: "a.service"}},
		{`/machine.slice/systemd-nspawn@my\x2dbox.service/payload`, Place{Container: "my-box", Runtime: "nspawn"}},
		// kind: a node is a docker container with a kubelet in it.
		{"/docker/" + id2 + "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + strings.ReplaceAll(uid, "-", "_") + ".slice/cri-containerd-" + id + ".scope",
			Place{Container: id, Runtime: "containerd", PodUID: uid}},
		{"/podman", Place{}},
		{"/user.slice/pods", Place{}},
	} {
		if got := Parse(tt.path); got != tt.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.path, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("/kubepods/besteffort/pod" + uid + "/" + id)
	f.Add(`/machine.slice/machine-my\x2dbox.scope`)
	f.Fuzz(func(t *testing.T, path string) {
		if p := Parse(path); len(p.Container)+len(p.Unit)+len(p.PodUID) > 3*len(path) {
			t.Errorf("%+v is more than there was", p)
		}
	})
}

func write(t *testing.T, text string, path ...string) {
	t.Helper()
	p := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The runtimes' own files, cut down to what is read of them.
func TestNames(t *testing.T) {
	cg := "/system.slice/docker-" + id + ".scope"
	pod := "/kubepods/besteffort/pod" + uid + "/" + id
	for _, tt := range []struct {
		name, path, text, cgroup string
		container, pod           string
	}{
		{"docker", "var/lib/docker/containers/" + id + "/config.v2.json", `{"Name":"/web","Config":{"Labels":{"a":"b"}}}`, cg, "web", ""},
		{"docker in kubernetes", "var/lib/docker/containers/" + id + "/config.v2.json",
			`{"Name":"/k8s_x","Config":{"Labels":{"io.kubernetes.container.name":"bird","io.kubernetes.pod.name":"node-1","io.kubernetes.pod.namespace":"net"}}}`,
			pod, "bird", "net/node-1"},
		{"containerd", "run/containerd/io.containerd.runtime.v2.task/k8s.io/" + id + "/config.json",
			`{"annotations":{"io.kubernetes.cri.container-name":"bird","io.kubernetes.cri.sandbox-name":"node-1","io.kubernetes.cri.sandbox-namespace":"net"}}`,
			pod, "bird", "net/node-1"},
		{"nerdctl", "run/containerd/io.containerd.runtime.v2.task/default/" + id + "/config.json",
			`{"annotations":{"nerdctl/name":"web"}}`, "/system.slice/nerdctl-" + id + ".scope", "web", ""},
		{"cri-o", "run/containers/storage/overlay-containers/" + id + "/userdata/config.json",
			`{"annotations":{"io.kubernetes.container.name":"bird","io.kubernetes.pod.name":"node-1","io.kubernetes.pod.namespace":"net"}}`,
			pod, "bird", "net/node-1"},
		{"podman", "var/lib/containers/storage/overlay-containers/containers.json",
			`[{"id":"` + id2 + `","names":["other"]},{"id":"` + id + `","names":["web"]}]`, "/machine.slice/libpod-" + id + ".scope/container", "web", ""},
		{"nobody", "etc/x", "", pod, id[:12], uid},
		{"damaged", "var/lib/docker/containers/" + id + "/config.v2.json", `{"Name":`, cg, id[:12], ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, tt.text, root, tt.path)
			p := capture.Proc{Cgroup: tt.cgroup}
			New(root).Fill(&p)
			if p.Container != tt.container || p.Pod != tt.pod {
				t.Errorf("container %q, pod %q", p.Container, p.Pod)
			}
		})
	}
}

// A container that has no name yet is looked for again, but not for every
// frame, and not for ever; a FIFO in the place of a file is not waited for.
func TestTries(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "var/lib/docker/containers", id, "config.v2.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	n := New(root)
	now := time.Unix(0, 0)
	n.now = func() time.Time { return now }
	fill := func() string {
		p := capture.Proc{Cgroup: "/docker/" + id}
		n.Fill(&p)
		return p.Container
	}
	if got := fill(); got != id[:12] {
		t.Errorf("%q", got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	write(t, `{"Name":"/web"}`, path)
	if got := fill(); got != id[:12] {
		t.Errorf("looked again at once: %q", got)
	}
	now = now.Add(2 * again)
	if got := fill(); got != "web" {
		t.Errorf("not looked for again: %q", got)
	}
}

func BenchmarkFill(b *testing.B) {
	n := New("")
	for b.Loop() {
		p := capture.Proc{Cgroup: "/system.slice/ssh.service"}
		n.Fill(&p)
	}
}
