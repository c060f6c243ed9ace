// SPDX-License-Identifier: Apache-2.0

package export

import (
	"encoding/hex"
	"io"
	"math"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/say"
	"github.com/nltop/nltop/internal/words"
)

// Script writes a POSIX shell script that does again what was done: requests that
// change something, as commands, in the order in which they were sent. Who asked,
// and when, stands in comments; so does what failed, and what no tool has words
// for. Nothing that was captured can leave its word or its comment: a script of
// a hostile recording runs nothing else.
//
// A command is written when its outcome is known, so it wants the ends of
// exchanges (correlate.Options.Ends). It is not safe for concurrent use.
type Script struct {
	w       io.Writer
	words   say.Speaker
	queue   []*step
	waiting map[stepID]*step
	buf     []byte
	begun   bool
	by      string // of the last comment
	netns   uint64 // of the first command
	reads   int
	// batch is the transaction of nftables that comes in, and batchFrame its datagram.
	batch       *step
	batchFrame  uint64
	batchNumber int
	lost        uint64
}

// step is one request, in its place.
type step struct {
	ids     []stepID // those that wait for an outcome, and some that have one
	request *decode.Message
	said    say.Said
	who     string
	netns   uint64 // 0: unknown
	done    bool
	probe   bool   // it asked whether something is there; nothing is to be done again
	failed  string // why it did nothing; "": it did, as far as is known
	doubt   string // what is not known of its outcome
	// batch is a transaction of nftables, which is one step; open says that more of
	// its messages may come, and pending how many have no outcome.
	batch   *say.Transaction
	open    bool
	pending int
}

type stepID struct {
	frame uint64
	index int
}

// maxSteps is how many requests wait for the outcome of one before them.
const maxSteps = 4096

// NewScript returns a Script that writes to w.
func NewScript(w io.Writer) *Script {
	return &Script{w: w, waiting: make(map[stepID]*step)}
}

// Observe takes a message, or the end of an exchange.
func (s *Script) Observe(o *correlate.Observation) error {
	if s.batch != nil && o.Frame != nil && o.Frame.ID != s.batchFrame {
		s.closeBatch()
	}
	switch {
	case o.End == correlate.EndExchange:
		s.ended(o.Exchange)
	case o.End == correlate.EndNone && o.Message != nil && o.Frame.Dir == capture.DirRequest:
		s.asked(o)
	case o.End == correlate.EndNone && o.Message != nil:
		s.words.Hear(o.Message)
	}
	return s.advance(false)
}

// asked takes a request, and says it: what its names are later does not count.
func (s *Script) asked(o *correlate.Observation) {
	m := o.Message
	if s.transacted(o) {
		return
	}
	body := m.Values()
	said := s.words.Say(m, &body)
	if said.Reads || len(said.Commands) == 0 && reads(m) {
		s.reads++
		return
	}
	x := &step{said: said, who: asker(o), netns: o.Frame.NetNS}
	if len(said.Commands) == 0 || len(said.Left) > 0 {
		own := *m
		x.request = &own
	}
	s.queue = append(s.queue, x)
	s.wait(x, m)
}

// wait notes that the outcome of a message is one of a step.
func (s *Script) wait(x *step, m *decode.Message) {
	id := stepID{m.Frame.ID, m.Index}
	x.ids = append(x.ids, id)
	s.waiting[id] = x
}

// transacted takes a request of a transaction of nftables: all of them are one step.
func (s *Script) transacted(o *correlate.Observation) bool {
	m := o.Message
	b, ok := s.words.BatchOf(m)
	if !ok {
		return false
	}
	if b.Index == 0 {
		return true
	}
	if s.batch == nil || s.batchFrame != m.Frame.ID || s.batchNumber != b.Number {
		s.closeBatch()
		t, _ := s.words.Transaction(m)
		s.batch, s.batchFrame, s.batchNumber = &step{who: asker(o), batch: &t, open: true}, m.Frame.ID, b.Number
		s.queue = append(s.queue, s.batch)
	}
	s.batch.pending++
	s.wait(s.batch, m)
	if b.Index == b.Of {
		s.closeBatch()
	}
	return true
}

// closeBatch ends the transaction that comes in.
func (s *Script) closeBatch() {
	if s.batch != nil {
		s.batch.open = false
		s.batch.done = s.batch.pending == 0
		s.batch = nil
	}
}

// reads says whether a request that has no words asks for something and changes
// nothing, by its name.
func reads(m *decode.Message) bool {
	t := m.TypeText()
	return m.Header.Flags&unix.NLM_F_DUMP == unix.NLM_F_DUMP && !strings.Contains(t, "FLUSH") || strings.Contains(t, "_GET") ||
		strings.HasSuffix(t, "_DUMP") || strings.HasPrefix(t, "NFNL_MSG_BATCH") || m.Type == "SOCK_DIAG_BY_FAMILY"
}

// asker is who asked, and when and where.
func asker(o *correlate.Observation) string {
	f := o.Frame
	text := f.Time.UTC().Format("2006-01-02T15:04:05.000000Z07:00") + " "
	if o.Account.Known() {
		// Its command line may hold keys.
		text += words.Process(o.Account)
		if u := o.Account.UID; u.Known() {
			text += ", uid " + u.String()
		}
	} else {
		text += "port " + strconv.FormatUint(uint64(f.Socket.PortID), 10)
	}
	if f.NetNS != 0 {
		text += ", netns " + strconv.FormatUint(f.NetNS, 10)
	}
	return text
}

// ended takes what came of a request.
func (s *Script) ended(x *correlate.Exchange) {
	id := stepID{x.Request.Frame.ID, x.Request.Index}
	k := s.waiting[id]
	if k == nil {
		return
	}
	delete(s.waiting, id)
	if k.batch == nil {
		k.done, k.probe = true, x.Probe
	} else {
		k.pending--
		k.done = k.pending == 0 && !k.open
	}
	switch x.Outcome {
	case correlate.Failed:
		k.failed = "send failed: " + words.Errno(x.Errno)
		if x.Err != nil {
			k.failed = words.ErrorName(x.Err)
			if x.Err.Msg != "" {
				k.failed += " " + strconv.QuoteToGraphic(x.Err.Msg)
			}
		}
	case correlate.RolledBack, correlate.Ignored:
		if k.failed == "" {
			k.failed = OutcomeText(x)
		}
	case correlate.Pending, correlate.Unanswered, correlate.Lost, correlate.Unread:
		k.doubt = OutcomeText(x)
	}
}

// advance writes the requests that wait for nothing any more; all: the others too.
func (s *Script) advance(all bool) error {
	n := 0
	for n < len(s.queue) && (all || s.queue[n].done || len(s.queue)-n > maxSteps) {
		x := s.queue[n]
		if !x.done {
			x.doubt = "no outcome was seen"
			for _, id := range x.ids {
				delete(s.waiting, id)
			}
		}
		if x.probe {
			s.reads++
		} else {
			s.write(x)
		}
		n++
	}
	if n == 0 {
		return nil
	}
	clear(s.queue[:n])
	if s.queue = s.queue[n:]; len(s.queue) == 0 {
		s.queue = nil
	}
	return s.flush()
}

// write writes one request.
func (s *Script) write(x *step) {
	s.begin()
	if x.who != s.by {
		s.comment("", x.who)
		s.by = x.who
	}
	switch {
	case x.failed != "":
		s.comment("failed: ", x.failed)
	case x.doubt != "":
		s.comment("outcome: ", x.doubt)
	}
	if x.batch != nil {
		s.transaction(x)
		return
	}
	if x.said.Note != "" {
		s.comment("", x.said.Note)
	}
	for _, c := range x.said.Commands {
		for _, name := range c.Secrets() {
			s.comment("", "a secret, which is not told: set it")
			s.buf = append(append(s.buf, name...), "=\n"...)
		}
		text, ok := c.Shell()
		if ok && x.failed == "" {
			s.enter(x)
			s.buf = append(append(s.buf, text...), '\n')
		} else {
			s.comment("", c.String())
		}
	}
	if len(x.said.Commands) == 0 {
		s.unsaid(x.request)
		return
	}
	for i := range x.said.Left {
		l := &x.said.Left[i]
		s.comment("not said: ", leftText(l.In, l.Node))
	}
}

// transaction writes a batch of nftables as one command: all of it, or, where it
// failed, none.
func (s *Script) transaction(x *step) {
	t := x.batch
	if t.Note != "" {
		s.comment("", t.Note)
	}
	for i := range t.Unsaid {
		p := &t.Unsaid[i]
		for j := range p.Left {
			s.comment("not said: ", leftText(p.Left[j].In, p.Left[j].Node))
		}
		if len(p.Left) == 0 {
			s.unsaid(&p.Message)
		}
	}
	if len(t.Command.Words) == 0 {
		return
	}
	text, ok := t.Command.Shell()
	if ok && x.failed == "" {
		s.enter(x)
		s.buf = append(append(s.buf, text...), '\n')
		return
	}
	for line := range strings.SplitSeq(text, "\n") {
		s.comment("", line)
	}
}

// enter begins a command of another network namespace than that of the first one,
// where the script is run. How to enter it the reader knows, in a variable; the shell
// ends where that is not set, so that nothing is done in the wrong place.
func (s *Script) enter(x *step) {
	switch {
	case s.netns == 0 || x.netns == 0:
		s.netns = max(s.netns, x.netns)
		return
	case s.netns == x.netns:
		return
	}
	s.buf = append(s.buf, "${netns_"...)
	s.buf = strconv.AppendUint(s.buf, x.netns, 10)
	s.buf = append(s.buf, `?"is another network namespace: set it to ip netns exec NAME"} `...)
}

// unsaid writes a request that no tool has words for.
func (s *Script) unsaid(m *decode.Message) {
	b := m.Body()
	s.comment("not said: ", m.FamilyText()+" "+m.TypeText()+" "+shortFlags(m))
	for _, nodes := range [][]decode.Node{b.Fields, b.Attrs} {
		for i := range nodes {
			if !nodes[i].Hidden {
				s.comment("    ", leftText("", &nodes[i]))
			}
		}
	}
}

// maxScriptHex is how many bytes of an attribute stand in a comment.
const maxScriptHex = 256

func leftText(in string, n *decode.Node) string {
	text := n.Name
	if text == "" {
		text = "attribute " + strconv.Itoa(int(n.ID))
	}
	if in != "" {
		text = in + " > " + text
	}
	if s := n.Secret(); s.Withheld() {
		return text + ", " + words.Plural(len(n.Raw), "byte", "bytes") + " that hold " + s.Noun()
	}
	switch v := n.Value.(type) {
	case uint64:
		return text + " " + strconv.FormatUint(v, 10)
	case int64:
		return text + " " + strconv.FormatInt(v, 10)
	}
	raw, more := n.Raw, ""
	if len(raw) > maxScriptHex {
		raw, more = raw[:maxScriptHex], "… "+strconv.Itoa(len(n.Raw))+" bytes"
	}
	return text + " 0x" + hex.EncodeToString(raw) + more
}

// begin writes what stands at the top.
func (s *Script) begin() {
	if s.begun {
		return
	}
	s.begun = true
	s.buf = append(s.buf, "#!/bin/sh\n# The requests that nltop saw, as commands. Those that only read are left out.\nset -e\n"...)
}

// comment writes one line of comment, whatever is in the text.
func (s *Script) comment(what, text string) {
	s.buf = append(s.buf, "# "...)
	s.buf = append(s.buf, what...)
	s.buf = append(s.buf, capture.Printable(text)...)
	s.buf = append(s.buf, '\n')
}

// Close writes the requests whose outcome nobody saw.
func (s *Script) Close() error {
	if err := s.advance(true); err != nil {
		return err
	}
	s.begin()
	if s.reads > 0 {
		s.comment("", "and "+words.Plural(s.reads, "request", "requests")+" that only read")
	}
	if s.lost > 0 {
		s.comment("", words.Plural(int(min(s.lost, math.MaxInt)), "datagram was", "datagrams were")+
			" lost, with what they asked: commands may be missing above")
	}
	return s.flush()
}

// Lost tells how many messages nobody captured: the script may lack what they did.
func (s *Script) Lost(n uint64) { s.lost = n }

func (s *Script) flush() error {
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}
