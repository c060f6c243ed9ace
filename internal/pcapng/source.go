// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/capture"
)

// Tags of factsSource. The facts stand in a custom option of the interface, since
// programs that merge recordings keep interfaces apart and sections not. A recording of
// recordings has them once for each source; the first is that of the frames that say
// nothing else.
const (
	tagOfName = iota + 1
	tagOfScope
	tagOfBlind // repeated
	tagOfNote  // repeated
	tagOfSnap
	// tagOfSees are the facts that the source saw, of tagOfAsked: those that the nltop
	// which wrote this knew of. Of others the name of the source tells.
	tagOfSees
	tagOfAsked
	tagOfRMemMax
)

// The second interface of a recording.
const (
	familiesName  = "families"
	familiesAbout = "the answers to an nlctrl dump by nltop, to name generic-netlink families; not traffic"
)

// sourceFacts appends what a source says of itself to b. Past a quarter of an option,
// clauses are noise.
func sourceFacts(b []byte, i *capture.Info) facts {
	f := newFacts(b, factsSource).putString(tagOfName, i.Name).
		put(tagOfSees, uint64(i.Sees)).put(tagOfAsked, uint64(capture.AllSees)).
		string(tagOfScope, i.Scope).int(tagOfSnap, int64(i.Snap)).uint(tagOfRMemMax, i.RMemMax)
	return f.pseudonyms(i.Pseudonyms).clauses(tagOfBlind, i.Blind).clauses(tagOfNote, i.Notes)
}

// pseudonyms says that names and addresses are those, and of which key; "": they are not.
func (f facts) pseudonyms(key string) facts {
	if key == "" {
		return f
	}
	return f.uint(tagAnonymised, 1).string(tagKeyPrint, key)
}

// unknownKey stands for a fingerprint that is missing.
const unknownKey = "unknown"

// clauses appends texts of people; past a quarter of an option, they are noise.
func (f facts) clauses(tag int, texts []string) facts {
	for _, s := range texts {
		if len(f) < maxOption/4 {
			f = f.putString(tag, s)
		}
	}
	return f
}

// maxClauses bounds what a file makes a reader keep.
const maxClauses = 64

// addClause adds a text of a file to those before.
func addClause(to []string, v []byte) []string {
	size := 0
	for _, s := range to {
		size += len(s)
	}
	if len(to) >= maxClauses || size >= maxOption/4 {
		return to
	}
	return append(to, text(v))
}

// parseSource is the reverse of sourceFacts. What a malformed list still tells is taken.
func parseSource(body []byte) (capture.Info, error) {
	var i capture.Info
	var sees, asked capture.Sees
	err := eachFact(body, func(tag, num uint64, v []byte) {
		switch tag {
		case tagOfName:
			i.Name = text(v)
		case tagOfScope:
			i.Scope = text(v)
		case tagOfBlind:
			i.Blind = addClause(i.Blind, v)
		case tagOfNote:
			i.Notes = addClause(i.Notes, v)
		case tagOfSnap:
			i.Snap = int(unzigzag(num))
		case tagOfSees:
			sees = capture.Sees(num)
		case tagOfAsked:
			asked = capture.Sees(num)
		case tagOfRMemMax:
			i.RMemMax = num
		case tagAnonymised:
			i.Pseudonyms = cmp.Or(i.Pseudonyms, unknownKey)
		case tagKeyPrint:
			i.Pseudonyms = text(v)
		}
	})
	i.Sees = sees&asked | capture.Describe(i.Name).Recorded()&^asked
	return i, err
}

// sourcesOf says which sources the frames of an interface come from; told is what its
// options say of them. Recordings older than factsSource tell the name of the source
// alone; interfaces of other programs are those of an nlmon device.
func (r *Reader) sourcesOf(told []capture.Info, name, about string) []capture.Info {
	switch {
	case len(told) > 0:
	case name == familiesName && about == familiesAbout:
		return nil
	case len(r.ifaces) == 0 && r.meta.Version != "":
		i := r.meta.Source
		i.Sees = capture.Describe(i.Name).Recorded()
		told = []capture.Info{i}
	case strings.HasPrefix(about, "nltop ") && slices.Contains(capture.SourceNames(), name):
		told = []capture.Info{{Name: name, Sees: capture.Describe(name).Recorded()}}
	default:
		return []capture.Info{foreignSource()}
	}
	if !strings.HasPrefix(r.meta.Application, "nltop ") {
		withoutReports(told)
	}
	return told
}

// withoutReports is for sources whose recording another program has rewritten.
func withoutReports(sources []capture.Info) {
	for i := range sources {
		sources[i].Sees &^= capture.InReports
	}
}

// foreignSource is what other programs record from.
func foreignSource() capture.Info {
	d := capture.Describe(capture.SourceNlmon)
	return capture.Info{Name: d.Name, Sees: d.Always(), Blind: d.Blind}
}

// settle looks, at the first packet of traffic of a section, whether a program has
// rewritten the recording and left the head as it was: what nltop writes behind the
// families of the machine is missing then, as are all other statistics and reports.
func (r *Reader) settle() {
	r.settled = true
	if r.families == 0 || len(r.ifaces) <= ifaceFamilies || r.ifaces[ifaceFamilies].counted {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	withoutReports(r.current)
	r.known.forget()
	for i := range r.ifaces {
		if r.ifaces[i].ours {
			r.ifaces[i].sees &^= capture.InReports
		}
	}
}

// maxSources bounds of how many sources a file can make the reader tell.
const maxSources = 64

// alsoFrom notes the source of a frame that says something else than its interface.
func (r *Reader) alsoFrom(o *capture.Origin) {
	i := capture.Info{Name: o.Source, Sees: o.Sees, Names: o.Names}
	if i.Name == capture.SourceFile {
		i.Name = capture.SourceNlmon
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !knows(r.current, &i) && !knows(r.earlier, &i) && len(r.current) < maxSources {
		r.current = append(r.current, i)
	}
}

func knows(sources []capture.Info, i *capture.Info) bool {
	return slices.ContainsFunc(sources, func(k capture.Info) bool {
		return k.Name == i.Name && k.Sees == i.Sees && k.Names.Equal(i.Names) && (i.Scope == "" || k.Scope == i.Scope)
	})
}

// endSection keeps the sources of a section that another one follows. r.mu is held.
func (r *Reader) endSection() {
	for i := range r.current {
		if !knows(r.earlier, &r.current[i]) && len(r.earlier) < maxSources {
			r.earlier = append(r.earlier, r.current[i])
		}
	}
	r.current = nil
}

// recorded are the sources that were recorded, as far as they have been read. r.mu is
// held.
func (r *Reader) recorded() []capture.Info {
	all := slices.Clone(r.earlier)
	for i := range r.current {
		if !knows(all, &r.current[i]) {
			all = append(all, r.current[i])
		}
	}
	switch {
	case len(all) > 0:
	case r.meta.Source.Name != "":
		i := r.meta.Source
		i.Sees |= capture.Describe(i.Name).Recorded()
		all = []capture.Info{i}
	default:
		all = []capture.Info{foreignSource()}
	}
	return all
}

// Info describes the file, with the blind spots of the sources that were recorded.
func (r *Reader) Info() capture.Info {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.meta
	info := capture.Info{Name: capture.SourceFile, Snap: m.Source.Snap, Recorded: r.recorded()}
	if r.snap > 0 && (info.Snap == 0 || r.snap < info.Snap) {
		info.Snap = r.snap
	}
	var scopes []string
	for i := range info.Recorded {
		s := &info.Recorded[i]
		info.Sees |= s.Sees
		if s.Scope != "" && !slices.Contains(scopes, s.Scope) {
			scopes = append(scopes, s.Scope)
		}
		whose := ""
		if len(info.Recorded) > 1 {
			whose = s.Name + ": "
		}
		for _, b := range s.Blind {
			info.Blind = append(info.Blind, whose+b)
		}
		if i == 0 || s.RMemMax != info.RMemMax {
			info.RMemMax = 0 // of which machine?
		}
		if i == 0 {
			info.RMemMax = s.RMemMax
		}
	}
	info.Scope = cmp.Or(strings.Join(scopes, ", "), "what was recorded")
	if made := madeBy(m, info.Recorded); made != "" {
		info.Notes = append(info.Notes, made)
	}
	if m.Filter != "" {
		info.Notes = append(info.Notes, "recorded with the filter "+m.Filter)
	}
	for i := range info.Recorded {
		info.Notes = append(info.Notes, info.Recorded[i].Notes...)
		if key := info.Recorded[i].Pseudonyms; key != "" && key != info.Pseudonyms {
			info.Notes = append(info.Notes, "names and addresses are pseudonyms (key "+key+")")
			info.Pseudonyms = key
		}
	}
	if r.names.cut.Load() {
		info.Notes = append(info.Notes, fmt.Sprintf("of names and paths longer than %d bytes, the file has too many: they are cut", maxName))
	}
	if r.badFacts > 0 {
		info.Notes = append(info.Notes, fmt.Sprintf("malformed nltop data beside %d packets", r.badFacts))
	}
	return info
}

func madeBy(m Meta, sources []capture.Info) string {
	var names []string
	for i := range sources {
		if !slices.Contains(names, sources[i].Name) {
			names = append(names, sources[i].Name)
		}
	}
	s := ""
	switch {
	case m.Source.Name != "" && len(names) > 1: // on machines that it does not tell apart
		return "recorded by the sources " + strings.Join(names, ", ")
	case m.Source.Name != "":
		s = "recorded by source " + m.Source.Name
	case m.Application != "":
		s = "recorded by " + m.Application
	}
	if s != "" && m.OS != "" {
		s += " on " + m.OS
	}
	return s
}
