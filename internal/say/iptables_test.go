// SPDX-License-Identifier: Apache-2.0

package say_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/say"
)

// asSaved writes a rule that was said as iptables-save prints it: it names what is
// there by itself, quotes texts, and writes some numbers at full length.
var asSaved = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`(-[sd] [0-9.]+)( |$)`), "$1/32$2"},
	{regexp.MustCompile(`(--comment|--string|--u32|--label) (a comment|evil|0x0\S+|3)`), `$1 "$2"`},
	{regexp.MustCompile(`--bytecode (.*) -j`), `--bytecode "$1" -j`},
	{regexp.MustCompile(`--log-prefix in: `), `--log-prefix "in: "`},
	{regexp.MustCompile(`(--name ssh) `), "$1 --mask 255.255.255.255 "},
	{regexp.MustCompile(`--probability 0.25 `), "--probability 0.25000000000 "},
	{regexp.MustCompile(`(--datestart \S+)`), "$1 --datestop 2038-01-19T03:14:07"},
	{regexp.MustCompile(`--cluster-total-nodes 3 --cluster-local-nodemask 0x1 --cluster-hash-seed 0xdead`),
		"--cluster-local-nodemask 0x00000001 --cluster-total-nodes 3 --cluster-hash-seed 0x0000dead"},
	{regexp.MustCompile(`-p 33 `), "-p dccp "}, {regexp.MustCompile(`-p 135 `), "-p mobility-header "},
	{regexp.MustCompile(`--header frag `), "--header ipv6-frag "},
}

// notSaved are rules that the kernel refused in the chain that the lab has them in.
var notSaved = []string{"-A INPUT -m rpfilter --loose -j ACCEPT", "-A PREROUTING -j CLASSIFY --set-class 1:2",
	"-A PREROUTING -j SNPT --src-pfx 2001:db8:1::/48 --dst-pfx 2001:db8:2::/48"}

// TestIptablesSave: a rule is said as iptables-save prints it, but for
// what the one or the other leaves out.
func TestIptablesSave(t *testing.T) {
	for _, kernel := range []string{"6.1", "6.12"} {
		var want []string
		rules := 0
		for _, kind := range []string{"save", "save6"} {
			b, err := os.ReadFile(filepath.Join(labDir, "iptables."+kernel+"."+kind))
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(b)) {
				if strings.HasPrefix(line, "-A ") {
					want = append(want, strings.TrimSpace(line))
				}
			}
		}
		requests(t, filepath.Join(labDir, "iptables."+kernel+".pcapng.gz"), func(_ *decode.Message, said say.Said) {
			if len(said.Commands) == 0 || !strings.Contains(said.Commands[0].Words[0], "tables") {
				return
			}
			words := said.Commands[0].Words[1:]
			if words[0] == "-t" {
				words = words[2:]
			}
			line := strings.Join(words, " ")
			if words[0] != "-A" {
				return
			}
			for _, r := range asSaved {
				line = r.from.ReplaceAllString(line, r.to)
			}
			if !slices.Contains(want, line) && !slices.Contains(notSaved, line) {
				t.Errorf("%s: iptables-save has no %s", kernel, line)
			}
			rules++
		})
		if rules < 90 {
			t.Errorf("%s: only %d rules are said", kernel, rules)
		}
	}
}
