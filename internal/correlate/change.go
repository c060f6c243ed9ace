// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Change says whether what is observed changed the system: a request that modifies it
// (decode.Message.Modifies) and succeeded, or an event that tells of a change which no
// request that was seen caused. A request that fails, a probe, an answer are none. Of a
// request whose end is not here yet it says what comes of it if it succeeds.
func (o *Observation) Change() decode.Answer {
	switch {
	case o.End == EndExchange:
		return o.Exchange.Change()
	case o.Event != nil:
		return o.Event.Change()
	case o.Message == nil || o.Message.Frame.Dir != capture.DirRequest, o.Outcome == Failed, o.Outcome == Ignored:
		return decode.No
	}
	return o.Message.Modifies()
}

// Change is that of its request, as far as it is known to have succeeded.
func (x *Exchange) Change() decode.Answer {
	changes := x.Request.Modifies()
	switch x.Outcome {
	case Failed, RolledBack, Ignored:
		return decode.No
	case Acked, Answered, Accepted, Partial, Interrupted, Abandoned:
		return changes
	}
	if changes == decode.No {
		return decode.No
	}
	return decode.Unknown
}

// Change is No where a request that was seen stands for it.
func (e *Event) Change() decode.Answer {
	switch x := e.Cause.Exchange; {
	case e.Message == nil:
		return decode.No
	case x != nil && x.Request.Modifies() != decode.No:
		return decode.No
	}
	return e.Message.Modifies()
}
