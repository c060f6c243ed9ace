// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Of several errors each that is not said yet is said, and none twice.
func TestStatus(t *testing.T) {
	full := &os.PathError{Op: "write", Path: "a", Err: unix.ENOSPC}
	told := stderr
	defer func() { stderr = told }()
	for _, tt := range []struct {
		name   string
		err    error
		status int
		says   string
	}{
		{"nothing", distinct(nil, nil), 0, ""},
		{"one", distinct(full, nil), exitFailed, "nltop: write a: no space left on device\n"},
		{"the same again", distinct(full, fmt.Errorf("end recording: %w", full)), exitFailed, "nltop: write a: no space left on device\n"},
		{"and what follows of it", distinct(full, distinct(fmt.Errorf("end recording: %w", full), errors.New("b is left as it was"))), exitFailed,
			"nltop: write a: no space left on device\nnltop: b is left as it was\n"},
		{"behind one that is said", distinct(quietError{exitFailed}, full), exitFailed, "nltop: write a: no space left on device\n"},
		{"behind a command's", distinct(commandExit(3), full), 3, "nltop: write a: no space left on device\n"},
		{"in front of a command's", distinct(full, commandExit(3)), 3, "nltop: write a: no space left on device\n"},
		{"usage", usageError{errors.New("x")}, exitUsage, "nltop: x\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := os.Create(filepath.Join(t.TempDir(), "err"))
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			stderr = &messages{out: newOutput(context.Background(), out)}
			if got := status(tt.err); got != tt.status {
				t.Errorf("status %d, want %d", got, tt.status)
			}
			if b, err := os.ReadFile(out.Name()); err != nil || string(b) != tt.says {
				t.Errorf("%q, %v, want %q", b, err, tt.says)
			}
		})
	}
}
