// SPDX-License-Identifier: Apache-2.0

package place

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// Bounds of a Names.
const (
	maxPlaces = 1 << 14
	maxFile   = 4 << 20 // bytes of a runtime's file
	// again is when a container that no file named is looked for again, at most
	// maxTries times: runtimes write their files before they start a container.
	again    = time.Second
	maxTries = 3
)

// named is a place by names.
type named struct {
	unit, container, pod string
	id                   Place
	tries                int // left
	next                 time.Time
}

// Names fills in where processes run. Every cgroup is looked at once; a
// container's names are read from the runtime's files. It is safe for concurrent
// use.
type Names struct {
	root string
	now  func() time.Time

	mu   sync.Mutex
	byCG map[string]*named
}

// New returns a Names that reads the runtimes' files below root, "/" live; ""
// reads none, for what was recorded elsewhere.
func New(root string) *Names {
	return &Names{root: root, now: time.Now, byCG: map[string]*named{}}
}

// Fill sets Unit, Container and Pod of p from its Cgroup. What is set already
// stays.
func (n *Names) Fill(p *capture.Proc) {
	if p.Cgroup == "" || p.Unit != "" || p.Container != "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	x := n.byCG[p.Cgroup]
	if x == nil {
		if len(n.byCG) >= maxPlaces {
			clear(n.byCG)
		}
		x = &named{id: Parse(p.Cgroup), tries: maxTries}
		x.unit, x.container, x.pod = x.id.Unit, shortID(x.id.Container), x.id.PodUID
		if x.id.Container == "" || !isID(x.id.Container) || n.root == "" {
			x.tries = 0
		}
		n.byCG[p.Cgroup] = x
	}
	if x.tries > 0 && !n.now().Before(x.next) {
		n.look(x)
	}
	p.Unit, p.Container, p.Pod = x.unit, x.container, x.pod
}

// shortID is how people write the ID of a container.
func shortID(id string) string {
	if isID(id) {
		return id[:12]
	}
	return id
}

// look asks the files of the runtimes for the names of a container.
func (n *Names) look(x *named) {
	x.tries--
	x.next = n.now().Add(again)
	for _, f := range []func(id string) (labels, error){n.docker, n.containerd, n.storage, n.podman} {
		l, err := f(x.id.Container)
		if err != nil || l.name == "" {
			continue
		}
		x.container, x.tries = l.name, 0
		if l.pod != "" {
			x.pod = l.namespace + "/" + l.pod
		}
		return
	}
}

// labels are the names of one container.
type labels struct{ name, namespace, pod string }

// pick takes the first of the keys that is set.
func pick(m map[string]string, keys ...string) string {
	for _, k := range keys {
		if v := m[k]; v != "" {
			return v
		}
	}
	return ""
}

// from reads the annotations and labels that the runtimes give to containers
// of Kubernetes, and nerdctl to its own.
func from(m map[string]string) labels {
	return labels{
		name:      pick(m, "io.kubernetes.cri.container-name", "io.kubernetes.container.name", "nerdctl/name"),
		namespace: pick(m, "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"),
		pod:       pick(m, "io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"),
	}
}

// docker reads what dockerd keeps of a container.
func (n *Names) docker(id string) (labels, error) {
	var c struct {
		Name   string
		Config struct{ Labels map[string]string }
	}
	err := n.read(&c, "var/lib/docker/containers", id, "config.v2.json")
	l := from(c.Config.Labels)
	if len(c.Name) > 1 && l.name == "" {
		l.name = c.Name[1:] // "/name"
	}
	return l, err
}

// containerd reads the OCI bundle of a task, in the namespaces of Kubernetes,
// docker and nerdctl.
func (n *Names) containerd(id string) (labels, error) {
	return n.bundle(filepath.Join("run/containerd/io.containerd.runtime.v2.task", "*", id, "config.json"),
		filepath.Join("run/k3s/containerd/io.containerd.runtime.v2.task", "*", id, "config.json"))
}

// storage reads the OCI bundle of cri-o and podman.
func (n *Names) storage(id string) (labels, error) {
	return n.bundle(filepath.Join("run/containers/storage/overlay-containers", id, "userdata/config.json"),
		filepath.Join("var/lib/containers/storage/overlay-containers", id, "userdata/config.json"))
}

func (n *Names) bundle(patterns ...string) (labels, error) {
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(n.root, pattern))
		if err != nil {
			return labels{}, err
		}
		for _, path := range paths {
			var c struct {
				Annotations map[string]string `json:"annotations"`
			}
			if err := readJSON(path, &c); err == nil {
				if l := from(c.Annotations); l.name != "" {
					return l, nil
				}
			}
		}
	}
	return labels{}, os.ErrNotExist
}

// podman reads the list of containers/storage.
func (n *Names) podman(id string) (labels, error) {
	var list []struct {
		ID    string   `json:"id"`
		Names []string `json:"names"`
	}
	err := n.read(&list, "var/lib/containers/storage/overlay-containers/containers.json")
	for _, c := range list {
		if c.ID == id && len(c.Names) > 0 {
			return labels{name: c.Names[0]}, nil
		}
	}
	return labels{}, cmp.Or(err, os.ErrNotExist)
}

func (n *Names) read(v any, path ...string) error {
	return readJSON(filepath.Join(append([]string{n.root}, path...)...), v)
}

// readJSON reads a regular file of bounded size, and waits for nobody.
func readJSON(path string, v any) error {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() || st.Size() > maxFile {
		return errors.New("no regular file of a fitting size")
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
