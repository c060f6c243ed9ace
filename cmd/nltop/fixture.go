// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/fixture"
)

// fixtureWriter gathers the datagrams of a decode or trace for a fixture of
// package families, which it writes at the end.
type fixtureWriter struct {
	w        io.Writer
	f        fixture.Fixture
	self     capture.CmdLine // nltop's own
	made     []string        // what stands in the comment behind the commands
	protocol uint16
	last     uint64            // ID of the frame that was added last; 0: none
	commands []capture.CmdLine // of the processes, each once
	generic  map[uint16]string // ids of generic families that have a name
	failed   bool              // a datagram was refused: a part of a fixture is none
}

// newFixture returns a fixtureWriter. live says that the messages are of this
// machine, whose kernel the comment then names.
func newFixture(w io.Writer, live bool) *fixtureWriter {
	args := append([]string{"nltop"}, os.Args[1:]...)
	text := strings.Join(args, "\x00") + "\x00"
	x := &fixtureWriter{w: w, generic: map[uint16]string{}, self: capture.NewCmdLine([]byte(text), uint64(len(text)))}
	var un unix.Utsname
	if live && unix.Uname(&un) == nil {
		x.made = append(x.made, "Linux "+unix.ByteSliceToString(un.Release[:]))
	}
	return x
}

// Observe takes the datagram of a message. It is an error where the format has
// no place for it, and then nothing is written.
func (x *fixtureWriter) Observe(o *correlate.Observation) error {
	if o.Message == nil {
		return nil // a report has no bytes
	}
	err := x.add(o)
	x.failed = x.failed || err != nil
	return err
}

func (x *fixtureWriter) add(o *correlate.Observation) error {
	m, f := o.Message, o.Frame
	if f.Protocol == capture.NETLINK_GENERIC && m.Family != "" && m.Header.Type != unix.GENL_ID_CTRL {
		x.generic[m.Header.Type] = m.Family
	}
	if f.ID == x.last {
		return nil
	}
	switch {
	case f.BigEndian:
		return fmt.Errorf("-o fixture: frame %d is of a big-endian machine", f.ID)
	case f.Dir == capture.DirUnknown:
		return fmt.Errorf("-o fixture: nobody knows which way frame %d went", f.ID)
	case f.Cut():
		return fmt.Errorf("-o fixture: only %d of %d bytes of frame %d are there", len(f.Data), f.OrigLen, f.ID)
	case x.last != 0 && f.Protocol != x.protocol:
		return fmt.Errorf("-o fixture: frame %d is %s, and those before are %s: a fixture is of one protocol (see --protocol)",
			f.ID, capture.ProtocolName(f.Protocol), capture.ProtocolName(x.protocol))
	}
	x.last, x.protocol = f.ID, f.Protocol
	x.f.Add(f.Dir, slices.Clone(f.Data))
	if c := o.Account.CmdLine; c != "" && !slices.Contains(x.commands, c) {
		x.commands = append(x.commands, c)
	}
	return nil
}

// end writes the fixture, with the tree that the built-in tables make of it:
// the test of fixtures has no others.
func (x *fixtureWriter) end() error {
	if x.failed {
		return nil
	}
	if x.last == 0 {
		return errors.New("-o fixture: there is no message")
	}
	for _, c := range append(x.commands, x.self) { // as they are told now
		x.f.CommandLine(c.String())
	}
	for _, line := range x.made {
		x.f.CommandLine(line)
	}
	for _, id := range x.unnamed() {
		x.f.Name(id, x.generic[id])
	}
	x.f.Tree, _ = x.f.Decode(decode.New(families.All(), decode.Options{}), x.protocol)
	_, err := x.w.Write(x.f.Format())
	return err
}

// unnamed are the ids of generic families that no message of the fixture names
// before they are needed, the last first.
func (x *fixtureWriter) unnamed() []uint16 {
	var ids []uint16
	d := decode.New(families.All(), decode.Options{})
	for _, f := range x.f.Frames(x.protocol) {
		for _, m := range d.Frame(f, nil) {
			id := m.Header.Type
			if x.generic[id] != "" && m.Family == "" && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	slices.Reverse(ids) // each is put in front
	return ids
}
