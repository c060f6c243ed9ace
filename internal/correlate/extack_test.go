// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// TestExtack: the words of the tracepoint go to the error of the same thread
// that follows, and to no other.
func TestExtack(t *testing.T) {
	say := func(tid uint32, text string) capture.Frame {
		return capture.Frame{
			Origin: &capture.Origin{
				Kind: capture.KindExtack, Proc: capture.Proc{PID: 42, TID: tid},
			},
			Data: []byte(text),
		}
	}
	by := func(f capture.Frame, tid uint32) capture.Frame {
		f.Change(func(o *capture.Origin) { o.Proc.TID = tid })
		return f
	}
	for _, tt := range []struct {
		name  string
		errno int32
		tid   uint32 // that the words are of
		wait  time.Duration
		want  string
	}{
		{"of this thread", 22, 7, 0, "no good"},
		{"of another thread", 22, 8, 0, ""},
		{"long before", 22, 7, 2 * time.Second, ""},
		{"success", 0, 7, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStream(t)
			req := getLink(0x05, 7)
			// At the boundary of the system calls the words come first, at the
			// hooks the request does; the tracker asks for no order.
			for _, wordsFirst := range []bool{true, false} {
				words := say(tt.tid, "no good")
				words.Time = s.now
				if wordsFirst {
					s.tr.Extack(&words)
				}
				o := s.frame(by(request(100), 7), req)[0]
				if !wordsFirst {
					s.tr.Extack(&words)
				}
				s.now = s.now.Add(tt.wait)
				x := s.frame(reply(100), nltest.Error(tt.errno, 7, 0, req))[0]
				if got := x.Message.Err.Msg; got != tt.want || x.Message.Err.Traced != (tt.want != "") {
					t.Errorf("got %q, traced %t, want %q", got, x.Message.Err.Traced, tt.want)
				}
				if o.Exchange.Err != x.Message.Err {
					t.Error("the request does not know its error")
				}
			}
		})
	}
	s := newStream(t)
	for tid := range uint32(3 * maxExtacks) {
		f := say(tid, "x")
		s.tr.Extack(&f)
	}
	if n := len(s.tr.extacks); n > maxExtacks {
		t.Errorf("%d texts are kept", n)
	}
}
