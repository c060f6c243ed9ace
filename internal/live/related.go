// SPDX-License-Identifier: Apache-2.0

package live

import (
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/spool"
	"github.com/nltop/nltop/internal/words"
)

// Relation is what one message can be to another one.
type Relation uint8

const (
	Counterpart Relation = iota // the first answer of a request, the request of an answer
	TheCause                    // the request inside whose handling it was sent
	TheEvents                   // the events that a request caused, each once
	TheExchange                 // the request of the exchange that it belongs to
)

// MaxRelated is how many messages a search by Relate finds at most.
const MaxRelated = 1000

// lag is how much later than what is known to be near a message may come.
const lag = time.Second

// Related is a search for what is related to a message. What the message itself knows of
// has been found already.
type Related struct {
	Search
	// Why there is nothing to be found; "": there may be something.
	Why string
}

// Relate begins to look for what is related to a message.
func Relate(k *aggregate.Kept, to Relation) *Related {
	switch dir := k.Frame.Dir; {
	case to == Counterpart && dir == capture.DirRequest:
		return answerOf(k)
	case dir == capture.DirReply && to != TheEvents:
		return askedBy(k)
	case to == TheExchange:
		return exchangeOf(k)
	case to == Counterpart:
		return none("only a request and its answer have each other: this is neither")
	case to == TheCause && dir == capture.DirEvent:
		return causeOf(k)
	case to == TheCause:
		return none("nothing caused this but the process that sent it")
	case to == TheEvents && dir == capture.DirEvent:
		return none("an event causes nothing; u goes up to its cause")
	}
	request := requestFor(k)
	if request == nil && k.Frame.Dir == capture.DirReply {
		return none("the request of this is not known here: a finds it, if it is still kept")
	} else if request == nil {
		return none("no request is known that this belongs to")
	}
	return eventsOf(request)
}

// exchangeOf finds the request of the exchange of what is no answer.
func exchangeOf(k *aggregate.Kept) *Related {
	const alone = "this message belongs to no exchange: "
	c := k.CausedBy()
	switch what := c.Trigger.String(); {
	case k.Frame.Dir == capture.DirRequest:
		return found(*k)
	case k.Frame.Dir != capture.DirEvent:
		return none(alone + "a process sent it to another one")
	case c.Exchange != nil || k.Frame.Cause != 0:
		return causeOf(k)
	case what != "":
		return none(alone + "no request caused it, but " + what)
	case !k.Frame.Sees.Has(capture.SeesCauses):
		return none(alone + "an event whose cause nobody knows: source " + k.Frame.Source + " does not see causes")
	case c.Proc.Known():
		return none(alone + "an event of " + words.Process(c.Proc) + ", which no request caused")
	}
	return none(alone + "an event whose cause nobody knows")
}

// ExchangeOf is that of a request, as far as the request tells.
func ExchangeOf(k *aggregate.Kept) *correlate.Exchange {
	if k.Exchange != nil {
		return k.Exchange
	}
	return &correlate.Exchange{
		Request: k.Message, Proc: k.Account, Socket: k.Frame.Socket, Time: k.Frame.Time, Outcome: k.Outcome, Errno: k.Errno, Shared: 1,
	}
}

// StoryOf names the exchange of a request.
func StoryOf(k *aggregate.Kept) spool.StoryOf {
	return spool.StoryOf{Seq: k.Seq, Frame: k.Frame.ID, Time: k.Frame.Time}
}

// RequestOf is the request of an exchange, as far as the exchange has come.
func RequestOf(x *correlate.Exchange) aggregate.Kept {
	return aggregate.Kept{Observation: x.Observed()}
}

// requestFor is the request that a message is, answers, or was caused by; nil: not known
// here.
func requestFor(k *aggregate.Kept) *aggregate.Kept {
	x := k.Exchange
	if k.Frame.Dir == capture.DirRequest {
		return k
	}
	if k.Frame.Dir == capture.DirEvent {
		c := k.CausedBy()
		x = c.Exchange
	}
	if x == nil || x.Request == nil {
		return nil
	}
	request := RequestOf(x)
	return &request
}

func start(k *aggregate.Kept) spool.Start { return spool.Start{Seq: k.Seq, Time: k.Frame.Time} }

func same(m, n *decode.Message) bool {
	return m != nil && n != nil && m.Frame.ID == n.Frame.ID && m.Index == n.Index
}

// none is a search for what there is not.
func none(why string) *Related { return &Related{Search: Search{Ended: true}, Why: why} }

// found is a search that knows already.
func found(k aggregate.Kept) *Related {
	return &Related{Search: Search{Found: []spool.Placed{{At: -1, Kept: k}}, Ended: true}}
}

// answers says whether k answers a request. Of what was read in two parts, the numbers tell.
func answers(k *aggregate.Kept, request *decode.Message) bool {
	if k.Frame.Dir != capture.DirReply {
		return false
	}
	if k.Exchange != nil {
		return same(k.Exchange.Request, request)
	}
	return k.Message.Header.Seq != 0 && correlate.SameNumber(k.Message, request)
}

// causedBy says whether k is an event that a request caused.
func causedBy(k *aggregate.Kept, request *decode.Message) bool {
	if k.Frame.Dir != capture.DirEvent {
		return false
	}
	if c := k.CausedBy(); c.Exchange != nil {
		return same(c.Exchange.Request, request)
	}
	return k.Frame.Cause != 0 && k.Frame.Cause == request.Frame.ID
}

func answerOf(k *aggregate.Kept) *Related {
	if x := k.Exchange; x != nil && x.Ended && x.Replies == 0 && x.Outcome != correlate.Pending {
		return none("no answer came: " + x.Outcome.String())
	}
	request, end := k.Message, k.Frame.Time.Add(correlate.Patience)
	return &Related{Search: Search{
		From:  start(k),
		Match: func(_ *Snapshot, k *aggregate.Kept) bool { return answers(k, request) },
		Over:  func(k *aggregate.Kept) bool { return k.Frame.Time.After(end) },
	}}
}

func askedBy(k *aggregate.Kept) *Related {
	if request := requestFor(k); request != nil {
		return found(*request)
	}
	answer, end := k.Message, k.Frame.Time.Add(-correlate.Patience)
	return &Related{Search: Search{
		From: start(k), Back: true,
		Match: func(_ *Snapshot, k *aggregate.Kept) bool {
			return k.Frame.Dir == capture.DirRequest && correlate.SameNumber(k.Message, answer)
		},
		Over: func(k *aggregate.Kept) bool { return k.Frame.Time.Before(end) },
	}}
}

func causeOf(k *aggregate.Kept) *Related {
	if request := requestFor(k); request != nil {
		return found(*request)
	}
	id, end := k.Frame.Cause, k.Frame.Time.Add(-correlate.Patience)
	switch {
	case id == 0 && !k.Frame.Sees.Has(capture.SeesCauses):
		return none("its cause is not known: source " + k.Frame.Source + " does not see causes")
	case id == 0:
		return none("no request caused it")
	}
	return &Related{Search: Search{
		From: start(k), Back: true,
		Match: func(_ *Snapshot, k *aggregate.Kept) bool {
			return k.Frame.Dir == capture.DirRequest && k.Frame.ID == id
		},
		Over: func(k *aggregate.Kept) bool { return k.Frame.Time.Before(end) },
	}}
}

// eventsOf looks for the events of a request.
func eventsOf(k *aggregate.Kept) *Related {
	request, x := k.Message, k.Exchange
	complete := x != nil && x.Ended && x.Outcome != correlate.Pending
	if complete && x.Events == 0 {
		return none("it caused no event that was seen")
	}
	r := &Related{Search: Search{From: start(k), Most: MaxRelated}}
	near := k.Frame.Time.Add(lag)
	if x != nil {
		near = near.Add(max(x.Whole, x.Kernel, x.Last))
	}
	events := map[MessageID]bool{}
	r.Match = func(_ *Snapshot, k *aggregate.Kept) bool {
		if !causedBy(k, request) {
			return false
		}
		id := MessageID{k.Frame.ID, k.Message.Index}
		if k.Event != nil {
			id.Frame = k.Event.ID
		}
		if events[id] {
			return false // one more delivery
		}
		events[id] = true
		if until := k.Frame.Time.Add(lag); until.After(near) {
			near = until
		}
		return true
	}
	r.Over = func(k *aggregate.Kept) bool {
		return k.Frame.Time.After(near) || complete && len(events) >= x.Events
	}
	return r
}
