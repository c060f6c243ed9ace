// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/segment"
)

// keepFlags are those of the flight recorder.
type keepFlags struct {
	keep      string
	on        string
	incidents bool
	slow      time.Duration
	exit      bool
	after     time.Duration
	files     int

	memory segment.Options
	expr   *filter.Filter // nil: none
}

// defaultKeep is how many bytes are held where only a time is given.
const defaultKeep = 256e6

func (f *keepFlags) register(c *cobra.Command) {
	fs := c.Flags()
	fs.StringVar(&f.keep, "keep", "", "flight recorder: hold so much in memory (256MB, 10min or both: 64MB,10min), and write it into the directory -w when something happens")
	fs.StringVar(&f.on, "on", "", "with --keep: write when a message matches this expression (docs/filter.md)")
	fs.BoolVar(&f.incidents, "on-incident", true, "with --keep: write when a socket loses messages")
	fs.DurationVar(&f.slow, "on-slow", 0, "with --keep: write when a request takes so long in the kernel, or its answer comes so late")
	fs.BoolVar(&f.exit, "on-exit", false, "with --keep: write when nltop ends")
	fs.DurationVar(&f.after, "after", time.Second, "with --keep: what follows for so long is written, too")
}

// defaultFiles is how many recordings a directory may have.
const defaultFiles = 10

// ofKeep are flags that say something of the flight recorder alone; notKeep do not go
// with it, which has no recording until something happens.
var (
	ofKeep  = []string{"on", "on-incident", "on-slow", "on-exit", "after"}
	notKeep = []string{"count", "for", "file-size", "file-seconds", "compress", "from", "to", "around", "margin"}
)

// check refuses what does not go together, and reads what is written in words.
func (f *keepFlags) check(c *cobra.Command, o *captureFlags) (err error) {
	if f.keep == "" {
		for _, name := range ofKeep {
			if c.Flags().Changed(name) {
				return usageError{fmt.Errorf("--%s goes with --keep", name)}
			}
		}
		return nil
	}
	switch {
	case o.write == "-":
		return usageError{errors.New("--keep writes several recordings: -w takes a directory")}
	case o.anonymise:
		return usageError{errors.New("--anonymise and --keep exclude each other: what is held is written as it came, and nltop scrub --anonymise makes it anonymous")}
	case f.slow < 0 || f.after < 0:
		return usageError{errors.New("--on-slow and --after take times that are not negative")}
	}
	for _, name := range notKeep {
		if c.Flags().Changed(name) {
			return usageError{fmt.Errorf("--%s is about a recording, and --keep has none until something happens", name)}
		}
	}
	if f.files = defaultFiles; c.Flags().Changed("files") {
		if f.files, err = c.Flags().GetInt("files"); err != nil || f.files < 1 {
			return usageError{errors.New("--files: at least 1")}
		}
	}
	if f.memory, err = parseKeep(f.keep); err != nil {
		return usageError{fmt.Errorf("--keep %s: %w", f.keep, err)}
	}
	if f.on != "" {
		if f.expr, err = filter.Known(o.specs.tables()).Compile(f.on); err != nil {
			return usageError{fmt.Errorf("--on: %w", err)}
		}
	}
	return nil
}

// parseKeep reads an amount of memory, a time, or both.
func parseKeep(s string) (o segment.Options, err error) {
	for part := range strings.SplitSeq(s, ",") {
		size, isSize := parseSize(part, memoryUnits)
		span, terr := parseSpan(part)
		switch {
		case isSize && o.Bytes == 0:
			o.Bytes = size
		case !isSize && terr == nil && o.Span == 0:
			o.Span = span
		default:
			return o, errors.New("takes an amount of memory (256MB, 64MiB), a time (10min, 90s), or one of each with a comma between")
		}
	}
	if o.Bytes == 0 {
		o.Bytes = defaultKeep
	}
	if o.Bytes < segment.MinBytes || o.Bytes > segment.MaxBytes {
		return o, errors.New("takes 1 MiB to 64 GiB of memory")
	}
	return o, nil
}

// memoryUnits are of 1000, as disks have them, and of 1024.
var memoryUnits = []unit{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9},
}

// parseSpan reads a time, in which "min" is a minute, too.
func parseSpan(s string) (time.Duration, error) {
	if number, ok := strings.CutSuffix(s, "min"); ok {
		s = number + "m"
	}
	d, err := time.ParseDuration(s)
	if err == nil && d <= 0 {
		err = errors.New("is no time")
	}
	return d, err
}
