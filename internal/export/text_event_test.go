// SPDX-License-Identifier: Apache-2.0

package export

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/nltest"
)

// TestEventOfNobody: whoever caused an event is not the port of its reader.
func TestEventOfNobody(t *testing.T) {
	f := &capture.Frame{Origin: &capture.Origin{Socket: capture.Socket{PortID: 7}}}
	for end, want := range map[correlate.End]string{correlate.EndEvent: "?", correlate.EndNone: "port 7", correlate.EndExchange: "port 7"} {
		if got := processText(&correlate.Observation{Frame: f, End: end}); got != want {
			t.Errorf("%v: %q, want %q", end, got, want)
		}
	}
}

// TestCauseInWords: who caused an event is told with the command that asked for it, where
// it has one and people can read it.
func TestCauseInWords(t *testing.T) {
	d := decode.New(families.All(), decode.Options{})
	request := func(name string) *decode.Message {
		b := nltest.Message(unix.RTM_NEWLINK, unix.NLM_F_REQUEST|unix.NLM_F_ACK, 5, 0, []byte{8: 1, 12: 1, 15: 0}, nltest.Attr(unix.IFLA_IFNAME, nltest.Str(name)))
		msgs := d.Frame(&capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest}, Data: b}, nil)
		if len(msgs) != 1 {
			t.Fatal(len(msgs))
		}
		return &msgs[0]
	}
	cause := correlate.Cause{Proc: capture.Proc{PID: 7, Comm: "ip"}, Exchange: &correlate.Exchange{Request: request("d0")}}
	if got, want := CauseText(&cause), "ip[7] RTM_NEWLINK seq 5: ip link set d0 up"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	text := NewText(io.Discard, TextOptions{})
	for _, name := range []string{"d0", "d0", "d1"} {
		cause.Exchange = &correlate.Exchange{Request: request(name)}
		if got := text.cause(&cause); got != CauseText(&cause) || !strings.Contains(got, name) {
			t.Errorf("of %s: %q, want %q", name, got, CauseText(&cause))
		}
	}
	if got := NewText(io.Discard, TextOptions{Attrs: true}).cause(&cause); got != "ip[7] RTM_NEWLINK seq 5" {
		t.Errorf("with --attrs %q", got)
	}
	cause.Exchange = &correlate.Exchange{Request: request(strings.Repeat("x", 5000))}
	if got := CauseText(&cause); len(got) > 300 {
		t.Errorf("%d bytes beside an event", len(got))
	}
}

// TestSendersInWords: an incident tells the command whose events were lost.
func TestSendersInWords(t *testing.T) {
	b := nltest.Message(unix.RTM_NEWLINK, unix.NLM_F_REQUEST, 5, 0, []byte{4: 2, 8: 1, 12: 1, 15: 0})
	msgs := decode.New(families.All(), decode.Options{}).Frame(&capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest}, Data: b}, nil)
	s := incident.Sender{Proc: capture.Proc{PID: 7, Comm: "ip"}, Lost: 3, Requests: []incident.Request{{Family: "route", Type: "RTM_NEWLINK", Lost: 2, First: &msgs[0]}}}
	if got, want := sender(&s), "ip[7] (2 RTM_NEWLINK, 1 others, first by ip link set if2 up)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
