// SPDX-License-Identifier: Apache-2.0

package say_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/golden"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/say"
)

// labDir has the recordings of scripts/lab, and the scripts that they are of.
const labDir = "../decode/families/testdata/lab"

var unsaid = flag.Bool("unsaid", false, "print the requests of the lab that are not said whole")

// requests hands on the requests of a recording of the lab, said in their order.
func requests(t *testing.T, path string, each func(*decode.Message, say.Said)) {
	t.Helper()
	r, err := pcapng.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := decode.New(families.All(), decode.Options{})
	r.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
	var words say.Speaker
	var msgs []decode.Message
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		msgs = d.Frame(f, msgs[:0])
		for i := range msgs {
			if f.Dir == capture.DirRequest {
				body := msgs[i].Values()
				each(&msgs[i], words.Say(&msgs[i], &body))
			} else {
				words.Hear(&msgs[i])
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// What the lab's tools asked for, in words: compare with the scripts that called
// them. A request that is not said whole has what is left behind it.
func TestLab(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join(labDir, "*.sh"))
	if err != nil || len(scripts) < 30 {
		t.Fatalf("%d scripts of the lab: %v", len(scripts), err)
	}
	for _, script := range scripts {
		name := strings.TrimSuffix(filepath.Base(script), ".sh")
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			requests(t, filepath.Join(labDir, name+".6.12.pcapng.gz"), func(m *decode.Message, said say.Said) {
				if len(said.Commands) == 0 || said.Reads {
					return
				}
				b.WriteString(said.Text())
				for i := range said.Left {
					fmt.Fprintf(&b, " +%s", said.Left[i].Name())
				}
				b.WriteByte('\n')
			})
			golden.Check(t, filepath.Join("testdata", name+".said"), b.String(), "")
		})
	}
}

// TestCoverage counts how much of what the lab's tools asked for is said whole: by
// requests and by shapes (type, the names of the attributes, kinds).
func TestCoverage(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(labDir, "*.pcapng.gz"))
	if err != nil {
		t.Fatal(err)
	}
	type count struct{ all, said int }
	requestsOf, shapesOf := map[string]*count{}, map[string]map[string]bool{}
	for _, path := range files {
		requests(t, path, func(m *decode.Message, said say.Said) {
			if !changes(m, said) {
				return
			}
			tool := toolOf(m)
			c := requestsOf[tool]
			if c == nil {
				c = &count{}
				requestsOf[tool], shapesOf[tool] = c, map[string]bool{}
			}
			c.all++
			shape := shapeOf(m)
			whole := said.Whole()
			if whole {
				c.said++
			} else if *unsaid {
				t.Logf("%s: %s: %s %s", filepath.Base(path), shape, cmp.Or(said.Text(), said.Line), leftNames(said))
			}
			before, known := shapesOf[tool][shape]
			shapesOf[tool][shape] = whole && (before || !known)
		})
	}
	names := make([]string, 0, len(requestsOf))
	for name := range requestsOf {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		c, shapes := requestsOf[name], shapesOf[name]
		n := 0
		for _, whole := range shapes {
			if whole {
				n++
			}
		}
		byCount, byShape := 100*float64(c.said)/float64(c.all), 100*float64(n)/float64(len(shapes))
		t.Logf("%-16s %4d of %4d requests %5.1f %%, %4d of %4d shapes %5.1f %%", name, c.said, c.all, byCount, n, len(shapes), byShape)
		if least := wanted[name]; byCount < least || byShape < least {
			t.Errorf("%s: less than %v %% is said whole", name, least)
		}
	}
}

// toolOf is what the requests are counted by: the family, but for those of tc, which
// shares "route" with ip and others.
func toolOf(m *decode.Message) string {
	if m.Family == "nftables" && strings.Contains(shapeOf(m), "NFTA_TARGET_NAME") || strings.Contains(shapeOf(m), "NFTA_MATCH_NAME") {
		return "nftables (xtables)" // of iptables, which nft cannot read
	}
	if m.Family == "audit" && !strings.HasSuffix(m.Type, "_RULE") && !slices.Contains([]string{"AUDIT_SET", "AUDIT_TRIM", "AUDIT_USER"}, m.Type) {
		return "audit (records)" // of programs, and what the lab sends by hand
	}
	if m.Family == "xfrm" && slices.Contains([]string{"XFRM_MSG_NEWAE", "XFRM_MSG_MIGRATE"}, m.Type) {
		return "xfrm (daemons)" // ip has no words for them
	}
	if m.Family != "route" {
		return m.Family
	}
	if strings.Contains(shapeOf(m), "IFLA_INFO_KIND=ovs_") {
		return "route (ovs)" // kinds that no kernel of ours has, nor ip: the kernel refuses them
	}
	for _, s := range []string{"QDISC", "TCLASS", "TFILTER", "CHAIN", "ACTION"} {
		if strings.HasSuffix(m.Type, s) {
			return "tc"
		}
	}
	return m.Family
}

// wanted is how much of a family must be said whole, in percent of requests and of
// shapes.
var wanted = map[string]float64{
	"TIPCv2":    91, // the rest is bearers over UDP
	"audit":     100,
	"ctnetlink": 100,
	"devlink":   96,
	"ethtool":   100,
	"fou":       100,
	"ipset":     100,
	"l2tp":      100,
	"macsec":    100,
	"mptcp_pm":  66, // the rest is of a path manager in user space
	"nftables":  95,
	"nl80211":   100,
	// the rest is ebtables, and sets of ipset by number
	"nftables (xtables)": 93,
	"sock_diag":          100,
	"tc":                 96,
	"wireguard":          100,
	"route":              95, // the rest has network namespaces by descriptors
	"xfrm":               100,

	"IOAM6":       100,
	"IPVS":        100,
	"batadv":      100,
	"cthelper":    50, // the rest is new helpers, which nfct reads from its libraries
	"cttimeout":   100,
	"ila":         100,
	"nfacct":      100,
	"tcp_metrics": 100,
	"vdpa":        100,
}

// changes says whether a request may change something.
func changes(m *decode.Message, said say.Said) bool {
	const dump = 0x300
	if said.Reads || m.Header.Flags&dump == dump || m.NoHeader {
		return false
	}
	t := m.TypeText()
	for _, s := range []string{"_GET", "_DUMP", "NFNL_MSG_BATCH", "SOCK_DIAG", "NLMSG_"} {
		if strings.Contains(t, s) {
			return false
		}
	}
	return len(m.Body().Attrs) > 0 || !strings.HasPrefix(t, "RTM_") // iproute2's question whether a type is known
}

func leftNames(said say.Said) string {
	var names []string
	for i := range said.Left {
		names = append(names, said.Left[i].In+">"+said.Left[i].Name())
	}
	return strings.Join(names, " ")
}

// shapeOf is type and names of all attributes, with the kinds among them.
func shapeOf(m *decode.Message) string {
	body := m.Body()
	var b strings.Builder
	b.WriteString(m.TypeText())
	var walk func(nodes []decode.Node)
	walk = func(nodes []decode.Node) {
		for i := range nodes {
			n := &nodes[i]
			if n.Hidden {
				continue
			}
			b.WriteByte(' ')
			b.WriteString(n.Name)
			if s, ok := n.Value.(string); ok && strings.HasSuffix(n.Name, "KIND") {
				b.WriteString("=" + s)
			}
			if len(n.Children) > 0 && n.Attr {
				b.WriteByte('{')
				walk(n.Children)
				b.WriteByte('}')
			}
		}
	}
	walk(body.Attrs)
	return b.String()
}
