// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/golden"
)

// reNumberLike is what numbers are called that are no counters: a password may be one.
var reNumberLike = regexp.MustCompile(`(?i)(passw|secret|_psk)`)

// reason excuses names, and says why.
type reason struct {
	names *regexp.Regexp
	why   string
}

// openly are names that look like those of secrets, and are none.
var openly = []reason{
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
	{regexp.MustCompile(`secret_cnt$|^log_passwd$`), "a counter, or a switch"},
}

// openBytes are bytes without parts that are no secret.
var openBytes = []reason{
	{regexp.MustCompile(`_MASK$|^[a-z_]*mask$`), "which bits are compared"},
	{regexp.MustCompile(`CAPA(BILITY)?$|_CAP_(MAC|PHY|MCS_SET|PPE)$|_HE_(MAC|PHY|PPE)$|_MCS_SET$|MCS_NSS_SET$|_OPERATION$|CAPABILITY_MASK$`), "what hardware can do"},
	{regexp.MustCompile(`LABELS?$|^ct_labels$|^value$|DPIPE_VALUE$|NFTA_DATA_VALUE$|_LABELS_MASK$`), "what packets are told apart by"},
	{regexp.MustCompile(`(KEY|TUNNEL|OPT|OPTS|KEY_ATTR)_(GENEVE|ERSPAN)(_DATA|_OPTS)$|^OVS_NSH_KEY_ATTR_MD2$`), "options of a tunnel's header"},
	{regexp.MustCompile(`_COOKIE$|USERDATA$|USER_COOKIE$`), "an ID or a remark that its owner chose"},
	{regexp.MustCompile(`_ID$|UUID$|UFID$|_AID$|MAID$|_FSID$|_UID$|NFCID1$|^id$|^vsi_type_id$|^NL80211_PHYS`), "a name that a device, a flow or a file system has"},
	{regexp.MustCompile(`_TAG$`), "the hash of a program that everybody may read"},
	{regexp.MustCompile(`SENSB_RES$|SENSF_RES$|TARGET_ATS$`), "what a tag says to everybody near it"},
	{regexp.MustCompile(`BITMAP$|_SRF_BF$|GROUP_DATA$|QOS_MAP$|_ULW$|CHANNEL_ENTRY$|AVAIL_BLOB$|SERVICE_INFO$|EXTRA_ATTRS$|CIVICLOC$|_LCI$|BEACON_ATTR_(HEAD|TAIL)$|FRAME_MATCH$|_IE$|_IES$|^data$|BSS_PARAM|_TX_HIST|HEAD$|TAIL$`), "what is sent by radio in clear, or says which frames are"},
	{regexp.MustCompile(`PKTPAT_PATTERN$|^pattern$|^tests$|^bpf_program$|^classid_or_path$|MATCH_DATA$|IPT_TARG$|^string$|^match$`), "the text of a rule"},
	{regexp.MustCompile(`SC_DATA$|TRACE_DATA$`), "telemetry that packets carry"},
	{regexp.MustCompile(`STATS_APP$|XSTATS$|ATM_HDR$|^prefix$|^mac$|^hw_addr$|^pdmc_addr$|^path_rec$|^interfaces$|^tsc$`), "counters, addresses and headers"},
	{regexp.MustCompile(`KEY_SEQ$|REPLAY_CTR$|KEY_USAGE_COMMANDS$|KEY_ATTR_USAGE_CMDS$`), "a counter, or what a key is for"},
	{regexp.MustCompile(`^MACSEC_SA_ATTR_KEYID$`), "the name of a key"},
}

// excuses remembers which reasons were used.
type excuses struct {
	list []reason
	used []bool
}

func (e *excuses) excuse(name string) bool {
	for i := range e.list {
		if e.list[i].names.MatchString(name) {
			e.used[i] = true
			return true
		}
	}
	return false
}

func (e *excuses) check(t *testing.T) {
	t.Helper()
	for i := range e.list {
		if !e.used[i] {
			t.Errorf("%s (%s) excuses nothing", e.list[i].names, e.list[i].why)
		}
	}
}

// eachType calls fn for every attribute and member of a struct.
func eachType(fn func(at *schema.Place, name string, t *schema.Type)) {
	schema.Walk(schema.Visitor{
		Set: func(at *schema.Place, s *schema.Set) {
			for i := range s.Attrs {
				fn(at, s.Attrs[i].Name, &s.Attrs[i].Type)
			}
		},
		Struct: func(at *schema.Place, s *schema.StructType) {
			for i := range s.Fields {
				fn(at, s.Fields[i].Name, &s.Fields[i].Type)
			}
		},
	}, families.All()...)
}

// TestSecrets: what is called like a key, a password or a token, and bytes without parts,
// whatever they are called, have a mark in the table that says what they are
// (schema.Secrecy), or a reason here why they need none.
func TestSecrets(t *testing.T) {
	names := excuses{openly, make([]bool, len(openly))}
	bytes := excuses{openBytes, make([]bool, len(openBytes))}
	marked := 0
	eachType(func(at *schema.Place, name string, typ *schema.Type) {
		if typ.Secret != schema.Public {
			marked++
			return
		}
		switch typ.Kind {
		case schema.U8, schema.U16, schema.U32, schema.U64:
			if typ.Enum == nil && typ.Hint == schema.Plain && reNumberLike.MatchString(name) && !names.excuse(name) {
				t.Errorf("%s/%s is a number called like a secret, and is not marked", at, name)
			}
			return
		case schema.Opaque, schema.Binary, schema.String, schema.HWAddr, schema.Custom:
		default:
			return // the parts of others are looked at one by one
		}
		if schema.SecretName(name) && !names.excuse(name) {
			t.Errorf("%s/%s is called like a secret, and is not marked", at, name)
		}
		if typ.Kind == schema.Opaque && !bytes.excuse(name) {
			t.Errorf("%s/%s is bytes without parts; say with a mark, or here, whether they are secret", at, name)
		}
	})
	names.check(t)
	bytes.check(t)
	if marked < 80 {
		t.Errorf("%d types are marked", marked)
	}
}

// TestSecretsAreLeaves: what is overwritten is one value, so that a message has the same
// parts afterwards.
func TestSecretsAreLeaves(t *testing.T) {
	eachType(func(at *schema.Place, name string, typ *schema.Type) {
		switch typ.Kind {
		case schema.Nest, schema.Array, schema.Packed, schema.Struct, schema.Sub, schema.Bits32, schema.Messages, schema.Records, schema.KeyValues:
			if typ.Secret.Withheld() {
				t.Errorf("%s/%s is withheld as a whole, and has parts", at, name)
			}
		}
	})
}

// secretsTable is the table of docs/secrets.md.
func secretsTable() string {
	where := map[schema.Secrecy]map[string]bool{}
	note := func(name string, s schema.Secrecy) {
		if s == schema.Public {
			return
		}
		if where[s] == nil {
			where[s] = map[string]bool{}
		}
		where[s][name] = true
	}
	schema.Walk(schema.Visitor{
		Set: func(_ *schema.Place, s *schema.Set) {
			for i := range s.Attrs {
				name := s.Attrs[i].Name
				if s.Name == "audit" {
					name = "audit's " + name
				}
				note(name, s.Attrs[i].Type.Secret)
			}
		},
		Struct: func(_ *schema.Place, s *schema.StructType) {
			for i := range s.Fields {
				f := &s.Fields[i]
				note(s.Name+"."+f.Name, f.Type.Secret)
				if f.Type.Sub != nil {
					for _, c := range f.Type.Sub.Cases {
						note(s.Name+"."+f.Name, c.Secret)
					}
				}
			}
		},
	}, families.All()...)
	var b strings.Builder
	b.WriteString("| Class | By default | What has it |\n|---|---|---|\n")
	for _, s := range schema.Secrecies() {
		what := "kept"
		if s.Withheld() {
			what = "overwritten"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s, what, strings.ReplaceAll(strings.Join(slices.Sorted(maps.Keys(where[s])), ", "), "audit's *", "audit's EXECVE"))
	}
	return b.String()
}

// TestSecretsDoc: docs/secrets.md says of every class what the tables have of it.
func TestSecretsDoc(t *testing.T) {
	const path, mark = "../../../docs/secrets.md", "<!-- classes -->\n\n"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), mark)
	if !ok {
		t.Fatalf("%s has no %q", path, mark)
	}
	was, after, _ := strings.Cut(rest, "\n\n")
	table := secretsTable()
	if golden.Update() {
		if err := os.WriteFile(path, []byte(before+mark+table+"\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if was+"\n" != table {
		t.Errorf("%s is not what the tables say (-update writes it anew):\n%s", path, table)
	}
}
