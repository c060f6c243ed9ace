// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/segment"
)

func TestParseKeep(t *testing.T) {
	for _, tt := range []struct {
		text string
		want segment.Options // zero: refused
	}{
		{"256MB", segment.Options{Bytes: 256e6}},
		{"64MiB", segment.Options{Bytes: 64 << 20}},
		{"1.5GB", segment.Options{Bytes: 1.5e9}},
		{"2M", segment.Options{Bytes: 2e6}},
		{"10min", segment.Options{Bytes: defaultKeep, Span: 10 * time.Minute}},
		{"1h30m", segment.Options{Bytes: defaultKeep, Span: 90 * time.Minute}},
		{"90s", segment.Options{Bytes: defaultKeep, Span: 90 * time.Second}},
		{"64MB,10min", segment.Options{Bytes: 64e6, Span: 10 * time.Minute}},
		{"10min,64MB", segment.Options{Bytes: 64e6, Span: 10 * time.Minute}},
		{"", segment.Options{}}, {"x", segment.Options{}}, {"256", segment.Options{}}, {"-1MB", segment.Options{}}, {"0s", segment.Options{}},
		{"-5min", segment.Options{}}, {"1MB,2MB", segment.Options{}}, {"1s,2s", segment.Options{}}, {"64MB,", segment.Options{}},
		{"1kB", segment.Options{}}, {"1000GB", segment.Options{}}, {"NaNMB", segment.Options{}}, {"InfMB", segment.Options{}}, {"1e300GB", segment.Options{}},
	} {
		got, err := parseKeep(tt.text)
		if err != nil {
			got = segment.Options{}
		}
		if got != tt.want || (err == nil) != (tt.want != segment.Options{}) {
			t.Errorf("%q: %+v, %v; want %+v", tt.text, got, err, tt.want)
		}
	}
}

// What does not go with the flight recorder, or without it, is a mistake on the command line.
func TestKeepFlags(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for _, tt := range []struct{ args, says string }{
		{"--keep 1GB", "needs -w"},
		{"-w DIR --on true", "--on goes with --keep"}, {"-w DIR --on-slow 1s", "goes with --keep"}, {"-w DIR --on-incident=false", "goes with --keep"},
		{"-w DIR --after 1s", "goes with --keep"}, {"-w DIR --on-exit", "goes with --keep"},
		{"--keep 1GB -w -", "a directory"},
		{"--keep 1GB -w DIR -c 5", "--count"}, {"--keep 1GB -w DIR -C 5", "--file-size"}, {"--keep 1GB -w DIR --for 1s", "--for"}, {"--keep lots -w DIR", "--keep lots: takes an amount"}, {"--keep 1kB -w DIR", "1 MiB to 64 GiB"},
		{"--keep 1GB -w DIR --on-slow -1s", "not negative"}, {"--keep 1GB -w DIR --after -1s", "not negative"},
		{"--keep 1GB -w DIR -W 0", "at least 1"}, {"--keep 1GB -w DIR --on type==", "--on: "}, {"--keep 1GB -w DIR --on typo==1", "--on: "},
	} {
		t.Run(tt.args, func(t *testing.T) {
			args := "record -r " + none + " " + strings.ReplaceAll(tt.args, "DIR", none)
			err := tryNltop(strings.Fields(args)...)
			var usage usageError
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want that it says %q", err, tt.says)
			}
		})
	}
}

// Once something is held, others of the same user can neither dump nor trace nltop.
func TestKeepUndumpable(t *testing.T) {
	was, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || was == 0 {
		t.Skipf("dumpable %d, %v", was, err)
	}
	in := filepath.Join(t.TempDir(), "demo.pcapng")
	recording(t, in)
	if err := tryNltop("record", "-q", "-r", in, "--keep", "1MiB", "-w", t.TempDir()); err != nil {
		t.Fatal(err)
	}
	now, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || now != 0 {
		t.Errorf("dumpable %d, %v", now, err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, uintptr(was), 0, 0, 0); err != nil {
		t.Error(err)
	}
}
