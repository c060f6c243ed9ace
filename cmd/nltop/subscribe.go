// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/listen"
)

// maxSubscribed is more than there are groups of nfnetlink (include/uapi/linux/netfilter/nfnetlink.h).
const maxSubscribed = 32

// subscribable are the groups of nfnetlink by the names that --subscribe takes:
// "conntrack-new" of NFNLGRP_CONNTRACK_NEW. It makes events for listeners alone.
func subscribable(d *decode.Decoder) map[string]uint32 {
	groups := map[string]uint32{}
	for g := uint32(1); g < maxSubscribed; g++ {
		if name, ok := strings.CutPrefix(d.GroupName(capture.NETLINK_NETFILTER, g), "NFNLGRP_"); ok {
			groups[strings.ReplaceAll(strings.ToLower(name), "_", "-")] = g
		}
	}
	return groups
}

func subscribableNames(d *decode.Decoder) []string {
	var names []string
	for name := range subscribable(d) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// registerSubscribe adds --subscribe to a command that shows messages as they come.
func (f *captureFlags) registerSubscribe(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.subscribe, "subscribe", nil,
		"join a group of nfnetlink in this network namespace (nftables, conntrack-new), so that the kernel makes its events though nobody listens")
	_ = c.RegisterFlagCompletionFunc("subscribe", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return subscribableNames(f.decoder()), cobra.ShellCompDirectiveNoFileComp
	})
}

// subscribeTo joins the groups of --subscribe, if there are any, and says so.
func (s *session) subscribeTo(f *captureFlags) (err error) {
	if len(f.subscribe) == 0 {
		return nil
	}
	known := subscribable(s.dec)
	var groups []uint32
	for _, name := range f.subscribe {
		g, ok := known[name]
		if !ok {
			return usageError{fmt.Errorf("--subscribe %s: no group of nfnetlink; it is one of %s", decode.Quote(name), strings.Join(subscribableNames(s.dec), ", "))}
		}
		groups = append(groups, g)
	}
	info := s.src.Info()
	if who := info.Lacks(capture.SeesUnheard); who != "" {
		return usageError{fmt.Errorf("--subscribe: %s does not see events that nobody listens to; it takes %s", who, capture.SourcesThat(capture.SeesUnheard))}
	}
	if s.groups, err = listen.Subscribe(capture.NETLINK_NETFILTER, groups); err != nil {
		return err
	}
	s.unread = append(s.unread, "the kernel makes events of "+strings.Join(f.subscribe, ", ")+
		" in this network namespace because of --subscribe, and works for each; nltop is no listener of theirs")
	return nil
}
