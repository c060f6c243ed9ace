// SPDX-License-Identifier: Apache-2.0

package rotate

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int64{
		"1": 1_000_000, "256": 256_000_000, "128k": 128 << 10, "2M": 2 << 20, "3m": 3 << 20, "1G": 1 << 30, "1g": 1 << 30,
		"0": 0, "": 0, "k": 0, "-1": 0, "1.5": 0, "1kB": 0, "127k": 0, "1T": 0, "99999999999999G": 0, "+1": 0, "9223372036854775807": 0,
	} {
		got, err := ParseSize(s)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v, want %d", s, got, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		o    Options
		want string
	}{
		{Options{Name: "f"}, ""},
		{Options{Name: "-"}, ""},
		{Options{Name: "f", Bytes: 1e6, Files: 3}, ""},
		{Options{Name: "f", Every: time.Second, Files: 3}, ""},
		{Options{Name: "f", Files: 3}, "with -C"},
		{Options{Name: "f", Bytes: 1e6, Files: -1}, "negative"},
		{Options{Name: "f", Every: -1}, "negative"},
		{Options{Name: "-", Bytes: 1e6}, "no name"},
		{Options{Name: "-", Every: 1}, "no name"},
	} {
		err := tt.o.Check()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.o, err, tt.want)
		}
	}
}

// TestNames follows recordings from file to file: "size" is Larger, a number a time in
// seconds.
func TestNames(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	const size = -1
	for _, tt := range []struct {
		name string
		o    Options
		then []int
		want string // the names; "end": that was all
	}{
		{"one file", Options{Name: "f%H.pcapng"}, nil, "f%H.pcapng"},
		{"by size", Options{Name: "f", Bytes: 1}, []int{size, size}, "f f1 f2"},
		{"a percent sign without a time", Options{Name: "100%d", Bytes: 1}, []int{size}, "100%d 100%d1"},
		{"the suffix stays the end", Options{Name: "f.pcapng.gz", Suffix: ".gz", Bytes: 1}, []int{size}, "f.pcapng.gz f.pcapng1.gz"},
		{"ring", Options{Name: "f", Bytes: 1, Files: 3}, []int{size, size, size, size}, "f0 f1 f2 f0 f1"},
		{"ring of ten", Options{Name: "f", Bytes: 1, Files: 10}, []int{size}, "f0 f1"},
		{"ring of eleven", Options{Name: "f", Bytes: 1, Files: 11}, []int{size}, "f00 f01"},
		{"ring of one", Options{Name: "f", Bytes: 1, Files: 1}, []int{size}, "f f"},
		{"by time", Options{Name: "f-%F-%H%M%S", Every: 10 * time.Second}, []int{10, 20},
			"f-2026-01-02-030405 f-2026-01-02-030415 f-2026-01-02-030425"},
		{"late", Options{Name: "%M%S", Every: 10 * time.Second}, []int{19, 29, 31}, "0405 0415 0425 0435"},
		{"nothing for hours", Options{Name: "%H%M%S", Every: 10 * time.Second}, []int{7205}, "030405 050405"},
		{"so many", Options{Name: "%S", Every: time.Second, Files: 2}, []int{1, 2}, "05 06 end"},
		{"one, and the end", Options{Name: "f", Every: time.Second, Files: 1}, []int{1}, "f end"},
		{"both", Options{Name: "%S.", Bytes: 1, Every: time.Second}, []int{size, 1, size, size, 2}, "05. 05.1 06. 06.1 06.2 07."},
		{"both, ring", Options{Name: "%S.", Bytes: 1, Every: time.Second, Files: 2}, []int{size, size, 1, size, 2},
			"05.0 05.1 05.0 06.0 06.1 07.0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := New(tt.o, start)
			got := []string{p.Name()}
			for _, then := range tt.then {
				if then == size {
					p.Larger()
				} else {
					at := start.Add(time.Duration(then) * time.Second)
					if end, ok := p.Ends(); !ok || at.Before(end) {
						t.Fatalf("at %d s: the file ends at %v, %v", then, end, ok)
					}
					if !p.Later(at) {
						got = append(got, "end")
						break
					}
				}
				got = append(got, p.Name())
			}
			if want := strings.Fields(tt.want); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestLaterTerminates: of times that only a damaged file can have, too.
func TestLaterTerminates(t *testing.T) {
	p := New(Options{Name: "f%Y", Every: time.Nanosecond}, time.Unix(0, 0))
	for _, at := range []time.Time{time.Unix(1<<40, 0), time.Unix(1<<55, 0)} {
		if !p.Later(at) || p.Name() == "" {
			t.Errorf("at %v: %s", at, p.Name())
		}
		if end, _ := p.Ends(); end.Before(at) {
			t.Errorf("at %v: the file ends at %v", at, end)
		}
	}
}
