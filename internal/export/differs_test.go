// SPDX-License-Identifier: Apache-2.0

package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/golden"
	"github.com/nltop/nltop/internal/pcapng"
)

// What each event of a session of ip changed: compare with what the session asks for
// (internal/e2e/testdata/sessions/ip.sh). Text, the lines below it and JSON agree.
func TestDiffers(t *testing.T) {
	r, err := pcapng.Open("../say/testdata/monitor.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := decode.New(families.All(), decode.Options{})
	r.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
	var text, below, lines bytes.Buffer
	asText, asTree := export.NewText(&text, export.TextOptions{Bare: true}), export.NewText(&below, export.TextOptions{Bare: true, Verbose: 1})
	asJSON := export.NewJSON(&lines, nil)
	tracker := correlate.New()
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		for _, o := range tracker.Frame(f, d.Frame(f, nil), nil) {
			for _, to := range []export.Observer{asText, asTree, asJSON} {
				if err := to.Observe(&o); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	changed := regexp.MustCompile(`^. route (\S+) .*?(?: \d+: ([\w.@]+).*?)? (changed: .*?)(?: caused by.*)?$`)
	var got strings.Builder
	for line := range strings.Lines(text.String()) {
		if m := changed.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			got.WriteString(m[1] + " " + m[2] + " " + m[3] + "\n")
		}
	}
	golden.Check(t, "testdata/differs.txt", got.String(), "")

	var attrs, tree int
	for line := range strings.Lines(lines.String()) {
		var o struct {
			Type    string
			Differs []map[string]any
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		attrs += len(o.Differs)
		for _, x := range o.Differs {
			if _, from := x["from"]; !from || x["attr"] == "" || len(x) != 3 {
				t.Errorf("%s: %v", o.Type, x)
			}
		}
	}
	tree = strings.Count(below.String(), "\n    changed ")
	if attrs == 0 || attrs != tree {
		t.Errorf("JSON has %d differences, the lines below %d", attrs, tree)
	}
}
