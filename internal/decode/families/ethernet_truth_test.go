// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// ethNodes returns every node of a name in a list, the whole tree over.
func ethNodes(nodes []decode.Node, name string) []decode.Node {
	var out []decode.Node
	for i := range nodes {
		if nodes[i].Name == name {
			out = append(out, nodes[i])
		}
		out = append(out, ethNodes(nodes[i].Children, name)...)
	}
	return out
}

// ethText is what a person reads of the first node of a name; "" is none.
func ethText(nodes []decode.Node, name string) string {
	found := ethNodes(nodes, name)
	if len(found) == 0 {
		return ""
	}
	return ethWord(&found[0])
}

func ethWord(n *decode.Node) string {
	switch v := n.Value.(type) {
	case []string:
		return strings.Join(v, "|")
	case nil:
		return n.Text
	default:
		return fmt.Sprint(v)
	}
}

// ethBodies are the attributes of all messages of a type, a member each.
func ethBodies(r *recording, family, typ string) [][]decode.Node {
	var out [][]decode.Node
	for _, m := range r.of(family, typ) {
		b := m.Body()
		out = append(out, b.Attrs)
	}
	return out
}

// ethFind returns the last message of a type that has the text in a node of
// this name: the one after which the truth was written.
func ethFind(t *testing.T, r *recording, family, typ, name, text string) []decode.Node {
	t.Helper()
	var found []decode.Node
	for _, b := range ethBodies(r, family, typ) {
		if ethText(b, name) == text {
			found = b
		}
	}
	if found == nil {
		t.Fatalf("%s on %s: no %s with %s %s", r.name, r.kernel, typ, name, text)
	}
	return found
}

func ethWant(t *testing.T, r *recording, nodes []decode.Node, name, want string) {
	t.Helper()
	if got := ethText(nodes, name); got != want {
		t.Errorf("%s on %s: %s is %q, the tool says %q", r.name, r.kernel, name, got, want)
	}
}

// TestTeamTruth: options and ports as teamnl prints them.
func TestTeamTruth(t *testing.T) {
	for _, r := range recordings(t, "team") {
		options := map[string]bool{}
		for _, b := range ethBodies(&r, "team", "TEAM_CMD_OPTIONS_GET") {
			for _, item := range ethNodes(b, "TEAM_ATTR_ITEM_OPTION") {
				key := ethText(item.Children, "TEAM_ATTR_OPTION_NAME") + " "
				if port := ethNodes(item.Children, "TEAM_ATTR_OPTION_PORT_IFINDEX"); len(port) > 0 {
					key += fmt.Sprint(port[0].Value) + " "
				}
				data := ethText(item.Children, "TEAM_ATTR_OPTION_DATA")
				if ethText(item.Children, "TEAM_ATTR_OPTION_TYPE") == "NLA_FLAG" && data == "" {
					data = "false"
				}
				options[key+data] = true
			}
		}
		index := map[string]string{}
		re := regexp.MustCompile(`(\d+): (\w+): up (\d+)Mbit FD`)
		for _, m := range re.FindAllStringSubmatch(string(r.truth("ports")), -1) {
			index[m[2]] = m[1]
			found := false
			for _, b := range ethBodies(&r, "team", "TEAM_CMD_PORT_LIST_GET") {
				for _, p := range ethNodes(b, "TEAM_ATTR_ITEM_PORT") {
					found = found || ethText(p.Children, "TEAM_ATTR_PORT_IFINDEX") == m[1] &&
						ethText(p.Children, "TEAM_ATTR_PORT_SPEED") == "SPEED_"+m[3] &&
						ethText(p.Children, "TEAM_ATTR_PORT_DUPLEX") == "DUPLEX_FULL" &&
						ethText(p.Children, "TEAM_ATTR_PORT_LINKUP") == "true"
				}
			}
			if !found {
				t.Errorf("%s: no port like %q", r.kernel, m[0])
			}
		}
		if len(index) != 2 {
			t.Errorf("%s: %d ports", r.kernel, len(index))
		}
		lines := strings.Split(string(r.truth("options")), "\n")
		for _, line := range lines {
			f := strings.Fields(line)
			key := strings.Join(f, " ")
			if len(f) == 3 {
				port := strings.TrimSuffix(strings.TrimPrefix(f[1], "(port:"), ")")
				key = f[0] + " " + index[port] + " " + f[2]
			}
			if !options[key] {
				t.Errorf("%s: no option %q", r.kernel, key)
			}
		}
		if len(lines) < 12 {
			t.Errorf("%s: teamnl printed %d options", r.kernel, len(lines))
		}
	}
}

// TestTaskstatsTruth: a process of which /proc says the same.
func TestTaskstatsTruth(t *testing.T) {
	for _, r := range recordings(t, "taskstats") {
		var self struct {
			PID, PPID, UID int
			Comm           string
		}
		if err := json.Unmarshal(r.truth("self"), &self); err != nil {
			t.Fatal(err)
		}
		b := ethFind(t, &r, "TASKSTATS", "TASKSTATS_CMD_NEW", "TASKSTATS_TYPE_PID", strconv.Itoa(self.PID))
		ethWant(t, &r, b, "ac_pid", strconv.Itoa(self.PID))
		ethWant(t, &r, b, "ac_ppid", strconv.Itoa(self.PPID))
		ethWant(t, &r, b, "ac_uid", strconv.Itoa(self.UID))
		ethWant(t, &r, b, "ac_comm", self.Comm)
		want := map[string]string{"6.1": "13", "6.12": "14"}[r.kernel]
		ethWant(t, &r, b, "version", want)
		ends := 0 // the program that the script runs
		for _, b := range ethBodies(&r, "TASKSTATS", "TASKSTATS_CMD_NEW") {
			if ethText(b, "ac_comm") == "true" {
				ends++
			}
		}
		if ends == 0 {
			t.Errorf("%s: nobody heard /bin/true end", r.kernel)
		}
	}
}

// TestPsampleTruth: the group of the packets is the one that tc prints.
func TestPsampleTruth(t *testing.T) {
	for _, r := range recordings(t, "psample") {
		action := regexp.MustCompile(`"rate":(\d+),"group":(\d+),"trunc_size":(\d+)`).FindSubmatch(r.truth("tc"))
		if action == nil {
			t.Fatalf("%s: no action in %s", r.kernel, r.truth("tc"))
		}
		b := ethFind(t, &r, "psample", "PSAMPLE_CMD_SAMPLE", "PSAMPLE_ATTR_SAMPLE_GROUP", string(action[2]))
		ethWant(t, &r, b, "PSAMPLE_ATTR_SAMPLE_RATE", string(action[1]))
		ethWant(t, &r, b, "PSAMPLE_ATTR_ORIGSIZE", "51") // 9 bytes in UDP, IPv4 and Ethernet
		ethWant(t, &r, b, "PSAMPLE_ATTR_PROTO", "ETH_P_IP")
		data := ethNodes(b, "PSAMPLE_ATTR_DATA")
		if limit, _ := strconv.Atoi(string(action[3])); len(data) != 1 || len(data[0].Raw) != 51 || limit < 51 {
			t.Errorf("%s: the packet: %v", r.kernel, data)
		}
	}
}

// TestHsrTruth: the nodes are the devices that ip prints.
func TestHsrTruth(t *testing.T) {
	for _, r := range recordings(t, "hsr") {
		var links []struct {
			Ifindex         int
			Ifname, Address string
		}
		if err := json.Unmarshal(r.truth("link"), &links); err != nil {
			t.Fatal(err)
		}
		index, mac := "", ""
		for _, l := range links {
			switch l.Ifname {
			case "hsr0":
				index = strconv.Itoa(l.Ifindex)
			case "hsr1":
				mac = l.Address
			}
		}
		list := ethFind(t, &r, "HSR", "HSR_C_SET_NODE_LIST", "HSR_A_IFINDEX", index)
		found := false
		for _, n := range ethNodes(list, "HSR_A_NODE_ADDR") {
			found = found || ethWord(&n) == mac
		}
		if !found {
			t.Errorf("%s: %s is no node of %s", r.kernel, mac, index)
		}
		b := ethFind(t, &r, "HSR", "HSR_C_SET_NODE_STATUS", "HSR_A_IFINDEX", index)
		ethWant(t, &r, b, "HSR_A_NODE_ADDR", mac)
		for _, n := range ethNodes(b, "HSR_A_IF1_AGE") {
			if !strings.HasSuffix(n.Text, " ms") {
				t.Errorf("%s: an age of %q", r.kernel, n.Text)
			}
		}
	}
}

// TestDropMonitorTruth: the script sends three datagrams of nine bytes to a
// port where nobody listens, once for a summary and once for whole packets.
func TestDropMonitorTruth(t *testing.T) {
	for _, r := range recordings(t, "net_dm") {
		summary := false
		for _, b := range ethBodies(&r, "NET_DM", "NET_DM_CMD_ALERT") {
			summary = summary || ethText(b, "count") == "3"
		}
		packets := 0
		for _, b := range ethBodies(&r, "NET_DM", "NET_DM_CMD_PACKET_ALERT") {
			payload := ethNodes(b, "NET_DM_ATTR_PAYLOAD")
			if len(payload) == 1 && strings.HasSuffix(string(payload[0].Raw), "nltop lab") {
				packets++
				ethWant(t, &r, b, "NET_DM_ATTR_ORIG_LEN", "51")
				ethWant(t, &r, b, "NET_DM_ATTR_PROTO", "ETH_P_IP")
				ethWant(t, &r, b, "NET_DM_ATTR_PORT_NETDEV_IFINDEX", "1") // lo
				ethWant(t, &r, b, "NET_DM_ATTR_ORIGIN", "NET_DM_ORIGIN_SW")
			}
		}
		if !summary || packets != 3 {
			t.Errorf("%s: a summary of three: %v; %d packets", r.kernel, summary, packets)
		}
	}
}
