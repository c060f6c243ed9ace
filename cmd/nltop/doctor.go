// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/ladder"
	"github.com/nltop/nltop/internal/process"
)

func newDoctor() *cobra.Command {
	var quiet bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Say which capture sources work here, and why others do not",
		Long: `Try every capture source and say which work here, why others do not, and what
would help. Nothing is left behind. The exit status is 0 where a source that
sees processes works, else 1.`,
		Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			out := bufio.NewWriter(os.Stdout)
			if quiet {
				out.Reset(io.Discard)
			}
			sees := doctor(out, ladder.Rungs())
			if err := out.Flush(); err != nil {
				return err
			}
			if !sees {
				return quietError{exitFailed}
			}
			return nil
		},
	}
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "print nothing, only set the exit status")
	return c
}

// doctor prints the ladder and says whether a source that sees processes works.
func doctor(w io.Writer, rungs []ladder.Rung) (sees bool) {
	var uts unix.Utsname
	if unix.Uname(&uts) == nil {
		fmt.Fprintf(w, "nltop %s on Linux %s (%s), user ID %d\n", version,
			unix.ByteSliceToString(uts.Release[:]), unix.ByteSliceToString(uts.Machine[:]), os.Geteuid())
	}
	if n, err := process.NumberingOf("/proc"); err == nil {
		for _, note := range n.Notes() {
			fmt.Fprintf(w, "note: %s\n", note)
		}
	}
	fmt.Fprintln(w)
	chosen := ""
	for _, r := range rungs {
		err := r.Check()
		mark := "works"
		switch {
		case err != nil:
			mark = "no"
		case chosen == "":
			chosen, mark = r.Name, "works, --source auto takes it"
		}
		sees = sees || err == nil && r.Sees.Has(capture.SeesProcesses)
		fmt.Fprintf(w, "%-8s %s\n", r.Name, mark)
		fmt.Fprintf(w, "         sees   %s\n", r.About)
		fmt.Fprintf(w, "         needs  %s\n", r.Needs)
		if err != nil {
			fmt.Fprintf(w, "         why    %s\n", strings.ReplaceAll(err.Error(), "\n", "\n                "))
		}
		fmt.Fprintln(w)
	}
	if chosen == "" {
		fmt.Fprintln(w, "No source works here; recordings can still be read: nltop -r FILE, nltop demo.")
	}
	return sees
}
