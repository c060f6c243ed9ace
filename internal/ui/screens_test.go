// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/golden"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
)

// demoModel has read all of the built-in recording.
func demoModel(t testing.TB) (*live.Model, *decode.Decoder) {
	t.Helper()
	here := time.Local
	time.Local = time.UTC // of the clocks on the pages
	t.Cleanup(func() { time.Local = here })
	r, err := pcapng.Open("../../cmd/nltop/demo.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	dec := decode.New(families.All(), decode.Options{})
	m, err := live.New(live.Options{Replay: &live.Replay{Path: "demo"}}, pipeline.Options{Source: r, Decoder: dec})
	if err != nil {
		t.Fatal(err)
	}
	r.OnPreamble(func(f *capture.Frame) error { m.Pipeline().Learn([]*capture.Frame{f}); return nil })
	if err := m.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m, dec
}

// demoScreen is the view on it, at its end.
func demoScreen(t testing.TB, m *live.Model, dec *decode.Decoder, w, height int) *harness {
	t.Helper()
	c := newScreen(t, w, height)
	t.Cleanup(c.Fini)
	a := newApp(c, m, Options{Interval: defaultInterval, Theme: ThemeDark, GroupName: dec.GroupName})
	a.cpu = func(time.Time) float64 { return -1 } // another one each time
	h := &harness{app: a, t: t, sim: c.SimulationScreen, show: c}
	h.refresh(m.Snapshot(live.Ask{}).Table.Time)
	h.draw()
	return h
}

// shownPages are those of docs/screens, with what one is to see there, and the keys that
// lead to them from the start.
var shownPages = []struct {
	name, title string
	keys        []string
}{
	{"home", "Home: what is wrong, and who talks", nil},
	{"unfolded", "Home: processes of one name, their families and types", []string{"Down", "Right", "Down", "Right", "Down", "Right"}},
	{"exchanges", "Exchanges", []string{"x"}},
	{"story", "The story of one that took long", []string{"x", "s", "s", "s", "s", "Enter"}},
	{"messages", "Messages of one process", []string{"m", "Up", "Up"}},
	{"message", "A message beside its bytes", []string{"E", "Enter", "End"}},
	{"latency", "Latency over time", []string{"Down", "h"}},
	{"sockets", "Sockets", []string{"o"}},
	{"who", "Who changed it", strings.Split("w l a n Enter", " ")},
	{"incidents", "Incidents", []string{"i"}},
	{"incident", "One of them", []string{"i", "End", "Enter"}},
	{"rtnl", "rtnl_mutex", []string{"L"}},
	{"families", "Families", []string{"F"}},
	{"losses", "Losses, and what the source cannot see", []string{"l"}},
	{"palette", "The palette", []string{":"}},
	{"help", "The keys", []string{"?"}},
}

// TestScreens draws every page of the built-in recording into docs/screens, as text and as
// a picture (scripts/screens), or finds that those there are up to date.
func TestScreens(t *testing.T) {
	const folder = "../../docs/screens"
	m, dec := demoModel(t)
	var list strings.Builder
	list.WriteString("# The pages of the live view\n\nDrawn by `scripts/screens` from the recording of `nltop demo`. Keys are those from the start.\n")
	wanted := []string{"README.md"}
	for _, p := range shownPages {
		h := demoScreen(t, m, dec, 120, 40)
		h.press(p.keys...)
		h.settle()
		keys := "`nltop demo`"
		if len(p.keys) > 0 {
			keys = "`" + strings.Join(p.keys, "` `") + "`"
		}
		fmt.Fprintf(&list, "\n## %s\n\n%s, as [text](%s.txt)\n\n![%s](%[3]s.svg)\n", p.title, keys, p.name, p.title)
		golden.Check(t, filepath.Join(folder, p.name+".txt"), h.text(), "")
		golden.Check(t, filepath.Join(folder, p.name+".svg"), h.svg(p.title), "")
		wanted = append(wanted, p.name+".txt", p.name+".svg")
	}
	golden.Check(t, filepath.Join(folder, "README.md"), list.String(), "")
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !slices.Contains(wanted, f.Name()) {
			t.Errorf("%s is of no page any more", f.Name())
		}
	}
}
