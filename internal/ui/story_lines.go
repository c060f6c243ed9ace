// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/spool"
	"github.com/nltop/nltop/internal/words"
)

// storyLine is a line about an exchange: a heading, a message, who got it.
type storyLine struct {
	depth int
	text  string
	style tcell.Style
	open  func() // what it leads to; nil: nothing
	fold  string // names what stands below it; "": nothing does
}

// teller writes the lines of a story.
type teller struct {
	app  *app
	st   *spool.Story
	from view // of the pages that lines open
	// unfolded says whether what has a name is unfolded.
	unfolded func(fold string) bool
	lines    []storyLine
	messages []aggregate.Kept // of the lines, in their order
}

func (t *teller) add(l storyLine) { t.lines = append(t.lines, l) }

// tell writes all: what was asked, what was answered, what that caused.
func (t *teller) tell() []storyLine {
	t.requests()
	t.answers()
	t.events()
	return t.lines
}

func (t *teller) head(format string, args ...any) {
	t.add(storyLine{text: fmt.Sprintf(format, args...), style: t.app.theme.title})
}

// message adds a line that opens a message.
func (t *teller) message(depth int, text string, st tcell.Style, k *aggregate.Kept) {
	t.messages = append(t.messages, *k)
	at := len(t.messages) - 1
	t.add(storyLine{depth: depth, text: text, style: st, open: func() {
		t.app.push(newMessageView(t.app, t.messages[at], t.from, func(_ *aggregate.Kept, by int) (k aggregate.Kept, ok bool) {
			if to := at + by; to >= 0 && to < len(t.messages) {
				at = to
				return t.messages[at], true
			}
			return k, false
		}))
	}})
}

// folds adds a line for several, and says whether they are to follow.
func (t *teller) folds(depth int, name, text string, st tcell.Style) bool {
	t.add(storyLine{depth: depth, text: text, style: st, fold: name})
	return t.unfolded(name)
}

func (t *teller) requests() {
	list := t.st.Exchanges
	th := &t.app.theme
	depth := 1
	if n := len(list) + t.st.More; n > 1 {
		t.head("Requests, in one datagram: %s", words.Grouped(uint64(n)))
		rest := spool.Shared{List: list[1:], More: t.st.More}
		if !t.folds(1, "requests", t.app.batchWords(&list[0], &rest), th.text) {
			return
		}
		depth = 2
	} else {
		t.head("Request")
	}
	for i := range list {
		x := &list[i]
		k := live.RequestOf(x)
		text, st := t.app.requestLine(&k), th.text
		if i > 0 || t.st.More > 0 || len(list) > 1 {
			if outcome, of := outcomeLine(t.app, x); x.Outcome == correlate.Failed || x.Outcome == correlate.RolledBack {
				text, st = outcome+": "+text, of
			}
		}
		t.message(depth, text, st, &k)
	}
	if t.st.More > 0 {
		t.add(storyLine{depth: depth, text: words.Grouped(uint64(t.st.More)) + " more", style: th.dim})
	}
}

// requestLine is a request with its type, and in words if it has any.
func (a *app) requestLine(k *aggregate.Kept) string {
	text := a.said(k)
	if text == "" {
		return typeAndLead(k.Message)
	}
	return text + "  " + k.Message.TypeText()
}

func (t *teller) answers() {
	th := &t.app.theme
	n := 0
	for _, run := range t.st.Runs {
		n += run.N
	}
	x := &t.st.Exchanges[0]
	switch {
	case n == 0:
		t.head("Answers: none")
		t.add(storyLine{depth: 1, text: t.app.silence(x), style: th.dim})
	case n == 1:
		t.head("Answer")
	default:
		t.head("Answers: %s", words.Grouped(uint64(n)))
	}
	for i, run := range t.st.Runs {
		depth := 1
		if run.N > 1 {
			name := strings.TrimSpace(run.Type)
			if name == "" {
				name = "of several types"
			}
			if !t.folds(1, fmt.Sprintf("run%d", i), t.app.soMany(run.N, name), th.text) {
				continue
			}
			depth = 2
		}
		for j := run.First; j < run.First+run.N; j++ {
			if j >= len(t.st.Replies) {
				left := uint64(run.First + run.N - j)
				p := x.Proc
				t.add(storyLine{depth: depth, text: words.Grouped(left) + " more: all messages of " + words.Process(p), style: th.dim,
					open: func() { t.app.openProcess(p) }})
				break
			}
			t.reply(depth, &t.st.Replies[j])
		}
	}
}

func (t *teller) reply(depth int, k *aggregate.Kept) {
	text, st := typeAndLead(k.Message), t.app.theme.text
	if said := t.app.said(k); said != "" {
		text = said + "  " + k.Message.TypeText()
	}
	switch e := k.Message.Err; {
	case e != nil && e.Errno != 0:
		text, st = errorWords(e, ""), t.app.theme.warn
	case e != nil && e.Msg != "":
		text, st = "ok: "+decode.Quote(e.Msg), t.app.theme.warn
	case k.Outcome == correlate.Acked:
		text = "acknowledged  " + k.Message.TypeText()
	}
	if d := k.Latency; d > 0 {
		text += "  after " + words.Duration(d)
	}
	if k.Frame.Verdict.Lost() {
		text, st = "lost: "+text, t.app.theme.bad
	}
	t.message(depth, text, st, k)
}

// silence says why there is no answer.
func (a *app) silence(x *correlate.Exchange) string {
	switch {
	case !x.Ended && x.Outcome == correlate.Pending:
		return "it has none yet"
	case x.Outcome == correlate.Failed:
		return "the send failed: " + words.Errno(x.Errno)
	case x.Outcome == correlate.Accepted:
		return "none was asked for (no NLM_F_ACK)"
	}
	return export.OutcomeText(x)
}

func (t *teller) events() {
	th := &t.app.theme
	n := len(t.st.Events) + t.st.MoreEvents
	if n == 0 {
		t.head("Events it caused: none")
		if blind := t.app.snap.Info.DoesNotSee(capture.SeesCauses, "who caused events"); blind != "" {
			t.add(storyLine{depth: 1, text: blind + ": only those that name the request by port and number are found", style: th.dim})
		}
		return
	}
	t.head("Events it caused: %s", words.Grouped(uint64(n)))
	for i := range t.st.Events {
		t.event(i, &t.st.Events[i])
	}
	if t.st.MoreEvents > 0 {
		t.add(storyLine{depth: 1, text: words.Grouped(uint64(t.st.MoreEvents)) + " more", style: th.dim})
	}
}

// fewListeners is up to how many are told without being asked for.
const fewListeners = 3

func (t *teller) event(i int, e *spool.Heard) {
	th := &t.app.theme
	text := t.app.said(&e.Kept)
	if text == "" {
		text = typeAndLead(e.Message)
	} else {
		text += "  " + e.Message.TypeText()
	}
	if what := changed(&e.Kept); what != "" {
		text += "  (" + what + ")"
	}
	if e.Event.Cause.Inferred {
		text += "  (inferred)"
	}
	t.message(1, text, th.text, &e.Kept)
	for j := range e.Lost {
		t.listener(2, "lost by ", th.bad, &e.Lost[j])
	}
	switch n := len(e.Got); {
	case n == 0 && len(e.Lost) == 0:
		t.add(storyLine{depth: 2, text: "nobody got it", style: th.dim})
	case n > fewListeners:
		if !t.folds(2, fmt.Sprintf("event%d", i), "got by "+words.Grouped(uint64(n))+" sockets", th.dim) {
			return
		}
	}
	for j := range e.Got {
		t.listener(2+len(e.Got)/(fewListeners+1), "got by ", th.dim, &e.Got[j])
	}
}

// listener opens what its socket got.
func (t *teller) listener(depth int, verb string, st tcell.Style, l *spool.Listener) {
	own := *l
	who := "port " + fmt.Sprint(l.Socket.PortID)
	if l.Proc.Known() {
		who = words.Process(l.Proc) + words.Where(l.Proc)
	}
	text := verb + who
	if l.N > 1 {
		text += fmt.Sprintf(", %d times", l.N)
	}
	t.add(storyLine{depth: min(depth, 3), text: text, style: st, open: func() {
		if own.Socket.Inode == 0 && own.Socket.PortID == 0 {
			t.app.openProcess(own.Proc)
			return
		}
		t.app.openSocket(own.Protocol, own.NetNS, own.Socket.PortID, own.Socket.Inode, who)
	}})
}

// soMany is "900 × RTM_NEWROUTE".
func (a *app) soMany(n int, what string) string {
	return words.Grouped(uint64(n)) + " " + a.times() + " " + what
}

// requestWords is a request in words; of several in a datagram, what they are.
func requestWords(a *app, snap *live.Snapshot, l *exchangeLine) string {
	if len(l.rest.List) > 0 {
		return a.batchWords(l.x, &l.rest)
	}
	k := l.kept
	if text := saidOf(snap, &k); text != "" {
		return text
	}
	return typeAndLead(l.x.Request)
}

// typeAndLead is a message by its type and its telling values.
func typeAndLead(m *decode.Message) string {
	text := m.TypeText()
	for _, n := range m.Lead(4) {
		text += "  " + export.NodeText(&n)
	}
	return text
}

// batchWords says what the requests of a datagram are: a transaction of nftables by what it
// adds and deletes, others by their types.
func (a *app) batchWords(x *correlate.Exchange, rest *spool.Shared) string {
	all := func(yield func(*decode.Message) bool) {
		if !yield(x.Request) {
			return
		}
		for i := range rest.List {
			if !yield(rest.List[i].Request) {
				return
			}
		}
	}
	more := ""
	if rest.More > 0 {
		more = fmt.Sprintf(" and %s more", words.Grouped(uint64(rest.More)))
	}
	if nft.Frames(x.Request) {
		if b, ok := nft.Sum(all); ok {
			b.Complete = b.Complete || rest.More > 0
			return b.String() + more
		}
	}
	var names []string
	counts := map[string]int{}
	for m := range all {
		name := m.TypeText()
		if counts[name]++; counts[name] == 1 {
			names = append(names, name)
		}
	}
	for i, name := range names {
		names[i] = a.soMany(counts[name], name)
	}
	return strings.Join(names, ", ") + more
}
