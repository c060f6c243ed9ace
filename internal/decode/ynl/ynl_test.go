// SPDX-License-Identifier: Apache-2.0

package ynl_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/decode/ynl"
)

// kernelFamilies loads all specs of linux-source-6.12, which must go without a
// word.
func kernelFamilies(t *testing.T) []*schema.Family {
	t.Helper()
	fs, notes, err := ynl.Load(kernelSpecs(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range notes {
		t.Errorf("note: %v", n)
	}
	return fs
}

// TestKernelSpecs: all specs load, and make the families that they are of.
func TestKernelSpecs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(kernelSpecs(t), "*.yaml"))
	if err != nil || len(files) < specCount {
		t.Fatalf("%d specs, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fs, _, err := ynl.Parse(file, data)
		if err != nil || len(fs) != 1 || len(fs[0].Messages) == 0 || fs[0].Origin != schema.Spec {
			t.Errorf("%s: %d families, %v", filepath.Base(file), len(fs), err)
		}
	}
	messages := map[string]int{}
	for _, f := range kernelFamilies(t) {
		messages[f.Name] = len(f.Messages)
	}
	for _, want := range []string{
		"devlink", "dpll", "ethtool", "fou", "handshake", "mptcp_pm", "netdev", "nfsd", "nftables", "nlctrl",
		"ovs_datapath", "ovs_flow", "ovs_vport", "route", "tcp_metrics", "team",
	} {
		if messages[want] == 0 {
			t.Errorf("family %s has no messages", want)
		}
	}
	if len(messages) != 16 {
		t.Errorf("%d families: %v", len(messages), messages)
	}
}
