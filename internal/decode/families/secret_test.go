// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"regexp"
	"testing"

	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
)

// reKeyLike is what things that must not be told are called.
var reKeyLike = regexp.MustCompile(`(?i)(key|psk|passw|sopass|secret|pmk|kek|kck|rrk|nonce|cookie|token|hash$|spnego|_payload$)`)

// openly are names that look like it and are none, with why.
var openly = []struct {
	names *regexp.Regexp
	why   string
}{
	{regexp.MustCompile(`_UNSPEC$`), "nobody sends it"},
	{regexp.MustCompile(`^(TCA_FLOWER|TCA_TUNNEL|OVS|OVS_NSH|OVS_TUNNEL|PSAMPLE_TUNNEL|NFTA_TUNNEL)_KEY_`), "what packets are told apart by"},
	{regexp.MustCompile(`^key$`), "what flows are told apart by, and the label of audit rules"},
	{regexp.MustCompile(`^NFTA_SET_KEY_TYPE$`), "the type of a set's keys"},
	{regexp.MustCompile(`^TCA_U32_HASH$`), "where a filter hangs"},
	{regexp.MustCompile(`_COOKIE$|^[a-z]+diag_cookie$`), "an ID that its owner chose or the kernel counts"},
	{regexp.MustCompile(`_PUBLIC_KEY$`), "everybody may know it"},
	{regexp.MustCompile(`^MACSEC_SA_ATTR_KEYID$|KEY_SOURCE_EXTENDED$`), "the name of a key"},
	{regexp.MustCompile(`KEY_SEQ$|REPLAY_CTR$|KEY_USAGE_COMMANDS$|KEY_ATTR_USAGE_CMDS$`), "a counter, or what a key is for"},
	{regexp.MustCompile(`^NFSD_A_EXPKEY_`), "a path and who asks for it"},
	{regexp.MustCompile(`^NL80211_PMKSA_CANDIDATE_BSSID$`), "an address"},
}

// TestSecrets: what is called like a key, a password or a token has a mark in the table
// that says what it is (schema.Secrecy), or a reason here why it needs none.
func TestSecrets(t *testing.T) {
	used := make([]bool, len(openly))
	marked := 0
	check := func(name string, typ *schema.Type) {
		if typ.Secret != schema.Public {
			marked++
			return
		}
		switch typ.Kind {
		case schema.Opaque, schema.Binary, schema.String, schema.HWAddr, schema.Custom:
		default:
			return // a number is no key, and the parts of others are looked at one by one
		}
		if !reKeyLike.MatchString(name) {
			return
		}
		for i := range openly {
			if openly[i].names.MatchString(name) {
				used[i] = true
				return
			}
		}
		t.Errorf("%s is called like a secret, and is not marked", name)
	}
	schema.Walk(schema.Visitor{
		Set: func(_ *schema.Place, s *schema.Set) {
			for i := range s.Attrs {
				check(s.Attrs[i].Name, &s.Attrs[i].Type)
			}
		},
		Struct: func(_ *schema.Place, s *schema.StructType) {
			for i := range s.Fields {
				check(s.Fields[i].Name, &s.Fields[i].Type)
			}
		},
	}, families.All()...)
	for i := range openly {
		if !used[i] {
			t.Errorf("%s (%s) excuses nothing", openly[i].names, openly[i].why)
		}
	}
	if marked < 50 {
		t.Errorf("%d types are marked", marked)
	}
}
