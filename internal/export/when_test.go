// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// failedSend is a frame that makes a line without a message.
func failedSend(at time.Time) *capture.Frame {
	return &capture.Frame{Origin: &capture.Origin{Kind: capture.KindCompletion, Verdict: capture.VerdictFailed, Errno: 105}, Time: at}
}

func TestDates(t *testing.T) {
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		o     TextOptions
		times []time.Time
		dated []bool
	}{
		{"one day", TextOptions{}, []time.Time{noon, noon.Add(time.Hour)}, []bool{false, false}},
		{"asked for", TextOptions{Date: true}, []time.Time{noon}, []bool{true}},
		{"past midnight", TextOptions{}, []time.Time{noon, noon.Add(13 * time.Hour), noon}, []bool{false, true, true}},
		{"known before", TextOptions{Last: noon.AddDate(0, 0, 2)}, []time.Time{noon, noon}, []bool{true, true}},
		{"known, one day", TextOptions{Last: noon.Add(time.Hour)}, []time.Time{noon, noon}, []bool{false, false}},
		{"no time", TextOptions{}, []time.Time{{}, noon}, []bool{false, false}},
	} {
		var b bytes.Buffer
		c.o.UTC = true
		out := NewText(&b, c.o)
		for _, at := range c.times {
			if err := out.WriteFrame(failedSend(at)); err != nil {
				t.Fatal(err)
			}
		}
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		if len(lines) != len(c.dated) {
			t.Fatalf("%s: %q", c.name, lines)
		}
		for i, want := range c.dated {
			if got := strings.HasPrefix(lines[i], c.times[i].Format("2006-01-02 ")); got != want {
				t.Errorf("%s: line %d has a date: %v, want %v: %s", c.name, i, got, want, lines[i])
			}
		}
	}
}

// A time that RFC 3339 has no year for is null in JSON, and as it is beside that.
func TestTimesInJSON(t *testing.T) {
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Unix(1, 2), `{"time":"1970-01-01T00:00:01.000000002Z",`},
		{time.Unix(253402300799, 0), `{"time":"9999-12-31T23:59:59.000000000Z",`},
		{time.Unix(253402300800, 5), `{"time":null,"time_seconds":253402300800,`},
		{time.Unix(-62167219201, 0), `{"time":null,"time_seconds":-62167219201,`},
		{time.Unix(1<<55, 0), `{"time":null,"time_seconds":36028797018963968,`},
		{time.Time{}, `{"time":null,"source"`},
	} {
		var b bytes.Buffer
		if err := NewJSON(&b, nil).WriteFrame(failedSend(c.at)); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); !strings.HasPrefix(got, c.want) || !json.Valid(b.Bytes()) {
			t.Errorf("%v: %s, want %s", c.at, got, c.want)
		}
	}
}
