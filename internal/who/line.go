// SPDX-License-Identifier: Apache-2.0

package who

import (
	"strconv"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/differ"
	"github.com/nltop/nltop/internal/words"
)

// Line is one sentence: a request, with the events that it caused about the same thing,
// or an event.
type Line struct {
	Subject
	Time      time.Time
	Frame     uint64 // ID, of the request or of the first delivery
	Index     int    // of the message in its datagram
	NetNS     uint64 // 0: unknown
	NetNSName string
	Family    string
	Type      string
	Event     bool // no request: the kernel told it
	Reads     bool // a request that changes nothing

	// Proc asked for it, or made the kernel do it; zero: unknown. Lineage are its parent, its
	// parent's parent and so on, as far as they were seen.
	Proc    capture.Proc
	Lineage []capture.Proc
	Port    uint32 // of the socket, where nobody knows the process
	// Says is the command of a request, or the line of nft; "": it has no words. Of an event
	// it is that of the request that caused it, and By says what that was about.
	Says     string
	By       string
	Asked    bool // of an event: a request caused it
	Inferred bool // the cause was worked out
	Trigger  capture.Trigger

	Outcome correlate.Outcome
	Ended   bool
	Why     string // it did nothing; of Outcome, with the words of the kernel
	// Events, Listeners and Lost are how many events told of it, to how many sockets, and
	// how many deliveries were lost.
	Events, Listeners, Lost int
	Sees                    capture.Sees
	Differs                 []differ.Difference
	How                     []How
	noEvent                 string // Options.NoEvent
}

// Failed says whether nothing came of it.
func (l *Line) Failed() bool {
	switch l.Outcome {
	case correlate.Failed, correlate.RolledBack, correlate.Ignored:
		return true
	}
	return false
}

// Doubtful says whether nobody knows what came of it.
func (l *Line) Doubtful() bool {
	switch l.Outcome {
	case correlate.Pending, correlate.Unanswered, correlate.Lost, correlate.Unread:
		return !l.Event
	}
	return false
}

// Sentence writes the line behind its time, safe for a terminal.
func (l *Line) Sentence() string {
	var b strings.Builder
	b.WriteString(l.What())
	switch {
	case l.Reads:
		b.WriteString(" asked for")
	case l.Failed():
		b.WriteString(" was not " + l.Verb)
	case l.Doubtful():
		b.WriteString(" was to be " + l.Verb)
	default:
		b.WriteString(" " + l.verb())
	}
	if text := differ.Text(l.Differs); text != "" {
		b.WriteString(" (" + text + ")")
	}
	b.WriteString(l.who())
	switch {
	case l.By != "":
		b.WriteString(": " + l.By)
		if l.Says != "" {
			b.WriteString(" (" + l.Says + ")")
		}
	case l.Says != "":
		b.WriteString(": " + l.Says)
	}
	for _, text := range []string{l.outcome(), l.told(), l.how()} {
		if text != "" {
			b.WriteString("; " + text)
		}
	}
	return b.String()
}

// verb is what became of it: what was there before, and is other now, has changed.
func (l *Line) verb() string {
	if l.Event && len(l.Differs) > 0 && (l.Verb == "created or changed" || l.Verb == "added") {
		return "changed"
	}
	return l.Verb
}

// who says by whom.
func (l *Line) who() string {
	trigger := l.Trigger.String()
	switch {
	case l.Trigger.Kind == capture.TriggerInterrupt, l.Trigger.Kind == capture.TriggerKworker:
		return " by " + trigger // the task was only passing by, or is anybody's
	case l.Proc.Known():
	case l.Port != 0:
		return " by port " + strconv.FormatUint(uint64(l.Port), 10)
	case l.Event && !l.Sees.Has(capture.SeesCauses):
		return ", by whom is not known"
	default:
		return ""
	}
	text := " by " + words.Process(l.Proc) + words.Where(l.Proc)
	var more []string
	for i := range l.Lineage {
		more = append(more, "child of "+words.Process(l.Lineage[i]))
	}
	if trigger != "" {
		more = append([]string{trigger}, more...)
	}
	if s := l.Proc.LoginUID.String(); s != "" {
		more = append(more, "login "+s)
	}
	if len(more) > 0 {
		text += " (" + strings.Join(more, ", ") + ")"
	}
	if l.Inferred {
		text += " (inferred)"
	}
	return text
}

func (l *Line) outcome() string {
	switch {
	case l.Why != "":
		return l.Why
	case l.Event && !l.Asked && l.Trigger.Kind != capture.TriggerNone:
		return "no request asked for it"
	}
	return ""
}

// notifies are the families of which every change is told to whoever listens, and to
// nobody where nobody does.
var notifies = map[string]bool{"route": true, "nftables": true, "ctnetlink": true, "xfrm": true}

// told says who heard of it.
func (l *Line) told() string {
	switch {
	case l.Reads, l.Failed(), !l.Ended, l.Doubtful() && l.Events == 0:
		return ""
	case l.Events == 0:
		if notifies[l.Family] && l.Sees.Has(capture.SeesListeners) {
			return l.noEvent
		}
		return ""
	case l.Listeners == 0 && l.Lost == 0 && l.Sees.Has(capture.SeesListeners):
		return "nobody listened: no event"
	}
	text := ""
	if to := words.Listeners(l.Sees, l.Listeners); to != "" {
		text = to + " told"
	}
	if l.Lost > 0 {
		if text != "" {
			text += ", "
		}
		text += words.Plural(l.Lost, "delivery", "deliveries") + " lost"
	}
	return text
}

func (l *Line) how() string {
	var parts []string
	for _, h := range l.How {
		parts = append(parts, decode.Quote(h.Term)+": "+decode.Quote(h.How))
	}
	if len(parts) == 0 {
		return ""
	}
	return "found by " + strings.Join(parts, ", ")
}
