// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	_ "embed"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/pcapng"
)

// demoFile is a recording made in the lab (scripts/demo says how).
//
//go:embed demo.pcapng.gz
var demoFile []byte

// openDemo returns the recording.
func openDemo() (*pcapng.Reader, error) {
	r, err := pcapng.NewReader(bytes.NewReader(demoFile))
	if err != nil {
		return nil, fmt.Errorf("open the built-in recording: %w", err)
	}
	return r, nil
}

func newDemo() *cobra.Command {
	var f viewFlags
	c := &cobra.Command{
		Use:   "demo",
		Short: "Play a recording that is built in; needs no privileges",
		Long: `Play a recording that is built into nltop in the live view, at the pace at which
it was made. It needs no privileges and touches nothing.`,
		Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			r, err := openDemo()
			if err != nil {
				return err
			}
			f.read = "demo"
			return f.run(sessionOptions{flags: &f.captureFlags, file: r, again: openDemo, speed: f.speed})
		},
	}
	f.registerView(c)
	c.Flags().Float64Var(&f.speed, "speed", 1, "multiple of the recorded pace; 0 is at once")
	c.Flags().StringVarP(&f.expr, "filter", "f", "", "only messages that match this expression (docs/filter.md)")
	return c
}
