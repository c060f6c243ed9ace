// SPDX-License-Identifier: Apache-2.0

package say

// dcb has the requests of dcb(8) about which packets have which priority (dcb-app), and
// who sets all that (dcb-dcbx). The others need a device that has priorities, and dcb
// asks it first for what it sends.
var dcb = map[string]teller{
	"RTM_GETDCB": readsOnly(),
	"RTM_SETDCB": func(t *telling) bool {
		const ieeeSet, setDCBX, ieeeDel = 20, 23, 27 // DCB_CMD_*
		dev := t.attrs().take("DCB_ATTR_IFNAME")
		if dev == nil {
			return false
		}
		switch t.fields().num("cmd") {
		case ieeeSet:
			return t.dcbApp("add", text(dev))
		case ieeeDel:
			return t.dcbApp("del", text(dev))
		case setDCBX:
			t.say("dcb", "dcbx", "set", "dev", text(dev))
			n := len(t.words)
			t.attrs().options([]option{{"DCB_ATTR_DCBX", "", asBits("host", "lld-managed", "cee", "ieee", "static")}})
			return len(t.words) > n
		}
		return false
	},
}

// dcbApp says which packets have which priority: by EtherType, by port, by DSCP, or all.
func (t *telling) dcbApp(verb, dev string) bool {
	const etherType, reserved = 1, 0x600
	words := map[uint64]string{etherType: "ethtype-prio", 2: "stream-port-prio", 3: "dgram-port-prio", 4: "port-prio", 5: "dscp-prio"}
	table := t.attrs().in("DCB_ATTR_IEEE").in("DCB_ATTR_IEEE_APP_TABLE")
	t.say("dcb", "app", verb, "dev", dev)
	last := ""
	for i := range table.nodes {
		n := &table.nodes[i]
		app := fieldsOf(n)
		selector, priority, protocol := app.num("selector"), app.num("priority"), app.num("protocol")
		word, value := words[selector], decimal(protocol)+":"+decimal(priority)
		switch {
		case selector == etherType && protocol == 0:
			word, value = "default-prio", decimal(priority)
		case selector == etherType:
			value = hexNumber(protocol) + ":" + decimal(priority)
		}
		if word == "" || priority > 7 || last == "default-prio" && word != last || selector == etherType && protocol != 0 && protocol < reserved ||
			selector == 5 && protocol > 63 || selector > etherType && selector < 5 && protocol == 0 {
			continue // dcb refuses it, and anything behind a default
		}
		if word != last {
			t.say(word)
		}
		t.say(value)
		t.mark(n, true)
		last = word
	}
	return last != ""
}
