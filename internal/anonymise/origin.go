// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"strings"

	"github.com/nltop/nltop/internal/capture"
)

// Origin returns an origin with pseudonyms: for one that it was asked for lately, the same
// as then.
func (a *Anonymiser) Origin(o *capture.Origin) *capture.Origin {
	if o == nil {
		return nil
	}
	kept, known := a.origins.Of(o)
	if known && *kept != nil {
		return *kept
	}
	c := *o
	a.Proc(&c.Proc)
	a.Proc(&c.Socket.Owner)
	c.Peer.Comm = a.text(c.Peer.Comm)
	c.NetNSName = a.namespace(c.NetNSName)
	if c.Trigger.Kind == capture.TriggerWrite {
		c.Trigger.Name = a.file(c.Trigger.Name)
	}
	c.Names = a.LocalNames(c.Names)
	*kept = &c
	return &c
}

func (a *Anonymiser) text(t string) string {
	if t == "" {
		return ""
	}
	b := []byte(t)
	a.secret.text(b)
	return string(b)
}

// namespace: "host" is nltop's word for that of the machine itself.
func (a *Anonymiser) namespace(t string) string {
	if t == "host" {
		return t
	}
	return a.text(t)
}

// Proc replaces who a process is, and where it runs. Its numbers stay.
func (a *Anonymiser) Proc(p *capture.Proc) {
	p.Comm, p.Name, p.Exe = a.text(p.Comm), a.text(p.Name), a.text(p.Exe)
	p.CmdLine = capture.CmdLine(a.secret.free(string(p.CmdLine)))
	p.UID, p.LoginUID = a.id(p.UID), a.id(p.LoginUID)
	p.Parent.Name = a.text(p.Parent.Name)
	p.Parent.CmdLine = capture.CmdLine(a.secret.free(string(p.Parent.CmdLine)))
	before := p.Cgroup
	p.Cgroup = a.place(before)
	p.Unit = a.place(p.Unit)
	// A container without a name is called by the beginning of what its cgroup has.
	if at := strings.Index(before, p.Container); len(p.Container) >= 12 && at >= 0 {
		p.Container = p.Cgroup[at : at+len(p.Container)]
	} else {
		p.Container = a.text(p.Container)
	}
	if at := strings.Index(before, p.Pod); len(p.Pod) >= 12 && at >= 0 {
		p.Pod = p.Cgroup[at : at+len(p.Pod)]
	} else {
		p.Pod = a.text(p.Pod)
	}
}

func (a *Anonymiser) id(id capture.ID) capture.ID {
	v, ok := id.Value()
	if !ok {
		return id
	}
	return capture.IDOf(a.secret.id(v))
}

// placeWords are those of cgroup paths that say what something is.
var placeWords = wordSet(`system user slice service scope socket mount swap device init session app background machine
	kubepods besteffort burstable pod docker containerd cri crio conmon libpod lxc payload monitor podman garden nspawn
	unified cgroup`)

// place replaces the path of a cgroup, or the name of a unit, in which the words of systemd
// and of the runtimes stay.
func (a *Anonymiser) place(t string) string {
	b := []byte(t)
	a.secret.keeping(b, placeWords)
	return string(b)
}

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// deviceDirs are directories of /proc/sys and /sys whose entries are interfaces.
var deviceDirs = wordSet("conf neigh net")

var deviceWords = wordSet("all default lo ipv4 ipv6 core unix netfilter mpls conf neigh")

// file replaces the path of a file that somebody wrote to: of the kernel's own, the names
// of interfaces alone.
func (a *Anonymiser) file(t string) string {
	if !strings.HasPrefix(t, "/proc/sys/") && !strings.HasPrefix(t, "/sys/") {
		return a.text(t)
	}
	parts := strings.Split(t, "/")
	for i := 1; i < len(parts); i++ {
		if deviceDirs[parts[i-1]] && !deviceWords[parts[i]] {
			parts[i] = a.text(parts[i])
		}
	}
	return strings.Join(parts, "/")
}

// usualNames are those that iproute2 comes with, of all its files.
var usualNames = wordSet(`unspec default main local redirect kernel boot static gated ra mrt zebra bird dnrouted xorp ntk dhcp
	keepalived babel openr bgp isis ospf rip eigrp ovn global nowhere host link site cosmos lowdelay throughput reliability
	AF11 AF12 AF13 AF21 AF22 AF23 AF31 AF32 AF33 AF41 AF42 AF43 CS0 CS1 CS2 CS3 CS4 CS5 CS6 CS7 EF LE VOICE-ADMIT`)

// LocalNames replaces what an administrator called numbers.
func (a *Anonymiser) LocalNames(n *capture.LocalNames) *capture.LocalNames {
	if n == nil {
		return nil
	}
	if c, ok := a.locals[n]; ok {
		return c
	}
	c := new(capture.LocalNames)
	n.Each(func(file string, id uint32, name string) {
		if !usualNames[name] {
			name = a.text(name)
		}
		c.Put(file, id, name)
	})
	if a.locals == nil || len(a.locals) >= 64 {
		a.locals = map[*capture.LocalNames]*capture.LocalNames{}
	}
	a.locals[n] = c
	return c
}

// Info returns what a source says of itself with pseudonyms.
func (a *Anonymiser) Info(i capture.Info) capture.Info {
	i.Names = a.LocalNames(i.Names)
	var recorded []capture.Info
	for _, r := range i.Recorded {
		recorded = append(recorded, a.Info(r))
	}
	i.Recorded = recorded
	return i
}

// Tables returns what a source counted by process with pseudonyms.
func (a *Anonymiser) Tables(t capture.Tables) capture.Tables {
	t.Locks = append([]capture.LockRow(nil), t.Locks...)
	for i := range t.Locks {
		a.Proc(&t.Locks[i].Proc)
	}
	return t
}
