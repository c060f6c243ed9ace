// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// nfnlModules are the modules that nfnetlink_bind loads when a socket joins one
// of their groups. To watch must not be to change, so they have to be there
// already.
var nfnlModules = []struct {
	name     string
	from, to uint32 // groups
	what     string
}{
	{"nf_conntrack_netlink", nfnlGrpConntrackNew, nfnlGrpExpDestroy, "conntrack events"},
	{"nf_tables", nfnlGrpNFTables, nfnlGrpNFTables, "nftables events"},
	{"nfnetlink_acct", nfnlGrpAcctQuota, nfnlGrpAcctQuota, "quota events of nfnetlink_acct"},
	{"nf_tables", nfnlGrpNFTrace, nfnlGrpNFTrace, "nftables traces"},
}

// unloaded returns the nfnetlink groups that would load a module, and what is
// missed without them.
func unloaded() (skip []uint32, blind []string) {
	dep := modulesDep()
	for _, m := range nfnlModules {
		if !wouldLoad(m.name, dep) {
			continue
		}
		for g := m.from; g <= m.to; g++ {
			skip = append(skip, g)
		}
		blind = append(blind, m.what+": "+m.name+" is not loaded, and to listen would load it")
	}
	return skip, blind
}

// wouldLoad says whether a module exists that is not loaded. What is built in
// stands in no modules.dep.
func wouldLoad(name, dep string) bool {
	if _, err := os.Stat("/sys/module/" + name); err == nil {
		return false
	}
	return strings.Contains(dep, "/"+name+".ko")
}

func modulesDep() string {
	var uts unix.Utsname
	if unix.Uname(&uts) != nil {
		return ""
	}
	b, err := os.ReadFile(filepath.Join("/lib/modules", unix.ByteSliceToString(uts.Release[:]), "modules.dep"))
	if err != nil {
		return "" // no modules, so none is loaded
	}
	return string(b)
}
