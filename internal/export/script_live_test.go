// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

// labScript writes the script of a recording of the lab.
func labScript(t *testing.T, name string) string {
	t.Helper()
	r, err := pcapng.Open(filepath.Join(labDir, name+".pcapng.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b bytes.Buffer
	s := NewScript(&b)
	d, tr := decode.New(families.All(), decode.Options{}), correlate.NewWith(correlate.Options{Ends: true})
	r.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		for _, o := range tr.Frame(f, d.Frame(f, nil), nil) {
			if err := s.Observe(&o); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const labDir = "../decode/families/testdata/lab"

// transactions are the inputs of nft in a script that are not commented out.
func transactions(script string) []string {
	var all []string
	var in *strings.Builder
	for line := range strings.Lines(script) {
		switch {
		case line == "nft -f - <<'END'\n":
			in = &strings.Builder{}
		case line == "END\n" && in != nil:
			all, in = append(all, in.String()), nil
		case in != nil:
			in.WriteString(line)
		}
	}
	return all
}

// past is what a ruleset says of the time that went by.
var past = regexp.MustCompile(` expires [0-9a-z]+`)

// TestScriptLiveNft: the script of a recording, run by nft in an empty network
// namespace, makes the ruleset that nft listed when it was recorded.
func TestScriptLiveNft(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("wants root, for a network namespace")
	}
	for _, tool := range []string{"nft", "unshare", "ip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	for name, first := range map[string]bool{"nat.6.1": false, "nat.6.12": false, "nftables.6.1": true, "nftables.6.12": true} {
		t.Run(name, func(t *testing.T) {
			inputs := transactions(labScript(t, name))
			if first && len(inputs) > 0 {
				inputs = inputs[:1] // the ruleset was listed then
			}
			if len(inputs) == 0 {
				t.Fatal("the script has no transaction")
			}
			truth, err := os.ReadFile(filepath.Join(labDir, name+".rules"))
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			script := "set -e\nip link add dummy0 type bridge\n"
			for i, in := range inputs {
				path := filepath.Join(dir, string(rune('a'+i)))
				if err := os.WriteFile(path, []byte(in), 0o600); err != nil {
					t.Fatal(err)
				}
				script += "nft -f " + path + "\n"
			}
			cmd := exec.Command("unshare", "-n", "sh", "-c", script+"nft list ruleset\n")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			switch text := stderr.String(); {
			case strings.Contains(text, "Operation not permitted"), strings.Contains(text, "Could not process rule: No such file"):
				t.Skipf("this kernel lacks what the rules use: %s", text)
			case err != nil:
				t.Fatalf("nft does not take what was said: %v\n%s", err, text)
			}
			// A set's "typeof" is of nft alone, and not said.
			want := strings.ReplaceAll(past.ReplaceAllString(string(truth), ""), "typeof meta mark", "type mark")
			if got := past.ReplaceAllString(string(out), ""); got != want {
				t.Errorf("another ruleset\n%s\nwant\n%s", got, want)
			}
		})
	}
}
