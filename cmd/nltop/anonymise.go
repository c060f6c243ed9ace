// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/anonymise"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/pcapng"
)

// registerAnonymise adds --anonymise and --key to a command that writes or shows what it
// captures or reads, and nothing else.
func (f *captureFlags) registerAnonymise(c *cobra.Command) {
	fs := c.Flags()
	fs.BoolVar(&f.anonymise, "anonymise", false, "replace addresses, names, users and whatever else tells whose it is by pseudonyms, in files and on the screen (docs/anonymise.md)")
	fs.StringVar(&f.keyFile, "key", "", "make the pseudonyms of --anonymise with the key in this file, so that they are alike in all recordings made with it; without, each run has its own")
}

// Bounds of what --key takes, in bytes: fewer can be guessed from the fingerprint that is
// in the recording.
const (
	minKey = 16
	maxKey = 1 << 20
)

// anonymiser returns what --anonymise asks for; nil: it was not given.
func (f *captureFlags) anonymiser() (*anonymise.Anonymiser, error) {
	if err := f.contradicts(); err != nil || !f.anonymise {
		return nil, err
	}
	key, err := readKey(f.keyFile)
	if err != nil {
		return nil, err
	}
	a, err := anonymise.New(decode.New(f.specs.tables(), decode.Options{}), key)
	if err != nil {
		return nil, fmt.Errorf("--anonymise: %w", err)
	}
	return a, nil
}

// contradicts says what does not go with --anonymise, or not without it.
func (f *captureFlags) contradicts() error {
	switch {
	case f.keyFile != "" && !f.anonymise:
		return usageError{errors.New("--key goes with --anonymise")}
	case f.anonymise && f.secrets:
		return usageError{errors.New("--secrets and --anonymise exclude each other: what has pseudonyms has no keys")}
	}
	return nil
}

// readKey reads the file of --key; nil: there is none.
func readKey(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	defer file.Close()
	key, err := io.ReadAll(io.LimitReader(file, maxKey+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read key: %w", err)
	case len(key) < minKey || len(key) > maxKey:
		return nil, usageError{fmt.Errorf("--key %s: %d to %d bytes wanted: head -c 32 /dev/urandom makes one", path, minKey, maxKey)}
	}
	return key, nil
}

// withoutNames is the header of a recording with pseudonyms. An expression and
// nltop's command line may name anything: that there was one is all that is said of them.
func withoutNames(o pcapng.Options, a *anonymise.Anonymiser) pcapng.Options {
	o.Info = a.Info(o.Info)
	o.Info.Pseudonyms = strings.TrimPrefix(o.Info.Pseudonyms+"+"+a.Fingerprint(), "+")
	for _, text := range []*string{&o.Filter, &o.Command} {
		if *text != "" {
			*text = "(anonymised)"
		}
	}
	return o
}
