// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/nltop/nltop/internal/spool"
)

func TestParseHistory(t *testing.T) {
	for text, want := range map[string]int64{
		defaultHistory: spool.DefaultBytes, "1MB": 1e6, "1.5GB": 15e8, "64MiB": 64 << 20, "2000000": 2e6, "all": spool.All,
		"": 0, "MB": 0, "0": 0, "-1MB": 0, "5XB": 0, "NaN": 0, "1e30GB": 0, "999KB": 0, "ALL": 0, "1 MB": 0,
	} {
		o, err := parseHistory(text)
		if o.Bytes != want || (err == nil) != (want != 0) {
			t.Errorf("%q: %d, %v, want %d", text, o.Bytes, err, want)
		}
	}
}
