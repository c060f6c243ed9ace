// SPDX-License-Identifier: Apache-2.0

// Package anonymise replaces what in a frame tells whose it is by pseudonyms: addresses,
// names, accounts, serial numbers, in the bytes and in what nltop adds to them. One value
// has one pseudonym, of the same length, in all frames that one Anonymiser was given, and
// in all that another one with the same key was given.
//
// Pseudonyms are permutations of a key: nothing is remembered of what has been replaced,
// and without the key nobody can tell it. What no table names is replaced as a whole.
// Times, lengths, flags, sequence numbers, port IDs, errors and what became of a message
// stay, and so does what its parts are called: a decoder finds the same tree in it.
//
// The package neither reads nor writes files, and does not withhold secrets: that is the
// work of package redact, whose fillings it leaves alone.
package anonymise

import (
	"bytes"
	"crypto/rand"
	"fmt"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Anonymiser replaces what one run shows or keeps. It belongs to one goroutine.
type Anonymiser struct {
	secret  *secret
	dec     *decode.Decoder // of what was captured
	origins capture.PerOrigin[*capture.Origin]
	locals  map[*capture.LocalNames]*capture.LocalNames
	sets    map[string]setType // by table and name
	bounds  map[bound][]byte
	names   seen
	known   map[within]schema.Identity
	before  decode.Scratch // of the message at hand
	after   decode.Scratch
	blunted int // messages that were done bluntly
}

// New returns one that finds what to replace with dec, which must have been given to
// nobody else: it learns what was captured. Without a key it makes up one, and forgets it.
func New(dec *decode.Decoder, key []byte) (*Anonymiser, error) {
	if len(key) == 0 {
		key = make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return nil, fmt.Errorf("make up a key: %w", err)
		}
	}
	s, err := newSecret(key)
	if err != nil {
		return nil, fmt.Errorf("prepare key: %w", err)
	}
	return &Anonymiser{secret: s, dec: dec, sets: map[string]setType{}, bounds: map[bound][]byte{}, known: map[within]schema.Identity{}}, nil
}

// Decoder returns the one that knows what was captured.
func (a *Anonymiser) Decoder() *decode.Decoder { return a.dec }

// Fingerprint tells of the key that two recordings have the same one, and nothing else.
func (a *Anonymiser) Fingerprint() string { return a.secret.print }

// atOnce bounds the messages of a datagram that are decoded at once.
const atOnce = 1024

// Frame returns a frame with pseudonyms, and leaves f as it is.
func (a *Anonymiser) Frame(f *capture.Frame) *capture.Frame {
	g := *f
	g.Origin = a.Origin(f.Origin)
	if b := f.Lock.Blocker; b != nil {
		p := *b
		a.Proc(&p)
		g.Lock.Blocker = &p
	}
	if len(f.Data) == 0 {
		return &g
	}
	g.Data = bytes.Clone(f.Data)
	switch f.Kind {
	case capture.KindExtack:
		a.says(g.Data)
	case capture.KindLock, capture.KindRefused:
		// headers and numbers alone
	default:
		a.messages(&g)
	}
	return &g
}

// messages replaces what is in the messages of a frame, or of what a reader got of one.
func (a *Anonymiser) messages(g *capture.Frame) {
	f := g
	if g.Kind != capture.KindDatagram && g.Kind != capture.KindFlushed {
		part := *g
		part.Origin = new(capture.Origin)
		*part.Origin = *g.Origin
		part.Kind = capture.KindDatagram
		f = &part
	}
	var ms []decode.Message
	for at, first := (decode.Position{}), true; first || at.More(f); first = false {
		ms = a.dec.Next(f, &at, atOnce, ms[:0])
		for i := range ms {
			a.message(&ms[i])
		}
		if len(ms) == 0 {
			break
		}
	}
}
