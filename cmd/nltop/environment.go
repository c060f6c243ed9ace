// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/argv"
	"github.com/nltop/nltop/internal/capture"
)

// commandLine is how nltop was called, for the recording: its own arguments, and of a
// COMMAND the name alone, since keys are among the arguments of some; those of nltop may
// quote one (-f).
func commandLine(args, traced []string) string {
	words := []string{"nltop"}
	for _, arg := range args[min(1, len(args)):] {
		if len(traced) > 0 && (arg == "--" || arg == traced[0]) {
			break
		}
		words = append(words, argv.Text(arg))
	}
	if len(traced) > 0 {
		words = append(words, "--", traced[0])
	}
	line := capture.CmdLine(argv.Redact(strings.Join(words, "\x00") + "\x00")).String()
	if len(traced) > 1 {
		line += " …"
	}
	return line
}

// maxRelease bounds what is read of a file that has a dozen lines, in bytes.
const maxRelease = 16 << 10

// distribution is PRETTY_NAME of os-release(5) below root ("/"); "": nobody says.
func distribution(root string) string {
	for _, name := range []string{"etc/os-release", "usr/lib/os-release"} {
		f, err := os.Open(filepath.Join(root, name))
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(io.LimitReader(f, maxRelease))
		_ = f.Close()
		for line := range strings.Lines(string(text)) {
			value, ok := strings.CutPrefix(strings.TrimSpace(line), "PRETTY_NAME=")
			if !ok {
				continue
			}
			if s, err := strconv.Unquote(value); err == nil {
				return s
			}
			return strings.Trim(value, `"'`)
		}
		return ""
	}
	return ""
}
