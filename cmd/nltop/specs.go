// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/decode/ynl"
)

// specFlags say where specs are looked for, and keep what they say: they are
// read once, when the first table is needed.
type specFlags struct {
	dir   string
	quiet *bool // -q; nil: the command has none
	once  sync.Once
	all   []*schema.Family
	err   error
}

// register adds --specs to a command.
func (f *specFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.dir, "specs", "", "directory of YNL specs (*.yaml) that override and extend what nltop knows of families")
}

// specPlaces are where specs are installed, the first that exists is taken:
// those of an administrator, those of a distribution (the kernel's `make -C
// tools/net/ynl install` puts them there), those of the running kernel's own
// source, if it is at hand.
func specPlaces() []string {
	places := []string{"/usr/local/share/ynl/specs", "/usr/share/ynl/specs"}
	var uts unix.Utsname
	if unix.Uname(&uts) == nil {
		modules := filepath.Join("/lib/modules", unix.ByteSliceToString(uts.Release[:]))
		for _, tree := range []string{"source", "build"} {
			places = append(places, filepath.Join(modules, tree, "Documentation/netlink/specs"))
		}
	}
	return places
}

// tables returns what is known of families: the built-in tables, and joined to
// them the specs. Those of --specs are right where they differ; those of the
// usual places only add what is missing.
func (f *specFlags) tables() []*schema.Family {
	f.once.Do(func() {
		warn := io.Writer(stderr)
		if f.quiet != nil && *f.quiet {
			warn = io.Discard
		}
		f.all, f.err = f.load(specPlaces(), warn)
	})
	return f.all
}

// check reports a mistake on the command line.
func (f *specFlags) check() error {
	f.tables()
	return f.err
}

func (f *specFlags) load(places []string, warn io.Writer) ([]*schema.Family, error) {
	built := families.All()
	if f.dir != "" {
		specs, notes, err := ynl.Load(f.dir)
		var broken *ynl.Error
		switch {
		case err == nil && len(specs) == 0:
			return built, usageError{fmt.Errorf("--specs %s: no *.yaml there", f.dir)}
		case err != nil && !errors.As(err, &broken):
			return built, usageError{fmt.Errorf("--specs: %w", err)}
		case err != nil:
			fmt.Fprintf(warn, "nltop: warning: left out: %v\n", err)
		}
		for _, n := range notes {
			fmt.Fprintf(warn, "nltop: note: %v\n", n)
		}
		return joined(built, specs, schema.Override), nil
	}
	for _, dir := range places {
		if specs, _, _ := ynl.Load(dir); len(specs) > 0 {
			return joined(built, specs, schema.Fill), nil
		}
	}
	return built, nil
}

func joined(built, specs []*schema.Family, how schema.How) []*schema.Family {
	all := schema.Merge(built, specs, how)
	for _, f := range all {
		f.Build()
	}
	return all
}

// decoder returns a decoder that, live, also knows this host's interfaces.
func (f *captureFlags) decoder() *decode.Decoder {
	var known decode.Options
	if f.read == "" && !f.anonymise {
		known.IfName = ifName()
	}
	return decode.New(f.specs.tables(), known)
}
