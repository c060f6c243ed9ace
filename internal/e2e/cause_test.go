// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// Of a recording, the sum over causes is what the sockets received of events, and what the
// requests caused is what their exchanges say; a recording of a source that does not see
// causes is refused.
func TestCausesOfRecordings(t *testing.T) {
	for _, s := range capture.Sources() {
		t.Run(s.Name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "r.pcapng")
			if err := os.WriteFile(file, nltest.Unpacked(t, "testdata/"+oldVersion+"/"+s.Name+".pcapng.gz"), 0o600); err != nil {
				t.Fatal(err)
			}
			out, errs, code := run(t, nltop(t), "stat", "-q", "--by", "cause", "-o", "json", "-r", file)
			if !s.Sees.Has(capture.SeesCauses) {
				if code != 1 || out != "" || !strings.Contains(errs, "source "+s.Name+" does not see who caused an event: it takes fentry or kprobe") {
					t.Errorf("status %d, %q, %q", code, out, errs)
				}
				return
			}
			if code != 0 {
				t.Fatal(errs)
			}
			sum := func(text string, field string, of func(o map[string]any) bool) (n float64) {
				for _, o := range objects(t, text) {
					if of(o) {
						n += o[field].(float64)
					}
				}
				return n
			}
			all := func(map[string]any) bool { return true }
			asked := func(o map[string]any) bool { return o["type"] != nil }
			stat := must(t, nltop(t), "stat", "-q", "-o", "json", "-r", file)
			if got, want := sum(out, "messages", all), sum(stat, "events", all); got != want || want == 0 {
				t.Errorf("caused %v messages, sockets received %v of events", got, want)
			}
			exchanges := must(t, nltop(t), "trace", "-q", "--exchanges", "-o", "json", "-r", file, "-f", `kind == "exchange"`)
			for _, field := range []string{"events", "deliveries", "lost"} {
				if got, want := sum(out, field, asked), sum(exchanges, field, all); got != want || want == 0 {
					t.Errorf("requests caused %v %s, exchanges %v", got, field, want)
				}
			}
			if raised := sum(stat, "enobufs_raised", all); raised == 0 || raised != sum(out, "enobufs_raised", all) {
				t.Errorf("%v ENOBUFS have a cause, %v were raised", sum(out, "enobufs_raised", all), raised)
			}
		})
	}
}
