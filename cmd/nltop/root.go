// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/decode"
)

// newRoot builds the command tree. Without a subcommand nltop is the live view.
func newRoot() *cobra.Command {
	root := newView()
	root.Version = version
	root.SuggestionsMinimumDistance = 2
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		if strings.Contains(err.Error(), "--anonymise") {
			err = fmt.Errorf("nltop %s has no --anonymise: nltop scrub --anonymise A B makes a recording B with pseudonyms", c.Name())
		}
		return usageError{err}
	})
	root.AddCommand(newTrace(), newRecord(), newScrub(), newStat(), newInfo(), newWho(), newSockets(), newFamilies(), newDecode(), newDemo(), newDoctor())
	root.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return usageError{unknownCommand(c, args[0])}
	}
	return root
}

// meant are commands that people try first.
var meant = map[string]string{
	"monitor": "trace", "watch": "trace", "dump": "trace", "strace": "trace", "sniff": "trace", "capture": "record",
	"save": "record", "write": "record", "top": "(without a command)", "live": "(without a command)", "view": "(without a command)",
	"count": "stat", "stats": "stat", "summary": "stat", "ss": "sockets", "list": "sockets", "groups": "families",
	"check": "doctor", "sources": "doctor", "capinfos": "info", "inspect": "info", "show": "info", "describe": "info", "play": "-r FILE", "read": "-r FILE", "replay": "-r FILE",
}

func unknownCommand(c *cobra.Command, name string) error {
	near := c.SuggestionsFor(name)
	if m := meant[name]; m != "" {
		near = []string{m}
	}
	if len(near) == 0 {
		return fmt.Errorf("there is no command %s: nltop --help lists them", decode.Quote(name))
	}
	return fmt.Errorf("there is no command %s: did you mean nltop %s?", decode.Quote(name), strings.Join(near, " or nltop "))
}

// usage marks errors of argument checks as mistakes on the command line.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}
