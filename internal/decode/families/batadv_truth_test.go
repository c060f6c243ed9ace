// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// TestBatadvTruth: every key that batctl prints as JSON is the attribute of
// that name, in one and the same answer.
func TestBatadvTruth(t *testing.T) {
	for _, r := range recordings(t, "batadv") {
		for what, cmd := range map[string]string{
			"mj": "BATADV_CMD_GET_MESH", "oj": "BATADV_CMD_GET_ORIGINATORS", "hj": "BATADV_CMD_GET_HARDIF",
			"tgj": "BATADV_CMD_GET_TRANSTABLE_GLOBAL", "tlj": "BATADV_CMD_GET_TRANSTABLE_LOCAL",
		} {
			objects := batadvJSON(t, r.truth(what))
			if len(objects) == 0 {
				t.Errorf("%s: batctl %s printed nothing", r.kernel, what)
			}
			replies := wirelessReplies(&r, "batadv", cmd)
			for _, o := range objects {
				best, wrong := "", 1<<30
				for _, body := range replies {
					if miss := batadvMiss(o, body); len(miss) < wrong {
						best, wrong = strings.Join(miss, "; "), len(miss)
					}
				}
				if wrong > 0 {
					t.Errorf("%s %s: of %v the nearest of %d answers differs in %s", r.kernel, what, o, len(replies), best)
				}
			}
		}
	}
}

func batadvJSON(t *testing.T, raw []byte) (list []object) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	switch v := v.(type) {
	case object:
		list = append(list, v)
	case []any:
		for _, x := range v {
			list = append(list, x.(object))
		}
	}
	return list
}

// batadvMiss lists the keys whose attribute says something else. Flags are
// objects of booleans in JSON.
func batadvMiss(o object, body []decode.Node) (miss []string) {
	for key, v := range o {
		name := "BATADV_ATTR_" + strings.ToUpper(key)
		all := wirelessAll(body, name)
		if len(all) == 0 {
			all = wirelessAll(body, "BATADV_ATTR_FLAG_"+strings.ToUpper(key))
		}
		var n decode.Node
		if len(all) > 0 {
			n = *all[0]
		}
		same := false
		switch v := v.(type) {
		case bool:
			same = v == (value(&n) == "true" || n.Num != 0)
		case json.Number:
			same = v.String() == value(&n) || len(all) > 0 && v.String() == fmt.Sprint(n.Num)
		case string:
			same = v == value(&n) || strings.HasSuffix(strings.ToLower(value(&n)), "_"+v)
		case object:
			same = len(all) > 0
			for flag, on := range v {
				// batctl writes want_no_rtr_ipv4 for BATADV_MCAST_WANT_NO_RTR4.
				flag = strings.Replace(flag, "rtr_ipv", "rtr", 1)
				has := strings.Contains(","+strings.ToLower(value(&n))+",", "_"+flag+",")
				if on, ok := on.(bool); ok && on != has {
					same = false
				}
			}
		}
		if !same {
			miss = append(miss, fmt.Sprintf("%s %v, decoded %q", key, v, value(&n)))
		}
	}
	return miss
}
