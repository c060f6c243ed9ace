// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// macsecRow is a device with its parameters, then each of its associations.
func macsecRows(body []decode.Node) []string {
	var rows []string
	rows = append(rows, fmt.Sprintf("sci %016x suite %d icv %s encodingsa %s",
		wirelessNum(body, "MACSEC_SECY_ATTR_SCI"), wirelessNum(body, "MACSEC_SECY_ATTR_CIPHER_SUITE"),
		wirelessOne(body, "MACSEC_SECY_ATTR_ICV_LEN"), wirelessOne(body, "MACSEC_SECY_ATTR_ENCODING_SA")))
	sas := func(where string, nodes []decode.Node, list string) {
		for _, l := range wirelessAll(nodes, list) {
			for _, sa := range l.Children {
				rows = append(rows, fmt.Sprintf("%s an %s pn %s active %d key %s", where, wirelessOne(sa.Children, "MACSEC_SA_ATTR_AN"),
					wirelessOne(sa.Children, "MACSEC_SA_ATTR_PN"), wirelessNum(sa.Children, "MACSEC_SA_ATTR_ACTIVE"),
					wirelessOne(sa.Children, "MACSEC_SA_ATTR_KEYID")))
			}
		}
	}
	sas("tx", body, "MACSEC_ATTR_TXSA_LIST")
	for _, l := range wirelessAll(body, "MACSEC_ATTR_RXSC_LIST") {
		for _, sc := range l.Children {
			sas(fmt.Sprintf("rx %016x", wirelessNum(sc.Children, "MACSEC_RXSC_ATTR_SCI")), sc.Children, "MACSEC_RXSC_ATTR_SA_LIST")
		}
	}
	return rows
}

// macsecSCI writes a channel as the tables do: ip's JSON has a number in hex.
func macsecSCI(s string) string {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "0x"), 16, 64)
	if err != nil {
		return s
	}
	return fmt.Sprintf("%016x", n)
}

func wirelessNum(nodes []decode.Node, name string) uint64 {
	if n := wirelessAll(nodes, name); len(n) > 0 {
		return n[0].Num
	}
	return 0
}

// TestMACsecTruth: what `ip -j macsec show` says of devices, channels and
// associations is in a decoded answer.
func TestMACsecTruth(t *testing.T) {
	type sa struct {
		AN     int         `json:"an"`
		PN     json.Number `json:"pn"`
		State  string      `json:"state"`
		Active bool        `json:"active"`
		Key    string      `json:"key"`
	}
	for _, r := range recordings(t, "macsec") {
		var devices []struct {
			SCI   string `json:"sci"`
			Suite string `json:"cipher_suite"`
			ICV   int    `json:"icv_length"`
			TXSC  string `json:"txsc"`
			SAs   []sa   `json:"sa_list"`
			RX    []struct {
				RXSC, SCI string
				SAs       []sa `json:"sa_list"`
			} `json:"rx_sc"`
			EncSA int `json:"encoding_sa"`
		}
		raw := r.truth("show")
		if err := json.Unmarshal(raw, &devices); err != nil {
			t.Fatal(err)
		}
		var have []string
		for _, body := range wirelessReplies(&r, "macsec", "MACSEC_CMD_GET_TXSC") {
			have = append(have, macsecRows(body)...)
		}
		seen := 0
		check := func(where string, list []sa) {
			for _, s := range list {
				seen++
				active := b2i(s.Active || s.State == "on")
				want := fmt.Sprintf("%s an %d pn %s active %d key %s", where, s.AN, s.PN, active, s.Key)
				if !slices.Contains(have, want) {
					t.Errorf("%s: ip says %q; decoded are\n%s", r.kernel, want, strings.Join(have, "\n"))
				}
			}
		}
		for _, d := range devices {
			check("tx", d.SAs)
			for _, rx := range d.RX {
				sci := rx.RXSC
				if sci == "" {
					sci = rx.SCI
				}
				check("rx "+macsecSCI(sci), rx.SAs)
			}
			sci := d.SCI
			if sci == "" {
				sci = d.TXSC
			}
			if !slices.ContainsFunc(have, func(s string) bool { return sci != "" && strings.HasPrefix(s, "sci "+macsecSCI(sci)) }) {
				t.Errorf("%s: no device with the channel %q in\n%s", r.kernel, sci, raw)
			}
		}
		if seen < 3 {
			t.Errorf("%s: only %d associations in\n%s", r.kernel, seen, raw)
		}
	}
}
