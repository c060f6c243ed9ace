// SPDX-License-Identifier: Apache-2.0

package say

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

// inetRequest is a list of TCP sockets of IPv4 in all states, with a filter.
func inetRequest(program []byte) []byte {
	h := make([]byte, 56)
	h[0], h[1], h[4], h[5] = unix.AF_INET, unix.IPPROTO_TCP, 0xff, 0x0f
	return nltest.Message(unix.SOCK_DIAG_BY_FAMILY, 0x301, 1, 0, h, nltest.Attr(1, program))
}

var saidDecoder = sync.OnceValue(func() *decode.Decoder { return decode.New(families.All(), decode.Options{}) })

func saidOf(data []byte, protocol uint16) Said {
	f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest, Protocol: protocol}, Data: data, OrigLen: len(data)}
	m := saidDecoder().Frame(f, nil)
	if len(m) == 0 {
		return Said{}
	}
	body := m[0].Values()
	s, _ := Request(&m[0], &body)
	return s
}

// TestFilter: a program that ss makes of no expression is left, whatever is in it.
func TestFilter(t *testing.T) {
	const jump, sge, auto, host = 1, 2, 6, 7
	op := func(code, yes byte, no uint16, arg ...byte) []byte {
		return append([]byte{code, yes, byte(no), byte(no >> 8)}, arg...)
	}
	port := func(no uint16) []byte { return op(sge, 8, no, 0, 0, 80, 0) }
	for name, x := range map[string]struct {
		program []byte
		want    string
	}{
		"one":           {port(12), "sport >= :80"},
		"not":           {slices.Concat(port(12), op(jump, 4, 8)), "sport < :80"},
		"to nowhere":    {port(16), ""},
		"backwards":     {port(0), ""},
		"to its middle": {slices.Concat(port(10), port(12)), ""},
		"jump alone":    {op(jump, 4, 8), ""},
		"no length":     {op(auto, 0, 8), ""},
		"cut":           {op(host, 16, 20, 2, 24), ""},
		"odd prefix":    {op(host, 16, 20, 2, 33, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4), ""},
		"odd port":      {op(host, 16, 20, 0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0), ""},
		"unknown":       {op(99, 4, 8), ""},
	} {
		said := saidOf(inetRequest(x.program), unix.NETLINK_SOCK_DIAG)
		want := "ss -t -4 -a"
		if x.want != "" {
			want += " '" + x.want + "'"
		}
		if got := said.Text(); got != want || (len(said.Left) == 0) != (x.want != "") {
			t.Errorf("%s: said %q with %d left, want %q", name, got, len(said.Left), want)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		var program []byte
		for n := r.IntN(70); n > 0; n-- {
			no := uint16(r.IntN(30)) * 4
			program = append(program, [][]byte{op(jump, 4, no), port(no), op(auto, 4, no)}[r.IntN(3)]...)
		}
		if s := saidOf(inetRequest(program), unix.NETLINK_SOCK_DIAG); !strings.HasPrefix(s.Text(), "ss -t -4 -a") {
			t.Fatalf("%x: %q", program, s.Text())
		}
	}
}

// TestKill: the end of a socket is said by its ends, of whatever family.
func TestKill(t *testing.T) {
	h := make([]byte, 56)
	h[0], h[1] = unix.AF_INET6, unix.IPPROTO_UDP
	h[9], h[11] = 53, 80
	h[12+15], h[28+15], h[44] = 1, 2, 7
	data := nltest.Message(unix.SOCK_DESTROY, 5, 1, 0, h)
	if s := saidOf(data, unix.NETLINK_SOCK_DIAG); s.Text() != "ss -K -u -6 -a 'src [::1]:53 and dst [::2]:80 and dev = 7'" || !s.Whole() || s.Reads {
		t.Errorf("said %q, left %d", s.Text(), len(s.Left))
	}
}
