// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/capture"
)

// Wireshark tells who the process is to which a packet's epb_processid_threadid refers,
// from a Custom Block of its own Private Enterprise Number:
//
//	u32 block type 0x00000BAD, u32 total length, u32 PEN: of the section's byte order
//	u32 entry type 3, u32 entry length, then the entry: little-endian
//	  u32 process ID, options (code and length of 16 bits each, padded to 32) up to 0
//	u32 total length
//
// It reads the blocks of a section before it shows packets; of several with one process
// ID and no start time the last counts. Wireshark 4.0 shows each as a packet, so they are
// written only if they are asked for. A Reader skips them: it has it all from elsewhere.
const (
	blockCustom      = 0x00000BAD // Custom Block that a program may copy
	penWireshark     = 32622
	entryProcess     = 3
	processName      = 2
	processPath      = 3
	processCmdLine   = 4 // arguments with a NUL between
	processParent    = 5 // u32
	processUID       = 6 // u32
	maxWiresharkSeen = 4096
)

// wiresharks are the entries that the section has.
type wiresharks map[string]struct{}

// tellWireshark writes the process of a packet, unless the section has it already. It
// must not be called while a block is being made.
func (w *Writer) tellWireshark(o *capture.Origin) {
	if !w.opt.Wireshark || o.Kind != capture.KindDatagram || o.Proc.PID == 0 {
		return
	}
	entry := processEntry(&o.Proc)
	if _, told := w.wiresharks[string(entry)]; told {
		return
	}
	if w.wiresharks == nil || len(w.wiresharks) >= maxWiresharkSeen {
		w.wiresharks = make(wiresharks)
	}
	w.wiresharks[string(entry)] = struct{}{}
	start := w.begin(blockCustom)
	w.u32(penWireshark)
	le := binary.LittleEndian
	w.buf = le.AppendUint32(w.buf, entryProcess)
	w.buf = le.AppendUint32(w.buf, uint32(len(entry)))
	w.buf = append(w.buf, entry...)
	if line, option := cmdLineOption(&o.Proc); option != nil { // see Retell
		size := len(option) - 4
		w.noteLine(len(w.buf)-len(entry)+bytes.Index(entry, option)+4, size, line)
	}
	w.end(start)
}

// cmdLineOption is the command line as it is told now, and its option without padding;
// nil: none is known.
func cmdLineOption(p *capture.Proc) (line capture.CmdLine, option []byte) {
	line = p.CmdLine.Told()
	args := strings.TrimSuffix(string(line), "\x00")
	if args == "" {
		return line, nil
	}
	le := binary.LittleEndian
	option = le.AppendUint16(le.AppendUint16(nil, processCmdLine), uint16(len(args)))
	return line, append(option, args...)
}

// processEntry is what Wireshark is told of a process, as far as it is known.
func processEntry(p *capture.Proc) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, p.PID)
	option := func(code uint16, value []byte) {
		if len(value) == 0 {
			return
		}
		b = le.AppendUint16(le.AppendUint16(b, code), uint16(len(value)))
		b = append(b, value...)
		b = append(b, make([]byte, pad4(len(value)))...)
	}
	text := func(code uint16, s string) {
		option(code, []byte(strings.ToValidUTF8(s[:min(len(s), maxString)], "\uFFFD")))
	}
	text(processName, p.ProcessName())
	text(processPath, p.Exe)
	if _, line := cmdLineOption(p); line != nil {
		b = append(append(b, line...), make([]byte, pad4(len(line)))...)
	}
	if parent := cmp.Or(p.PPID, p.Parent.PID); parent != 0 {
		option(processParent, le.AppendUint32(nil, parent))
	}
	if uid, ok := p.UID.Value(); ok {
		option(processUID, le.AppendUint32(nil, uid))
	}
	return slices.Clip(le.AppendUint32(b, 0)) // the end of the options
}
