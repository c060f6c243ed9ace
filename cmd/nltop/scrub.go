// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func newScrub() *cobra.Command {
	var f captureFlags
	c := &cobra.Command{
		Use:   "scrub [--anonymise [--key FILE]] A B",
		Short: "Write recording A to B without what must not leave a machine",
		Long: `Write the recording A to the file B as nltop record would write it now: keys, passwords
and what was typed are overwritten, also in command lines. With --anonymise, addresses,
names, users and whatever else tells whose the recording is are pseudonyms in B.

B is written beside its place and takes it when it is complete; it cannot be A.`,
		Example: `  nltop scrub old.pcapng attach.pcapng                 without the keys that an old nltop has left in it
  nltop scrub --anonymise bug.pcapng attach.pcapng
  nltop scrub --anonymise --key bug.key before.pcapng b.pcapng   names as in other files of bug.key`,
		Args: usage(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			f.read, f.write = args[0], args[1]
			return runScrub(&f)
		},
	}
	f.specs.register(c.Flags())
	f.registerAnonymise(c)
	f.registerQuiet(c)
	return c
}

func runScrub(f *captureFlags) error {
	ctx, stop := untilSignal(false)
	defer stop()
	s, err := openSession(ctx, sessionOptions{flags: f})
	if err != nil {
		return err
	}
	if !f.quiet {
		s.explain()
	}
	begin := time.Now()
	err = s.run(ctx)
	err = distinct(err, s.close())
	if !f.quiet {
		fmt.Fprintf(stderr, "nltop: %s\n", s.rec.account(time.Since(begin)))
	}
	return err
}
