// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"errors"
	"io"
	"slices"
)

// Account is what a Reader can tell of the file itself, as far as it has been read.
type Account struct {
	Bytes    int64  // read; of a file that is packed, what it unpacks to
	Packed   string // by what: "gzip" or "zstd"; "": it is not
	Sections int    // of pcapng; else 0
	Made     []Meta // of the sections, each once, at most maxMade
	Packets  uint64 // datagrams that count as traffic
	Preamble uint64 // and those that name families
	Unknown  uint64 // blocks of pcapng that are nobody's here, and were skipped
	// Damage is what was found wrong, in the order of the file: the first maxDamage.
	Damage  []*Error
	Damaged uint64 // how often anything was
}

// Bounds of what a file can make a Reader keep for an Account.
const (
	maxDamage = 16
	maxMade   = 16
)

// account is the part of an Account that is no count of anything else. r.mu guards it.
type account struct {
	made     []Meta // of earlier sections
	preamble uint64
	unknown  uint64
	damage   []*Error
	damaged  uint64
}

// Account says what the file holds, as far as it has been read. It must not be called
// while Run or Next runs.
func (r *Reader) Account() Account {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := Account{
		Bytes: r.off, Sections: r.sections, Packets: r.stats.Frames, Preamble: r.account.preamble, Unknown: r.account.unknown,
		Damage: slices.Clone(r.account.damage), Damaged: r.account.damaged,
	}
	if r.packed != nil {
		a.Packed = r.packed.Format().String()
	}
	a.Made = addMade(slices.Clone(r.account.made), r.meta)
	return a
}

// addMade adds how a section was made, if none before it was made so.
func addMade(to []Meta, m Meta) []Meta {
	same := func(k Meta) bool {
		return k.Format == m.Format && k.BigEndian == m.BigEndian && k.Hardware == m.Hardware && k.OS == m.OS &&
			k.Application == m.Application && k.Filter == m.Filter && k.Version == m.Version && k.Command == m.Command &&
			k.Distribution == m.Distribution && k.Secrets == m.Secrets && k.Source.Name == m.Source.Name && k.Source.Scope == m.Source.Scope &&
			k.Source.Snap == m.Source.Snap && (k.Held == nil) == (m.Held == nil) && (k.Held == nil || *k.Held == *m.Held)
	}
	if len(to) >= maxMade || slices.ContainsFunc(to, same) {
		return to
	}
	m.Interfaces = slices.Clone(m.Interfaces)
	return append(to, m)
}

// damageAt notes what is wrong with the file. r.mu is held.
func (r *Reader) damageAt(e *Error) {
	if r.bad == nil {
		r.bad = e
	}
	r.account.damaged++
	if len(r.account.damage) < maxDamage {
		r.account.damage = append(r.account.damage, e)
	}
}

// final notes the damage at which reading ends; one behind which it went on is known.
// r.mu is held.
func (r *Reader) final(err error) {
	var e *Error
	if errors.As(err, &e) && !slices.Contains(r.account.damage, e) && e != r.bad {
		r.damageAt(e)
	}
}

// unknown notes a block that is skipped because it is nobody's here.
func (r *Reader) unknown() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.account.unknown++
}

// preamble notes a packet that names families.
func (r *Reader) preamble() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.account.preamble++
}

// noDamage takes back that reading ended with err: it was told to.
func (r *Reader) noDamage(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var e *Error
	if !errors.As(err, &e) || errors.Is(err, io.ErrUnexpectedEOF) {
		return
	}
	var why stray
	if errors.As(err, &why) {
		return
	}
	if n := len(r.account.damage); n > 0 && r.account.damage[n-1] == e {
		r.account.damage, r.account.damaged = r.account.damage[:n-1], r.account.damaged-1
	}
	if r.bad == e {
		r.bad = nil
	}
}
