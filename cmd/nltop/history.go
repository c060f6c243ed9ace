// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/spool"
)

// defaultHistory is spool.DefaultBytes as one writes it.
const defaultHistory = "256MB"

func historyFlag(c *cobra.Command, to *string) {
	c.Flags().StringVar(to, "history", defaultHistory, "how much of what was captured can be looked at again, in memory and in /var/tmp: 64MB, 2GB, …; all keeps every message, also above 1,000 a second")
	_ = c.RegisterFlagCompletionFunc("history", cobra.FixedCompletions([]string{"64MB", defaultHistory, "1GB", "all"}, cobra.ShellCompDirectiveNoFileComp))
}

// leastHistory holds the newest chunks.
const leastHistory = 1_000_000

var historyUnits = []unit{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
}

// parseHistory reads what --history says.
func parseHistory(s string) (spool.Options, error) {
	if s == "all" {
		return spool.Options{Bytes: spool.All}, nil
	}
	n, ok := parseSize(s, historyUnits)
	if !ok || n < leastHistory {
		return spool.Options{}, usageError{fmt.Errorf("--history %s: a size of 1MB or more, such as %s, or all", decode.Quote(s), defaultHistory)}
	}
	return spool.Options{Bytes: n}, nil
}
