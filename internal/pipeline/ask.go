// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// patience is how long the loop waits for an answer of the kernel. It comes within a
// millisecond, but behind a handler of generic netlink that hangs (nlctrl takes the
// same lock); the source's ring must not overflow meanwhile.
const patience = 500 * time.Millisecond

// question is what the loop asks the kernel, one at a time: about generic netlink's
// families and policies, and nothing else. An answer that takes longer than patience is
// taken when it is there; what is shown until then has numbers for names.
type question struct {
	patience time.Duration
	of       string                // what the one under way is about
	answer   chan []*capture.Frame // nil: none is under way
	slow     bool                  // the loop has waited for it in vain
}

// ask asks, unless a question is under way, whose answer it returns then: q.of says
// what it is about. now is false where there is no answer yet;
// no frames are the answer of a kernel that does not tell.
func (q *question) ask(of string, f func() ([]*capture.Frame, error)) (fs []*capture.Frame, now bool) {
	if q.answer == nil {
		answer := make(chan []*capture.Frame, 1)
		q.of, q.answer, q.slow = of, answer, false
		go func() {
			fs, err := f()
			if err != nil {
				fs = nil
			}
			answer <- fs
		}()
	}
	if q.slow {
		select {
		case fs = <-q.answer:
			q.answer = nil
			return fs, true
		default:
			return nil, false
		}
	}
	timer := time.NewTimer(q.patience)
	defer timer.Stop()
	select {
	case fs = <-q.answer:
		q.answer = nil
		return fs, true
	case <-timer.C:
		q.slow = true
		return nil, false
	}
}
