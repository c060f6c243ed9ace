// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

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

// parseHistory reads what --history says.
func parseHistory(s string) (spool.Options, error) {
	if s == "all" {
		return spool.Options{Bytes: spool.All}, nil
	}
	number := strings.TrimRight(s, "BKMGTi")
	unit, known := map[string]float64{
		"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}[s[len(number):]]
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !known || !(n*unit >= leastHistory && n*unit < math.MaxInt64/2) {
		return spool.Options{}, usageError{fmt.Errorf("--history %s: a size of 1MB or more, such as %s, or all", decode.Quote(s), defaultHistory)}
	}
	return spool.Options{Bytes: int64(n * unit)}, nil
}
