// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/redact"
)

// wgScreens are all messages of type with their bytes, as the view shows them.
func wgScreens(t *testing.T, typ string, p redact.Policy) string {
	t.Helper()
	r, err := pcapng.Open("../decode/families/testdata/lab/wireguard.6.12.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dec := decode.New(families.All(), decode.Options{})
	m, err := live.New(live.Options{Replay: &live.Replay{Path: "f"}}, pipeline.Options{Source: r, Decoder: dec, Redact: p})
	if err != nil {
		t.Fatal(err)
	}
	r.OnPreamble(func(f *capture.Frame) error {
		m.Pipeline().Learn([]*capture.Frame{f})
		return nil
	})
	if err := m.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	c := newScreen(t, 180, 110)
	defer c.Fini()
	a := newApp(c, m, Options{Interval: defaultInterval})
	a.cpu = func(time.Time) float64 { return 1 }
	h := &harness{app: a, t: t, sim: c.SimulationScreen, show: c}
	h.refresh(epoch)
	h.draw()
	all := h.text()
	h.press("e")
	for row := range h.tree.rows {
		if id := h.tree.rows[row].ID; id.Level() != aggregate.LevelProcess || id.Key.Comm != "wg" {
			continue
		}
		h.tree.cur.move(row - h.tree.cur.at)
		h.tree.moved()
		h.press("m")
		v, ok := h.top().(*messagesView)
		if !ok {
			continue
		}
		for i := range int(v.win.Total) {
			if k := v.at(i); k == nil || k.Message.Type != typ {
				continue
			}
			v.cur.move(i - v.cur.at)
			v.moved()
			h.press("Enter")
			all += h.text()
			h.press("y")
			for _, f := range h.top().(*copyView).forms {
				all += h.text() + f.text
				h.press("Down")
			}
			h.press("Esc", "Esc")
		}
		h.press("Esc")
	}
	return all
}

// TestNoKeysOnTheScreen opens the requests that have WireGuard's keys, with their bytes and
// in every form that they can be copied in.
func TestNoKeysOnTheScreen(t *testing.T) {
	const typ = "WG_CMD_SET_DEVICE"
	r, err := pcapng.Open("../decode/families/testdata/lab/wireguard.6.12.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dec := decode.New(families.All(), decode.Options{})
	r.OnPreamble(func(f *capture.Frame) error {
		dec.Frame(f, nil)
		return nil
	})
	keys := map[string][]byte{}
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		for _, m := range dec.Frame(f, nil) {
			for _, name := range []string{"WGDEVICE_A_PRIVATE_KEY", "WGPEER_A_PRESHARED_KEY"} {
				if n, ok := m.Lookup(name); ok && len(bytes.Trim(n.Raw, "\x00")) > 0 && m.Type == typ {
					keys[name] = bytes.Clone(n.Raw)
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	search := nltest.NewKeys(keys)
	if len(search.Names()) != 2 {
		t.Fatalf("keys %v", search.Names())
	}
	told, kept := wgScreens(t, typ, redact.Policy{}), wgScreens(t, typ, redact.Policy{Keep: true})
	if found := search.In([]byte(told)); len(found) > 0 {
		t.Errorf("the screen has %v", found)
	}
	for _, want := range []string{"WGDEVICE_A_PRIVATE_KEY <redacted>", "REDACTED", "redacted: bytes"} {
		if !strings.Contains(squeezed(told), want) {
			t.Errorf("no %q on the screen:\n%s", want, told)
		}
	}
	if strings.Contains(told, "SECRETS SHOWN") || !strings.Contains(kept, "SECRETS SHOWN") {
		t.Error("the title does not say whether secrets are shown")
	}
	if found := search.In([]byte(kept)); len(found) != 2 {
		t.Errorf("with secrets, the screen has only %v:\n%s", found, kept)
	}
}

// squeezed has one space where there are several.
func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }
