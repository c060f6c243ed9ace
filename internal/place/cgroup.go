// SPDX-License-Identifier: Apache-2.0

package place

import (
	"strings"
)

// Place is what a cgroup path tells.
type Place struct {
	// Unit is the innermost systemd service or scope that is no container's,
	// spelled as systemd does ("dev\x2dfoo.service").
	Unit string
	// Container is the ID, or for LXC and nspawn the name, of the innermost
	// container; Runtime who made it ("docker", "containerd", "cri-o", "podman",
	// "lxc", "nspawn", "" unknown).
	Container, Runtime string
	// PodUID is Kubernetes' ID of the pod.
	PodUID string
}

// scopes are the prefixes that runtimes with the systemd driver give to the
// scope of a container, in front of its ID.
var scopes = []struct{ prefix, runtime string }{
	{"docker-", "docker"},
	{"cri-containerd-", "containerd"},
	{"nerdctl-", "containerd"},
	{"crio-", "cri-o"},
	{"libpod-", "podman"},
}

// Parse reads a path of the unified hierarchy, or of one of the old ones.
// Containers may nest: the innermost counts.
func Parse(cgroup string) Place {
	var p Place
	before := ""
	for seg := range strings.SplitSeq(cgroup, "/") {
		if seg == "" {
			continue
		}
		p.segment(seg, before)
		before = seg
	}
	return p
}

func (p *Place) segment(seg, before string) {
	if uid, ok := podUID(seg); ok {
		*p = Place{PodUID: uid}
		return
	}
	scope, isScope := strings.CutSuffix(seg, ".scope")
	if isScope {
		for _, s := range scopes {
			if id, ok := strings.CutPrefix(scope, s.prefix); ok && isID(id) {
				p.container(id, s.runtime)
				return
			}
		}
		if name, ok := strings.CutPrefix(scope, "machine-"); ok {
			p.container(unescape(name), "nspawn")
			return
		}
	}
	switch {
	case isID(seg): // cgroupfs driver
		p.container(seg, map[string]string{"docker": "docker", "libpod_parent": "podman"}[before])
	case strings.HasPrefix(seg, "libpod-") && isID(seg[len("libpod-"):]):
		p.container(seg[len("libpod-"):], "podman")
	case strings.HasPrefix(seg, "lxc.payload."):
		p.container(seg[len("lxc.payload."):], "lxc")
	case before == "lxc":
		p.container(seg, "lxc")
	case strings.HasPrefix(seg, "systemd-nspawn@") && strings.HasSuffix(seg, ".service"):
		p.container(unescape(seg[len("systemd-nspawn@"):len(seg)-len(".service")]), "nspawn")
	case isScope, strings.HasSuffix(seg, ".service"):
		p.Unit = seg
	}
}

// container enters a container: what is around it is not where it runs.
func (p *Place) container(id, runtime string) {
	p.Unit, p.Container, p.Runtime = "", id, runtime
}

// isID says whether a name is the ID of a container: 64 hexadecimal digits.
func isID(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// podUID knows "pod<uid>" and "kubepods-burstable-pod<uid>.slice", where systemd
// wants "_" for "-".
func podUID(seg string) (string, bool) {
	s, slice := strings.CutSuffix(seg, ".slice")
	if slice {
		i := strings.LastIndex(s, "-pod")
		if i < 0 || !strings.Contains(s[:i], "kubepods") {
			return "", false
		}
		s = strings.ReplaceAll(s[i+1:], "_", "-")
	}
	uid, ok := strings.CutPrefix(s, "pod")
	if !ok || len(uid) != 36 && len(uid) != 32 { // static pods have a hash
		return "", false
	}
	for i := range len(uid) {
		if c := uid[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') && c != '-' {
			return "", false
		}
	}
	return uid, true
}

// unescape undoes systemd-escape(1)'s \xNN.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if i+3 < len(s) && s[i] == '\\' && s[i+1] == 'x' {
			hi, lo := hexDigit(s[i+2]), hexDigit(s[i+3])
			if hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hexDigit(c byte) int { return strings.IndexByte("0123456789abcdef", c) }
