// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

// A recording says from when on it was held, and why it was written; one that was not
// held says nothing of it.
func TestHeldFrom(t *testing.T) {
	for _, tc := range []struct {
		name string
		held *Held
		says []string
	}{
		{"not held", nil, nil},
		{"an incident", &Held{Reason: "incident", At: time.Unix(1700000000, 5), From: time.Unix(1699999000, 7), Evicted: 1234, Again: 3},
			[]string{"incident at 2023-11-14T22:13:20.000000005Z and 3 times more", "held from 2023-11-14T21:56:40.000000007Z on", "1234 datagrams before"}},
		{"nothing evicted", &Held{Reason: "signal", At: time.Unix(1700000000, 0), From: time.Unix(1699999000, 0)}, []string{"because of: signal"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var file bytes.Buffer
			w, err := NewWriter(&file, Options{Info: capture.Info{Name: capture.SourceFentry}, Held: tc.held})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			text := file.String()
			r, err := NewReader(&file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.held, r.Meta().Held); diff != "" {
				t.Errorf("written and read (-written +read):\n%s", diff)
			}
			for _, s := range tc.says {
				if !strings.Contains(text, s) {
					t.Errorf("the comment of the section does not say %q", s)
				}
			}
			if tc.held == nil && strings.Contains(text, "flight") {
				t.Error("it says that it was held")
			}
		})
	}
}
