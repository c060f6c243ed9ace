// SPDX-License-Identifier: Apache-2.0

// Package hostile writes capture files that ask for much more memory than they are
// long: each holds one thing many times. They are for tests, which read them at
// several lengths and compare what that took.
//
// Everything in them is well-formed, but for what is said of a kind. The package knows
// the file format by itself (draft-ietf-opsawg-pcapng): the writer of package pcapng
// makes no such files.
package hostile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// File is a kind of hostile file.
type File struct {
	Name string
	// N is the length at which it was found to be hostile; Write takes any.
	N int
	// Damaged: the file has blocks that are longer than one can be, when it is N long.
	Damaged bool
	small   int
	write   func(w *writer, n int)
}

// Files are all kinds.
func Files() []File {
	return []File{
		{"notes", 5_000_000, true, 100_000, notes},
		{"sources", 4000, false, 40, sources},
		{"headers", 2_000_000, true, 20_000, headers},
		{"manyheaders", 100, false, 8, manyHeaders},
		{"nftables", 100_000, false, 5000, nftables},
		{"attributes", 1_000_000, false, 100_000, attributes},
		{"uevent", 2_000_000, false, 100_000, uevent},
		{"packets", 80, true, 1, packets},
		{"datagrams", 100, false, 5, datagrams},
		{"options", 2000, true, 20, options},
		{"tails", 100, false, 5, tails},
		{"processes", 300_000, false, 10_000, processes},
		{"origins", 30_000, false, 10_000, origins},
		{"requests", 300_000, false, 20_000, requests},
		{"events", 5000, false, 300, events},
	}
}

// Small is a length at which a file still fills what is bounded, and not the time of
// tests.
func (f File) Small() int { return f.small }

// Write writes a file of the length n.
func (f File) Write(to io.Writer, n int) error {
	w := &writer{out: bufio.NewWriterSize(to, 1<<20)}
	f.write(w, n)
	if w.err != nil {
		return fmt.Errorf("write hostile file %s: %w", f.Name, w.err)
	}
	return w.out.Flush()
}

// WriteFile writes a file of the length n at path.
func (f File) WriteFile(path string, n int) error {
	out, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write hostile file %s: %w", f.Name, err)
	}
	return errors.Join(f.Write(out, n), out.Close())
}

var le = binary.LittleEndian

// writer writes blocks, little-endian.
type writer struct {
	out *bufio.Writer
	id  uint64
	err error
}

func (w *writer) write(b []byte) {
	if _, err := w.out.Write(b); err != nil && w.err == nil {
		w.err = err
	}
}

// block writes a block of these parts, whose lengths together are a multiple of 4.
func (w *writer) block(kind uint32, parts ...[]byte) {
	size := 12
	for _, p := range parts {
		size += len(p)
	}
	w.write(le.AppendUint32(le.AppendUint32(nil, kind), uint32(size)))
	for _, p := range parts {
		w.write(p)
	}
	w.write(le.AppendUint32(nil, uint32(size)))
}

func pad(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

// section writes a section header with more options, and the interfaces of nltop.
func (w *writer) section(more ...[]byte) {
	head := le.AppendUint32(nil, 0x1A2B3C4D)
	head = le.AppendUint16(le.AppendUint16(head, 1), 0)
	head = le.AppendUint64(head, 1<<64-1)
	named := custom(2, tag(tag(nil, 1, []byte("dev")), 2, []byte("fentry")))
	w.block(0x0A0D0D0A, append([][]byte{head, named}, more...)...)
	w.iface("fentry", "nltop dev, source fentry, filter: none, snap length: unlimited")
}

func (w *writer) iface(name, about string, more ...[]byte) {
	head := le.AppendUint32(le.AppendUint32(nil, 253), 0)
	w.block(1, append([][]byte{head, option(2, []byte(name)), option(3, []byte(about)), option(9, []byte{9})}, more...)...)
}

func option(code uint16, value []byte) []byte {
	b := le.AppendUint16(le.AppendUint16(nil, code), uint16(len(value)))
	return pad(append(b, value...))
}

// custom is an option of nltop: see package pcapng, facts.go.
func custom(kind byte, facts []byte) []byte {
	return option(2989, append(append(le.AppendUint32(nil, 32473), "nltop\x01"+string(kind)...), facts...))
}

// tag appends a fact.
func tag(b []byte, number int, value []byte) []byte {
	b = binary.AppendUvarint(append(b, byte(number)), uint64(len(value)))
	return append(b, value...)
}

func number(b []byte, n int, v uint64) []byte { return tag(b, n, binary.AppendUvarint(nil, v)) }

// Directions and protocols of the frames below.
const (
	request, reply, event    = 1, 2, 3
	route, netfilter, kevent = 0, 12, 15
)

// packet writes a datagram at second sec, with facts and options beside those that
// say its direction and number.
func (w *writer) packet(sec uint64, protocol uint16, dir uint64, data, facts []byte, more ...[]byte) {
	w.id++
	ns := sec * 1_000_000_000
	head := le.AppendUint32(nil, 0)
	head = le.AppendUint32(le.AppendUint32(head, uint32(ns>>32)), uint32(ns))
	head = le.AppendUint32(le.AppendUint32(head, uint32(len(data)+16)), uint32(len(data)+16))
	be := binary.BigEndian
	cooked := be.AppendUint16(be.AppendUint16(nil, 7), 824)
	cooked = be.AppendUint16(append(cooked, make([]byte, 10)...), protocol)
	f := number(number(nil, 3, dir), 24, w.id)
	if len(facts) > 60000 {
		facts = facts[:60000]
	}
	parts := [][]byte{head, cooked, data, make([]byte, -len(data)&3), custom(1, append(f, facts...))}
	w.block(6, append(parts, more...)...)
}

// header is an nlmsghdr for a body of so many bytes.
func header(size int, kind, flags uint16, seq uint32) []byte {
	b := le.AppendUint32(nil, uint32(16+size))
	b = le.AppendUint16(le.AppendUint16(b, kind), flags)
	return le.AppendUint32(le.AppendUint32(b, seq), 4711)
}

// link is RTM_NEWLINK or RTM_GETLINK with an interface name.
func link(kind, flags uint16, seq uint32) []byte {
	body := make([]byte, 16)
	le.PutUint32(body[4:], seq+1)
	attr := append(le.AppendUint16(le.AppendUint16(nil, 9), 3), "eth0\x00\x00\x00\x00"...)
	body = append(body, attr...)
	return append(header(len(body), kind, flags, seq), body...)
}

// notes is a section header of n notes of nine bytes.
func notes(w *writer, n int) {
	var opts [][]byte
	for n > 0 {
		var f []byte
		for ; n > 0 && len(f) < 65000; n-- {
			f = tag(f, 5, fmt.Appendf(nil, "n%08d", n))
		}
		opts = append(opts, custom(2, f))
	}
	w.section(opts...)
	w.packet(1, route, request, link(18, 5, 1), nil)
}

// sources is n interfaces that say what they are at length.
func sources(w *writer, n int) {
	w.section()
	for i := range n {
		name := fmt.Sprintf("fentry%08d", i)
		f := tag(nil, 1, []byte(name))
		f = tag(f, 2, bytes.Repeat([]byte("s"), 4000))
		for len(f) < 65000 {
			f = tag(f, 4, fmt.Appendf(nil, "n%08d", len(f)))
		}
		w.iface(name, "nltop dev", custom(6, f))
	}
	w.packet(1, route, request, link(18, 5, 1), nil)
}

// headers is one datagram of n messages that are an nlmsghdr each.
func headers(w *writer, n int) {
	w.section()
	data := make([]byte, 0, 16*n)
	for i := range n {
		data = append(data, header(0, 18, 5, uint32(i))...)
	}
	w.packet(1, route, request, data, nil)
}

// manyHeaders is n datagrams of 4,096 headers each.
func manyHeaders(w *writer, n int) {
	w.section()
	data := bytes.Repeat(header(0, 18, 5, 1), 1<<12)
	for i := range n {
		w.packet(uint64(i+1), route, request, data, nil)
	}
}

// nftables is one datagram with a batch of n rules that are empty but for the table.
func nftables(w *writer, n int) {
	w.section()
	begin := append(header(4, 0x10, 1, 0), 0, 0, 0, 10)
	data := append([]byte(nil), begin...)
	for i := range n {
		data = append(data, header(20, 0x0a06, 0x0c01, uint32(i+1))...)
		data = append(data, 1, 0, 0, 0)
		data = append(data, 6, 0, 1, 0, 't', 0, 0, 0, 6, 0, 2, 0, 'c', 0, 0, 0)
	}
	end := append(header(4, 0x11, 1, uint32(n+1)), 0, 0, 0, 10)
	w.packet(1, netfilter, request, append(data, end...), nil)
}

// attributes is one message of n attributes without payload.
func attributes(w *writer, n int) {
	w.section()
	body := make([]byte, 16, 16+4*n)
	for range n {
		body = append(body, 4, 0, 3, 0)
	}
	w.packet(1, route, request, append(header(len(body), 16, 5, 1), body...), nil)
}

// uevent is one uevent of n variables.
func uevent(w *writer, n int) {
	w.section()
	data := []byte("add@/devices/x\x00")
	for range n {
		data = append(data, "A=\x00"...)
	}
	w.packet(1, kevent, event, data, number(nil, 20, 1))
}

// packets is n datagrams of 12 MiB, each one message: more than a block may have.
func packets(w *writer, n int) { large(w, n, 12<<20) }

// datagrams is n of 4 MiB, as long as one that nltop captures.
func datagrams(w *writer, n int) { large(w, n, 4<<20) }

func large(w *writer, n, size int) {
	w.section()
	body := make([]byte, size)
	copy(body, header(size-16, 16, 5, 1))
	for i := range n {
		w.packet(uint64(i+1), route, request, body, nil)
	}
}

// options is one packet with n comments of 64 KiB.
func options(w *writer, n int) {
	w.section()
	one := option(1, bytes.Repeat([]byte("c"), 65532))
	more := make([][]byte, n)
	for i := range more {
		more[i] = one
	}
	w.packet(1, route, request, link(18, 5, 1), nil, more...)
	w.packet(2, route, request, link(18, 5, 2), nil)
}

// tails is n packets of which 4 MiB each stand in options of nltop.
func tails(w *writer, n int) {
	w.section()
	one := custom(4, make([]byte, 65500))
	more := make([][]byte, 64)
	for i := range more {
		more[i] = one
	}
	for i := range n {
		w.packet(uint64(i+1), route, request, header(4<<20, 16, 5, 1), nil, more...)
	}
}

// processes is n requests of as many processes, with all that can be told of one.
func processes(w *writer, n int) {
	w.section()
	for i := range n {
		who := number(number(nil, 1, uint64(i+1)), 3, uint64(i+1))
		who = tag(who, 2, fmt.Appendf(nil, "p%08d", i))
		who = tag(who, 4, append([]byte("/bin/"), bytes.Repeat([]byte("e"), 500)...))
		who = tag(who, 5, fmt.Appendf(nil, "p%08d\x00%0230d\x00", i, i))
		w.block(0x80004E4C, pad(append([]byte("nltop\x01\x05"), who...)))
		proc := number(number(nil, 1, uint64(i+1)), 2, uint64(i+1))
		proc = tag(proc, 4, fmt.Appendf(nil, "c%08d", i))
		proc = number(tag(proc, 6, fmt.Appendf(nil, "/system.slice/s%08d.service", i)), 10, uint64(i+1))
		f := number(number(tag(nil, 11, proc), 13, uint64(i+1)), 14, uint64(i+1))
		w.packet(uint64(i+1), route, request, link(18, 5, uint32(i)), f)
	}
}

// origins is n requests whose process has the longest texts that are kept.
func origins(w *writer, n int) {
	w.section()
	for i := range n {
		proc := number(number(nil, 1, uint64(i+1)), 2, uint64(i+1))
		for _, t := range []int{4, 6, 7, 8, 9} { // comm to pod
			proc = tag(proc, t, fmt.Appendf(nil, "%08d%s", i, bytes.Repeat([]byte("x"), 4000)))
		}
		f := tag(number(tag(nil, 11, proc), 14, uint64(i+1)), 34, fmt.Appendf(nil, "%08d%s", i, bytes.Repeat([]byte("n"), 4000)))
		w.packet(uint64(i+1), route, request, link(18, 5, uint32(i)), f)
	}
}

// requests is n requests at one time that nobody answers.
func requests(w *writer, n int) {
	w.section()
	for i := range n {
		w.packet(1, route, request, link(18, 5, uint32(i)), number(number(nil, 13, 4711), 14, 1))
	}
}

// events is n events of 64 KiB, all different, each to another socket.
func events(w *writer, n int) {
	w.section()
	body := make([]byte, 60000)
	copy(body, header(len(body)-16, 16, 0, 0))
	for i := range n {
		le.PutUint32(body[8:], uint32(i))
		w.packet(1, route, event, body, number(number(number(nil, 20, 1), 14, uint64(i+1)), 26, uint64(i+1)))
	}
}
