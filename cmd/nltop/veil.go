// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/rotate"
)

// veil is a recording with pseudonyms, made of the one that -r names, in a file without a
// name. What reads a recording more than once, or asks of it more than its messages in
// their order, reads that instead: nothing of what was captured is there to be shown.
type veil struct {
	file    *os.File // which has no name, and goes with the process
	damaged error    // of what it was made of; nil: all of it could be read
}

// veilDir is where the history of the live view is, too.
const veilDir = "/var/tmp"

// registerVeil adds --anonymise to a command that reads a recording through a veil.
func (f *captureFlags) registerVeil(c *cobra.Command) {
	f.registerAnonymise(c)
	c.Flags().Lookup("anonymise").Usage = "with -r: show pseudonyms instead of addresses, names, users and whatever else tells whose it is (docs/anonymise.md)"
	f.veils = true
}

// unveiled says that --anonymise is not for what is captured now, or what contradicts it;
// nil: it was not asked for.
func (f *captureFlags) unveiled() error {
	if err := f.contradicts(); err != nil {
		return err
	}
	if !f.veils || !f.anonymise || f.read != "" {
		return nil
	}
	return usageError{errors.New("--anonymise goes with -r here: nltop record --anonymise makes the recording, nltop trace --anonymise shows lines")}
}

// drawVeil has -r name a recording with pseudonyms from now on, if --anonymise asks for
// that. Processes and network namespaces are asked for by what was captured, and no more
// is in it; -f is about pseudonyms, as what can be typed later is.
func (f *captureFlags) drawVeil(ctx context.Context, tell func(string)) (err error) {
	if !f.anonymise || f.read == "" {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("--anonymise: %w", err)
		}
	}()
	if tell != nil {
		tell("replacing names and addresses")
	}
	file, err := os.CreateTemp(veilDir, "nltop-*") // 0600
	if err != nil {
		return fmt.Errorf("make a file for the pseudonyms: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return fmt.Errorf("make a file for the pseudonyms: %w", err)
	}
	path := fmt.Sprintf("/proc/self/fd/%d", file.Fd())
	v := &veil{file: file}
	if err := v.make(ctx, f, path); err != nil {
		_ = file.Close()
		return err
	}
	f.veil, f.read, f.anonymise, f.keyFile = v, path, false, ""
	f.pids, f.comms, f.netns = nil, nil, nil
	return nil
}

// make writes it, as nltop record would.
func (v *veil) make(ctx context.Context, f *captureFlags, path string) error {
	expr, protocols, write, pack, snap, files, wireshark, quiet := f.expr, f.protocols, f.write, f.pack, f.snap, f.files, f.wireshark, f.quiet
	defer func() {
		f.expr, f.protocols, f.write, f.pack, f.snap, f.files, f.wireshark, f.quiet = expr, protocols, write, pack, snap, files, wireshark, quiet
	}()
	f.expr, f.protocols, f.write, f.pack, f.snap, f.files, f.wireshark, f.quiet = "", nil, path, "", 0, rotate.Options{}, false, true
	s, err := openSession(ctx, sessionOptions{flags: f})
	if err != nil {
		return err
	}
	err = s.capture(ctx)
	if damaged := (*pcapng.Error)(nil); errors.As(err, &damaged) {
		v.damaged, err = err, nil
	}
	if err = distinct(err, s.close()); err == nil && ctx.Err() != nil {
		err = errInterrupted
	}
	return err
}
